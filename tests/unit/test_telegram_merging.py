"""What waits for the same chat goes as one message, where nothing is lost by it."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.core.model import Button, Card, Content, Copy, Lane, Mention, Outgoing, Text, To
from bot.telegram.merging import joined, may_join

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def row(content: Content, *, to: To = To.CUSTOMER, lane: Lane = Lane.ANSWER) -> Outgoing:
    return Outgoing("5001-1:1:0", "5001-1", 5001, to, lane, content, NOON)


def copy(number: int, text: str, of: int = 5001, reply_to: int | None = None) -> Outgoing:
    return row(Copy(of, number, reply_to, text), to=To.CASE, lane=Lane.AGENT)


YES = ((Button("Yes", "yes"),),)


def test_answers_become_paragraphs_with_the_quote_of_the_first_and_the_buttons_of_the_last() -> None:
    rows = [row(Text("One.", reply_to=7)), row(Text("Two.", YES))]
    assert may_join(rows[:1], rows[1])
    assert joined(rows) == Text("One.\n\nTwo.", YES, 7)


def test_a_customers_messages_become_lines_of_one() -> None:
    rows = [copy(1, "hello?"), copy(2, "is anybody there")]
    assert may_join(rows[:1], rows[1])
    assert joined(rows) == Text("hello?\nis anybody there")


def test_what_is_said_again_is_shown_once() -> None:
    rows = [copy(1, "hello?"), copy(2, "hello?"), copy(3, "help")]
    assert joined(rows) == Text("hello?\nhelp")


def test_alone_a_message_stays_as_it_is() -> None:
    assert joined([copy(1, "hello?")]) == Copy(5001, 1, None, "hello?")


def test_buttons_stay_under_their_own_question() -> None:
    assert not may_join([row(Text("Which?", YES))], row(Text("Two.")))


def test_a_change_of_the_customers_keyboard_is_a_message_of_its_own() -> None:
    for change in (Text("Which number?", share_contact="Share it"), Text("Thank you.", hide_keyboard=True)):
        assert not may_join([row(Text("One."))], row(change))
        assert not may_join([row(change)], row(Text("Two.")))


def test_what_is_asked_afterwards_is_a_message_of_its_own() -> None:
    assert not may_join([row(Text("One."))], row(Text("How was it?", YES), lane=Lane.FOLLOW_UP))


def test_a_reply_stays_a_reply() -> None:
    assert not may_join([row(Text("One."))], row(Text("Two.", reply_to=3)))
    assert not may_join([copy(1, "a")], copy(2, "b", reply_to=3))


def test_pictures_are_copied_by_themselves() -> None:
    assert not may_join([copy(1, "a")], copy(2, ""))
    assert not may_join([copy(1, "")], copy(2, "b"))


def test_an_agents_words_stay_as_they_were_written() -> None:
    words = row(Text("I will look"), lane=Lane.AGENT)
    assert not may_join([words], row(Text("Two.")))
    assert not may_join([row(Text("One."))], words)


def test_a_promise_does_not_wait_with_small_talk() -> None:
    small_talk, promise = row(Text("Hi!"), lane=Lane.SMALLTALK), row(Text("By noon."), lane=Lane.PROMISE)
    assert not may_join([small_talk], promise)
    assert may_join([promise], small_talk)


def test_only_words_join_words() -> None:
    assert not may_join([row(Text("One."), to=To.CASE)], row(Card("who"), to=To.CASE))
    assert not may_join([copy(1, "a")], row(Text("b"), to=To.CASE))
    assert not may_join([copy(1, "a")], copy(2, "b", of=-7))


def test_together_they_are_no_longer_than_one_message_may_be() -> None:
    assert may_join([copy(1, "a" * 4000)], copy(2, "b" * 95))
    assert not may_join([copy(1, "a" * 4000)], copy(2, "b" * 96))
    assert not may_join([copy(1, "👀" * 2000)], copy(2, "b" * 96))


def test_who_is_called_by_name_is_called_in_a_message_of_its_own() -> None:
    called = row(Text("Ana, please", mentions=(Mention(7, "Ana"),)), to=To.CASE)
    assert not may_join([called], row(Text("Two."), to=To.CASE))
    assert not may_join([row(Text("One."), to=To.CASE)], called)
