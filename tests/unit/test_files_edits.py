"""An example is written into a file; everything else stays to the letter."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.errors import ContentError
from bot.files.edits import add_example
from bot.files.folder import take_snapshot
from bot.files.load import load
from tests.content_samples import SMALL_CONTENT, write_content

ORDERS = "intents/en/orders.yml"


def add(folder: Path, text: str, intent: str = "order_status", language: str = "en", area: str = "orders") -> str:
    return add_example(folder, take_snapshot(folder), intent, language, text, area)


def new_lines(before: str, after: str) -> list[str]:
    changed = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in changed if line[0] in "+-"]


def test_an_example_is_one_line_more_at_the_end_of_the_list(tmp_path: Path) -> None:
    write_content(tmp_path)
    where = add(tmp_path, "is it on the way")
    after = (tmp_path / ORDERS).read_text()
    assert new_lines(SMALL_CONTENT[ORDERS], after) == ["+     - is it on the way"]
    file, _, line = where.partition(":")
    assert (file, after.splitlines()[int(line) - 1]) == (ORDERS, "    - is it on the way")


@pytest.mark.parametrize(
    "text",
    [
        'say: "hi" # now',
        "- dash",
        "yes",
        "42",
        "{order_id} where",
        "it's [odd]",
        "back\\slash",
        "ž 📦",
        "a -b",
        "null",
        "?",
        "x: y",
    ],
)
def test_any_words_are_read_back_as_they_are(tmp_path: Path, text: str) -> None:
    write_content(tmp_path)
    add(tmp_path, text)
    found = next(p for p in load(tmp_path).catalogue.phrases if p.intent == "order_status")  # type: ignore[union-attr]
    assert found.examples[-1] == text


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Co", "Cn", "Zl", "Zp"]), min_size=1, max_size=40
    )
)
def test_any_text_at_all_is_added_or_refused_and_nothing_else_changes(tmp_path: Path, text: str) -> None:
    text = " ".join(text.split()) or "x"
    write_content(tmp_path)
    try:
        add(tmp_path, text)
    except ContentError:
        assert (tmp_path / ORDERS).read_text() == SMALL_CONTENT[ORDERS]
        return
    lines = new_lines(SMALL_CONTENT[ORDERS], (tmp_path / ORDERS).read_text(encoding="utf-8"))
    assert [line[0] for line in lines] == ["+"]


def test_a_list_in_brackets_grows_inside_them(tmp_path: Path) -> None:
    write_content(tmp_path)
    add(tmp_path, "opening times?", "opening_hours", area="talk")
    assert "do you open early, opening times?]" in (tmp_path / "intents/en/talk.yml").read_text()
    assert load(tmp_path).catalogue is not None


def test_comments_blank_lines_and_long_examples_stay(tmp_path: Path) -> None:
    text = SMALL_CONTENT[ORDERS].replace(
        "    - what is happening with my delivery\n",
        "    - what is happening\n      with my delivery\n\n  # a note\n",
    )
    write_content(tmp_path, **{ORDERS: text})
    add(tmp_path, "is it on the way")
    assert new_lines(text, (tmp_path / ORDERS).read_text()) == ["+     - is it on the way"]


def test_line_ends_of_windows_stay(tmp_path: Path) -> None:
    write_content(tmp_path)
    (tmp_path / ORDERS).write_bytes(SMALL_CONTENT[ORDERS].replace("\n", "\r\n").encode())
    add(tmp_path, "is it on the way")
    content = (tmp_path / ORDERS).read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n")


def test_where_a_language_has_no_file_yet_one_is_made(tmp_path: Path) -> None:
    write_content(tmp_path)
    assert add(tmp_path, "kje je paket", language="sl") == "intents/sl/orders.yml:3"
    assert (tmp_path / "intents/sl/orders.yml").read_text() == "order_status:\n  examples:\n    - kje je paket\n"


def test_where_an_intent_has_no_list_yet_one_is_made(tmp_path: Path) -> None:
    write_content(tmp_path, **{ORDERS: "order_status:\n  check: [any news]\n"})
    add(tmp_path, "is it on the way")
    assert (tmp_path / ORDERS).read_text() == (
        "order_status:\n  examples:\n    - is it on the way\n  check: [any news]\n"
    )


def test_a_sentence_that_is_there_already_is_refused_with_its_place(tmp_path: Path) -> None:
    write_content(tmp_path)
    with pytest.raises(ContentError, match=r"intents/en/orders.yml:1:1: .* already"):
        add(tmp_path, "Where is my order?")


def test_a_list_that_cannot_be_added_to_is_left_alone(tmp_path: Path) -> None:
    odd = "order_status: {examples: where is my order}\n"
    write_content(tmp_path, **{ORDERS: odd})
    with pytest.raises(ContentError, match="Add by hand"):
        add(tmp_path, "is it on the way")
    assert (tmp_path / ORDERS).read_text() == odd
