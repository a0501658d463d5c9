"""An agent who works alone, in their private chat with the bot: which case what they write is for.

What is said is decided in :mod:`bot.core.lone`. Which case is the active one is a fact of the store, so that a restart
sends no words to another customer.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.cases import Cases
from bot.core import arrival, lone
from bot.core.conversation import Conversation
from bot.core.incoming import AgentChoice, AgentMessage
from bot.core.outgoing import Keyboard
from bot.core.people import Customer, is_person
from bot.ports import Store


class Lone:
    """Knows the active case of each agent who works alone, and switches it. Raises StoreError."""

    def __init__(self, store: Store, cases: Cases) -> None:
        self._store = store
        self._cases = cases

    async def remember(self, chats: Iterable[int]) -> None:
        """Know again which cases were active before the restart."""
        for chat in chats:
            if is_person(chat) and (known := await self._store.known(_fact(chat))) is not None:
                self._cases.active[chat] = known

    async def case_of(self, message: AgentMessage) -> Conversation | None:
        """The case that a message is about: where it was edited, what it answers, or else the active one."""
        chat = message.agents_chat
        if message.edited:
            return await self._cases.about(chat, message.message_id) or await self._noted(message)
        if message.reply_to is not None:
            seen = await self._cases.about(chat, message.reply_to)
            if seen is not None and seen.chat_id != chat:  # what was said to the agent themselves is about no case
                return seen
        return await self._active(chat)

    async def deals_with(self, message: AgentMessage, seen: Conversation | None, update_id: int) -> bool:
        """Answer what is about no one case: a list of them, how this works, and that there is none. False: it is."""
        if message.command in lone.LISTS and not message.edited:
            mine = message.agent.id if message.command == lone.MINE else None
            await self._list(message, update_id, mine=mine)
        elif message.command in lone.WELCOMES:
            await self._list(message, update_id, "team_lone_welcome")
        elif seen is None and message.edited:
            await self._say(message, lone.team_words(self._cases.context(), "team_edit_not_sent"), (), update_id)
        elif seen is None:
            await self._list(message, update_id, "team_lone_nowhere")
        else:
            return False
        return True

    async def turned_to(self, choice: AgentChoice, seen: Conversation, update_id: int) -> None:
        """The agent turns to a case by its button."""
        if lone.is_workable(seen):
            await self._set(choice.agents_chat, seen.id)
        async with self._cases.leased(seen) as conversation:
            step = lone.opens(conversation, choice.callback_id, update_id, self._cases.context())
            await self._cases.commit(step)

    async def did(self, chat: int, command: str | None, case_id: str) -> None:
        """A command was carried out: who claims a case is at it; one that is over is the active one no more."""
        seen = await self._store.conversation(case_id)
        if seen is None or seen.agents_chat != chat:
            return
        if command == "claim" and lone.is_workable(seen):
            await self._set(chat, case_id)
        elif self._cases.active.get(chat) == case_id and not lone.is_workable(seen):
            await self._set(chat, None)

    # --- the active case

    async def _active(self, chat: int) -> Conversation | None:
        found = await self._store.conversation(self._cases.active.get(chat, ""))
        return found if found is not None and lone.is_workable(found) else None

    async def _set(self, chat: int, case_id: str | None) -> None:
        await self._store.note(_fact(chat), case_id)
        if case_id is None:
            self._cases.active.pop(chat, None)
        else:
            self._cases.active[chat] = case_id

    async def _noted(self, message: AgentMessage) -> Conversation | None:
        """A note was copied nowhere: it is found among the lines of the cases that are open."""
        return next((each for each in await self._store.open_conversations() if lone.holds(each, message)), None)

    # --- what is about no one case

    async def _list(self, message: AgentMessage, update_id: int, first: str = "", mine: int | None = None) -> None:
        context, chat = self._cases.context(), message.agents_chat
        here = [each for each in await self._store.open_conversations() if each.agents_chat == chat]
        wanted = [each for each in here if lone.is_workable(each) and lone.is_of(each, mine)]
        text, keyboard = lone.listed(wanted, context)
        said = f"{lone.team_words(context, first)}\n\n{text}" if first else text
        await self._say(message, said, keyboard, update_id)

    async def _say(self, message: AgentMessage, text: str, keyboard: Keyboard, update_id: int) -> None:
        agent, chat = message.agent, message.agents_chat
        async with self._store.lease(chat) as last:
            context = self._cases.context()
            home = last or arrival.fresh(chat, Customer(agent.id, agent.name, agent.username), None, context)
            await self._cases.commit(lone.answer(home, text, keyboard, update_id, context))


def _fact(chat: int) -> str:
    return f"active:{chat}"
