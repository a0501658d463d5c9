"""Our side of the story: what colleagues write, press and say of themselves, and what becomes of their group.

Decisions are made in :mod:`bot.core`, as for :mod:`bot.flow`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bot.asking import Asking
from bot.cases import Cases
from bot.core import arrival, colleagues, handover, lone, mirror, reach, shortcuts, transfer
from bot.core.conversation import Conversation
from bot.core.incoming import AgentChoice, AgentMessage, CustomerMessage, TopicClosed
from bot.core.outgoing import Text
from bot.core.people import Person, is_person
from bot.lone import Lone
from bot.ports import Sender, Store
from bot.staff import Staff


class Team:
    """Takes what colleagues do to the case that it concerns. Raises StoreError."""

    def __init__(self, store: Store, sender: Sender, cases: Cases, staff: Staff) -> None:
        self._store = store
        self._sender = sender
        self._cases = cases
        self._staff = staff
        self._lone = Lone(store, cases)
        self.asking = Asking(store, sender, cases, staff)

    async def wrote(self, message: AgentMessage, update_id: int) -> None:
        """An agent wrote in the group."""
        person = self._staff.roster.person(message.agent.id)
        seen = await self.case_of(message)
        if person is not None and colleagues.is_about_self(message, person, in_case=seen is not None):
            await self._said_in_group(person, message, seen, update_id)
            return
        if is_person(message.agents_chat) and await self._lone.deals_with(message, seen, update_id):
            return
        if await self.asking.answered(message, seen, update_id):
            return
        if seen is None:
            await self._wrote_elsewhere(message, update_id)
            return
        context = self._cases.context()
        if message.command == handover.DELETE:
            message = await self._meant(message)
        async with self._cases.leased_for(seen, message.command or "") as conversation:
            if message.command in shortcuts.COMMANDS:
                await self._cases.commit(shortcuts.asked(conversation, message, update_id, context))
            elif message.command and not message.edited:
                wish = handover.Wish(message.command, message.agent, message=message)
                await self._cases.commit(handover.agent_asked(conversation, wish, update_id, context))
            else:
                await self._cases.commit(handover.agent_wrote(conversation, message, update_id, context))
        await self._lone.did(message.agents_chat, message.command, seen.id)

    async def _wrote_elsewhere(self, message: AgentMessage, update_id: int) -> None:
        """In no case's topic, or in one that its case has left: then who wrote it must not think that it arrived."""
        left = await self._cases.left(message.agents_chat, message.thread_id)
        if left is None or mirror.is_note(message.text):
            await self._store.discard(update_id, "about no case of ours")
            return
        async with self._cases.leased(left) as conversation:
            await self._cases.commit(transfer.not_here(conversation, message, update_id, self._cases.context()))

    async def chose(self, choice: AgentChoice, update_id: int) -> None:
        """An agent pressed a button of a card."""
        command, _, conversation_id = choice.data.partition(":")
        seen = await self._store.conversation(conversation_id)
        if seen is None:
            await self._store.discard(update_id, f"a button of no case of ours: {choice.data}")
            return
        if command == lone.OPEN:
            await self._lone.turned_to(choice, seen, update_id)
            return
        if shortcuts.handles(command):
            async with self._cases.leased(seen) as conversation:
                await self._cases.commit(shortcuts.chose(conversation, choice, update_id, self._cases.context()))
            return
        wish = handover.Wish(command, choice.agent, choice.callback_id, pressed=choice.message_id)
        async with self._cases.leased_for(seen, command) as conversation:
            await self._cases.commit(handover.agent_asked(conversation, wish, update_id, self._cases.context()))
        await self._lone.did(choice.agents_chat, command, seen.id)

    async def said_in_private(self, person: Person, message: CustomerMessage, update_id: int) -> None:
        """A colleague says something about themselves, to the bot in private."""
        context = self._cases.context()
        said, known = colleagues.say(person, message.command or "", message.text, context)
        await self._staff.know(known)
        async with self._store.lease(message.chat_id) as last:
            conversation = last or arrival.fresh(message.chat_id, message.customer, None, context)
            await self._cases.commit(colleagues.answer_in_private(conversation, Text(said), update_id, context))

    async def _said_in_group(
        self, person: Person, message: AgentMessage, seen: Conversation | None, update_id: int
    ) -> None:
        """A colleague says something about themselves, in a case's topic or outside of all (where 👀 answers)."""
        context = self._cases.context()
        said, known = colleagues.say(person, message.command or "", message.text, context)
        await self._staff.know(known)
        if seen is None:
            await self._sender.acknowledge(message.agents_chat, message.message_id)
            await self._store.discard(update_id, f"a colleague said /{message.command}")
            return
        async with self._cases.leased(seen) as conversation:
            await self._cases.commit(colleagues.answer_in_case(conversation, Text(said), update_id, context))

    async def _meant(self, message: AgentMessage) -> AgentMessage:
        """What answers a line of ours about a message is about that message."""
        sent = await self._store.counterpart(message.agents_chat, message.reply_to or 0)
        return shortcuts.meant(message, sent[0] if sent else None)

    async def case_of(self, message: AgentMessage) -> Conversation | None:
        """The case whose topic it is; outside of topics, or in one that a case has left, the one that it is about."""
        if is_person(message.agents_chat):
            return await self._lone.case_of(message)
        if message.thread_id is not None:
            found = await self._store.conversation_of_topic(message.agents_chat, message.thread_id)
            if found is not None:
                return found
            about = message.message_id if message.edited else message.reply_to or 0
            return await self._cases.about(message.agents_chat, about, only_copies=True)
        return await self._cases.about(message.agents_chat, message.reply_to or 0)

    async def topic_closed(self, closed: TopicClosed, update_id: int) -> None:
        """A person closed a topic."""
        seen = await self._store.conversation_of_topic(closed.agents_chat, closed.thread_id)
        if seen is None:
            await self._store.discard(update_id, "a topic of no case of ours")
            return
        async with self._cases.leased(seen) as conversation:
            await self._cases.commit(reach.topic_closed(conversation, update_id, self._cases.context()))

    async def remember(self, chats: Iterable[int]) -> None:
        """Know again which case each agent who works alone is at."""
        await self._lone.remember(chats)

    async def renew(self, old: int | None, new: int) -> None:
        """Show the open cases of a group anew: it has come back, has topics now, or has moved to another id.

        ``old`` None: there was none before.
        """
        self._cases.group_moved(old, new)
        for seen in await self._store.open_conversations():
            if seen.agents_chat == old:
                await self._show_anew(seen, new)

    async def gather(self, chats: Collection[int], default: int) -> None:
        """Open cases of none of these chats (the settings named another before, or none) come to the default one."""
        for seen in await self._store.open_conversations():
            if seen.agents_chat not in chats and lone.is_workable(seen):
                await self._show_anew(seen, default)

    async def _show_anew(self, seen: Conversation, chat: int) -> None:
        async with self._cases.leased(seen) as conversation:
            step = reach.renew(conversation, chat, self._cases.context())
            if step is not None:
                await self._cases.commit(step)
