"""Whatever happens to a line of a file: a catalogue, or problems that point into the files. Never an exception."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.files.folder import Snapshot
from bot.files.links import Required
from bot.files.load import Loaded, load_snapshot
from bot.files.problem import Problem
from bot.files.syntax import lines_of
from tests.content_samples import SMALL_CONTENT
from tests.unit.test_files_load import TODAY, WAITING

FILES = {name: text.encode() for name, text in SMALL_CONTENT.items()} | {"responses/en/system.yml": WAITING.encode()}
LINES = [(name, line) for name, content in sorted(FILES.items()) for line in range(content.count(b"\n"))]

NEEDED = Required(("waiting_now",))

GARBAGE = st.text(st.sampled_from("abz019 \t:-#{}[]'\"|>&*!%@`?,~\\/.=<\n\r\x00\x85\u2028\ufeff\ud800é😀"), max_size=12)


def checked(files: dict[str, bytes]) -> Loaded:
    loaded = load_snapshot(Snapshot(files), required=NEEDED, today=TODAY)
    assert loaded.catalogue is None or not loaded.problems
    assert loaded.catalogue is not None or loaded.problems
    for problem in (*loaded.problems, *loaded.warnings):
        assert_points_somewhere(problem, files)
    return loaded


def assert_points_somewhere(problem: Problem, files: dict[str, bytes]) -> None:
    text = files.get(problem.file, b"").decode("utf-8-sig", "replace")
    assert 1 <= problem.line <= len(lines_of(text)), problem
    assert 1 <= problem.column <= len(lines_of(text)[problem.line - 1]) + 1, problem
    assert "\n" not in str(problem), problem
    assert problem.message.strip().endswith((".", '"', "}", "…", ")")), problem


def with_line(name: str, line: int, lines: list[str]) -> dict[str, bytes]:
    """The files, with one line of one of them replaced by ``lines``."""
    all_lines = FILES[name].decode().split("\n")
    all_lines[line : line + 1] = lines
    return FILES | {name: "\n".join(all_lines).encode("utf-8", "surrogatepass")}


def line_of(name: str, line: int) -> str:
    return FILES[name].decode().split("\n")[line]


def test_a_problem_is_one_line_even_where_a_name_is_not() -> None:
    [problem] = checked(FILES | {"intents/en/more.yml": b'"order\\nstatus": {examples: [x]}\n'}).problems
    assert problem.message.startswith("There is no intent ‘order status’")


def test_what_is_garbled_here_is_right_to_begin_with() -> None:
    assert checked(FILES).catalogue


tries = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@tries
@given(st.sampled_from(LINES), st.sampled_from(LINES), st.sampled_from(["delete", "double", "move", "indent", "cut"]))
def test_a_line_lost_doubled_moved_or_shifted(place: tuple[str, int], other: tuple[str, int], what: str) -> None:
    line = line_of(*place)
    changed = {
        "delete": [],
        "double": [line, line],
        "move": [line, line_of(*other)],
        "indent": [f"  {line}"],
        "cut": [line[: len(line) // 2]],
    }[what]
    checked(with_line(*place, changed))


@tries
@given(st.sampled_from(LINES), st.integers(0, 60), st.integers(0, 8), GARBAGE)
def test_a_line_garbled(place: tuple[str, int], at: int, lost: int, garbage: str) -> None:
    line = line_of(*place)
    checked(with_line(*place, [line[:at] + garbage + line[at + lost :]]))


@tries
@given(
    st.sampled_from(sorted(FILES)),
    st.one_of(GARBAGE.map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=40)),
)
def test_a_file_of_anything(name: str, content: bytes) -> None:
    checked(FILES | {name: content})


@settings(max_examples=30, deadline=None)
@given(st.sets(st.sampled_from(sorted(FILES))))
def test_files_missing(names: set[str]) -> None:
    loaded = checked({name: content for name, content in FILES.items() if name not in names})
    assert replace(loaded, snapshot=Snapshot({})).version == loaded.version
