"""A tree, checked against its shape; what does not fit is said in plain words, with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.files.problem import Report, did_you_mean
from bot.files.shapes import Shape
from bot.files.tree import Node

S = TypeVar("S", bound=Shape)

_KEY = "[key]"
"""How pydantic ends the path of an error that is in a name, not in what it names."""


def shaped(shape: type[S], node: Node, report: Report) -> S | None:
    """``node`` as ``shape``, or None where it does not fit: then every misfit is in the report."""
    try:
        return shape.model_validate(node.plain())
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _tell(shape, node, detail, report)
        return None


def _tell(shape: type[Shape], node: Node, detail: ErrorDetails, report: Report) -> None:
    path = detail["loc"]
    in_name = path[-1:] == (_KEY,)
    found = node.at(path[:-1] if in_name else path)
    place = found.name_place if in_name or detail["type"] in ("extra_forbidden", "missing") else found.place
    if detail["type"] == "extra_forbidden":
        report.error(place, _unknown_key(shape, path))
    else:
        report.error(place, _EXPLANATIONS.get(detail["type"], _unfitting)(detail))


def _unknown_key(shape: type[Shape], path: tuple[int | str, ...]) -> str:
    known = _keys(_shape_at(shape, path[:-1]))
    name = str(path[-1])
    return f"There is no key ‘{name}’ here.{did_you_mean(name, known)} The keys are: {', '.join(known)}."


def _shape_at(shape: type[Shape], path: tuple[int | str, ...]) -> type[Shape]:
    for step in path:
        field = shape.model_fields.get(str(step))
        shape = next(_shapes_in(field.annotation), shape) if field else shape
    return shape


def _shapes_in(annotation: object) -> Iterator[type[Shape]]:
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        yield annotation
    for inner in get_args(annotation):
        yield from _shapes_in(inner)


def _keys(shape: type[Shape]) -> list[str]:
    return [field.alias or name for name, field in shape.model_fields.items()]


def _name(detail: ErrorDetails) -> str:
    names = [step for step in detail["loc"] if isinstance(step, str) and step != _KEY]
    return f"‘{names[-1]}’" if names else "this"


def _value_error(detail: ErrorDetails) -> str:
    return str(detail["ctx"]["error"])


def _missing(detail: ErrorDetails) -> str:
    return f"{_name(detail)} is missing. Add a line for it."


def _choice(detail: ErrorDetails) -> str:
    expected = str(detail["ctx"]["expected"])
    choices = expected.replace("'", "").replace(" or ", ", ").split(", ")
    found = detail["input"]
    if not isinstance(found, str):
        return f"{_name(detail)} must be one of: {', '.join(choices)}."
    return f"‘{found}’ cannot be here.{did_you_mean(found, choices)} Choose one of: {', '.join(choices)}."


def _text(detail: ErrorDetails) -> str:
    found = detail["input"]
    if found is None:
        return "A text is missing here. Write one, or delete this line."
    if isinstance(found, dict):
        return (
            'A text was expected here. A text with a colon, or one that begins with {, needs quotes: "{name}: hello".'
        )
    return f"{_name(detail)} must be a single text, not a list. A text that begins with [ or - needs quotes around it."


def _name_pattern(detail: ErrorDetails) -> str:
    return (
        f"‘{detail['input']}’ cannot be a name here. A name has letters from a to z, digits and _, begins with "
        "a letter, and is at most 40 characters long: order_status."
    )


def _mapping(detail: ErrorDetails) -> str:
    return (
        f"{_name(detail)} needs lines of the form ‘name: value’ below it, indented by two spaces, not a text or a list."
    )


def _list(detail: ErrorDetails) -> str:
    return f"{_name(detail)} must be a list: each entry on a line of its own that begins with ‘- ’."


def _flag(detail: ErrorDetails) -> str:
    return f"{_name(detail)} must be true or false."


def _unfitting(detail: ErrorDetails) -> str:
    if detail["input"] is None:
        return f"The value of {_name(detail)} is missing. Write one, or delete this line."
    return f"{_name(detail)} must be a single value, such as 2h, 20% or a text."


_EXPLANATIONS: dict[str, Callable[[ErrorDetails], str]] = {
    "value_error": _value_error,
    "missing": _missing,
    "enum": _choice,
    "literal_error": _choice,
    "string_type": _text,
    "string_too_short": _text,
    "string_pattern_mismatch": _name_pattern,
    "model_type": _mapping,
    "dict_type": _mapping,
    "list_type": _list,
    "bool_type": _flag,
    "bool_parsing": _flag,
}
