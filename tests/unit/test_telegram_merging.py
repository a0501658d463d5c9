"""What waits for the same chat goes as one message, where nothing is lost by it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.core.conversation import Entity, Media, Ref
from bot.core.outgoing import Button, Card, Content, Copy, Lane, Mention, Outgoing, Text, To
from bot.telegram.call import Album
from bot.telegram.merging import are_album, joined, may_join

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def row(content: Content, *, to: To = To.CUSTOMER, lane: Lane = Lane.ANSWER) -> Outgoing:
    return Outgoing("5001-1:1:0", "5001-1", 5001, to, lane, content, NOON)


def copy(number: int, text: str, of: int = 5001, **more: Any) -> Outgoing:
    return row(Copy(of, number, text=text, **more), to=To.CASE, lane=Lane.AGENT)


def picture(number: int, album: str | None, text: str = "", *, to: To = To.CASE, of: int = 5001) -> Outgoing:
    return row(Copy(of, number, text=text, media=Media.PHOTO, album=album), to=to, lane=Lane.AGENT)


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
    assert joined([copy(1, "hello?")]) == Copy(5001, 1, text="hello?")


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
    assert not may_join([copy(1, "a")], copy(2, "b", answers=Ref(5001, 3)))


def test_pictures_are_copied_by_themselves() -> None:
    assert not may_join([copy(1, "a")], copy(2, ""))
    assert not may_join([copy(1, "")], copy(2, "b"))


def test_pictures_with_captions_are_not_taken_for_words() -> None:
    assert not may_join([picture(1, None, "a")], picture(2, None, "b"))
    assert not may_join([copy(1, "a")], picture(2, None, "b"))


def test_pictures_of_one_album_become_one_again_whoever_sent_them() -> None:
    rows = [picture(1, "x", "look"), picture(2, "x"), picture(4, "x")]
    assert are_album(rows)
    assert joined(rows) == Album(5001, (1, 2, 4))
    assert joined(rows[:1]) == rows[0].content
    assert are_album([picture(1, "x", to=To.CUSTOMER), picture(2, "x", to=To.CUSTOMER)])


def test_pictures_of_two_albums_and_an_eleventh_stay_apart() -> None:
    assert not are_album([picture(1, "x"), picture(2, "y")])
    assert not are_album([picture(1, "x"), picture(2, None)])
    assert not are_album([picture(1, "x"), picture(2, "x", of=-7)])
    assert not are_album([picture(number, "x") for number in range(11)])


def test_joined_lines_stay_as_they_were_set() -> None:
    rows = [copy(1, "👀 see", entities=(Entity("bold", 3, 3),)), copy(2, "here", entities=(Entity("italic", 0, 4),))]
    whole = joined(rows)
    assert whole == Text("👀 see\nhere", entities=(Entity("bold", 3, 3), Entity("italic", 7, 4)))


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
