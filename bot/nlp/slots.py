"""Details in a message: phone numbers, e-mail addresses, amounts, dates, and what the admin's patterns find.

Well-known details are found first, and the admin's patterns don't see them: the digits of a phone number are no order
number. Each is kept in ``doc.spans["slots"]`` where it stands, and by name in its usual form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import phonenumbers
from spacy.language import Language as SpacyLanguage
from spacy.tokens import Doc, Span, SpanGroup

from bot.nlp.dates import dates
from bot.nlp.reading import reading
from bot.nlp.text import bare

MAX_CHARS = 4_096
"""Slots are sought in this many characters, so that no pattern can hold a message up."""

_EMAIL = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}")
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "zł": "PLN"}
_SIGNS |= {code.lower(): code for code in ("EUR", "USD", "GBP", "RSD", "CHF")}
_WORDS = {
    "EUR": r"euro?s?|evro\w*|evr[aei]|ευρώ|ευρω|eiro|eur[ųuaoių]\w*|eura|јевра|евра",
    "RSD": r"din(?:ar\w*)?\.?|дин(?:ар\w*)?\.?",
    "USD": r"dollars?|bucks|dolar\w*",
    "GBP": r"pounds?|quid",
}
_NUMBER = r"\d{1,3}(?:[ .,]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_AFTER = "|".join([*(re.escape(sign) for sign in _SIGNS), *_WORDS.values()])
_AMOUNT = re.compile(
    rf"(?P<before>[€$£])\s?(?P<first>{_NUMBER})(?![\d])|(?<![\w.,-])(?P<second>{_NUMBER})\s?(?P<after>{_AFTER})(?!\w)",
    re.IGNORECASE,
)
_INSIDE_WORD = re.compile(r"\w\w")
_LIKE_PHONE = re.compile(r"(?<![\w])(?:\+|00|0)")


@dataclass(frozen=True, slots=True)
class Found:
    """A detail: where it stands and what it says."""

    name: str
    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class Near:
    """The customer's day, and the language in which they name the days around it."""

    today: date | None
    language: str


Patterns = Iterable[tuple[str, re.Pattern[str]]]


def find_slots(
    text: str, patterns: Patterns, region: str | None = None, words: Patterns = (), near: Near | None = None
) -> tuple[Found, ...]:
    """Every detail in ``text``, in order. ``region`` (ISO country) is where phone numbers without +country are from.

    ``words`` are patterns as :func:`word_pattern` makes them. ``near`` says what "tomorrow" is.
    """
    text = text[:MAX_CHARS]
    found: list[Found] = []
    for finder in (_emails, _amounts, lambda rest: dates_found(rest, near), lambda rest: _phones(rest, region)):
        found.extend(finder(_without(text, found)))
    rest = _without(text, found)
    for name, pattern in patterns:
        found.extend(_matches(name, pattern, rest))
    found.extend(_named(rest, words))
    return tuple(sorted(found, key=lambda slot: (slot.start, slot.name)))


def _without(text: str, found: Iterable[Found]) -> str:
    """``text`` with these details blanked out, everything else in its place."""
    for slot in found:
        text = f"{text[: slot.start]}{'|' * (slot.end - slot.start)}{text[slot.end :]}"
    return text


def _matches(name: str, pattern: re.Pattern[str], text: str) -> Iterator[Found]:
    """What ``pattern`` finds as whole words. Lower case does where the pattern wants capitals."""
    for match in re.compile(pattern.pattern, pattern.flags | re.IGNORECASE).finditer(text):
        if match.group() and _is_whole(text, match.start(), match.end()):
            yield Found(name, match.start(), match.end(), _as_wanted(pattern, match.group()))


def word_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Finds any of ``words`` in text as :func:`_bare` gives it, the longest first; * stands for any ending."""
    plain = sorted({bare(word)[0] for word in words}, key=len, reverse=True)
    endings = "|".join(re.escape(word).replace(r"\*", r"\w*").replace(r"\ ", r"[\s-]") for word in plain)
    return re.compile(rf"(?<!\w)(?:{endings})(?!\w)")


def _named(text: str, words: Patterns) -> Iterator[Found]:
    plain, places = bare(text)
    for name, pattern in words:
        for match in pattern.finditer(plain):
            start, end = places[match.start()], places[match.end() - 1] + 1
            yield Found(name, start, end, text[start:end])


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether no word goes on beyond either end."""
    return not _INSIDE_WORD.match(text[start - 1 : start + 1] if start else "") and not _INSIDE_WORD.match(
        text[end - 1 : end + 1]
    )


def _as_wanted(pattern: re.Pattern[str], written: str) -> str:
    if pattern.fullmatch(written):
        return written
    upper = written.upper()
    return upper if pattern.fullmatch(upper) else written


def _emails(text: str) -> Iterator[Found]:
    return (Found("email", m.start(), m.end(), m.group().lower()) for m in _EMAIL.finditer(text))


def dates_found(text: str, near: Near | None = None) -> Iterator[Found]:
    """Dates, as ISO where the year is written."""
    found = dates(text, near.today, near.language) if near else dates(text)
    return (Found("date", start, end, value) for start, end, value in found)


def _amounts(text: str) -> Iterator[Found]:
    for match in _AMOUNT.finditer(text):
        number = match["first"] or match["second"]
        yield Found("amount", match.start(), match.end(), f"{_decimal(number)} {_currency(match)}")


def _currency(match: re.Match[str]) -> str:
    word = (match["before"] or match["after"]).lower()
    if word in _SIGNS:
        return _SIGNS[word]
    return next(code for code, pattern in _WORDS.items() if re.fullmatch(pattern, word, re.IGNORECASE))


def _decimal(number: str) -> str:
    """``1.234,50`` and ``1,234.50`` alike as ``1234.50``: what stands before one or two last digits is the point."""
    cents = re.search(r"[.,](\d{1,2})$", number)
    whole = re.sub(r"\D", "", number[: cents.start()] if cents else number)
    return f"{whole}.{cents.group(1):0<2}" if cents else whole


def _phones(text: str, region: str | None) -> Iterator[Found]:
    """Valid numbers that are written as a phone number is: with + or 0 in front."""
    written = re.sub(r"(?<![\d+])00(?=[1-9])", " +", text)
    for match in phonenumbers.PhoneNumberMatcher(written, region):
        if _LIKE_PHONE.match(match.raw_string):
            number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
            yield Found("phone", match.start, match.end, number)


class SlotsComponent:
    """Sets ``slots`` (the first of each name) and ``doc.spans["slots"]`` (all of them)."""

    def __init__(
        self, patterns: Sequence[tuple[str, re.Pattern[str]]], words: dict[str, Sequence[str]], region: str | None
    ) -> None:
        self._patterns = tuple(patterns)
        self._words = [(name, word_pattern(found)) for name, found in words.items() if found]
        self._region = region

    def __call__(self, doc: Doc) -> Doc:
        read = reading(doc)
        near = Near(read.hints.today, read.language)
        found = find_slots(doc.text, self._patterns, self._region, self._words, near)
        spans = [doc.char_span(s.start, s.end, label=s.name, alignment_mode="expand") for s in found]
        doc.spans["slots"] = SpanGroup(doc, name="slots", spans=[span for span in spans if isinstance(span, Span)])
        slots: dict[str, str] = {}
        for slot in found:
            slots.setdefault(slot.name, slot.value)
        read.slots = slots
        return doc


@SpacyLanguage.factory(
    "keepword_slots",
    requires=["doc._.reading"],
    assigns=["doc._.reading", "doc.spans"],
    default_config={"patterns": [], "words": {}, "region": None},
)
def make_slots(
    nlp: SpacyLanguage, name: str, patterns: list[list[str]], words: dict[str, list[str]], region: str | None
) -> SlotsComponent:
    """``patterns`` are pairs of a slot's name and its regular expression, with flags in the expression itself;
    ``words`` are by slot, of all languages together.
    """
    return SlotsComponent([(slot, re.compile(pattern)) for slot, pattern in patterns], dict(words), region)
