"""Records as documents: what another version wrote is read."""

from __future__ import annotations

import pytest

from bot.core.conversation import Conversation
from bot.core.errors import StoreDamagedError, StoreError
from bot.core.outgoing import Delivery, Receipt
from bot.store.entries import pack, put_line, read_line, unpack
from bot.store.records import CONVERSATION, RECEIPT
from tests.contract.builders import NOON, conversation


def test_a_field_that_a_later_version_wrote_is_passed_over() -> None:
    document = {**CONVERSATION.dump(conversation()), "mood": "sunny"}
    document["customer"]["shoe_size"] = 44
    assert CONVERSATION.read(pack(document)) == conversation()


def test_a_field_that_an_earlier_version_did_not_write_takes_its_default() -> None:
    document = CONVERSATION.dump(conversation())
    required = ("id", "chat_id", "customer", "opened_at", "language")
    assert CONVERSATION.load({name: document[name] for name in required}) == conversation()


def test_a_document_that_is_no_record_is_damage_that_names_the_field() -> None:
    document = {**CONVERSATION.dump(conversation()), "phase": "asleep"}
    with pytest.raises(StoreDamagedError, match=r"Conversation .*\(phase: .*newer Keepword"):
        CONVERSATION.load(document)
    with pytest.raises(StoreDamagedError, match="Conversation"):
        CONVERSATION.read(b"[]")


def test_times_are_read_back_aware_and_to_the_microsecond() -> None:
    at = NOON.replace(microsecond=1)
    receipt = RECEIPT.read(pack(RECEIPT.dump(Receipt("5001-1:0:0", at, Delivery.SENT))))
    assert receipt.at == at
    assert receipt.at.utcoffset() == NOON.utcoffset()


def test_half_a_surrogate_pair_becomes_the_replacement_character_and_a_whole_one_its_character() -> None:
    assert unpack(pack({"text": "a\ud83db"})) == {"text": "a\ufffdb"}
    assert unpack(pack({"text": "a\ud83d\ude00b", "half": "\udc00"})) == {"text": "a\U0001f600b", "half": "\ufffd"}


def test_a_line_holds_any_text_without_breaking() -> None:
    said = "tab\t newline\n return\r separator\u2028 zero\0"
    raw = pack(CONVERSATION.dump(Conversation("1-1", 1, conversation().customer, NOON, said)))
    line = put_line("conversations", "an id\twith\nodd characters", raw)
    assert line.count(b"\n") == 1
    entry = read_line(line.rstrip(b"\n"))
    assert (entry.key, entry.raw) == ("an id\twith\nodd characters", raw)


def test_a_line_of_a_later_version_says_which_version_to_start() -> None:
    with pytest.raises(StoreError, match="newer Keepword"):
        read_line(b"frobnicate\tconversations\t1\t{}")
