"""What a parser meets in a YAML text, one thing after another: by a quick parser, and by one that knows what is wrong.

The quick one (libyaml) reads the shipped content in a tenth of the time. What it refuses, or might read differently, is
read by the careful one, whose errors can be explained.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Any, NamedTuple

import yaml
from ruamel.yaml import YAML


class Kind(Enum):
    """What an event is. An alias stands for a node; ``END`` is that of a list or a mapping."""

    DOCUMENT = auto()
    TEXT = auto()
    LIST = auto()
    MAPPING = auto()
    ALIAS = auto()
    END = auto()
    NOTHING = auto()


class Event(NamedTuple):
    """``plain``: without quotes. ``mark`` is ``&``, ``*`` or ``!``: the node has an anchor, is an alias, has a tag."""

    kind: Kind
    line: int
    column: int
    value: str = ""
    plain: bool = False
    mark: str = ""


class NotYamlError(Exception):
    """The quick parser can't say."""


_DIFFERENT = re.compile("[\x85\u2028\u2029\ufeff\t]")
"""Ends of lines for the one and not for the other (YAML 1.1 and 1.2), and what the one takes for blank space."""

_KINDS = {
    "DocumentStartEvent": Kind.DOCUMENT,
    "ScalarEvent": Kind.TEXT,
    "SequenceStartEvent": Kind.LIST,
    "MappingStartEvent": Kind.MAPPING,
    "AliasEvent": Kind.ALIAS,
    "SequenceEndEvent": Kind.END,
    "MappingEndEvent": Kind.END,
}


def quick(text: str) -> Iterator[Event]:
    """Raises NotYamlError, also after some events."""
    if _DIFFERENT.search(text):
        raise NotYamlError
    try:
        for event in yaml.parse(text, Loader=yaml.CBaseLoader):
            if type(event) is yaml.ScalarEvent and event.anchor is None and event.tag is None:
                mark = event.start_mark  # nearly all are such: the short way
                found = Event(Kind.TEXT, mark.line + 1, mark.column + 1, event.value, not event.style)
            else:
                found = _event(event, getattr(event, "tag", None))
            if found.kind is Kind.TEXT and found.plain and not found.value:
                raise NotYamlError  # the two don't agree on where nothing stands
            yield found
    except yaml.YAMLError as error:
        raise NotYamlError from error


def careful(text: str) -> Iterator[Event]:
    """Raises the parser's own errors; see :func:`bot.files.syntax.explain`."""
    for event in YAML(typ="safe", pure=True).parse(text):
        yield _event(event, getattr(event, "ctag", None))


def _event(event: Any, tag: object) -> Event:  # of either parser: they call the same things by the same names
    kind = _KINDS.get(type(event).__name__, Kind.NOTHING)
    line, column = event.start_mark.line + 1, event.start_mark.column + 1
    if kind is Kind.ALIAS:
        return Event(kind, line, column, mark="*")
    if getattr(event, "anchor", None) is not None and kind is not Kind.NOTHING:
        return Event(kind, line, column, mark="&")
    mark = "!" if tag is not None and kind is not Kind.NOTHING else ""
    if kind is not Kind.TEXT:
        return Event(kind, line, column, mark=mark)
    return Event(kind, line, column, str(event.value), not event.style, mark)
