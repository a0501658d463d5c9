"""Macros: several things that agents often do together, done in one step or not at all.

Each kind of step is a line in :data:`STEPS`. What an agent may ask for by a command can be a step by that name: its
line says what it takes, and ``team_did_<name>`` what was done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.core import canned, filling, finding, handover, picking, snooze_times, snoozing, tags, teams, transfer
from bot.core.content import Macro, MacroStep
from bot.core.conversation import Author, Message, Phase
from bot.core.draft import Draft
from bot.core.errors import HandoverError
from bot.core.filling import Asked
from bot.core.finding import Findable
from bot.core.incoming import AgentMessage
from bot.core.moves import Move
from bot.core.outgoing import Edit, Keyboard, Lane, Text
from bot.core.picking import Pressed

COMMAND = "m"
RUN = "run"
"""What a button of the picker says."""


@dataclass(slots=True)
class Run:
    """A macro under way: who runs it by which message, and what the colleagues will read of it."""

    message: AgentMessage
    wanted: Asked
    said: list[str]


class Takes(StrEnum):
    """What stands behind the name of a step in the content."""

    NOTHING = "nothing"
    REPLY = "the name of a canned reply"
    TAGS = "a tag, or several: [vip, refund]"
    WORDS = "words"
    TIME = "a span, a time or a day, such as 2h, 16:30 or tomorrow,"
    TEAM = "the name of a team"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of step. ``do`` does it and says what was done in a word or two; it raises HandoverError."""

    takes: Takes
    do: Callable[[Draft, MacroStep, Run], str]
    ends: bool = False
    """Nothing that concerns the customer can be done after it."""


def _reply(draft: Draft, step: MacroStep, run: Run) -> str:
    said = canned.send(draft, step.what[0], run.message, run.wanted)
    run.said.append(canned.echo(draft, said) if said.foreign else said.text)
    return draft.team_words("team_did_reply", title=said.title)


def _note(draft: Draft, step: MacroStep, run: Run) -> str:
    text = step.what[0]
    line = Message(draft.now, Author.NOTE, text, run.message.agent.name)
    draft.change(messages=(*draft.conversation.messages, line))
    draft.record("note", by=f"{run.message.agent.name} ({run.message.agent.id})", text=text)
    run.said.append(f"🔒 {text}")
    return draft.team_words("team_did_note")


def _tag(draft: Draft, step: MacroStep, run: Run) -> str:
    tags.put_on(draft, step.what, run.message.agent)
    return draft.team_words("team_did_tag", tags=", ".join(step.what))


def _untag(draft: Draft, step: MacroStep, run: Run) -> str:
    there = [tag for tag in step.what if tag in draft.conversation.tags]
    if there:
        tags.take_off(draft, there, run.message.agent)
    return draft.team_words("team_did_untag", tags=", ".join(step.what))


def _claim(draft: Draft, step: MacroStep, run: Run) -> str:
    """Who has the case already goes on having it."""
    conversation, agent = draft.conversation, run.message.agent
    if conversation.phase is Phase.HUMAN and conversation.agent is not None and conversation.agent.id == agent.id:
        return draft.team_words("team_did_claim")
    return _ask(draft, step, run)


def _ask(draft: Draft, step: MacroStep, run: Run) -> str:
    """What an agent may ask for by a command of this name."""
    text = " ".join((f"/{step.kind}", *step.what))
    message = replace(run.message, text=text, command=step.kind)
    handover.carry_out(draft, handover.Wish(step.kind, run.message.agent, message=message))
    return draft.team_words(f"team_did_{step.kind}")


def _snooze(draft: Draft, step: MacroStep, run: Run) -> str:
    """Counted from when it is run. Beyond what a promise leaves room for it can't be done."""
    standards = draft.context.catalogue.standards
    calendar = teams.calendar_of(draft.conversation, standards)
    until = snooze_times.read(step.what[0], calendar, draft.now, standards.default_language)
    if until is None:
        raise HandoverError(draft.team_words("team_snooze_how"))
    before = draft.conversation.snoozed
    said = snoozing.carry_out(draft, Move(f"{snoozing.UNTIL}{int(until.timestamp()) // 60}", run.message.agent))
    if draft.conversation.snoozed == before:
        raise HandoverError(said)
    return draft.team_words("team_did_snooze", until=snoozing.clock(draft, until))


def _transfer(draft: Draft, step: MacroStep, run: Run) -> str:
    """What is that team's already stays there."""
    (team,) = step.what
    if team != teams.team_of(draft.conversation, draft.context.catalogue.standards):
        transfer.carry_out(draft, Move(f"{transfer.TO_TEAM}{team}", run.message.agent))
    return draft.team_words("team_did_transfer", team=team)


STEPS: Mapping[str, Kind] = {
    "reply": Kind(Takes.REPLY, _reply),
    "note": Kind(Takes.WORDS, _note),
    "tag": Kind(Takes.TAGS, _tag),
    "untag": Kind(Takes.TAGS, _untag),
    handover.CLAIM: Kind(Takes.NOTHING, _claim),
    snoozing.SNOOZE: Kind(Takes.TIME, _snooze, ends=True),
    transfer.TRANSFER: Kind(Takes.TEAM, _transfer, ends=True),
    handover.BACK: Kind(Takes.NOTHING, _ask, ends=True),
    handover.RESOLVE: Kind(Takes.NOTHING, _ask, ends=True),
}
"""What a macro may do, by the name in the content."""


# --- run --------------------------------------------------------------------------------------------------------------


def asked(draft: Draft, message: AgentMessage) -> None:
    """``/m``: run the macro that is named, or offer those that may be meant. Raises HandoverError."""
    wanted = filling.asked(message.text)
    macro = draft.context.catalogue.macros.get("_".join(wanted.words.casefold().split()))
    if macro is None:
        draft.to_case(Text(*picker(draft, wanted), reply_to=message.message_id), Lane.AGENT)
    else:
        said = run(draft, macro, message, wanted)
        here = draft.conversation.agents_chat == message.agents_chat  # else the case has gone to another group
        draft.to_case(Text(said, reply_to=message.message_id if here else None), Lane.AGENT)


def run(draft: Draft, macro: Macro, message: AgentMessage, wanted: Asked) -> str:
    """Do all that a macro says; what was done, in one line, and what was sent.

    Raises HandoverError where one thing can't be done: then the draft is to be dropped.
    """
    if not draft.conversation.is_open:
        raise HandoverError(draft.team_words("team_resolved_already"))
    if canned.is_sent(draft.conversation, message.message_id):
        raise HandoverError(draft.team_words("team_macro_run_already"))
    if draft.conversation.pending and any(STEPS[step.kind].ends for step in macro.steps):
        raise HandoverError(draft.team_words("team_customer_writing"))
    under_way = Run(message, wanted, [])
    try:
        done = [STEPS[step.kind].do(draft, step, under_way) for step in macro.steps]
    except HandoverError as error:
        raise HandoverError(draft.team_words("team_macro_not_run", title=macro.title, error=error)) from error
    draft.record("macro", by=f"{message.agent.name} ({message.agent.id})", macro=macro.name)
    line = draft.team_words("team_macro_run", title=macro.title, done=", ".join(done))
    return "\n\n".join((line, *under_way.said))


# --- the picker -------------------------------------------------------------------------------------------------------


def picker(draft: Draft, wanted: Asked, page: int = 0) -> tuple[str, Keyboard]:
    """What may be meant, each with what it does and a button that runs it. Raises HandoverError: there are none."""
    macros = draft.context.catalogue.macros
    if not macros:
        raise HandoverError(draft.team_words("team_macro_none"))
    things = {name: Findable((name.replace("_", " "), macro.title)) for name, macro in macros.items()}
    found = finding.best(wanted.words, things)
    key = ("team_macro_found" if found else "team_macro_unlike") if wanted.words else "team_macro_all"
    shown = picking.page_of(found or list(things), page)
    texts = [f"▸ {macros[name].title} · /m {name}\n{_does(draft, macros[name])}" for name in shown.names]
    rows = [row for name in shown.names if (row := picking.row(draft, (macros[name].title, COMMAND, RUN, name)))]
    head = draft.team_words(key, query=wanted.words)
    return "\n\n".join((head, *texts)), (*rows, *picking.turn(draft, COMMAND, shown))


def _does(draft: Draft, macro: Macro) -> str:
    return " → ".join(" ".join((step.kind, *_named(draft, step))) for step in macro.steps)


def _named(draft: Draft, step: MacroStep) -> tuple[str, ...]:
    if STEPS[step.kind].takes is Takes.REPLY:
        return (f"“{filling.title(draft, step.what[0])}”",)
    return (", ".join(step.what),) if step.what else ()


def pressed(draft: Draft, press: Pressed) -> str:
    """A button of the picker: what to tell who pressed it. Raises HandoverError."""
    wanted = filling.asked(press.message.text)
    if press.verb == picking.PAGE:
        draft.to_case(Edit(press.picker, *picker(draft, wanted, int(press.name))), Lane.AGENT)
        return ""
    macro = draft.context.catalogue.macros.get(press.name)
    if macro is None:
        raise HandoverError(draft.team_words("team_macro_gone", macro=press.name))
    said = Edit(press.picker, run(draft, macro, press.message, wanted))
    if draft.conversation.agents_chat == press.message.agents_chat:
        draft.to_case(said, Lane.AGENT)
    else:
        draft.to_group(press.message.agents_chat, said)
    return draft.team_words("team_macro_done")
