"""N-grams: whatever is written, and whatever stands beside it, a text has just the terms that are in it."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from zlib import crc32

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.nlp.ngrams import MAX_CHARS, Ngrams, grams, number
from bot.nlp.text import fold

anything = st.text(st.characters(codec=None, categories=None), max_size=40)
said = st.lists(st.sampled_from(["where", "is", "my", "order", "naročilo", "παραγγελία", "😀", "12", "!"]), max_size=8)


def written_out(text: str) -> Counter[str]:
    """The terms of one text, put together one by one."""
    words = [word for part in fold(text).split() for word in _split(part)]
    whole = [f"w:{word}" for word in words] + [f"w:{one} {other}" for one, other in pairwise(words)]
    within = [
        f"c:{padded[start : start + n]}"
        for padded in (f" {word} " for word in words)
        for n in (3, 4, 5)
        for start in range(len(padded) - n + 1)
    ]
    return Counter(whole + within)


def _split(part: str) -> list[str]:
    """A word is letters, digits and _, or one of any other sign."""
    found: list[str] = []
    joined = False
    for sign in part:
        is_letter = sign.isalnum() or sign == "_"
        if is_letter and joined:
            found[-1] += sign
        elif not sign.isspace():
            found.append(sign)
        joined = is_letter
    return found


def numbered(terms: Counter[str]) -> Counter[tuple[bool, int]]:
    found: Counter[tuple[bool, int]] = Counter()
    for term, count in terms.items():
        found[term.startswith("w:"), crc32(term.encode())] += count
    return found


@given(st.lists(said.map(" ".join), max_size=5))
def test_each_text_has_its_words_pairs_of_words_and_runs_of_letters(texts: list[str]) -> None:
    for text, terms in zip(texts, grams(texts), strict=True):
        pairs = zip((terms >> np.uint64(32)).tolist(), number(terms).tolist(), strict=True)
        assert Counter((bool(kind), code) for kind, code in pairs) == numbered(written_out(text))


def test_many_words_at_once_have_the_same_terms_as_one_by_one() -> None:
    texts = [f"order{number} of čaj{number} x{number % 7}" for number in range(200)]
    assert [sorted(terms.tolist()) for terms in grams(texts)] == [
        sorted(terms.tolist()) for text in texts for terms in grams([text])
    ]


@given(anything, st.lists(anything, max_size=4))
def test_what_stands_beside_a_text_changes_nothing(text: str, others: list[str]) -> None:
    assert sorted(grams([*others, text])[-1].tolist()) == sorted(grams([text])[0].tolist())


def test_of_very_long_texts_beginning_and_end_are_seen() -> None:
    found = set(grams(["first " + "so " * MAX_CHARS + "last"])[0].tolist())
    assert found.issuperset(grams(["first"])[0].tolist())
    assert found.issuperset(grams(["last"])[0].tolist())


def test_rows_are_of_unit_length_and_a_text_is_most_like_itself() -> None:
    texts = ["where is my order", "kje je moje naročilo", "πού είναι η παραγγελία μου", "is is is"]
    terms = grams(texts)
    rows = Ngrams.learn(terms).matrix(terms)
    alike = (rows @ rows.T).toarray()

    np.testing.assert_allclose(np.diag(alike), 1, atol=1e-6)
    assert (alike.argmax(axis=1) == np.arange(len(texts))).all()


def test_a_term_in_few_texts_says_more_than_one_in_many() -> None:
    terms = grams(["my order", "my parcel", "my money"])
    learnt = Ngrams.learn(terms)

    def weight(word: str) -> float:
        place = int(np.searchsorted(learnt.terms, crc32(f"w:{word}".encode())))
        assert learnt.terms[place] == crc32(f"w:{word}".encode())
        return float(learnt.weights[place])

    assert weight("my") < weight("order") == weight("parcel")


@given(st.lists(said.map(" ".join), min_size=1, max_size=4), st.lists(said.map(" ".join), max_size=4))
def test_what_is_learnt_beside_moves_what_was_known_and_keeps_what_it_weighs(had: list[str], came: list[str]) -> None:
    before = Ngrams.learn(grams(had))
    after, moved = before.knowing(grams(came), len(had))

    assert (after.terms[moved] == before.terms).all()
    assert (after.weights[moved] == before.weights).all()
    known = set(after.terms.tolist())
    assert known == {code for each in grams([*had, *came]) for code in number(each).tolist()}
    assert after.terms.tolist() == sorted(known)


def test_nothing_is_known_of_nothing() -> None:
    learnt = Ngrams.learn(grams([]))
    assert learnt.matrix(grams(["where is my order", ""])).shape == (2, 0)
    assert grams([""])[0].size == 0
