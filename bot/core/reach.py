"""Whether what we send arrives: a customer who is gone and comes back, a topic that was closed, a group that moved."""

from __future__ import annotations

from bot.core import case, mirror, resending
from bot.core.business import Account
from bot.core.conversation import GONE, Author, Conversation, Phase, Ref
from bot.core.draft import Context, Draft
from bot.core.outgoing import Copy, Lane, Outgoing, React, Text
from bot.core.step import Step

NOT_DELIVERED = "👎"
"""The bot's reaction to an agent's words that did not reach a customer of whom it is known that nothing does."""


def lost(draft: Draft, outgoing: Outgoing | None, error: str) -> None:
    """Nothing reaches the customer: the case is marked and its colleagues told, once; then a mark on each message."""
    if not draft.conversation.unreachable:
        draft.change(unreachable=error)
        draft.record("unreachable", error=error)
        draft.to_case(Text(draft.team_words("team_unreachable", error=error)), Lane.AGENT)
        if draft.conversation.agents_chat is not None:
            case.show_card(draft)
    if outgoing is not None:
        resending.keep(draft, outgoing)
    content = outgoing.content if outgoing else None
    if isinstance(content, Copy):
        draft.to_case(React(Ref(content.from_chat_id, content.message_id), NOT_DELIVERED), Lane.AGENT)


def found(draft: Draft) -> None:
    """The customer can be reached again. Does nothing where they always could."""
    if not draft.conversation.unreachable:
        return
    draft.change(unreachable="")
    draft.record("reachable")
    resending.tell_reachable(draft)
    if draft.conversation.agents_chat is not None:
        case.show_card(draft)


def stands(conversation: Conversation, update_id: int | None, context: Context, *, reachable: bool) -> Step:
    """The customer blocked the bot, or let it in again."""
    draft = Draft(conversation, context)
    if reachable:
        found(draft)
    else:
        lost(draft, None, draft.team_words("team_blocked"))
    return draft.finish(update_id)


def account_stands(conversation: Conversation, account: Account, context: Context) -> Step:
    """What the bot may do in the chats of a business account has changed: this is an open case of such a chat."""
    draft = Draft(conversation, context)
    if account.can_be_served:
        found(draft)
    elif conversation.phase in (Phase.WAITING, Phase.HUMAN):
        key = "team_account_may_not" if account.enabled else "team_account_off"
        lost(draft, None, draft.team_words(key, owner=account.owner))
    return draft.finish()


def topic_closed(conversation: Conversation, update_id: int | None, context: Context) -> Step:
    """Someone closed the topic of a case that is open: agents could no longer write in it."""
    draft = Draft(conversation, context)
    if conversation.is_open:
        draft.record("topic_closed")
        case.reopen_topic(draft)
        draft.to_case(Text(draft.team_words("team_topic_reopened")), Lane.AGENT)
    return draft.finish(update_id)


def renew(conversation: Conversation, agents_chat: int, context: Context) -> Step | None:
    """A group has come back, has topics now or has moved: its case shows there as it is now. None: it needs nothing."""
    if conversation.phase not in (Phase.WAITING, Phase.HUMAN):
        return None
    draft = Draft(conversation, context)
    draft.before_all_that_waits()
    moved = conversation.agents_chat != agents_chat
    draft.change(agents_chat=agents_chat)
    if moved and draft.conversation.with_lone_agent:
        draft.change(topic_id=GONE, card_id=GONE)
    if moved:
        draft.change(lost_topic=draft.conversation.topic_id)  # what still goes to the old one asks for no second topic
    if moved or conversation.topic_id is None:
        case.open_topic(draft, again=moved, lane=Lane.CARD)
    case.show_card(draft)
    for line in conversation.messages:
        if line.author is Author.CUSTOMER and line.ref in conversation.missed:
            mirror.show_line(draft, line)
    draft.change(missed=())
    return draft.finish()
