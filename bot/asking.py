"""What colleagues ask the bot: about a case, about the queue, about each other, and what can be done at all.

The facts are fetched here; what is said of them is decided in :mod:`bot.core`.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.cases import Cases
from bot.core import arrival, board, colleagues, commands, helping, inquiries, linked, queue, roster, staffing, words
from bot.core.commands import Command, Where
from bot.core.conversation import Conversation, Entity
from bot.core.draft import Context
from bot.core.incoming import AgentMessage, CustomerMessage
from bot.core.outgoing import Text
from bot.core.people import Person, Role
from bot.ports import Sender, Store
from bot.staff import Staff

_ABOUT_ONESELF = roster.COMMANDS | {"mine"}
"""What nobody can say or ask who hides behind the group's name."""


@dataclass(frozen=True, slots=True)
class Question:
    """A command as it was given: by whom, with which rights, about which groups, and all the words of it."""

    command: Command
    where: Where
    agent: int
    role: Role
    groups: tuple[int, ...]
    text: str
    entities: tuple[Entity, ...] = ()


class Asking:
    """Answers where it was asked. Raises StoreError."""

    def __init__(self, store: Store, sender: Sender, cases: Cases, staff: Staff) -> None:
        self._store = store
        self._sender = sender
        self._cases = cases
        self._staff = staff

    async def board(self, group: int) -> Text:
        """What the board of a group shows now."""
        return board.board(group, await self._cases.waiting.cases((group,)), self._cases.context())

    def board_title(self) -> str:
        """What the topic of a board is called."""
        return board.title(self._cases.context())

    # in a group

    async def answered(self, message: AgentMessage, seen: Conversation | None, update_id: int) -> bool:
        """Answer a command of a group, in a case or outside; False: it is none of those that ask for words alone."""
        if message.command is None or message.edited:
            return False
        said = await self._said(message, seen)
        if said is None:
            return False
        text, entities = linked.parsed(said)
        content = Text(text, reply_to=message.message_id, entities=entities)
        if seen is None:
            await self._sender.tell(message.agents_chat, content, message.thread_id)
            await self._store.discard(update_id, f"a colleague asked for /{message.command}")
            return True
        async with self._cases.leased(seen) as conversation:
            await self._cases.commit(colleagues.answer_in_case(conversation, content, update_id, self._cases.context()))
        return True

    async def _said(self, message: AgentMessage, seen: Conversation | None) -> str | None:
        """What to answer; None: there is more to do than to answer."""
        name, where = message.command or "", Where.GROUP if seen is None else Where.CASE
        command = commands.find(name, where)
        if command is None:
            return self._not_here(name, where)
        if seen is not None and name in inquiries.COMMANDS:
            past = await self._store.past_conversations(seen.chat_id)
            return inquiries.answer(name, seen, past, self._cases.context())
        hidden = self._staff.roster.person(message.agent.id) is None
        if hidden and name in _ABOUT_ONESELF and Where.GROUP in command.where:
            return _words(self._cases.context(), "team_anonymous", command=name)
        groups = (message.agents_chat,)
        agent = message.agent
        return await self._answer(
            Question(command, where, agent.id, agent.role, groups, message.text, message.entities)
        )

    def _not_here(self, name: str, where: Where) -> str | None:
        """Outside of cases a command that we don't know may well be another bot's."""
        if where is Where.CASE:
            return _words(self._cases.context(), "team_unknown_command", command=name)
        elsewhere = commands.find(name, Where.CASE)
        return _words(self._cases.context(), "team_only_in_case", command=name) if elsewhere else None

    # in private

    def is_for_colleague(self, person: Person, message: CustomerMessage) -> bool:
        """Whether it is a colleague who asks this in private, and not a customer."""
        if message.edited or message.command is None or not person.is_colleague:
            return False
        command = commands.find(message.command, Where.STAFF)
        return command is not None and message.command not in roster.COMMANDS

    async def answer_in_private(self, person: Person, message: CustomerMessage, update_id: int) -> None:
        """Answer a colleague in their own chat, for all the groups that they belong to."""
        context = self._cases.context()
        command = commands.find(message.command or "", Where.STAFF)
        assert command is not None
        groups = tuple(sorted(context.groups.all)) if person.role is Role.ADMIN else person.all_groups
        question = Question(command, Where.STAFF, person.id, person.highest, groups, message.text, message.entities)
        said = await self._answer(question) or ""
        text, entities = linked.parsed(said)
        async with self._store.lease(message.chat_id) as last:
            conversation = last or arrival.fresh(message.chat_id, message.customer, None, context)
            answer = Text(text, entities=entities)
            await self._cases.commit(colleagues.answer_in_private(conversation, answer, update_id, context))

    # anywhere

    async def _answer(self, question: Question) -> str | None:
        context, name = self._cases.context(), question.command.name
        if not commands.may(question.role, question.command):
            return _words(context, "team_only_supervisors", command=name)
        match name:
            case "queue":
                return queue.answer(await self._cases.waiting.cases(question.groups), context)
            case "mine":
                return queue.mine(await self._cases.waiting.cases(), question.agent, context)
            case "help":
                return helping.answer(question.role, question.where, context.catalogue)
            case "team":
                return await self._team(question)
            case _:
                return None

    async def _team(self, question: Question) -> str:
        person = self._staff.roster.person(question.agent)
        led = tuple(each for each in question.groups if person is None or person.role_in(each) is not Role.AGENT)
        said, changed = staffing.answer(staffing.Asked(question.text, led, question.entities), self._cases.context())
        if changed is not None:
            await self._staff.know(changed)
        return said


def _words(context: Context, key: str, **values: object) -> str:
    return words.render(context.catalogue, context.catalogue.standards.default_language, key, **values)
