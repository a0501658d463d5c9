"""What is wrong with a group as a whole: followed where it can be, and told once to those who can repair it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Iterable

import structlog
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.core.business import Account
from bot.core.draft import Groups
from bot.core.errors import ForumFullError, NotInGroupError, NoTopicsError, RightsError
from bot.core.incoming import AccountStanding, GroupMoved, GroupStanding, Standing
from bot.core.outgoing import Receipt
from bot.core.people import is_person
from bot.ports import Store
from bot.telegram.reading import RIGHTS, standing_of

log = structlog.get_logger(__name__)

Say = Callable[[str, dict[str, object]], str]
"""Words for colleagues: the key of a reply, and what its placeholders stand for."""

_TROUBLES = {
    NoTopicsError.__name__: "no_topics",
    RightsError.__name__: "no_right",
    NotInGroupError.__name__: "not_there",
    ForumFullError.__name__: "full",
}
"""What is wrong, by the ``problem`` of a receipt."""


async def where_they_are(groups: Groups, store: Store) -> Groups:
    """The groups of the settings by the ids that they have now, as far as we have seen them move."""
    for chat_id in groups.all:
        now, seen = chat_id, {chat_id}
        while (next_id := await store.known(f"moved:{now}")) is not None and int(next_id) not in seen:
            now = int(next_id)
            seen.add(now)
        if now != chat_id:
            log.warning("KEEPWORD_AGENTS_CHAT names a group by its old id", old=chat_id, new=now)
            groups = groups.moved(chat_id, now)
    return groups


class Healer:
    """Hears of troubles. ``renew`` has a group's open cases shown anew, where it is now: its old id, and its new one.

    That something was told is kept, until it is repaired: neither a restart nor the next message tells it again.
    """

    def __init__(
        self,
        bot: Bot,
        store: Store,
        admins: Collection[int],
        *,
        say: Say,
        renew: Callable[[int, int], Awaitable[None]],
    ) -> None:
        self._bot = bot
        self._store = store
        self._admins = admins
        self._say = say
        self._renew = renew

    async def heard(self, standing: Standing) -> None:
        """Something about a group was changed by a person."""
        if isinstance(standing, GroupMoved):
            await self.follow(standing.old, standing.new)
        elif isinstance(standing, AccountStanding):
            await self._hear_of_account(standing.account)
        else:
            await self._look_at(standing)

    async def look(self, chats: Collection[int]) -> None:
        """Look at the groups as they are: something may have changed while nobody was there to hear of it."""
        for chat_id in chats:
            try:
                if is_person(chat_id):
                    await self._bot.get_chat(chat_id)
                    continue
                chat = await self._bot.get_chat(chat_id)
                member = await self._bot.get_chat_member(chat_id, self._bot.id)
            except ChatMigrated as error:
                await self.follow(chat_id, error.new_chat_id)
            except (BadRequest, Forbidden):
                await self.tell(chat_id, "not_there")
            except TelegramError as error:
                log.warning("a group could not be looked at", group=chat_id, error=str(error))
            else:
                await self._look_at(standing_of(chat_id, member.to_dict()), topics=bool(chat.is_forum))

    async def failed(self, receipt: Receipt) -> None:
        """Something could not be sent. Does nothing where that is no trouble of a group's."""
        trouble = _TROUBLES.get(receipt.problem)
        if trouble is None or (is_person(receipt.chat_id) and trouble != "not_there"):
            return
        await self.tell(receipt.chat_id, trouble, error=receipt.error)

    async def follow(self, old: int, new: int) -> None:
        """A group has a new id: it is kept, and its cases go on there."""
        if await self._store.known(f"moved:{old}") == str(new):
            return
        await self._store.note(f"moved:{old}", str(new))
        await self._renew(old, new)
        await self.tell(new, "moved", old=str(old))

    async def tell(self, chat_id: int, trouble: str, **values: object) -> None:
        """Tell the group, and each admin in private, unless they were told already. Who can't be reached is logged."""
        told, key = f"told:{trouble}:{chat_id}", f"team_heal_{_named(trouble, chat_id)}"
        if await self._store.known(told) is not None:
            return
        await self._store.note(told, "yes")
        text = self._say(key, {"group": str(chat_id), **values})
        log.error("something is wrong with an agents' group", group=chat_id, trouble=text)
        await self._tell_each((*([] if trouble == "not_there" else [chat_id]), *self._admins), text)

    async def _hear_of_account(self, account: Account) -> None:
        """A business account's owner, and the admins, hear that the bot serves it, or what keeps it from doing so."""
        state = "on" if account.can_be_served else "may_not" if account.enabled else "off"
        told = f"told:business:{account.owner_id}"
        if await self._store.known(told) == state:
            return
        await self._store.note(told, state)
        text = self._say(f"team_heal_account_{state}", {"owner": account.owner})
        level = logging.INFO if state == "on" else logging.ERROR
        log.log(level, "a business account has changed", owner=account.owner_id, told=text)
        await self._tell_each(dict.fromkeys((account.owner_chat, *self._admins)), text)

    async def _tell_each(self, people: Iterable[int], text: str) -> None:
        for person in people:
            try:
                await self._bot.send_message(person, text)
            except TelegramError as error:
                log.warning("could not be told", person=person, error=str(error))

    async def _look_at(self, standing: GroupStanding, *, topics: bool | None = None) -> None:
        """``topics`` says whether the group has them; None: it may have."""
        chat_id = standing.chat_id
        if not standing.present:
            await self.tell(chat_id, "not_there")
            return
        repaired = await self._repaired(chat_id, "not_there")
        if standing.missing:
            lacking = ", ".join(RIGHTS.get(right, right) for right in standing.missing)
            await self.tell(chat_id, "no_right", error=f"{lacking}.")
        elif topics is False:
            await self.tell(chat_id, "no_topics")
        elif await self._repaired(chat_id, "no_right", "no_topics") or repaired:
            await self._renew(chat_id, chat_id)

    async def _repaired(self, chat_id: int, *troubles: str) -> bool:
        """These are no troubles any more. Whether one of them was."""
        names = [f"told:{trouble}:{chat_id}" for trouble in troubles]
        told = [name for name in names if await self._store.known(name) is not None]
        for name in told:
            await self._store.note(name, None)
        return bool(told)


def _named(trouble: str, chat_id: int) -> str:
    """That nobody is there is another thing in words where it was one person."""
    return "alone" if trouble == "not_there" and is_person(chat_id) else trouble
