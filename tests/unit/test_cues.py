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


@given(st.text(max_size=5000))
def test_any_text_at_all_can_be_listened_to(text: str) -> None:
    assert cues.heard(text, catalogue()) <= set(Cue)
