"""Lists to choose from by buttons, a page at a time.

The list answers the message that asked for it, and Telegram brings that along with a press: nothing is kept of a list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.draft import Draft
from bot.core.incoming import AgentChoice, AgentMessage
from bot.core.outgoing import Button, Keyboard

PER_PAGE = 6

PAGE = "page"
"""What a button says that shows another page; its number follows."""

NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
"""How a thing to choose is named: this stands in a button's data, beside what is to be done and the case."""

_LONGEST_DATA = 64
"""Bytes of a button's data: Telegram's limit."""


@dataclass(frozen=True, slots=True)
class Page:
    """The things on one page, counted from 0, of so many pages."""

    names: tuple[str, ...]
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button of a list: what it says, of which thing, and the message that asked for the list.

    That message has the words of whoever wrote it, and the name of who pressed; ``picker`` is the list's own message.
    """

    command: str
    verb: str
    name: str
    message: AgentMessage
    picker: int


def page_of(names: Sequence[str], number: int) -> Page:
    """One page; the last one, where there are fewer."""
    pages = max(1, -(-len(names) // PER_PAGE))
    number = min(max(number, 0), pages - 1)
    return Page(tuple(names[number * PER_PAGE : (number + 1) * PER_PAGE]), number, pages)


def row(draft: Draft, *buttons: tuple[str, str, str, str]) -> tuple[Button, ...]:
    """Buttons side by side: each a label, a command, what it says and of which thing; none whose data is too long."""
    made = [Button(label, f"{command}.{verb}.{name}:{draft.conversation.id}") for label, command, verb, name in buttons]
    return tuple(button for button in made if len(button.data.encode()) <= _LONGEST_DATA)


def turn(draft: Draft, command: str, page: Page) -> Keyboard:
    """Buttons to the pages before and after."""
    before = [("‹", command, PAGE, str(page.number - 1))] if page.number > 0 else []
    after = [("›", command, PAGE, str(page.number + 1))] if page.number + 1 < page.pages else []
    return (row(draft, *before, *after),) if before or after else ()


def read(choice: AgentChoice, commands: Sequence[str]) -> Pressed | None:
    """What a press says, if it is of a list of one of these commands."""
    command, verb, name = (*choice.data.partition(":")[0].split(".", 2), "", "")[:3]
    if command not in commands or (verb == PAGE and not name.isdecimal()):
        return None
    first = choice.answered.partition(" ")[0].partition("@")[0].lower()
    asked = choice.answered if first == f"/{command}" else f"/{command}"
    message_id = choice.answers or choice.message_id
    message = AgentMessage(choice.agents_chat, choice.thread_id, message_id, choice.agent, asked, command=command)
    return Pressed(command, verb, name, message, choice.message_id)
