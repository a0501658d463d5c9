"""Chats of business accounts: their numbers, what updates say of them, what their owners do."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.core import arrival, handover, owner
from bot.core.business import FIRST, Account, Through, is_business
from bot.core.conversation import Conversation, Media, Phase
from bot.core.draft import Context, Draft, Groups
from bot.core.incoming import (
    AccountStanding,
    CustomerChoice,
    CustomerMessage,
    Deleted,
    Ignored,
    Incoming,
    OwnerMessage,
    Update,
)
from bot.core.outgoing import Copy, Text, To
from bot.core.people import Agent, Customer
from bot.telegram.reading import TelegramChannel, lane_of
from tests.catalogues import MONDAY, catalogue

OLGA, MAJA, GROUP = 70, 50, -1001
IDS = st.integers(1, 2**52)
ACCOUNT = Account("c1", OLGA, "Olga", OLGA, enabled=True, can_reply=True)
THROUGH = ACCOUNT.through(MAJA)
KEY = ACCOUNT.chat_with(MAJA)
MAJA_USER = {"id": MAJA, "is_bot": False, "first_name": "Maja", "language_code": "sl"}
OLGA_USER = {"id": OLGA, "is_bot": False, "first_name": "Olga"}
CHAT = {"id": MAJA, "type": "private", "first_name": "Maja"}


def context() -> Context:
    return Context(MONDAY, catalogue(), Groups(GROUP))


def read(kind: str, **inner: object) -> Incoming:
    channel = TelegramChannel({GROUP}, 99, "keepword_bot")
    return channel.read(Update(1, "", MONDAY, {"update_id": 1, kind: {"chat": CHAT, **inner}}))


def message(user: dict[str, object], text: str = "hello", **more: object) -> dict[str, object]:
    return {"business_connection_id": "c1", "message_id": 7, "date": 1, "from": user, "text": text, **more}


def conversation(phase: Phase = Phase.BOT, **more: object) -> Conversation:
    fresh = arrival.fresh(KEY, Customer(MAJA, "Maja"), None, context())
    return replace(fresh, phase=phase, through=THROUGH, **more)  # type: ignore[arg-type]  # fields of Conversation


def owners(text: str, message_id: int = 8) -> OwnerMessage:
    return OwnerMessage(KEY, message_id, THROUGH, Customer(MAJA, "Maja"), Agent(OLGA, "Olga"), text)


def customers(text: str, message_id: int = 7) -> CustomerMessage:
    return CustomerMessage(KEY, message_id, Customer(MAJA, "Maja"), text, through=THROUGH)


# --- numbers ---------------------------------------------------------------------------------------------------------


@given(IDS, IDS, IDS)
def test_a_chat_of_an_account_has_a_number_of_its_own_whatever_the_connection(owner: int, one: int, other: int) -> None:
    account = Account("c1", owner, "", owner, enabled=True, can_reply=True)
    again = replace(account, connection_id="c2", enabled=False)
    assert account.chat_with(one) == again.chat_with(one)
    assert (account.chat_with(one) == account.chat_with(other)) == (one == other)
    assert is_business(account.chat_with(one))
    assert FIRST <= account.chat_with(one) < 2**61
    assert not is_business(one)


# --- updates ---------------------------------------------------------------------------------------------------------


def test_what_the_customer_writes_to_an_account_is_a_customers_message_with_what_it_carries() -> None:
    photo = message(MAJA_USER, "", photo=[{"file_id": "small"}, {"file_id": "large"}], caption="the crack")
    del photo["text"]
    said = read("business_message", **photo)
    assert isinstance(said, CustomerMessage)
    assert (said.text, said.media, said.carries) == ("the crack", Media.PHOTO, {"file_id": "large"})
    assert said.through == Through("c1", MAJA)


def test_what_the_owner_writes_is_the_owners_and_what_we_wrote_is_passed_over() -> None:
    said = read("business_message", **message(OLGA_USER))
    assert isinstance(said, OwnerMessage)
    assert (said.owner.id, said.customer.id) == (OLGA, MAJA)
    ours = message(OLGA_USER, sender_business_bot={"id": 99, "is_bot": True, "first_name": "Bot"})
    assert isinstance(read("business_message", **ours), Ignored)


def test_a_place_carries_where_it_is() -> None:
    place = message(MAJA_USER, "", location={"latitude": 46.05, "longitude": 14.5})
    del place["text"]
    said = read("business_message", **place)
    assert isinstance(said, CustomerMessage)
    assert said.carries == {"latitude": "46.05", "longitude": "14.5"}


def test_edits_deletions_and_buttons_are_read_with_the_account_that_they_are_of() -> None:
    edited = read("edited_business_message", **message(MAJA_USER, "hallo"))
    assert isinstance(edited, CustomerMessage)
    assert edited.edited
    gone = read("deleted_business_messages", business_connection_id="c1", message_ids=[3, 4])
    assert gone == Deleted(MAJA, (3, 4), Through("c1", MAJA))
    pressed = {"id": "1", "from": MAJA_USER, "data": "x", "message": {**message(OLGA_USER), "chat": CHAT}}
    choice = read("callback_query", **pressed)
    assert isinstance(choice, CustomerChoice)
    assert choice.through == Through("c1", MAJA)
    assert isinstance(read("callback_query", **{**pressed, "from": OLGA_USER}), Ignored), "no customer pressed it"


def test_a_colleague_who_writes_to_a_business_account_is_its_customer_there() -> None:
    channel = TelegramChannel({GROUP, MAJA}, 99, "keepword_bot", admins={MAJA})
    told = {"message": {**message(OLGA_USER), "chat": CHAT}, "from": MAJA_USER, "id": "1", "data": "open:50-1"}
    assert isinstance(channel.read(Update(1, "", MONDAY, {"callback_query": told})), CustomerChoice)
    written = {"business_message": {"chat": CHAT, **message(MAJA_USER, "/content")}}
    assert isinstance(channel.read(Update(2, "", MONDAY, written)), CustomerMessage)


def test_a_connection_says_whose_it_is_and_whether_the_bot_may_reply() -> None:
    told = {"id": "c1", "user": OLGA_USER, "user_chat_id": OLGA, "date": 1, "is_enabled": True}
    assert read("business_connection", **told, rights={"can_reply": True}) == AccountStanding(ACCOUNT)
    without = read("business_connection", **told)
    assert isinstance(without, AccountStanding)
    assert not without.account.can_be_served


def test_an_accounts_chat_waits_for_nothing_else_and_its_own_updates_go_in_order() -> None:
    written = {"business_message": {"chat": CHAT, **message(MAJA_USER)}}
    pressed = {"callback_query": {"from": MAJA_USER, "message": {"chat": CHAT, **message(OLGA_USER)}}}
    assert lane_of(written) == lane_of(pressed) != lane_of({"message": {"chat": CHAT}})


# --- the owner and the customer --------------------------------------------------------------------------------------


def test_the_owners_words_keep_the_promise_and_make_the_case_theirs() -> None:
    waiting = promised()
    step = handover.owner_wrote(waiting, owners("I'll bring you one"), 1, context())
    after = step.conversation
    assert (after.phase, after.agent) == (Phase.HUMAN, Agent(OLGA, "Olga"))
    assert after.promise is None
    assert after.promises[-1].ended_by == f"Olga ({OLGA})"
    assert not [row for row in step.outbox if row.to is To.CUSTOMER], "the words are there already"
    told = [row.content.text for row in step.outbox if isinstance(row.content, Text) and row.to is To.CASE]
    assert told == ["💼 Olga wrote in the chat: I'll bring you one"]


def promised() -> Conversation:
    """A case that a colleague was promised to."""
    draft = Draft(conversation(), context())
    owner.left_alone(draft)
    return draft.finish().conversation


def test_without_a_case_what_the_owner_writes_is_told_to_no_colleague() -> None:
    step = handover.owner_wrote(conversation(), owners("hello Maja"), 1, context())
    assert step.conversation.with_owner
    assert not step.outbox
    quiet = arrival.receive(step.conversation, customers("hello Olga"), 2, context())
    assert not quiet.outbox
    assert not quiet.conversation.pending, "the bot has nothing to answer"


def test_what_is_deleted_before_it_was_answered_needs_no_answer() -> None:
    asked = arrival.receive(conversation(), customers("hello"), 1, context()).conversation
    step = owner.deleted(asked, Deleted(KEY, (7,), THROUGH), 2, context())
    assert not step.conversation.pending
    assert f"turn:{asked.id}" in step.done


def test_an_edit_of_the_owners_changes_the_transcript_and_tells_the_colleagues() -> None:
    told = handover.owner_wrote(promised(), owners("monday"), 1, context()).conversation
    step = owner.edited(told, owners("tuesday"), 2, context())
    assert step.conversation.messages[-1].text == "tuesday"
    (row,) = step.outbox
    assert isinstance(row.content, Text)
    assert "tuesday" in row.content.text


def test_a_picture_of_the_owners_is_shown_to_the_colleagues() -> None:
    picture = replace(owners("look"), media=Media.PHOTO, carries={"file_id": "f"})
    step = handover.owner_wrote(promised(), picture, 1, context())
    (copy,) = [row.content for row in step.outbox if isinstance(row.content, Copy)]
    assert copy.carries == {"file_id": "f"}


def test_where_the_bot_may_not_reply_the_customers_next_message_takes_no_mark_off() -> None:
    marked = replace(promised(), unreachable="may not", through=replace(THROUGH, served=False))
    assert arrival.receive(marked, customers("hello?"), 1, context()).conversation.unreachable
    back = replace(marked, through=THROUGH)
    assert not arrival.receive(back, customers("hello?"), 1, context()).conversation.unreachable
