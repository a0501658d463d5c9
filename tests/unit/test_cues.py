"""Words by which customers speak of their own case, found however they are typed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import cues
from bot.core.content import Cue
from tests.catalogues import catalogue

SMALL = replace(
    catalogue(), cues={"en": {Cue.CALL: ("call me", "ring*"), Cue.YES: ("yes",)}, "sl": {Cue.CALL: ("pokličite",)}}
)


@pytest.mark.parametrize(
    "text", ["CALL ME", "please call  me!", "ringing would do", "poklicite me", "Pokličite", "call\nme"]
)
def test_a_cue_is_found_in_any_spelling_and_language(text: str) -> None:
    assert cues.heard(text, SMALL) == {Cue.CALL}


@pytest.mark.parametrize("text", ["", "recall measures", "string", "call them", "☎"])
def test_part_of_a_longer_word_is_no_cue(text: str) -> None:
    assert cues.heard(text, SMALL) == frozenset()


@pytest.mark.parametrize(("text", "just"), [("Yes!", True), (" yes … ", True), ("yes and no", False), ("", False)])
def test_the_whole_message_may_be_one_cue(text: str, just: bool) -> None:
    assert cues.is_just(text, Cue.YES, SMALL) is just


def test_content_without_cues_hears_none() -> None:
    none = replace(SMALL, cues={})
    assert cues.heard("call me", none) == frozenset()
    assert not cues.is_just("yes", Cue.YES, none)


_WORDS = st.text(alphabet="abcč'.\\", min_size=1, max_size=3)
_PHRASES = st.builds(
    lambda before, words, after: before + " ".join(words) + after,
    st.sampled_from(["", "*"]),
    st.lists(_WORDS, min_size=1, max_size=2),
    st.sampled_from(["", "*"]),
)


@given(st.lists(_PHRASES, min_size=1, max_size=6), st.lists(_WORDS, max_size=6).map(" ".join))
def test_phrases_that_begin_alike_are_found_as_each_by_itself(phrases: list[str], text: str) -> None:
    def hears(*these: str) -> bool:
        return bool(cues.heard(text, replace(SMALL, cues={"en": {Cue.CALL: these}})))

    assert hears(*phrases) is any(hears(phrase) for phrase in phrases)


@given(st.text(max_size=5000))
def test_any_text_at_all_can_be_listened_to(text: str) -> None:
    assert cues.heard(text, catalogue()) <= set(Cue)
