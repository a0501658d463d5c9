"""Whatever customer and agent do, in whatever order: both sides read the same.

The flow, the sender and the simulator's world and Bot API, joined without HTTP and on a time of their own.
"""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.simulator.chats import Message
from tests.two_sides import TwoSides, lines, stem


def albums(messages: list[Message]) -> list[bool]:
    """Which of the pictures are of an album."""
    return [message.media_group_id is not None for message in messages if message.content.attachment]


def script(messages: list[Message]) -> list[str]:
    return [word for message in messages for word in lines(message)]


DEEDS = ["write", "chatter", "picture", "album", "answer", "edit", "react", "note", "canned", "take back"]
ACTS = st.lists(
    st.tuples(
        st.sampled_from("ca"), st.sampled_from(DEEDS), st.integers(0, 20), st.sampled_from(["", "hear", "settle"])
    ),
    max_size=20,
)


@given(acts=ACTS)
@settings(max_examples=40, deadline=None)
def test_whatever_both_sides_do_they_read_the_same_in_the_order_of_who_wrote_it(
    acts: list[tuple[str, str, int, str]],
) -> None:
    asyncio.run(play(acts, in_turn=False))


@given(acts=ACTS)
@settings(max_examples=20, deadline=None)
def test_where_each_waits_for_the_other_even_the_order_of_all_is_the_same(
    acts: list[tuple[str, str, int, str]],
) -> None:
    asyncio.run(play(acts, in_turn=True))


async def play(acts: list[tuple[str, str, int, str]], *, in_turn: bool) -> None:
    sides = TwoSides()
    await sides.begin()
    for side, deed, which, then in acts:
        sides.act(side, deed, which)
        if in_turn or then == "settle":
            await sides.settle()
        elif then == "hear":
            await sides.hear()
    await sides.settle()
    await sides.sender.stop()
    check(sides, in_turn=in_turn)


def check(sides: TwoSides, *, in_turn: bool) -> None:
    customer, agents = sides.seen("c"), sides.seen("a")
    kept = [message for message in agents if not sides.taken_back & {stem(word) for word in lines(message)}]
    for by in "ca":
        here, there = [[message for message in read if lines(message)[0][0] == by] for read in (customer, kept)]
        assert script(here) == script(there)
        assert albums(here) == albums(there)
    if in_turn:
        assert script(customer) == script(kept)
    for message in (*customer, *kept):
        _check_answer(sides, message)
    _check_reactions(sides)


def _check_answer(sides: TwoSides, message: Message) -> None:
    """It answers on this side what it answered on the other; what was taken back can't be answered."""
    wanted = sides.answers.get(stem(lines(message)[0]))
    if wanted is None or wanted in sides.taken_back:
        return
    assert message.reply_to is not None
    assert wanted in [stem(word) for word in lines(message.reply_to)]


def _check_reactions(sides: TwoSides) -> None:
    bot = sides.world.state.bot.id
    for word, emoji in sides.given.items():
        theirs = [message for message in sides.seen(word[0]) if stem(lines(message)[0]) == word]
        for message in theirs:
            assert message.reactions.get(bot, ()) == ((emoji,) if emoji else ())


@pytest.mark.parametrize("deed", sorted(set(DEEDS)))
def test_each_deed_does_something(deed: str) -> None:
    async def done() -> int:
        sides = TwoSides()
        await sides.begin()
        for side in "ca":
            sides.act(side, "write", 0)
        await sides.settle()
        before = len(sides.store.record)
        for side in "ca":
            sides.act(side, deed, 1)
        await sides.settle()
        await sides.sender.stop()
        return len(sides.store.record) - before

    assert asyncio.run(done()) > 0
