"""The quick parser reads what the careful one reads, or leaves it to that one."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml.error import YAMLError, YAMLStreamError

from bot.files.events import Event, Kind, NotYamlError, careful, quick
from bot.files.folder import take_snapshot

SHIPPED = take_snapshot(Path(__file__).parents[2]).files
SAMPLE = SHIPPED["intents/orders.yml"].decode() + SHIPPED["intents/en/talk.yml"].decode()[:4000]
LINES = SAMPLE.split("\n")
SIGNS = "ab 019:-#{}[]'\"|>&*!%@`?,~\\/.=<\n\t\x85\u2028é😀"


def told(events: Iterable[Event]) -> list[Event]:
    """What a text says; where something ends plays no part."""
    said = (event for event in events if event.kind is not Kind.NOTHING)
    return [event._replace(line=0, column=0) if event.kind is Kind.END else event for event in said]


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_both_read_the_shipped_content_alike(name: str) -> None:
    text = SHIPPED[name].decode()
    assert told(quick(text)) == told(careful(text))


@settings(max_examples=100)
@given(
    line=st.integers(0, len(LINES) - 1),
    new=st.lists(st.one_of(st.text(SIGNS, max_size=15), st.sampled_from(LINES)), max_size=3),
    cut=st.integers(0, 40),
)
def test_what_the_quick_one_accepts_the_careful_one_reads_the_same(line: int, new: list[str], cut: int) -> None:
    garbled = [each[:cut] if cut % 3 == 0 else each for each in new]
    text = "\n".join(chain(LINES[:line], garbled, LINES[line + 1 :]))
    try:
        found = told(quick(text))
    except NotYamlError:
        return
    try:
        assert found == told(careful(text))
    except (YAMLError, YAMLStreamError) as error:
        pytest.fail(f"only the quick one takes it: {error}")


@pytest.mark.parametrize("text", ["a: \t b", "a: b\x85c: d", "- a\u2028- b", "\ufeffa: b", "a: [b", "a: *b c"])
def test_what_may_be_read_in_two_ways_is_left_to_the_careful_one(text: str) -> None:
    with pytest.raises(NotYamlError):
        list(quick(text))
