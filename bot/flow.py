"""The story: how a message travels.

An update is kept (:meth:`Flow.receive`) before anything is said. Then the customer sees that it was seen, and what they
wrote waits until they pause (:meth:`Flow.on_update`). When the pause is over (:meth:`Flow.on_due`) their words are
understood, it is decided what to do, and the new state, the record, the messages to send and the times to watch are
committed in one step. The sender does the rest. Decisions are made in :mod:`bot.core`; this module only carries facts
to them and their steps to the store. What colleagues do is told in :mod:`bot.team`, and what one side sees of what the
other does to a message in :mod:`bot.mirroring`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from bot.admins import Admins
from bot.business import Ask, Business, nobody_knows
from bot.cases import Cases
from bot.core import (
    aftercare,
    alarm,
    archive,
    arrival,
    asked,
    blocking,
    deep_links,
    handover,
    mydata,
    reach,
    reopening,
    roster,
    turn,
)
from bot.core.business import Through
from bot.core.conversation import Conversation
from bot.core.decide import decide
from bot.core.draft import Context, Groups
from bot.core.errors import ForumFullError, StoreError
from bot.core.incoming import (
    AccountStanding,
    AdminChoice,
    AdminMessage,
    AgentChoice,
    AgentMessage,
    AgentReaction,
    CustomerChoice,
    CustomerMessage,
    CustomerReaction,
    CustomerStanding,
    Deleted,
    GroupMoved,
    GroupStanding,
    Ignored,
    Incoming,
    MemberStanding,
    OwnerMessage,
    Standing,
    TopicClosed,
    Update,
)
from bot.core.outgoing import Outgoing, Receipt, Text, To
from bot.core.people import Person
from bot.core.step import Due, DueKind, Step
from bot.mirroring import Mirroring
from bot.mydata import MyData
from bot.ports import Channel, Clock, Hints, Library, Members, Sender, Store, Workbench
from bot.staff import Met, Staff
from bot.team import Team

A_FEW = 20
"""So many conversations are looked at in one go."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A customer's message to acknowledge, now that it is kept."""

    chat_id: int
    message_id: int
    language_code: str | None = None
    """As set in the customer's Telegram."""
    through: Through | None = None
    """The business account's chat that it was written in; then ``chat_id`` is Telegram's number of it, not ours."""


async def _leave_it(_standing: Standing) -> None:
    """Nobody is there to heal a group."""


class Flow:
    """Tells the story, one update or due row at a time. ``committed`` is called after every step, ``failed`` with
    what went wrong inside, and ``heal`` what changed about a group or a business account as a whole. ``members`` knows
    who belongs to the groups; ``met`` hears of news of a colleague. Admins edit content on ``workbench``.
    """

    def __init__(
        self,
        *,
        store: Store,
        sender: Sender,
        library: Library,
        channel: Channel,
        clock: Clock,
        groups: Groups,
        committed: Callable[[Step], None] = lambda step: None,
        failed: Callable[[Exception], None] = lambda error: None,
        heal: Callable[[Standing], Awaitable[None]] = _leave_it,
        ask_account: Ask = nobody_knows,
        members: Members | None = None,
        met: Met = lambda person, before: None,
        workbench: Workbench | None = None,
    ) -> None:
        self._store = store
        self._sender = sender
        self._library = library
        self._channel = channel
        self._clock = clock
        self._failed = failed
        self._heal = heal
        self._groups = groups
        self._staff = Staff(store, clock, members, met)
        self._cases = Cases(
            store=store,
            sender=sender,
            library=library,
            clock=clock,
            groups=groups,
            staff=self._staff,
            committed=committed,
        )
        self._team = Team(store, sender, self._cases, self._staff)
        self._mirroring = Mirroring(store, self._cases)
        self._business = Business(store, self._cases, ask_account, heal)
        self._admins = Admins(store, self._cases, self._staff, workbench)
        self._mydata = MyData(store, self._cases)

    # inbound

    async def receive(self, update: Update) -> tuple[bool, Seen | None]:
        """Keep an update. Answers whether it is new, and which message to acknowledge. Raises StoreError."""
        return await self._store.accept(update), self.seen(update)

    def seen(self, update: Update) -> Seen | None:
        """The customer's message that an update brings, if it brings one: to be acknowledged once it is kept.

        To who is blocked it would not be true that anybody sees it.
        """
        said = self._channel.read(update)
        if isinstance(said, AdminMessage):
            return Seen(said.chat_id, said.message_id, said.admin.language_code)
        if isinstance(said, CustomerMessage) and not said.edited and said.chat_id not in self._cases.blocked:
            return Seen(said.chat_id, said.message_id, said.customer.language_code, said.through)
        return None

    async def on_update(self, update: Update) -> None:
        """Deal with an update that was kept. An error inside is a promise to the customer, never silence."""
        said = self._channel.read(update)
        try:
            said = await self._admitted(await self._business.placed(said))
            await self._deal_with(said, update.update_id)
        except StoreError:
            raise  # nothing can be kept now: the update stays, to be dealt with later
        except Exception as error:  # whatever failed, nobody must be left in silence
            self._failed(error)
            await self._make_up_for(said, update.update_id, error)

    async def _deal_with(self, said: Incoming, update_id: int) -> None:  # one for each kind
        match said:
            case CustomerMessage() | CustomerChoice() | CustomerStanding():
                await self._customer_did(said, update_id)
            case AgentMessage():
                await self._team.wrote(said, update_id)
            case AgentChoice():
                await self._team.chose(said, update_id)
            case AdminMessage() | AdminChoice():
                await self._admins.heard(said, update_id)
            case CustomerReaction() | AgentReaction():
                await self._mirroring.reacted(said, update_id)
            case TopicClosed():
                await self._team.topic_closed(said, update_id)
            case OwnerMessage() | Deleted() | AccountStanding():
                await self._business.hears(said, update_id)
            case MemberStanding() | GroupStanding() | GroupMoved():
                await self._stands(said, update_id)
            case Ignored():
                await self._store.discard(update_id, said.reason)
            case _:
                assert_never(said)

    async def _customer_did(self, said: CustomerMessage | CustomerChoice | CustomerStanding, update_id: int) -> None:
        match said:
            case CustomerMessage():
                await self._customer_wrote(said, update_id)
            case CustomerChoice():
                await self._customer_chose(said, update_id)
            case _:
                await self._customer_stands(said, update_id)

    async def _admitted(self, said: Incoming) -> Incoming:
        """The same, with the rights that a colleague has; ignored, where somebody is none."""
        if isinstance(said, AgentMessage | AgentChoice | AgentReaction):
            return await self._staff.admit(said)
        return said

    async def _stands(self, said: MemberStanding | Standing, update_id: int) -> None:
        if isinstance(said, MemberStanding):
            await self._staff.stands(said)
        else:
            await self._heal(said)
        await self._store.discard(update_id, "about a group or its members: it was told to whom it concerns")

    async def _make_up_for(self, said: Incoming, update_id: int, error: Exception) -> None:
        context = self._cases.context()
        if isinstance(said, CustomerMessage):
            async with self._store.lease(said.chat_id) as last:
                if last is not None and last.customer.blocked:
                    await self._cases.commit(blocking.turn_away(last, said, update_id, context))
                    return
                conversation = await self._current(last, said, context)
                await self._cases.commit(turn.trouble(conversation, str(error), context, update_id, said))
        elif isinstance(said, AgentMessage) and (seen := await self._team.case_of(said)) is not None:
            async with self._cases.leased(seen) as conversation:
                await self._cases.commit(handover.not_sent(conversation, str(error), update_id, context))
        elif isinstance(said, AdminMessage | AdminChoice):
            await self._admins.failed(said, str(error), update_id)
        else:
            await self._store.discard(update_id, f"failed: {error}")

    async def _customer_wrote(self, message: CustomerMessage, update_id: int) -> None:
        person = None  # in the chat of a business account they are a customer, and have not started the bot
        if message.through is None:
            person = await self._staff.in_private(message.customer)
        if person is not None and message.command in roster.COMMANDS:
            await self._team.said_in_private(person, message, update_id)
            return
        if person is not None and self._team.asking.is_for_colleague(person, message):
            await self._team.asking.answer_in_private(person, message, update_id)
            return
        if message.edited:
            await self._mirroring.edited(message, update_id)
            return
        context = self._cases.context()
        message = await self._mirroring.without_known_quote(message)
        async with self._store.lease(message.chat_id) as last:
            if last is not None and last.customer.blocked and message.command != mydata.COMMAND:
                await self._cases.commit(blocking.turn_away(last, message, update_id, context))
                return
            if (rated := await self._rated(message)) is not None:
                await self._cases.commit(aftercare.word(rated, message, update_id, context))
                return
            conversation = await self._current(last, message, context)
            if message.command == mydata.COMMAND:
                await self._mydata.asked(conversation, message, update_id)
                return
            taken = asked.command if message.command in asked.COMMANDS else arrival.receive
            await self._cases.commit(taken(conversation, message, update_id, context))

    async def _current(self, last: Conversation | None, message: CustomerMessage, context: Context) -> Conversation:
        """The conversation that a message belongs to: the open one, or a fresh one."""
        if last is not None and not arrival.is_over(last, context):
            return replace(last, through=message.through)
        if last is not None and last.is_open:
            await self._cases.commit(arrival.end_idle(last, context))
        return replace(arrival.fresh(message.chat_id, message.customer, last, context), through=message.through)

    async def _rated(self, message: CustomerMessage) -> Conversation | None:
        """The case whose survey a message replies to in words."""
        if message.reply_to is None or message.command or not message.text:
            return None
        sent = await self._store.counterpart(message.chat_id, message.reply_to)
        is_survey = sent is not None and aftercare.is_survey(sent[0].content)
        return await self._store.conversation(sent[0].conversation_id) if sent and is_survey else None

    async def _customer_chose(self, choice: CustomerChoice, update_id: int) -> None:
        if mydata.is_choice(choice):
            await self._mydata.chose(choice, update_id)
            return
        context = self._cases.context()
        async with self._store.lease(choice.chat_id) as last:
            if last is not None and last.customer.blocked:
                await self._cases.commit(blocking.turn_away_choice(last, choice, update_id, context))
                return
            conversation = last or arrival.fresh(choice.chat_id, choice.customer, None, context)
            conversation = replace(conversation, through=choice.through)
            about = asked.case_of(choice)
            case = conversation if about == conversation.id else await self._store.conversation(about or "")
            await self._cases.commit(asked.choose(conversation, choice, update_id, context, case))

    # who and what can be reached

    async def _customer_stands(self, standing: CustomerStanding, update_id: int) -> None:
        async with self._store.lease(standing.chat_id) as last:
            if last is None or not last.is_open:
                await self._store.discard(update_id, "blocked or let in again, with no case open")
                return
            await self._cases.commit(reach.stands(last, update_id, self._cases.context(), reachable=standing.reachable))

    async def renew(self, old: int | None, new: int) -> None:
        """Show the open cases of a group anew: it has come back, has topics now, or has moved to another id."""
        await self._team.renew(old, new)

    async def gather(self, chats: Collection[int], default: int) -> None:
        """Open cases that are at none of our agents' chats any more come to the default one."""
        await self._team.gather(chats, default)

    # time

    async def on_due(self, due: Due) -> None:
        """Do what falls due."""
        if due.kind is DueKind.ERASE:
            await self._mydata.erase(due)
            return
        async with self._store.lease(due.chat_id) as last:
            if last is not None and due.kind in aftercare.KINDS:
                await self._ask_after(due, last)
            elif due.kind is DueKind.ARCHIVE:
                await self._archive(due)
            elif last is None or last.id != due.conversation_id:
                await self._settle(due)
            elif due.kind is DueKind.TURN and last.pending:
                await self._take_turn(last)
            else:
                await self._cases.commit(alarm.ring(last, due, self._cases.context()))

    async def in_order(self, rows: Sequence[Due]) -> list[Due]:
        """Many rows are due at once: those first that customers have waited for longest, and the most pressed."""
        cases = []
        watched = dict.fromkeys(row.conversation_id for row in rows if row.kind is not DueKind.TURN)
        for place, name in enumerate(watched):
            if place % A_FEW == A_FEW - 1:
                await asyncio.sleep(0)  # who writes just now must not wait for all of them
            if (case := await self._store.conversation(name)) is not None:
                cases.append(case)
        return alarm.in_order(rows, cases, self._clock.now())

    async def _ask_after(self, due: Due, last: Conversation) -> None:
        """Something is to be asked after a case, which need not be the customer's last."""
        is_last = last.id == due.conversation_id
        conversation = last if is_last else await self._store.conversation(due.conversation_id)
        if conversation is not None:
            await self._cases.commit(aftercare.ring(conversation, due, last, self._cases.context()))

    async def _archive(self, due: Due) -> None:
        """A case was resolved long ago: its topic may go, if it is still its own."""
        conversation = await self._store.conversation(due.conversation_id)
        if conversation is None:
            return
        chat, topic = conversation.agents_chat, conversation.topic_id
        owner = await self._store.conversation_of_topic(chat, topic) if chat and topic else None
        await self._cases.commit(archive.ring(conversation, owner, self._cases.context()))

    async def _settle(self, due: Due) -> None:
        """A row of a conversation that is over."""
        conversation = await self._store.conversation(due.conversation_id)
        if conversation is not None:
            await self._cases.commit(Step(conversation, done=(due.id,)))

    async def _take_turn(self, conversation: Conversation) -> None:
        """The customer has paused: understand what they wrote, and do something about it."""
        try:
            step = await self._answer(conversation)
        except Exception as error:  # whatever failed, the customer must not be left in silence
            self._failed(error)
            step = turn.trouble(conversation, str(error), self._cases.context())
        await self._cases.commit(step)

    async def _answer(self, conversation: Conversation) -> Step:
        knowledge = self._library.current()
        await self._sender.typing(conversation.chat_id, conversation.through)
        text, customer = arrival.thought(conversation), conversation.customer
        zone = ZoneInfo(customer.zone or knowledge.catalogue.standards.zone)
        today = self._clock.now().astimezone(zone).date()
        hints = Hints(customer.language, conversation.language, customer.language_code, today)
        understanding = await knowledge.understander.understand(text, hints)
        context = self._cases.context(knowledge.catalogue)
        past = await self._past(conversation, context)
        understanding = deep_links.considered(conversation, understanding, context.catalogue)
        decided = decide(conversation, text, understanding, context.catalogue)
        decision = reopening.considered(decided, past, text, understanding, context.catalogue)
        return turn.answer(conversation, decision, understanding, context, past)

    async def _past(self, conversation: Conversation, context: Context) -> Conversation | None:
        """The case before this conversation, where the customer may be going on about it."""
        for before in reopening.before(conversation):
            past = await self._store.conversation(before)
            if past is not None and reopening.may_be_continued(past, context):
                return past
        return None

    # outbound

    async def on_failure(self, outgoing: Outgoing, receipt: Receipt) -> None:
        """Telegram refused something for good: the record keeps it, and a colleague hears of it."""
        if outgoing.to is To.COLLEAGUE and (person := self._staff.roster.person(outgoing.chat_id)) is not None:
            await self._staff.know(replace(person, private=False))  # until they write to the bot again
        if receipt.problem == ForumFullError.__name__:
            self.spare(receipt.chat_id)
        seen = await self._store.conversation(outgoing.conversation_id)
        if seen is None:
            return
        async with self._cases.leased(seen) as conversation:
            await self._cases.commit(handover.undelivered(conversation, outgoing, receipt, self._cases.context()))

    def spare(self, group: int) -> None:
        """A group is full, or nearly so: further cases go to those that share the load with it, if there are any."""
        self._cases.group_is_full(group)

    # colleagues

    async def know_everyone(self) -> None:
        """Know our colleagues, before anything else is done."""
        await self._staff.know_everyone()
        await self._team.remember(self._groups.all)

    async def count_cases(self) -> None:
        """Know what each colleague has in hand, and each group; beside all else."""
        await self._cases.count()
        await self._staff.count_cases()
        await self._cases.waiting.learn()

    async def meet(self, people: Iterable[Person]) -> None:
        """Telegram has told who supervises which group."""
        await self._staff.meet(people)

    @property
    def colleagues(self) -> list[Person]:
        """Everybody whom we have met."""
        return self._staff.roster.everybody

    async def board(self, group: int) -> tuple[str, Text]:
        """The board of a group: what its topic is called, and what it shows now."""
        return self._team.asking.board_title(), await self._team.asking.board(group)

    # the record

    async def recall(self, since: datetime) -> None:
        """Learn from the record since then how much there is to do, and how fast it was done; beside all else."""
        await self._cases.recall(since)
