"""What is right and wrong with the connection to Telegram, and what to do about it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from telegram import Bot, ChatFullInfo, ChatMember, User
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, TelegramError

from bot.core.people import is_person
from bot.telegram.age import FULL, is_nearly_full
from bot.telegram.client import WHEN_REFUSED
from bot.telegram.reading import RIGHTS


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. ``remedy`` says what to do, and is empty where all is well."""

    ok: bool
    what: str
    remedy: str = ""


async def diagnose(
    bot: Bot, agents_chats: Collection[int], webhook_url: str | None, admins: Collection[int] = ()
) -> list[Finding]:
    """Look at the token, the agents' groups, whether admins can be told of troubles, and how updates come
    (``webhook_url`` None: by polling). Never raises python-telegram-bot's errors: they are findings."""
    try:
        await bot.initialize()
        me = await bot.get_me()
    except InvalidToken:
        return [Finding(False, "Telegram refuses the token", WHEN_REFUSED)]
    except TelegramError as error:
        remedy = "Check the network, a proxy or firewall, and KEEPWORD_TELEGRAM_API."
        return [Finding(False, f"Telegram cannot be reached: {error}", remedy)]
    findings = [Finding(True, f"The token is that of @{me.username}"), _groups_allowed(me)]
    told = {admin: await _admin(bot, admin) for admin in admins}
    alone = next((admin for admin, finding in told.items() if finding.ok), None)
    for chat in agents_chats:
        findings += [await _lone(bot, chat)] if is_person(chat) else await _group(bot, me, chat)
    if not agents_chats:
        findings.append(_without_group(alone))
    findings += told.values()
    return [*findings, *await _delivery(bot, webhook_url)]


def _without_group(alone: int | None) -> Finding:
    if alone is not None:
        return Finding(True, f"There is no agents' group: cases come to the private chat of the admin {alone}")
    remedy = (
        "Make a group with Topics, add the bot as administrator, and set KEEPWORD_AGENTS_CHAT to its id. Or work "
        "alone: set KEEPWORD_ADMINS to your user id, and write /start to the bot."
    )
    return Finding(False, "There is no agents' group: nobody can take over", remedy)


async def _lone(bot: Bot, agent: int) -> Finding:
    """Whether an agent who works alone, without a group, can be written to."""
    try:
        await bot.get_chat(agent)
    except TelegramError as error:
        remedy = "They write /start to the bot, once. Or is it not their user id, in KEEPWORD_AGENTS_CHAT?"
        return Finding(False, f"Cases are to come to the agent {agent}, who can't be written to: {error}", remedy)
    return Finding(True, f"Cases come to the private chat of the agent {agent}")


async def _admin(bot: Bot, admin: int) -> Finding:
    """Whether an admin can be told of troubles in private."""
    try:
        await bot.get_chat(admin)
    except TelegramError as error:
        remedy = "They write /start to the bot, once. Or is it not their user id, in KEEPWORD_ADMINS?"
        return Finding(False, f"The admin {admin} can't be told of troubles: {error}", remedy)
    return Finding(True, f"The admin {admin} can be told of troubles")


def _groups_allowed(me: User) -> Finding:
    if me.can_join_groups:
        return Finding(True, "The bot may be added to groups")
    return Finding(False, "The bot may not be added to groups", "In @BotFather: /setjoingroups → your bot → Enable.")


async def _group(bot: Bot, me: User, chat_id: int) -> list[Finding]:
    try:
        chat = await bot.get_chat(chat_id)
        member = await bot.get_chat_member(chat_id, me.id)
    except ChatMigrated as error:
        remedy = f"Set KEEPWORD_AGENTS_CHAT to {error.new_chat_id}."
        return [Finding(False, f"The agents' group {chat_id} became a supergroup and has another id", remedy)]
    except (BadRequest, Forbidden) as error:
        remedy = "Add the bot to the group, and check the id in KEEPWORD_AGENTS_CHAT (a supergroup's begins with -100)."
        return [Finding(False, f"The agents' group {chat_id} cannot be seen: {error}", remedy)]
    except TelegramError as error:
        return [Finding(False, f"The agents' group {chat_id} could not be checked: {error}", "Try again.")]
    name = f"“{chat.title}” ({chat_id})"
    findings = [Finding(True, f"The bot is in the agents' group {name}")]
    if chat.is_forum:
        findings.append(Finding(True, f"{name} has topics"))
    else:
        remedy = (
            "In the group's settings turn on Topics. Until then all cases share one chat, and agents answer a customer "
            "by replying to the case's card or to a message of theirs."
        )
        findings.append(Finding(False, f"{name} has no topics", remedy))
    return [*findings, *_rights(member, name), _privacy(me, member, name), *_copying(chat, name), *_age(chat, name)]


def _copying(chat: ChatFullInfo, name: str) -> list[Finding]:
    if not chat.has_protected_content:
        return []
    remedy = (
        "In the group's settings allow that content is saved. Until then agents' words reach customers, media don't."
    )
    return [Finding(False, f"{name} forbids that what is in it is copied", remedy)]


def _age(chat: ChatFullInfo, name: str) -> list[Finding]:
    """By the message that was pinned last: cards are pinned."""
    if chat.pinned_message is None or not is_nearly_full(chat.id, chat.pinned_message.message_id):
        return []
    remedy = (
        "Make another group and name it in KEEPWORD_AGENTS_CHAT beside this one (id,id): new cases go there. Beyond "
        f"{FULL:,} messages Telegram puts the oldest away, and old topics can't be found any more."
    )
    return [Finding(False, f"{name} has had more than {chat.pinned_message.message_id:,} messages", remedy)]


def _rights(member: ChatMember, name: str) -> list[Finding]:
    if member.status == ChatMember.OWNER:
        return [Finding(True, f"The bot owns {name}")]
    if member.status != ChatMember.ADMINISTRATOR:
        remedy = f"Make it one, with the rights {', '.join(RIGHTS.values())}."
        return [Finding(False, f"The bot is not an administrator of {name}", remedy)]
    return [_right(words, name, granted=bool(getattr(member, right, False))) for right, words in RIGHTS.items()]


def _right(words: str, name: str, *, granted: bool) -> Finding:
    if granted:
        return Finding(True, f"The bot may {words} in {name}")
    return Finding(False, f"The bot may not {words} in {name}", f"In the group: Administrators → the bot → {words}.")


def _privacy(me: User, member: ChatMember, name: str) -> Finding:
    """An administrator reads everything, whatever the privacy mode."""
    reads_all = me.can_read_all_group_messages or member.status in {ChatMember.ADMINISTRATOR, ChatMember.OWNER}
    if reads_all:
        return Finding(True, f"The bot reads what agents write in {name}")
    remedy = "Make it an administrator; or in @BotFather: /setprivacy → Disable, then add it to the group anew."
    return Finding(False, f"Privacy mode hides from the bot what agents write in {name}", remedy)


async def _delivery(bot: Bot, webhook_url: str | None) -> list[Finding]:
    try:
        info = await bot.get_webhook_info()
    except TelegramError as error:
        return [Finding(False, f"The webhook could not be checked: {error}", "Try again.")]
    if webhook_url is None:
        if info.url:
            remedy = "Start Keepword: it takes the webhook away. Does another program use the token?"
            return [Finding(False, "Updates go to a webhook, but we are to ask for them", remedy)]
        return [Finding(True, f"Updates are asked for; {info.pending_update_count} are waiting")]
    if info.url != webhook_url:
        what = f"Telegram delivers to {info.url or 'nowhere'}, not to {webhook_url}"
        return [Finding(False, what, "Start Keepword: it sets the webhook. Does another program use the token?")]
    findings = [Finding(True, f"Telegram delivers to {info.url}; {info.pending_update_count} updates are waiting")]
    if info.last_error_message:
        remedy = "See that the address answers from outside with a valid certificate, and that the secret is the same."
        what = f"The last delivery failed at {info.last_error_date:%Y-%m-%d %H:%M} UTC: {info.last_error_message}"
        findings.append(Finding(False, what, remedy))
    return findings
