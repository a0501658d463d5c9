"""A customer's message seen at a glance: never another verdict than a reading's."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from bot.core.incoming import CustomerMessage
from bot.telegram.delivered import NoUpdateError, glimpse, json_of, update_from_json
from bot.telegram.reaction import Glimpse, acknowledgement
from bot.telegram.reading import TelegramChannel

GROUP, DESK = -1001, 88
AGENTS = frozenset({GROUP, DESK})
CHANNEL = TelegramChannel(AGENTS, bot_id=42, bot_username="ShopBot")
ANA: dict[str, Any] = {"id": 5001, "is_bot": False, "first_name": "Ana", "language_code": "sl"}
PRIVATE: dict[str, Any] = {"id": 5001, "type": "private", "first_name": "Ana"}
MESSAGE: dict[str, Any] = {"message_id": 9, "from": ANA, "chat": PRIVATE, "date": 1, "text": "Where is it?"}
USUAL: dict[str, Any] = {"update_id": 1, "message": MESSAGE}


def with_message(**fields: Any) -> dict[str, Any]:
    return {"update_id": 1, "message": {**MESSAGE, **fields}}


def read(raw: object) -> CustomerMessage | None:
    """What a reading says."""
    said = CHANNEL.read(update_from_json(raw, datetime(2026, 1, 1, tzinfo=UTC)))
    return said if isinstance(said, CustomerMessage) and not said.edited else None


@pytest.mark.parametrize(
    "raw",
    [
        USUAL,
        with_message(entities=[{"type": "bold", "offset": 0, "length": 5}]),
        with_message(text=None),
        with_message(chat={**PRIVATE, "id": 2**52}),
    ],
)
def test_words_of_a_person_in_private_are_seen_at_a_glance(raw: dict[str, Any]) -> None:
    seen, message = glimpse(raw, AGENTS), read(raw)
    assert seen is not None
    assert message is not None
    assert seen == (message.chat_id, message.message_id, None)
    assert acknowledgement(seen) == acknowledgement(message)


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        {"update_id": 1},
        {"message": MESSAGE},
        {**USUAL, "update_id": "1"},
        {**USUAL, "business_message": MESSAGE},
        {"update_id": 1, "edited_message": MESSAGE},
        {"update_id": 1, "message": {}},
        with_message(photo=[{"file_id": "x"}]),
        with_message(business_connection_id="b"),
        with_message(pinned_message=MESSAGE),
        with_message(message_id=None),
        with_message(message_id=2**63),
        with_message(chat={**PRIVATE, "id": True}),
        with_message(chat={**PRIVATE, "id": GROUP}),
        with_message(chat={**PRIVATE, "id": DESK}),
        with_message(chat={**PRIVATE, "type": "group"}),
        with_message(**{"from": {**ANA, "is_bot": True}}),
        with_message(**{"from": None}),
    ],
)
def test_all_else_takes_a_reading(raw: object) -> None:
    assert glimpse(raw, AGENTS) is None


def test_an_acknowledgement_names_the_message_in_json() -> None:
    assert json.loads(acknowledgement(Glimpse(5001, 9))) == {
        "method": "setMessageReaction",
        "chat_id": 5001,
        "message_id": 9,
        "reaction": [{"type": "emoji", "emoji": "👀"}],
    }


def test_what_is_no_json_is_said() -> None:
    with pytest.raises(NoUpdateError, match="not JSON"):
        json_of(b"{")


_STRANGE: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, 1, 9, 5001, GROUP, DESK, 2**63, 1.5, "", "private", "group", [], {}, ANA, PRIVATE, MESSAGE]
)
_PLACES = ["update_id", "message", "edited_message", "business_message", "message_id", "from", "chat", "date"]
_WORDS = ["text", "id", "type", "is_bot", "sender_chat", "pinned_message", "boost_added", "photo", "forward_origin"]
_NAMES = st.sampled_from([*_PLACES, *_WORDS])
_CHANGES = st.lists(st.tuples(st.sampled_from(["", "message", "chat", "from"]), _NAMES, _STRANGE), max_size=4)


def changed(changes: list[tuple[str, str, Any]]) -> Mapping[str, Any]:
    """The usual update, with strange values somewhere in it."""
    raw: dict[str, Any] = json.loads(json.dumps(USUAL))
    for where, name, value in changes:
        inner = raw if where == "" else raw.get("message")
        if where in {"chat", "from"} and isinstance(inner, dict):
            inner = inner.get(where)
        if isinstance(inner, dict):
            inner[name] = json.loads(json.dumps(value))
    return raw


@given(_CHANGES)
def test_a_glance_is_never_of_anything_but_what_a_reading_finds(changes: list[tuple[str, str, Any]]) -> None:
    raw = changed(changes)
    seen = glimpse(raw, AGENTS)
    event("seen" if seen else "not seen")
    if seen is not None:
        message = read(raw)
        assert message is not None
        assert seen == (message.chat_id, message.message_id, message.through)
