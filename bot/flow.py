"""The story: how a message travels.

An update is kept (:meth:`Flow.receive`) before anything is said. Then the customer sees that it was seen, and what they
wrote waits until they pause (:meth:`Flow.on_update`). When the pause is over (:meth:`Flow.on_due`) their words are
understood, it is decided what to do, and the new state, the record, the messages to send and the times to watch are
committed in one step. The sender does the rest. Decisions are made in :mod:`bot.core`; this module only carries facts
to them and their steps to the store.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from bot.core import (
    aftercare,
    alarm,
    arrival,
    asked,
    colleagues,
    handover,
    mirror,
    reach,
    reopening,
    roster,
    turn,
)
from bot.core.conversation import Conversation
from bot.core.decide import decide
from bot.core.draft import Context, Groups
from bot.core.errors import StoreError
from bot.core.incoming import (
    AgentChoice,
    AgentMessage,
    AgentReaction,
    CustomerChoice,
    CustomerMessage,
    CustomerReaction,
    CustomerStanding,
    GroupMoved,
    GroupStanding,
    Ignored,
    Incoming,
    Standing,
    TopicClosed,
    Update,
)
from bot.core.outgoing import Copy, Outgoing, Receipt, To
from bot.core.people import Person
from bot.core.step import Due, DueKind, Event, Step
from bot.core.workload import Workload
from bot.ports import Channel, Clock, Hints, Library, Sender, Store
from bot.staff import Staff

A_FEW = 20
"""So many conversations are looked at in one go."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A customer's message to acknowledge, now that it is kept."""

    chat_id: int
    message_id: int
    language_code: str | None = None
    """As set in the customer's Telegram."""


async def _leave_it(_standing: Standing) -> None:
    """Nobody is there to heal a group."""


class Flow:
    """Tells the story, one update or due row at a time. ``committed`` is called after every step, ``failed`` with
    what went wrong inside, and ``heal`` what changed about a group as a whole."""

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
    ) -> None:
        self._store = store
        self._sender = sender
        self._library = library
        self._channel = channel
        self._clock = clock
        self._groups = groups
        self._workload = Workload()
        self._staff = Staff(store, clock)
        self._since_start: list[Event] | None = []
        self._committed = committed
        self._failed = failed
        self._heal = heal

    # inbound

    async def receive(self, update: Update) -> tuple[bool, Seen | None]:
        """Keep an update. Answers whether it is new, and which message to acknowledge. Raises StoreError."""
        return await self._store.accept(update), self.seen(update)

    def seen(self, update: Update) -> Seen | None:
        """The customer's message that an update brings, if it brings one: to be acknowledged once it is kept."""
        said = self._channel.read(update)
        if isinstance(said, CustomerMessage) and not said.edited:
            return Seen(said.chat_id, said.message_id, said.customer.language_code)
        return None

    async def on_update(self, update: Update) -> None:
        """Deal with an update that was kept. An error inside is a promise to the customer, never silence."""
        said = self._channel.read(update)
        try:
            await self._deal_with(said, update.update_id)
        except StoreError:
            raise  # nothing can be kept now: the update stays, to be dealt with later
        except Exception as error:  # whatever failed, nobody must be left in silence
            self._failed(error)
            await self._make_up_for(said, update.update_id, error)

    async def _deal_with(self, said: Incoming, update_id: int) -> None:
        match said:
            case CustomerMessage():
                await self._customer_wrote(said, update_id)
            case CustomerChoice():
                await self._customer_chose(said, update_id)
            case AgentMessage():
                await self._agent_wrote(said, update_id)
            case AgentChoice():
                await self._agent_chose(said, update_id)
            case CustomerReaction() | AgentReaction():
                await self._reacted(said, update_id)
            case CustomerStanding():
                await self._customer_stands(said, update_id)
            case TopicClosed():
                await self._topic_closed(said, update_id)
            case GroupStanding() | GroupMoved():
                await self._heal(said)
                await self._store.discard(update_id, "about a group: it was told to whom it concerns")
            case Ignored():
                await self._store.discard(update_id, said.reason)
            case _:
                assert_never(said)

    async def _make_up_for(self, said: Incoming, update_id: int, error: Exception) -> None:
        context = self._context()
        if isinstance(said, CustomerMessage):
            async with self._store.lease(said.chat_id) as last:
                conversation = await self._current(last, said, context)
                await self._commit(turn.trouble(conversation, str(error), context, update_id, said))
        elif isinstance(said, AgentMessage) and (seen := await self._case_of(said)) is not None:
            async with self._leased(seen) as conversation:
                await self._commit(handover.not_sent(conversation, str(error), update_id, context))
        else:
            await self._store.discard(update_id, f"failed: {error}")

    async def _customer_wrote(self, message: CustomerMessage, update_id: int) -> None:
        person = self._staff.roster.person(message.customer.id)
        if person is not None:
            person = await self._staff.know(replace(person, private=True))
        if person is not None and message.command in roster.COMMANDS:
            await self._colleague_asked(person, message, update_id)
            return
        context = self._context()
        if message.edited:
            await self._customer_edited(message, update_id, context)
            return
        message = await self._without_known_quote(message)
        async with self._store.lease(message.chat_id) as last:
            if (rated := await self._rated(message)) is not None:
                await self._commit(aftercare.word(rated, message, update_id, context))
                return
            conversation = await self._current(last, message, context)
            taken = asked.command if message.command in asked.COMMANDS else arrival.receive
            await self._commit(taken(conversation, message, update_id, context))

    async def _without_known_quote(self, message: CustomerMessage) -> CustomerMessage:
        """What answers an agent's words will answer them in the topic too: there is no need to quote them."""
        if not message.quoted or message.reply_to is None:
            return message
        sent = await self._store.counterpart(message.chat_id, message.reply_to)
        return replace(message, quoted="") if sent and isinstance(sent[0].content, Copy) else message

    async def _customer_edited(self, message: CustomerMessage, update_id: int, context: Context) -> None:
        seen = await self._case_about(message.chat_id, message.message_id)
        async with self._store.lease(message.chat_id) as last:
            conversation = await self._as_it_is(seen, last) if seen else last
            if conversation is not None:
                await self._commit(mirror.customer_edited(conversation, message, update_id, context))
            else:
                await self._store.discard(update_id, "an edit of a message from before our time")

    async def _reacted(self, reaction: CustomerReaction | AgentReaction, update_id: int) -> None:
        chat_id = reaction.chat_id if isinstance(reaction, CustomerReaction) else reaction.agents_chat
        seen = await self._case_about(chat_id, reaction.message_id, only_copies=True)
        if seen is None:
            await self._store.discard(update_id, "a reaction to a message that has no counterpart")
            return
        async with self._leased(seen) as conversation:
            await self._commit(mirror.reacted(conversation, reaction, update_id, self._context()))

    async def _case_about(self, chat_id: int, message_id: int, *, only_copies: bool = False) -> Conversation | None:
        """The conversation in which this message was passed on, or which we wrote it in (as a copy)."""
        sent = await self._store.copies(chat_id, message_id) or await self._store.joined(chat_id, message_id)
        rows = [row for row, _ in sent if isinstance(row.content, Copy) or not only_copies]
        return await self._store.conversation(rows[-1].conversation_id) if rows else None

    async def _current(self, last: Conversation | None, message: CustomerMessage, context: Context) -> Conversation:
        """The conversation that a message belongs to: the open one, or a fresh one."""
        if last is not None and not arrival.is_over(last, context):
            return last
        if last is not None and last.is_open:
            await self._commit(arrival.end_idle(last, context))
        return arrival.fresh(message.chat_id, message.customer, last, context)

    async def _rated(self, message: CustomerMessage) -> Conversation | None:
        """The case whose survey a message replies to in words."""
        if message.reply_to is None or message.command or not message.text:
            return None
        sent = await self._store.counterpart(message.chat_id, message.reply_to)
        is_survey = sent is not None and aftercare.is_survey(sent[0].content)
        return await self._store.conversation(sent[0].conversation_id) if sent and is_survey else None

    async def _customer_chose(self, choice: CustomerChoice, update_id: int) -> None:
        context = self._context()
        async with self._store.lease(choice.chat_id) as last:
            conversation = last or arrival.fresh(choice.chat_id, choice.customer, None, context)
            about = asked.case_of(choice)
            case = conversation if about == conversation.id else await self._store.conversation(about or "")
            await self._commit(asked.choose(conversation, choice, update_id, context, case))

    async def _colleague_asked(self, person: Person, message: CustomerMessage, update_id: int) -> None:
        """A colleague says something about themselves, to the bot in private."""
        context = self._context()
        said, known = colleagues.say(person, message.command or "", message.text, context)
        await self._staff.know(known)
        async with self._store.lease(message.chat_id) as last:
            conversation = last or arrival.fresh(message.chat_id, message.customer, None, context)
            await self._commit(colleagues.answer_in_private(conversation, said, update_id, context))

    async def _agent_wrote(self, message: AgentMessage, update_id: int) -> None:
        person = await self._staff.see(message.agent, message.agents_chat)
        seen = await self._case_of(message)
        if person is not None and colleagues.is_about_self(message, person, in_case=seen is not None):
            await self._colleague_said(person, message, seen, update_id)
            return
        if seen is None:
            await self._store.discard(update_id, "about no case of ours")
            return
        context = self._context()
        async with self._leased(seen) as conversation:
            if message.command:
                wish = handover.Wish(message.command, message.agent, message=message)
                await self._commit(handover.agent_asked(conversation, wish, update_id, context))
            else:
                await self._commit(handover.agent_wrote(conversation, message, update_id, context))

    async def _colleague_said(
        self, person: Person, message: AgentMessage, seen: Conversation | None, update_id: int
    ) -> None:
        """A colleague says something about themselves, in a case's topic or outside of all (where 👀 answers)."""
        context = self._context()
        said, known = colleagues.say(person, message.command or "", message.text, context)
        await self._staff.know(known)
        if seen is None:
            await self._sender.acknowledge(message.agents_chat, message.message_id)
            await self._store.discard(update_id, f"a colleague said /{message.command}")
            return
        async with self._leased(seen) as conversation:
            await self._commit(colleagues.answer_in_case(conversation, said, update_id, context))

    async def _case_of(self, message: AgentMessage) -> Conversation | None:
        """The case whose topic it is; outside of topics, the one that the message answers."""
        if message.thread_id is not None:
            return await self._store.conversation_of_topic(message.agents_chat, message.thread_id)
        return await self._case_about(message.agents_chat, message.reply_to or 0)

    async def _agent_chose(self, choice: AgentChoice, update_id: int) -> None:
        command, _, conversation_id = choice.data.partition(":")
        seen = await self._store.conversation(conversation_id)
        if seen is None:
            await self._store.discard(update_id, f"a button of no case of ours: {choice.data}")
            return
        await self._staff.see(choice.agent, choice.agents_chat)
        wish = handover.Wish(command, choice.agent, choice.callback_id)
        async with self._leased(seen) as conversation:
            await self._commit(handover.agent_asked(conversation, wish, update_id, self._context()))

    # who and what can be reached

    async def _customer_stands(self, standing: CustomerStanding, update_id: int) -> None:
        async with self._store.lease(standing.chat_id) as last:
            if last is None or not last.is_open:
                await self._store.discard(update_id, "blocked or let in again, with no case open")
                return
            await self._commit(reach.stands(last, update_id, self._context(), reachable=standing.reachable))

    async def _topic_closed(self, closed: TopicClosed, update_id: int) -> None:
        seen = await self._store.conversation_of_topic(closed.agents_chat, closed.thread_id)
        if seen is None:
            await self._store.discard(update_id, "a topic of no case of ours")
            return
        async with self._leased(seen) as conversation:
            await self._commit(reach.topic_closed(conversation, update_id, self._context()))

    async def renew(self, old: int, new: int) -> None:
        """Show the open cases of a group anew: it has come back, has topics now, or has moved to another id."""
        self._groups = self._groups.moved(old, new)
        for seen in await self._store.open_conversations():
            if seen.agents_chat != old:
                continue
            async with self._leased(seen) as conversation:
                step = reach.renew(conversation, new, self._context())
                if step is not None:
                    await self._commit(step)

    # time

    async def on_due(self, due: Due) -> None:
        """Do what falls due."""
        async with self._store.lease(due.chat_id) as last:
            if last is not None and due.kind in aftercare.KINDS:
                await self._ask_after(due, last)
            elif last is None or last.id != due.conversation_id:
                await self._settle(due)
            elif due.kind is DueKind.TURN and last.pending:
                await self._take_turn(last)
            else:
                await self._commit(alarm.ring(last, due, self._context()))

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
            await self._commit(aftercare.ring(conversation, due, last, self._context()))

    async def _settle(self, due: Due) -> None:
        """A row of a conversation that is over."""
        conversation = await self._store.conversation(due.conversation_id)
        if conversation is not None:
            await self._commit(Step(conversation, done=(due.id,)))

    async def _take_turn(self, conversation: Conversation) -> None:
        """The customer has paused: understand what they wrote, and do something about it."""
        try:
            step = await self._answer(conversation)
        except Exception as error:  # whatever failed, the customer must not be left in silence
            self._failed(error)
            step = turn.trouble(conversation, str(error), self._context())
        await self._commit(step)

    async def _answer(self, conversation: Conversation) -> Step:
        knowledge = self._library.current()
        await self._sender.typing(conversation.chat_id)
        text, customer = arrival.thought(conversation), conversation.customer
        zone = ZoneInfo(customer.zone or knowledge.catalogue.standards.zone)
        today = self._clock.now().astimezone(zone).date()
        hints = Hints(customer.language, conversation.language, customer.language_code, today)
        understanding = await knowledge.understander.understand(text, hints)
        context = Context(self._clock.now(), knowledge.catalogue, self._groups, self._workload, self._staff.roster)
        past = await self._past(conversation, context)
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
        seen = await self._store.conversation(outgoing.conversation_id)
        if seen is None:
            return
        async with self._leased(seen) as conversation:
            await self._commit(handover.undelivered(conversation, outgoing, receipt, self._context()))

    # colleagues

    async def know_everyone(self) -> None:
        """Know our colleagues, before anything else is done."""
        await self._staff.know_everyone()

    async def count_cases(self) -> None:
        """Know what each colleague has in hand; beside all else."""
        await self._staff.count_cases()

    async def meet(self, people: Iterable[Person]) -> None:
        """Telegram has told who supervises which group."""
        await self._staff.meet(people)

    # the record

    async def recall(self, since: datetime) -> None:
        """Learn from the record since then how much there is to do, and how fast it was done; beside all else."""
        standards = self._library.current().catalogue.standards
        past = Workload()
        async for event in self._store.events(since=since):
            past.hear(event, standards)
        self._workload, heard, self._since_start = past, self._since_start or [], None
        self._hear(heard)

    def _hear(self, events: Iterable[Event]) -> None:
        standards = self._library.current().catalogue.standards
        for event in events:
            self._workload.hear(event, standards)
            if self._since_start is not None:
                self._since_start.append(event)

    # helpers of all of the above

    def _context(self) -> Context:
        return Context(
            self._clock.now(), self._library.current().catalogue, self._groups, self._workload, self._staff.roster
        )

    @asynccontextmanager
    async def _leased(self, seen: Conversation) -> AsyncIterator[Conversation]:
        """A conversation that was looked at, exclusively, as it is now."""
        async with self._store.lease(seen.chat_id) as last:
            yield await self._as_it_is(seen, last)

    async def _as_it_is(self, seen: Conversation, last: Conversation | None) -> Conversation:
        if last is not None and last.id == seen.id:
            return last
        return await self._store.conversation(seen.id) or seen

    async def _commit(self, step: Step) -> None:
        await self._store.commit(step)
        self._hear(step.events)
        self._staff.note(step.conversation)
        if step.outbox:
            self._sender.wake()
        self._committed(step)
