"""The case as colleagues see it: its topic's title, its card, its buttons."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core import priority, words
from bot.core.content import Catalogue
from bot.core.conversation import Author, Conversation, Media, Message, Phase, Promise, Way
from bot.core.draft import Draft
from bot.core.outgoing import Button, Card, CloseTopic, Keyboard, Lane, OpenTopic
from bot.core.understanding import NO_INTENT, Severity

CARD_LIMIT = 4000
"""UTF-16 units on a card: Telegram takes 4096 (emoji are two each)."""

LINE_LIMIT = 900
"""Characters of one message on a card; what is longer is shown beside it in full."""

TITLE_LIMIT = 120
"""Characters of a topic's title: Telegram takes 128."""

LABEL_LIMIT = 60
"""Characters of a button's label: more do not fit on a phone."""

OPEN = "open"
"""The command of a button by which an agent who works alone turns to a case."""

MARKS = {Severity.CALM: "🔵", Severity.UPSET: "🟠", Severity.URGENT: "🔴"}
"""How pressing a case is, at a glance."""


def open_case(draft: Draft, team: str) -> None:
    """Give the conversation a topic in its team's group, if there is a group and it has no topic yet.

    Of several groups that share the team's cases it is the one with the most room.
    """
    chat = draft.context.loads.roomiest(draft.context.groups.sharing(team), draft.now)
    if chat is None or draft.conversation.agents_chat is not None:
        return
    draft.change(agents_chat=chat)
    draft.to_case(OpenTopic(title(draft.conversation, draft.context.catalogue)), Lane.AGENT)


def show_card(draft: Draft) -> None:
    """Post the card, or bring it up to date. The first one is news; a topic without it tells nobody anything."""
    lane = Lane.AGENT if draft.conversation.card_id is None else Lane.CARD
    draft.to_case(Card(card(draft), buttons(draft)), lane)


def close_case(draft: Draft) -> None:
    """Bring the card up to date and close the topic."""
    show_card(draft)
    draft.to_case(CloseTopic(title(draft.conversation, draft.context.catalogue)))


def title(conversation: Conversation, catalogue: Catalogue) -> str:
    """What the list of topics shows: how pressing, who, about what."""
    mark = "✅" if conversation.phase is Phase.RESOLVED else MARKS[conversation.severity]
    subject = subject_of(conversation, catalogue)
    return f"{mark} {conversation.customer.name} · {subject}"[:TITLE_LIMIT]


def subject_of(conversation: Conversation, catalogue: Catalogue) -> str:
    """What the case is about, in the house's first language."""
    language = catalogue.standards.default_language
    if catalogue.intent(conversation.intent) is None:
        return words.render(catalogue, language, "team_unknown_subject")
    return catalogue.title(language, conversation.intent)


def buttons(draft: Draft) -> Keyboard:
    """What can be done about the case now. A resolved case has no buttons."""
    conversation = draft.conversation
    if not conversation.is_open:
        return ()
    names = [] if conversation.phase is Phase.HUMAN else ["claim"]
    names.append("resolve")
    if conversation.phase is not Phase.BOT:
        names.append("back")
    if conversation.promise is not None and conversation.promise.way is Way.CALL:
        names.insert(0, "called")
    row = (Button(draft.team_words(f"team_button_{name}"), f"{name}:{conversation.id}") for name in names)
    about = Button(draft.team_words("team_button_about"), f"about:{conversation.id}")
    return (*_turn_to(draft), tuple(row), (about,))


def _turn_to(draft: Draft) -> Keyboard:
    """Who works alone has all cases in one chat, and says which one they write in."""
    conversation = draft.conversation
    if not conversation.with_lone_agent or conversation.phase is Phase.BOT:
        return ()
    label = draft.team_words("team_button_open", customer=conversation.customer.name)
    return ((Button(label[:LABEL_LIMIT], f"{OPEN}:{conversation.id}"),),)


def card(draft: Draft) -> str:
    """Everything known about the case, for a colleague who has never seen it."""
    conversation = draft.conversation
    lines = [_who(draft), what(draft), *details(draft), _link(draft), _tags(draft), _status(draft)]
    head = "\n".join(line for line in lines if line)
    return f"{head}\n\n{_transcript(draft, conversation, CARD_LIMIT - words.units(head))}"


def _who(draft: Draft) -> str:
    customer = draft.conversation.customer
    handle = f" (@{customer.username})" if customer.username else ""
    language = words.language_name(draft.conversation.language)
    who = draft.team_words("team_card_who", customer=customer.name + handle, language=language)
    through = draft.conversation.through
    return f"{who}\n{draft.team_words('team_card_business', owner=through.owner)}" if through else who


def what(draft: Draft) -> str:
    """What it is about, and how pressing."""
    conversation = draft.conversation
    kind = draft.team_words(f"team_kind_{conversation.kind.value}")
    severity = draft.team_words(f"team_severity_{conversation.severity.value}")
    subject = subject_of(conversation, draft.context.catalogue)
    named = kind if conversation.intent == NO_INTENT else f"{kind}: {subject}"
    return f"{MARKS[conversation.severity]} {severity} · {named}"


def details(draft: Draft) -> list[str]:
    """What the customer has told, a line for each detail."""
    return [f"{name.replace('_', ' ').capitalize()}: {value}" for name, value in draft.conversation.slots.items()]


def _tags(draft: Draft) -> str:
    tags = draft.conversation.tags
    return draft.team_words("team_card_tags", tags=", ".join(tags)) if tags else ""


def _link(draft: Draft) -> str:
    return draft.team_words("team_card_link", link=draft.conversation.link) if draft.conversation.link else ""


def _status(draft: Draft) -> str:
    conversation = draft.conversation
    lines = []
    if conversation.agent is not None and conversation.phase is Phase.HUMAN:
        lines.append(draft.team_words("team_card_agent", agent=conversation.agent.name))
    elif conversation.assigned is not None and conversation.phase is Phase.WAITING:
        lines.append(draft.team_words("team_card_assigned", agent=conversation.assigned.name))
    if conversation.promise is not None:
        lines.append(draft.team_words("team_card_promise", by=promised(draft, conversation.promise)))
        if conversation.promise.way is Way.CALL:
            lines.append(draft.team_words("team_card_call", phone=conversation.slots.get("phone", "")))
    elif conversation.promises:
        last = conversation.promises[-1]
        at = _clock(draft, last.ended_at or last.due_at)
        by = (last.ended_by or "").partition(" (")[0]
        lines.append(draft.team_words(f"team_card_{last.state.value}", at=at, agent=by))
    if conversation.unreachable:
        lines.append(draft.team_words("team_card_unreachable", error=conversation.unreachable))
    if conversation.phase is Phase.RESOLVED:
        lines.append(draft.team_words("team_card_resolved"))
    if conversation.phase in (Phase.WAITING, Phase.HUMAN):
        lines.append(draft.team_words(f"team_why_{priority.reason(conversation, draft.now).value}"))
    return "\n".join(lines)


def _clock(draft: Draft, at: datetime) -> str:
    """When something happened, as the team's clock showed it."""
    standards = draft.context.catalogue.standards
    return words.clock(standards.default_language, at.astimezone(ZoneInfo(standards.zone)))


def promised(draft: Draft, promise: Promise) -> str:
    """The promise's time, as the team reads it."""
    if promise.not_before is None:
        return team_time(draft, promise.due_at)
    catalogue = draft.context.catalogue
    standards = catalogue.standards
    return words.promised(catalogue, standards.default_language, promise, draft.now, standards.zone)


def team_time(draft: Draft, at: datetime) -> str:
    """By when something is due, as the team reads it, with its day."""
    catalogue = draft.context.catalogue
    standards = catalogue.standards
    return words.when(catalogue, standards.default_language, at, draft.now, standards.zone)


def _transcript(draft: Draft, conversation: Conversation, room: int) -> str:
    """The conversation so far, newest lines first to find room, oldest first to read."""
    zone = ZoneInfo(draft.context.catalogue.standards.zone)
    kept: list[str] = []
    for message in reversed(conversation.messages):
        line = _line(draft, message, zone)
        room -= words.units(line) + 1
        if room < 0:
            kept.append("…")
            break
        kept.append(line)
    return "\n".join(reversed(kept))


def _line(draft: Draft, message: Message, zone: ZoneInfo) -> str:
    who = {
        Author.CUSTOMER: words.first_name(draft.conversation.customer),
        Author.BOT: draft.context.catalogue.brand.name,
        Author.AGENT: message.name,
        Author.NOTE: f"🔒 {message.name}",
    }[message.author]
    carried = "" if message.media is Media.TEXT else f"[{message.media.value}] "
    text = message.text if len(message.text) <= LINE_LIMIT else f"{message.text[:LINE_LIMIT]}…"
    gone = "🗑 " if message.taken_back else ""
    return f"{message.at.astimezone(zone):%H:%M} {who}: {gone}{carried}{text}".rstrip()
