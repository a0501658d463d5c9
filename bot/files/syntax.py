"""What is wrong with a text that is not YAML, in the words of someone who has never heard of YAML."""

from __future__ import annotations

import re
from collections.abc import Callable

from ruamel.yaml.error import YAMLError, YAMLStreamError

UNREADABLE_FILE = (
    "This file cannot be read. Undo your last change; look for a quote or a bracket that is not closed, "
    "and for odd characters."
)
QUOTE_BRACES = 'A text that begins with { or [ needs quotes around it: "{name}, hello".'
_INDENTATION = (
    "This line does not line up with the ones above it. Give lines that belong together the same number of spaces "
    "at the start"
)


def needs_quotes(mark: str) -> str:
    """That a text begins with a character that means something else."""
    return f'A text that begins with {mark} needs quotes around it: "{mark}…".'


def lines_of(text: str) -> list[str]:
    """The lines as an editor counts them; at least one."""
    return re.split(r"\r\n|\r|\n", text)


def explain(error: YAMLError | YAMLStreamError, lines: list[str]) -> tuple[int, int, str]:
    """Line and column (from 1) of what went wrong, and what to do about it."""
    context = str(getattr(error, "context", None) or "")
    problem = str(getattr(error, "problem", None) or "")
    begun = _position(getattr(error, "context_mark", None), lines)
    found = _position(getattr(error, "problem_mark", None), lines) or begun or (1, 1)
    for fragment, explanation in _EXPLANATIONS:
        if fragment in problem or fragment in context:
            return explanation(_Trouble(lines, begun or found, found))
    return (*found, UNREADABLE_FILE.replace("This file", "The file from this line on"))


def _position(mark: object, lines: list[str]) -> tuple[int, int] | None:
    line = getattr(mark, "line", None)
    if not isinstance(line, int):
        return None
    return min(line, len(lines) - 1) + 1, int(getattr(mark, "column", 0)) + 1


class _Trouble:
    """Where the parser stopped: ``begun`` is where the thing it was reading starts, ``found`` where it gave up."""

    def __init__(self, lines: list[str], begun: tuple[int, int], found: tuple[int, int]) -> None:
        self.lines = lines
        self.begun = begun
        self.found = found
        self.line = lines[found[0] - 1]
        self.before = self.line[: found[1] - 1]
        self.here = self.line[found[1] - 1 : found[1]]


_Explanation = Callable[[_Trouble], tuple[int, int, str]]


def _colon(trouble: _Trouble) -> tuple[int, int, str]:
    if re.search(r"\S:\s", trouble.before) or re.match(r"\s*-\s", trouble.before):
        return (
            *trouble.found,
            'This text has a colon in it and needs quotes around the whole of it: "Good news: it is here".',
        )
    return (*trouble.found, f"{_INDENTATION}, and see that the line above is ‘name: text’ or a list.")


def _no_colon(trouble: _Trouble) -> tuple[int, int, str]:
    return (
        *trouble.begun,
        "This line has no ‘name: text’. Put a colon and a space after the name, or indent the line if it "
        "continues the text above.",
    )


def _odd_start(trouble: _Trouble) -> tuple[int, int, str]:
    if trouble.here == "\t":
        return (*trouble.found, "There is a tab here. Use spaces: two for each step to the right.")
    return (*trouble.found, needs_quotes(trouble.here))


def _dash(trouble: _Trouble) -> tuple[int, int, str]:
    return (
        *trouble.found,
        "A list cannot begin here. Put each ‘- …’ on a line of its own, below the name it belongs to.",
    )


def _misplaced(trouble: _Trouble) -> tuple[int, int, str]:
    if trouble.before.rstrip().endswith(('"', "'")):
        return (*trouble.found, "There is text after the closing quote. Put the whole text inside the quotes.")
    if trouble.before.rstrip().endswith(("]", "}")):
        return (*trouble.found, f"There is text after the closing bracket. {QUOTE_BRACES}")
    if trouble.here in ("]", "}"):
        return (*trouble.found, f"There is a closing {trouble.here} without an opening one. Delete it, or use quotes.")
    if trouble.here == "?":
        return (*trouble.found, needs_quotes("?"))
    return (*trouble.found, f"{_INDENTATION}.")


def _unclosed_bracket(trouble: _Trouble) -> tuple[int, int, str]:
    same_line = trouble.begun[0] == trouble.found[0]
    if same_line and trouble.here:
        return (
            *trouble.found,
            "A comma or a closing bracket is missing before this. Put commas between the parts, and quotes around a "
            "text that has brackets, commas or colons in it.",
        )
    return (*trouble.begun, f"The bracket that opens here is not closed. Close it. {QUOTE_BRACES}")


def _no_content(trouble: _Trouble) -> tuple[int, int, str]:
    return (*trouble.found, "Something is missing before this: a text between two commas, or after a dash or a colon.")


def _unclosed_quote(trouble: _Trouble) -> tuple[int, int, str]:
    return (*trouble.begun, "The quote that opens here is not closed. Put the same quote at the end of the text.")


def _backslash(trouble: _Trouble) -> tuple[int, int, str]:
    return (
        *trouble.found,
        "A backslash inside double quotes means something else. Use single quotes around this text: '\\d{5}'.",
    )


def _block(trouble: _Trouble) -> tuple[int, int, str]:
    return (
        *trouble.found,
        "After > or | the text begins on the next line, indented by two spaces. If > or | is part of a text, put "
        "quotes around it.",
    )


def _percent(trouble: _Trouble) -> tuple[int, int, str]:
    line = next((number for number, line in enumerate(trouble.lines, 1) if line.startswith("%")), None)
    if line is None:
        return _misplaced(trouble)
    return (line, 1, "A line cannot begin with %. Indent it, and put the text in quotes.")


def _mark(trouble: _Trouble) -> tuple[int, int, str]:
    line, column = trouble.begun if trouble.begun[0] == trouble.found[0] else trouble.found
    mark = next((mark for mark in "&*!" if mark in trouble.line[column - 1 : column]), "& or * or !")
    return line, column, needs_quotes(mark)


_EXPLANATIONS: tuple[tuple[str, _Explanation], ...] = (
    ("mapping values are not allowed", _colon),
    ("found unexpected ':'", _colon),
    ("could not find expected ':'", _no_colon),
    ("cannot start any token", _odd_start),
    ("sequence entries are not allowed", _dash),
    ("mapping keys are not allowed", _misplaced),
    ("expected <block end>", _misplaced),
    ("expected ',' or", _unclosed_bracket),
    ("expected the node content", _no_content),
    ("found unexpected end of stream", _unclosed_quote),
    ("found unexpected document separator", _unclosed_quote),
    ("double-quoted scalar", _backslash),
    ("block scalar", _block),
    ("directive", _percent),
    ("expected '<document start>'", _percent),
    ("after document end marker", _misplaced),
    ("undefined alias", _mark),
    ("scanning an alias", _mark),
    ("scanning an anchor", _mark),
    ("tag", _mark),
)
