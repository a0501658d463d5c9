"""Tags: words that colleagues put on a case, to find and to count such cases by."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.core import case, finding
from bot.core.draft import Draft
from bot.core.errors import HandoverError
from bot.core.incoming import AgentMessage
from bot.core.outgoing import Button, Lane, Text
from bot.core.people import Agent

TAG, UNTAG, LIST = "tag", "untag", "tags"
COMMANDS = (TAG, UNTAG, LIST)

MOST = 20
"""Tags on one case."""

SHAPE = re.compile(r"[\w-]{1,32}")
"""How a tag looks: letters, digits, - and _."""


def asked(draft: Draft, message: AgentMessage) -> None:
    """``/tag``, ``/untag`` or ``/tags``, answered in the topic. Raises HandoverError."""
    wanted = read(message.text)
    if message.command == LIST or not wanted:
        draft.to_case(Text(_listed(draft), reply_to=message.message_id), Lane.AGENT)
        return
    _refuse_misshapen(draft, wanted)
    if message.command == UNTAG:
        said = take_off(draft, wanted, message.agent)
        draft.to_case(Text(said, reply_to=message.message_id), Lane.AGENT)
        return
    strange = unknown(draft, wanted)
    known = [tag for tag in wanted if tag not in strange]
    if known:
        draft.to_case(Text(put_on(draft, known, message.agent), reply_to=message.message_id), Lane.AGENT)
    for tag in strange:
        draft.to_case(_offer(draft, tag, message.message_id), Lane.AGENT)


def pressed(draft: Draft, tag: str, agent: Agent) -> str:
    """A tag that was offered: what to tell who pressed it. Raises HandoverError."""
    if unknown(draft, [tag]):
        raise HandoverError(draft.team_words("team_tag_unknown", tag=tag))
    return put_on(draft, [tag], agent)


def read(text: str) -> list[str]:
    """The tags behind a command, each once: ``#VIP, refund`` are ``vip`` and ``refund``."""
    rest = (text.split(None, 1)[1:] or [""])[0]
    return list(dict.fromkeys(tag for part in re.split(r"[\s,]+", rest) if (tag := normal(part))))


def normal(written: str) -> str:
    """A tag as it is kept."""
    return written.strip().removeprefix("#").casefold()


def unknown(draft: Draft, wanted: Iterable[str]) -> list[str]:
    """Those that the standards don't allow: none, where they name no tags."""
    allowed = draft.context.catalogue.standards.tags
    return [tag for tag in wanted if allowed and tag not in allowed]


def put_on(draft: Draft, wanted: Iterable[str], agent: Agent) -> str:
    """Tag the case; what to tell the agent. Raises HandoverError where there would be too many."""
    before = draft.conversation.tags
    added = [tag for tag in dict.fromkeys(wanted) if tag not in before]
    if len(before) + len(added) > MOST:
        raise HandoverError(draft.team_words("team_tag_many", most=MOST))
    _change(draft, (*before, *added), "tagged", added, agent)
    return _now(draft)


def take_off(draft: Draft, wanted: Iterable[str], agent: Agent) -> str:
    """Take tags off the case; what to tell the agent. Raises HandoverError where it has none of them."""
    before = draft.conversation.tags
    gone = [tag for tag in wanted if tag in before]
    if not gone:
        raise HandoverError(draft.team_words("team_tag_not_there", tags=in_words(draft, before)))
    _change(draft, tuple(tag for tag in before if tag not in gone), "untagged", gone, agent)
    return _now(draft)


def in_words(draft: Draft, tags: Iterable[str]) -> str:
    """``vip, refund``; a dash where there are none."""
    return ", ".join(tags) or draft.team_words("team_tag_none")


def _change(draft: Draft, tags: tuple[str, ...], event: str, changed: list[str], agent: Agent) -> None:
    if not changed:
        return
    draft.change(tags=tags)
    for tag in changed:
        draft.record(event, by=f"{agent.name} ({agent.id})", tag=tag)
    case.show_card(draft)


def _now(draft: Draft) -> str:
    return draft.team_words("team_tag_now", tags=in_words(draft, draft.conversation.tags))


def _listed(draft: Draft) -> str:
    allowed = draft.context.catalogue.standards.tags
    now = _now(draft)
    if not allowed:
        return f"{now}\n{draft.team_words('team_tag_how')}"
    return f"{now}\n{draft.team_words('team_tag_allowed', tags=', '.join(allowed))}"


def _refuse_misshapen(draft: Draft, wanted: Iterable[str]) -> None:
    wrong = next((tag for tag in wanted if not SHAPE.fullmatch(tag)), None)
    if wrong is not None:
        raise HandoverError(draft.team_words("team_tag_shape", tag=wrong))


def _offer(draft: Draft, strange: str, message_id: int) -> Text:
    """The tags that may be meant, on buttons; without any that is near, all that there are in words."""
    allowed = draft.context.catalogue.standards.tags
    near = finding.nearest(strange, allowed)
    if not near:
        said = draft.team_words("team_tag_strange", tag=strange, tags=", ".join(allowed))
        return Text(said, reply_to=message_id)
    row = tuple(Button(tag, f"{TAG}.{tag}:{draft.conversation.id}") for tag in near)
    return Text(draft.team_words("team_tag_meant", tag=strange), (row,), reply_to=message_id)
