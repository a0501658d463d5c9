"""What people are told when a file is not what it should be, before anything in it is looked at."""

from __future__ import annotations

import codecs
import re

import pytest

from bot.files.problem import Problem, Report
from bot.files.tree import Node, read_tree


def read(text: str | bytes) -> tuple[Node | None, list[Problem]]:
    report = Report()
    tree = read_tree("a.yml", text.encode() if isinstance(text, str) else text, report)
    return tree, sorted(report.errors)


def plain(text: str | bytes) -> object:
    tree, problems = read(text)
    assert tree is not None
    assert not problems
    return tree.plain()


def test_texts_stay_as_they_are_written() -> None:
    written = "a: yes\nb: 12:30\nc: 007\nd: 2026-12-24\ne: 1e3\nf: null\ng:\nh: 'null'\ni: 20%\n"
    assert plain(written) == {
        "a": "yes",
        "b": "12:30",
        "c": "007",
        "d": "2026-12-24",
        "e": "1e3",
        "f": None,
        "g": None,
        "h": "null",
        "i": "20%",
    }


@pytest.mark.parametrize("empty", [b"", b"\n\n", b"# only a note\n", b"\xef\xbb\xbf", b"---\n"])
def test_an_empty_file_is_an_empty_mapping(empty: bytes) -> None:
    assert plain(empty) == {}


def test_a_byte_order_mark_and_windows_line_ends_are_fine() -> None:
    tree, problems = read(b"\xef\xbb\xbfa: b\r\nc: d\r\n")
    assert tree
    assert not problems
    assert tree.plain() == {"a": "b", "c": "d"}
    assert (tree.entries["c"].place.line, tree.entries["c"].place.column) == (2, 4)


def test_every_duplicate_is_told_and_the_first_one_stays() -> None:
    tree, problems = read("a: 1\nb: 2\na: 3\nb: 4\n")
    assert tree
    assert tree.plain() == {"a": "1", "b": "2"}
    assert [str(problem) for problem in problems] == [
        "a.yml:3:1: ‘a’ is here twice (first on line 1). Delete one of them, or rename it.",
        "a.yml:4:1: ‘b’ is here twice (first on line 2). Delete one of them, or rename it.",
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "remedy"),
    [
        ("a: Good news: it is here\n", 1, 13, "needs quotes around the whole of it"),
        ("a:\n  b: 1\n   c: 2\n", 3, 5, "same number of spaces"),
        ("a:\n  b: 1\n c: 2\n", 3, 2, "same number of spaces"),
        ("a:\n  - x\n  b: c\n", 3, 3, "same number of spaces"),
        ("- a\nb: c\n", 2, 1, "same number of spaces"),
        ("a:\n\tb: 1\n", 2, 1, "Use spaces"),
        ("a: 1\nb\nc: 2\n", 2, 1, "Put a colon and a space after the name"),
        ("a: @home\n", 1, 4, "A text that begins with @ needs quotes"),
        ("a: *bold*\n", 1, 4, "A text that begins with * needs quotes"),
        ("a: &b c\n", 1, 4, "A text that begins with & needs quotes"),
        ("a: !important\n", 1, 4, "A text that begins with ! needs quotes"),
        ("a: ? b\n", 1, 4, "A text that begins with ? needs quotes"),
        ("a: {name}, hello\n", 1, 10, "needs quotes around it"),
        ("a: 'it's here'\n", 1, 8, "Put the whole text inside the quotes"),
        ('a: "b\nc: d\n', 1, 4, "The quote that opens here is not closed"),
        ("a: [b, c\nd: e\n", 1, 4, "The bracket that opens here is not closed"),
        ("a: {b: c\n", 1, 4, "The bracket that opens here is not closed"),
        ("a: [b,, c]\n", 1, 7, "Something is missing before this"),
        ("a: [b: c: d]\n", 1, 9, "Put commas between the parts"),
        ("a: - b\n", 1, 4, "on a line of its own"),
        ('a: "\\d{5}"\n', 1, 6, "Use single quotes"),
        ("a: >x\n", 1, 5, "put quotes around it"),
        ("a: 1\n---\nb: 2\n", 2, 1, "Delete this line"),
        ("%x\n", 1, 1, "put the text in quotes"),
        (": b\n", 1, 1, "without a name"),
        ("{a: b}: c\n", 1, 1, "A name was expected"),
        ("a: " + "[" * 40, 1, 15, "nested too deeply"),
        ('a: "\\UFFFFFFFF"\n', 1, 1, "Undo your last change"),
        (b"\xff\xfea\x00", 1, 1, "encoding UTF-8"),
        (b"a: b\nc: caf\xe9\n", 2, 7, "encoding UTF-8"),
        (codecs.BOM_UTF8 + b"a: caf\xe9\n", 1, 7, "encoding UTF-8"),
        (b"a: b\nc: \x07\n", 2, 4, "invisible control character"),
    ],
)
def test_a_broken_file_says_where_and_what_to_do(text: str | bytes, line: int, column: int, remedy: str) -> None:
    tree, problems = read(text)
    assert tree is None
    [problem] = problems
    assert (problem.line, problem.column) == (line, column)
    assert remedy in problem.message


@pytest.mark.parametrize("text", ["a: b: c\n", "a:\n\tb: 1\n", "a: [b\n", "a: 'b\n", "a: - b\n", "a\nb: c\n"])
def test_no_problem_speaks_of_yaml(text: str) -> None:
    _, [problem] = read(text)
    assert not re.search(r"yaml|mapping|scalar|token|parse|scan|block|sequence|flow", problem.message, re.IGNORECASE)
