"""What the placeholders of a canned reply stand for in a case; and the reply, filled in for its customer.

Nothing is sent half-filled: a placeholder that nothing is known for is named to the agent, who can supply it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.core import promising, words
from bot.core.content import CannedReply, Reply
from bot.core.draft import NOBODY, Draft, without_nobody
from bot.core.errors import HandoverError, RenderError
from bot.core.people import Agent

_GIVEN = re.compile(r'(?<!\S)(\w+)=(?:"([^"]*)"|[“”„«]([^“”„«»]*)[“”»]|(\S*))')
_MONEY = re.compile(r"(?P<number>\d+(?:[.,]\d{1,2})?)\s*(?P<currency>€|[A-Za-z]{3})?")

AMOUNT, DATE = "amount", "date"
"""Slots that are written as the customer's language writes them."""


KNOWN = ("name", "agent", "brand")
"""Placeholders that there is always a value for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an agent wrote behind a command: ``words``, and what they supply for placeholders (``amount=20``)."""

    words: str
    given: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ready:
    """A canned reply, filled in. ``foreign``: the customer's language has no such reply, so it is in the first one."""

    title: str
    text: str
    language: str
    foreign: bool


def asked(text: str) -> Asked:
    """Read a command with all that stands behind it."""
    rest = (text.split(None, 1)[1:] or [""])[0]
    found = ((match[1], (match[2] or match[3] or match[4] or "").strip()) for match in _GIVEN.finditer(rest))
    return Asked(" ".join(_GIVEN.sub(" ", rest).split()), {name: value for name, value in found if value})


def title(draft: Draft, name: str) -> str:
    """What a canned reply is called among colleagues."""
    catalogue = draft.context.catalogue
    found = catalogue.canned.get(catalogue.standards.default_language, {}).get(name)
    return (found.reply.title if found else "") or name.replace("_", " ").capitalize()


def ready(draft: Draft, name: str, agent: Agent, given: Mapping[str, str]) -> Ready:
    """The canned reply ``name`` for this case. Raises HandoverError, which says what is missing."""
    found, language = _in_language(draft, name)
    if found is None:
        raise HandoverError(draft.team_words("team_canned_gone", canned=name))
    _refuse_unknown(draft, name, found.reply, given)
    values = _values(draft, language, agent, given)
    missing = [one for one in _used(found.reply) if one not in values]
    if missing:
        raise HandoverError(_needs(draft, name, missing, given))
    text = without_nobody(_filled(draft, found.reply, language, values)).strip()
    return Ready(title(draft, name), text, language, language != draft.conversation.language)


def preview(draft: Draft, name: str, agent: Agent, given: Mapping[str, str]) -> str:
    """The same, with the placeholders that nothing is known for as they stand."""
    found, language = _in_language(draft, name)
    if found is None:
        return ""
    values = _values(draft, language, agent, given)
    unknown: dict[str, object] = {one: f"{{{one}}}" for one in _used(found.reply) if one not in values}
    form = Reply(name, {"other": found.reply.text})
    return without_nobody(_filled(draft, form, language, {**unknown, **values})).strip()


def _in_language(draft: Draft, name: str) -> tuple[CannedReply | None, str]:
    catalogue, language = draft.context.catalogue, draft.conversation.language
    own = catalogue.canned.get(language, {}).get(name)
    if own is not None:
        return own, language
    default = catalogue.standards.default_language
    return catalogue.canned.get(default, {}).get(name), default


def _used(reply: Reply) -> list[str]:
    """Its placeholders in the order in which they are read, and the one that chooses its plural."""
    forms = (name for text in reply.forms.values() for name in words.placeholders(text))
    places = {name: reply.text.find(f"{{{name}}}") for name in forms}
    return list(dict.fromkeys((*sorted(places, key=lambda name: places[name]), *filter(None, [reply.count]))))


def _refuse_unknown(draft: Draft, name: str, reply: Reply, given: Mapping[str, str]) -> None:
    """A slip in a placeholder's name must not send what the agent meant to correct."""
    strange = next((one for one in given if one not in _used(reply)), None)
    if strange is None:
        return
    places = [one for one in _used(reply) if one not in KNOWN]
    key = "team_canned_strange" if places else "team_canned_no_places"
    raise HandoverError(
        draft.team_words(key, title=title(draft, name), strange=strange, places=_listed(places), canned=name)
    )


def _needs(draft: Draft, name: str, missing: list[str], given: Mapping[str, str]) -> str:
    written = [f'{one}="{value}"' if " " in value else f"{one}={value}" for one, value in given.items()]
    example = " ".join((f"/r {name}", *written, *(f"{one}=…" for one in missing)))
    return draft.team_words("team_canned_needs", title=title(draft, name), places=_listed(missing), example=example)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def _values(draft: Draft, language: str, agent: Agent, given: Mapping[str, str]) -> dict[str, object]:
    conversation, catalogue = draft.conversation, draft.context.catalogue
    # An amount is the agent's to say: what the customer claims is not what we pay.
    known: dict[str, object] = {name: value for name, value in conversation.slots.items() if value and name != AMOUNT}
    known |= {
        "name": words.first_name(conversation.customer) or NOBODY,
        "agent": words.first_word(agent.name) or agent.name,
        "brand": catalogue.brand.name,
    }
    if conversation.promise is not None:
        known["promise"] = promising.said(draft, conversation.promise)
    known |= given
    known |= {DATE: _day(str(known[DATE]), language)} if DATE in known else {}
    currency = catalogue.standards.currency
    return known | ({AMOUNT: _money(str(known[AMOUNT]), language, currency)} if AMOUNT in known else {})


def _day(text: str, language: str) -> str:
    """A date of the calendar as the language writes it; anything else as it stands."""
    try:
        return words.long_date(language, date.fromisoformat(text))
    except ValueError:
        return text


def _money(text: str, language: str, currency: str | None) -> str:
    """An amount as the language writes it, in its own currency or else in ours; anything else as it stands."""
    found = _MONEY.fullmatch(text.strip())
    if found is None:
        return text
    code = "EUR" if found["currency"] == "€" else (found["currency"] or currency or "").upper()
    return words.money(language, found["number"].replace(",", "."), code) if code else text


def _filled(draft: Draft, reply: Reply, language: str, values: Mapping[str, object]) -> str:
    numbers = {
        name: int(str(value)) for name, value in values.items() if name == reply.count and str(value).isdecimal()
    }
    try:
        return words.filled(reply, language, {**values, **numbers})
    except RenderError as error:
        raise HandoverError(
            draft.team_words("team_canned_broken", title=title(draft, reply.key), error=error)
        ) from None
