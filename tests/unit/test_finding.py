"""What somebody means by a few words."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from bot.core.finding import Findable, best, nearest

THINGS = {
    "refund": Findable(("refund", "Refund made", "money back"), ("Your money is on its way.",)),
    "order_late": Findable(("order late", "Order is late", "Zamuda pošiljke"), ("It is held up at the carrier.",)),
    "sorry": Findable(("sorry", "Our mistake"), ("I'm putting it right, your refund too.",)),
}


def test_a_name_goes_before_a_text_that_has_the_same_word() -> None:
    assert best("refund", THINGS) == ["refund", "sorry"]


def test_it_is_found_by_title_keyword_and_text() -> None:
    assert best("mistake", THINGS) == ["sorry"]
    assert best("money back", THINGS)[0] == "refund"
    assert best("carrier", THINGS) == ["order_late"]


def test_typing_mistakes_missing_diacritics_and_beginnings_do_no_harm() -> None:
    assert best("refnud", THINGS)[0] == "refund"
    assert best("zamuda posiljke", THINGS) == ["order_late"]
    assert best("ZAM", THINGS) == ["order_late"]


def test_what_is_like_nothing_finds_nothing_and_nothing_finds_all() -> None:
    assert best("xylophone", THINGS) == []
    assert best("", THINGS) == best("?!", THINGS) == list(THINGS)


def test_the_nearest_tag_is_offered() -> None:
    assert nearest("vpi", ["refund", "vip"]) == ["vip"]
    assert nearest("refunds", ["refund", "vip"]) == ["refund"]
    assert nearest("zzz", ["refund", "vip"]) == []


WORDS = st.text("abcdefghijklmnopqrstuvwxyzčšžāėα", min_size=5, max_size=12)


@given(word=WORDS, place=st.integers(0, 11), others=st.lists(WORDS, max_size=5))
def test_one_letter_left_out_still_finds_it(word: str, place: int, others: list[str]) -> None:
    slip = word[: place % len(word)] + word[place % len(word) + 1 :]
    things = {"wanted": Findable((word,)), **{f"other{i}": Findable((other,)) for i, other in enumerate(others)}}
    assert "wanted" in best(slip, things)


@given(word=WORDS, others=st.lists(WORDS, max_size=5))
def test_the_very_word_is_found_first(word: str, others: list[str]) -> None:
    assume(word not in others)
    things = {**{f"other{i}": Findable((other,)) for i, other in enumerate(others)}, "wanted": Findable((word,))}
    assert best(word, things)[0] == "wanted"
