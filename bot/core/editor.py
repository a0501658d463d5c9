"""What admins read about the content and about what they send, and the buttons below it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core import words
from bot.core.decide import Act
from bot.core.draft import Draft
from bot.core.editing import Changed, Condition, Fetched, Findings, Lived, NowLive, Preview, Submission
from bot.core.errors import ContentError, EditError, KeepwordError
from bot.core.outgoing import Button, Keyboard, Lane, Text, TextFile
from bot.core.rehearsal import Outcome

MARK = "edit"
"""What the data of all buttons here begins with: ``edit:<verb>:<what>``."""

HISTORY, BACK, GO_BACK, LEAVE = "history", "back", "goback", "leave"
PLACE, GET, APPROVE, DISCARD, UNDO = "place", "get", "approve", "discard", "undo"
PROPOSALS = "proposals"

SHORT = 8
"""Characters of a version that people see."""

MOST = 8
"""So many of a list are shown; the rest is counted."""

_LONGEST_DATA = 64
_LONGEST_TEXT = 300
_ACTS = (Act.ANSWER, Act.CLARIFY, Act.REPHRASE, Act.PROMISE)

Row = tuple[Button, ...]


def say(draft: Draft, key: str, keyboard: Keyboard = (), **values: object) -> None:
    """A line for the admin."""
    tell(draft, (draft.team_words(key, **values),), keyboard)


def tell(draft: Draft, lines: Iterable[str], keyboard: Keyboard = ()) -> None:
    """Lines for the admin, empty ones left out."""
    draft.to_customer(Text("\n".join(line for line in lines if line), keyboard), Lane.ANSWER)


def button(draft: Draft, name: str, verb: str, *what: str, **values: object) -> Button:
    """A button named ``admin_button_<name>``."""
    return Button(draft.team_words(f"admin_button_{name}", **values), ":".join((MARK, verb, *what)))


def short(version: str) -> str:
    """A version as people see it."""
    return version[:SHORT]


# --- how it is


def condition(draft: Draft, found: Condition) -> None:
    """Whether the content is good, what is live since when, and what is to be mended."""
    lines = [*_standing(draft, found), _since(draft, found), "", draft.team_words("admin_how")]
    row = [button(draft, "history", HISTORY), button(draft, "back", BACK)]
    if found.proposals:
        row.append(button(draft, "proposals", PROPOSALS, count=found.proposals))
    draft.to_customer(Text("\n".join(lines), tuple((one,) for one in row)), Lane.ANSWER)


def _standing(draft: Draft, found: Condition) -> list[str]:
    if found.problems:
        return [draft.team_words("admin_bad", count=len(found.problems)), *_some(draft, found.problems)]
    return [draft.team_words("admin_good" if found.is_live else "admin_learning")]


def _since(draft: Draft, found: Condition) -> str:
    version = short(found.version)
    if found.since is None:
        return draft.team_words("admin_since_unknown", version=version)
    key = "admin_since_by" if found.by else "admin_since"
    return draft.team_words(key, version=version, at=_moment(draft, found.since), by=_person(found.by))


def history(draft: Draft, known: Sequence[Lived]) -> None:
    """What was live when, with a button for each version that one may go back to."""
    if len(known) < 2:
        say(draft, "admin_no_history")
        return
    lines = [draft.team_words("admin_history"), *(_history_line(draft, one, known) for one in known)]
    others = dict.fromkeys(one.version for one in known if one.version != known[0].version)
    rows = [(button(draft, "go_back", BACK, version, version=short(version)),) for version in others]
    tell(draft, lines, tuple(rows))


def _history_line(draft: Draft, one: Lived, known: Sequence[Lived]) -> str:
    what = changes(draft, one.changes)
    if one is known[-1] and not one.changes:
        what = draft.team_words("admin_first")
    key = "admin_history_line_by" if one.by else "admin_history_line"
    return draft.team_words(
        key, at=_moment(draft, one.at), version=short(one.version), changes=what, by=_person(one.by)
    )


def ask_back(draft: Draft, target: Lived) -> None:
    """Ask whether to go back to a version, and say what that changes."""
    row = (
        button(draft, "go_back", GO_BACK, target.version, version=short(target.version)),
        button(draft, "leave", LEAVE),
    )
    at = _moment(draft, target.at)
    say(draft, "admin_ask_back", (row,), version=short(target.version), at=at, changes=changes(draft, target.changes))


# --- what was sent


def which_place(draft: Draft, sent: Submission) -> None:
    """Ask which file it is to be."""
    rows = [(Button(place, f"{MARK}:{PLACE}:{sent.id}:{place}"),) for place in sent.places]
    say(draft, "admin_where", _fitting(rows), name=sent.name)


def which_get(draft: Draft, places: Iterable[str]) -> None:
    """Ask which file is wanted."""
    say(draft, "admin_get_which", _fitting([(Button(place, f"{MARK}:{GET}:{place}"),) for place in places]))


def hand_out(draft: Draft, found: Fetched) -> None:
    """The file itself."""
    name, caption = found.place.rpartition("/")[2], draft.team_words("admin_get_caption", file=found.place)
    draft.to_customer(TextFile(name, found.text, caption), Lane.ANSWER)


def wrong(draft: Draft, found: Findings) -> None:
    """What keeps it from going live, each with its line and the remedy."""
    count = len(found.problems)
    head = draft.team_words("admin_wrong", file=found.submission.place, count=count)
    tell(draft, [head, *_some(draft, found.problems), draft.team_words("admin_wrong_how")])


def trying(draft: Draft, found: Findings) -> None:
    """It is all right, and being tried."""
    say(draft, "admin_trying", file=found.submission.place, changes=changes(draft, found.changes))


def preview(draft: Draft, found: Findings, tried: Preview) -> None:
    """What would change, and whether it shall."""
    file, sent = found.submission.place, found.submission
    key = "admin_changed" if tried.changed else "admin_unchanged" if tried.tried else "admin_nothing_tried"
    told = changes(draft, found.changes)
    lines = [
        draft.team_words("admin_overtaken", file=file) if found.overtaken else "",
        draft.team_words(key, file=file, changes=told, tried=tried.tried, count=len(tried.changed)),
        *_some(draft, tried.changed, lambda one: _changed(draft, one)),
        *_failing(draft, tried),
        *([draft.team_words("admin_hints"), *_some(draft, found.hints)] if found.hints else []),
        draft.team_words("admin_ask"),
    ]
    name = "replace" if found.overtaken else "approve"
    rows: list[Row] = [(button(draft, name, APPROVE, sent.id), button(draft, "discard", DISCARD, sent.id))]
    if found.overtaken:
        rows += _fitting([(button(draft, "get", GET, file),)])
    tell(draft, lines, tuple(rows))


def _changed(draft: Draft, one: Changed) -> str:
    before, after = _done(draft, one.before), _done(draft, one.after)
    lines = [draft.team_words("admin_line", text=_cut(one.text))]
    if before != after:
        lines.append(draft.team_words("admin_line_done", before=before, after=after))
    else:
        lines.append(draft.team_words("admin_line_said", before=_cut(" / ".join(one.before.said))))
        lines.append(draft.team_words("admin_line_would_say", after=_cut(" / ".join(one.after.said))))
    return "\n".join(lines)


def _done(draft: Draft, outcome: Outcome) -> str:
    about = " / ".join(title(draft, intent) for intent in outcome.intents)
    if outcome.act in _ACTS:
        return draft.team_words(f"admin_act_{outcome.act.value}", about=about)
    return draft.team_words("admin_act_other", act=outcome.act.value.replace("_", " "), about=about)


def _failing(draft: Draft, tried: Preview) -> list[str]:
    if not tried.failing:
        return []

    def line(one: tuple[str, str]) -> str:
        return draft.team_words("admin_failing_line", text=_cut(one[0]), intent=title(draft, one[1]))

    return [draft.team_words("admin_failing", count=len(tried.failing)), *_some(draft, tried.failing, line)]


# --- what came of it


def live(draft: Draft, made: NowLive, *extra: Button) -> None:
    """It is live, and how to take it back."""
    key = "admin_live_before" if made.before else "admin_live"
    told = draft.team_words(key, version=short(made.version), changes=changes(draft, made.changes))
    undo = (button(draft, "undo", UNDO, made.submission.id),) if made.submission else ()
    tell(draft, (told, _aside(draft, made)), _rows((*undo, *extra)))


def back(draft: Draft, made: NowLive) -> None:
    """What was is live again."""
    told = draft.team_words("admin_back", version=short(made.version), changes=changes(draft, made.changes))
    tell(draft, (told, _aside(draft, made)))


def _aside(draft: Draft, made: NowLive) -> str:
    return draft.team_words("admin_aside", folder=made.aside) if made.aside else ""


def refusal(draft: Draft, error: KeepwordError) -> str:
    """Why something is not done, in words."""
    if isinstance(error, EditError):
        return draft.team_words(error.key, **error.values)
    if isinstance(error, ContentError):
        head = draft.team_words("admin_refused", count=len(error.problems))
        return "\n".join((head, *_some(draft, error.problems)))
    return draft.team_words("admin_not_live", error=str(error))


# --- in words


def changes(draft: Draft, told: Sequence[str]) -> str:
    """What is different, in a line."""
    if not told:
        return draft.team_words("admin_layout")
    more = len(told) - MOST
    shown = "; ".join(told[:MOST])
    return f"{shown}; {draft.team_words('admin_more', count=more)}" if more > 0 else shown


def title(draft: Draft, intent: str) -> str:
    """What an intent is called, in the house's first language."""
    catalogue = draft.context.catalogue
    if catalogue.intent(intent) is None:
        return draft.team_words("admin_nothing") if intent == "none" else intent
    return catalogue.title(catalogue.standards.default_language, intent)


def _some(draft: Draft, items: Sequence[object], line: Callable[..., str] = str) -> list[str]:
    more = len(items) - MOST
    return [*(line(one) for one in items[:MOST]), *([draft.team_words("admin_more", count=more)] if more > 0 else [])]


def _moment(draft: Draft, at: datetime) -> str:
    standards = draft.context.catalogue.standards
    return words.dated(standards.default_language, at.astimezone(ZoneInfo(standards.zone)))


def _person(by: str) -> str:
    return by.rpartition(" (")[0] or by


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST_TEXT else f"{flat[:_LONGEST_TEXT]}…"


def _rows(buttons: Sequence[Button]) -> Keyboard:
    return (tuple(buttons),) if buttons else ()


def _fitting(rows: Iterable[Row]) -> Keyboard:
    """Those whose data Telegram takes."""
    return tuple(row for row in rows if all(len(one.data.encode()) <= _LONGEST_DATA for one in row))
