"""Collects what one decision changes, and freezes it into a :class:`Step`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.core import words
from bot.core.content import Catalogue
from bot.core.conversation import Author, Conversation, Message
from bot.core.outgoing import Content, Keyboard, Lane, Outgoing, Text, To
from bot.core.people import BOT_NAME, Person
from bot.core.roster import Roster
from bot.core.sharing import Loads
from bot.core.step import Due, DueKind, Event, Step
from bot.core.workload import Workload

NOBODY = "\ue000"
"""Stands for the name of a customer who has none that can be said; it goes, with the comma or space before it."""

_UNNAMED = re.compile(f"[,\\s]*{NOBODY}")


def without_nobody(text: str) -> str:
    """``text`` that names nobody where it said :data:`NOBODY`."""
    return _UNNAMED.sub("", text)


@dataclass(frozen=True, slots=True)
class Groups:
    """The agents' groups: the chat of each team, and that of all other teams. None: there is none.

    ``beside`` are a team's further groups, which share its cases with the one above; under ``""`` those of all other
    teams.
    """

    default: int | None = None
    by_team: Mapping[str, int] = field(default_factory=dict)
    beside: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def of(self, team: str) -> int | None:
        return self.by_team.get(team, self.default)

    def sharing(self, team: str) -> tuple[int, ...]:
        """All groups that a case of this team may go to, in the order of the settings."""
        first = self.of(team)
        return () if first is None else (first, *self.beside.get(team if team in self.by_team else "", ()))

    def moved(self, old: int | None, new: int) -> Groups:
        """The same groups, where one of them has another id now; ``old`` None: there was none."""

        def now(chat: int) -> int:
            return new if chat == old else chat

        return Groups(
            new if self.default == old else self.default,
            {team: now(chat) for team, chat in self.by_team.items()},
            {team: tuple(now(chat) for chat in others) for team, others in self.beside.items()},
        )

    @property
    def all(self) -> frozenset[int]:
        firsts = (*self.by_team.values(), *(() if self.default is None else (self.default,)))
        return frozenset(firsts).union(*self.beside.values())


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision may know besides the conversation. ``now`` is aware UTC; the rest is only read.

    ``active`` is which case each agent who works alone is at, by their chat.
    """

    now: datetime
    catalogue: Catalogue
    groups: Groups = field(default_factory=Groups)
    workload: Workload = field(default_factory=Workload)
    roster: Roster = field(default_factory=Roster)
    loads: Loads = field(default_factory=Loads)
    active: Mapping[int, str] = field(default_factory=dict)


class Draft:
    """The changes of one step, being collected. Lives inside one pure function; only :meth:`finish` leaves it."""

    def __init__(self, conversation: Conversation, context: Context) -> None:
        self.conversation = replace(conversation, steps=conversation.steps + 1)
        self.context = context
        self._events: list[Event] = []
        self._outbox: list[Outgoing] = []
        self._due: list[Due] = []
        self._done: list[str] = []
        self._first = False

    @property
    def now(self) -> datetime:
        return self.context.now

    def change(self, **fields: Any) -> None:  # the fields of Conversation, checked by replace()
        """Change fields of the conversation."""
        self.conversation = replace(self.conversation, **fields)

    # words

    def words(self, key: str, **values: object) -> str:
        """A reply in the customer's language. Every reply may name the customer and the brand."""
        return self._render(self.conversation.language, key, values)

    def team_words(self, key: str, **values: object) -> str:
        """A line for colleagues, in the house's first language."""
        return self._render(self.context.catalogue.standards.default_language, key, values)

    def _render(self, language: str, key: str, values: Mapping[str, object]) -> str:
        catalogue = self.context.catalogue
        name = words.first_name(self.conversation.customer)
        known = {"name": name or NOBODY, "brand": catalogue.brand.name}
        return without_nobody(words.render(catalogue, language, key, **{**known, **values}))

    # actions

    def say(self, text: str, keyboard: Keyboard = (), lane: Lane = Lane.ANSWER) -> None:
        """The bot writes to the customer."""
        self.say_with(Text(text, keyboard), lane)

    def say_with(self, content: Text, lane: Lane = Lane.ANSWER) -> None:
        """The bot writes to the customer, with more than buttons below it."""
        self._send(To.CUSTOMER, lane, content)
        line = Message(self.now, Author.BOT, content.text)
        self.change(messages=(*self.conversation.messages, line))

    def to_customer(self, content: Content, lane: Lane) -> None:
        """Anything else that goes to the customer's chat."""
        self._send(To.CUSTOMER, lane, content)

    def to_case(self, content: Content, lane: Lane = Lane.CARD) -> None:
        """Goes to the conversation's topic; to nobody where the team has no group."""
        if self.conversation.agents_chat is not None:
            self._send(To.CASE, lane, content)

    def before_all_that_waits(self) -> None:
        """What goes to the case from now on goes before all that waits for it: it mends what that waits for."""
        self._first = True

    def to_team(self, team: str, content: Content) -> None:
        """Goes to the team's group, outside topics and after everything else; to nobody where there is no group."""
        chat = self.context.groups.of(team)
        if chat is not None:
            self._send(To.TEAM, Lane.FOLLOW_UP, content, chat)

    def to_group(self, chat: int, content: Content) -> None:
        """Goes to an agents' group that the case need not be in."""
        self._send(To.TEAM, Lane.AGENT, content, chat)

    def to_colleague(self, person: Person, text: str) -> None:
        """Goes to a colleague in private; to nobody who has not started the bot, or who has read it in their case."""
        if person.private and person.id != self.conversation.agents_chat:
            self._send(To.COLLEAGUE, Lane.AGENT, Text(text), person.id)

    def _send(self, to: To, lane: Lane, content: Content, elsewhere: int | None = None) -> None:
        conversation = self.conversation
        case = elsewhere or conversation.agents_chat
        chat = conversation.chat_id if to is To.CUSTOMER or case is None else case
        row = f"{conversation.id}:{conversation.steps}:{len(self._outbox)}"
        first = self._first and to is To.CASE
        self._outbox.append(Outgoing(row, conversation.id, chat, to, lane, content, self.now, first))

    def record(self, name: str, by: str = BOT_NAME, **facts: object) -> None:
        """Add a line to the record."""
        told = {key: str(value) for key, value in facts.items() if value is not None}
        self._events.append(Event(self.now, self.conversation.id, name, by, told))

    def set_due(self, id: str, kind: DueKind, at: datetime, subject: str = "") -> None:
        """Have something done at a time."""
        self._due.append(Due(id, at, kind, self.conversation.chat_id, self.conversation.id, subject))

    def settle(self, *due_ids: str) -> None:
        """These rows are dealt with, or no longer apply. Unknown ids do no harm."""
        self._done.extend(due_ids)

    def finish(self, update_id: int | None = None) -> Step:
        return Step(
            conversation=self.conversation,
            events=tuple(self._events),
            outbox=tuple(self._outbox),
            due=tuple(self._due),
            done=tuple(self._done),
            update_id=update_id,
        )
