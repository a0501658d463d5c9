"""What was found out about a language's words is found out once, and never taken for that of other texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlp.lexicon import Lexicon
from bot.nlp.notes import Notes
from bot.nlp.spelling import counted
from bot.nlp.text import latin_of_cyrillic, strip_diacritics

Texts = list[str]


class Asked:
    """Counts letters, and how often it was asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, texts: Sequence[str]) -> Counter[str]:
        self.times += 1
        return Counter("".join(texts))


@given(st.lists(st.text(max_size=8), max_size=4), st.lists(st.text(max_size=8), max_size=4))
def test_the_same_is_found_as_without_notes(
    tmp_path_factory: pytest.TempPathFactory, texts: Texts, others: Texts
) -> None:
    notes, find = Notes(tmp_path_factory.mktemp("notes")), Asked()
    for each in (texts, others, texts):
        assert dict(notes.of("letters", each, find)) == dict(find(each))
    assert find.times == 3 + (1 if texts == others else 2)


def test_they_outlast_the_process_and_go_by_what_they_are_about(tmp_path: Path) -> None:
    find = Asked()
    for notes in (Notes(tmp_path), Notes(tmp_path)):
        notes.of("letters", ["kje je paket"], find)
    assert find.times == 1
    Notes(tmp_path).of("words", ["kje je paket"], find)
    assert find.times == 2


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"7"])
def test_what_is_damaged_is_found_out_again(tmp_path: Path, content: bytes) -> None:
    find = Asked()
    Notes(tmp_path).of("letters", ["aab"], find)
    for kept in tmp_path.iterdir():
        kept.write_bytes(content)
    assert Notes(tmp_path).of("letters", ["aab"], find) == {"a": 2, "b": 1}
    assert Notes(tmp_path).of("letters", ["aab"], find) == {"a": 2, "b": 1}
    assert find.times == 2


def test_what_cannot_be_written_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert Notes(tmp_path / "file").of("letters", ["aab"], Asked()) == {"a": 2, "b": 1}


def test_old_ones_go(tmp_path: Path) -> None:
    for number in range(60):
        Notes(tmp_path).of("letters", [str(number)], Asked())
    assert 6 * 2 <= len(list(tmp_path.iterdir())) < 60
    last = Asked()
    Notes(tmp_path).of("letters", ["59"], last)
    assert last.times == 0


def test_words_are_restored_alike_with_notes_and_without(tmp_path: Path) -> None:
    texts = {"sl": ["kdaj dobim račun?", "čez koliko časa"], "el": ["πού είναι η παραγγελία μου"]}
    for _ in range(2):
        assert Lexicon.learn(texts, Notes(tmp_path)).forms == Lexicon.learn(texts).forms
    assert counted(["račun"])["rač"] == counted(["račun"])["rac"] == 1


def test_what_came_packed_need_not_be_found_out(tmp_path: Path) -> None:
    there, find = Notes(tmp_path / "there"), Asked()
    there.of("letters", ["aab"], find)
    there.pack(tmp_path / "notes.zip")
    there.pack(tmp_path / "again.zip")
    assert (tmp_path / "notes.zip").read_bytes() == (tmp_path / "again.zip").read_bytes()
    here = Notes(tmp_path / "here", tmp_path / "notes.zip")
    assert here.of("letters", ["aab"], find) == {"a": 2, "b": 1}
    assert find.times == 1
    assert here.of("letters", ["abb"], find) == {"a": 1, "b": 2}
    assert find.times == 2


@pytest.mark.parametrize("content", [None, b"", b"PK no archive at all"])
def test_what_came_damaged_or_not_at_all_is_found_out(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "notes.zip").write_bytes(content)
    assert Notes(tmp_path / "here", tmp_path / "notes.zip").of("letters", ["aab"], Asked()) == {"a": 2, "b": 1}


WORDS = st.text(st.sampled_from("abčšđžλόγοςЖж 😀'1"), max_size=12)


@given(st.lists(WORDS, max_size=4))
def test_runs_of_letters_are_counted_in_each_spelling_of_a_word(texts: Texts) -> None:
    found = counted(texts)
    for text in texts:
        for word in "".join(sign if sign.isalpha() else " " for sign in text.lower()).split():
            for spelled in {latin_of_cyrillic(word), strip_diacritics(latin_of_cyrillic(word))}:
                for n in (2, 3, 4):
                    for start in range(len(spelled) + 2 - n + 1):
                        assert found[f" {spelled} "[start : start + n]] > 0
    alone: Counter[str] = Counter()
    for word in " ".join(texts).lower().split():
        alone.update(counted([word]))
    assert counted([" ".join(texts).lower()]) == alone
