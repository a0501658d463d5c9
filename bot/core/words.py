"""Putting things into words: replies with their placeholders and plurals, times and spans as people say them.

A reply is text with ``{placeholders}``; ``{{`` and ``}}`` stand for the braces themselves. A placeholder is a plain
name: nothing is evaluated, looked up inside a value, or formatted, and braces inside a value mean nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal

from bot.core.content import Catalogue, Reply
from bot.core.conversation import Promise
from bot.core.errors import CalendarError, RenderError
from bot.core.hours import zone_named
from bot.core.people import Customer

_PIECE = re.compile(r"\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_]*)\}|[{}]")
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_ORDERING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LONGEST_NAME = 32
_MINUTE = timedelta(minutes=1)


# --- replies ----------------------------------------------------------------------------------------------------------


def render(catalogue: Catalogue, language: str, key: str, /, **values: object) -> str:
    """The reply ``key`` in ``language`` (else in the default language), with ``values`` in its placeholders.

    ``{brand}`` is always known. Numbers are written as the language writes them, everything else as ``str`` has it:
    pass an order's number as text. Control characters are left out. Raises RenderError, naming key, language and
    placeholder, if the reply is missing, is badly written, or wants a value that isn't given.
    """
    reply = catalogue.reply(language, key)
    if reply is None:
        raise RenderError(f"there is no reply {key!r} in {language!r}: add it under responses/{language}/")
    spoken = language if key in catalogue.replies.get(language, {}) else catalogue.standards.default_language
    known: dict[str, object] = {"brand": catalogue.brand.name, **values}
    try:
        return filled(reply, spoken, known)
    except RenderError as error:
        raise RenderError(f"reply {key!r} in {spoken!r}: {error}") from error


def filled(reply: Reply, language: str, values: Mapping[str, object]) -> str:
    """``reply``, which is written in ``language``, with ``values`` in its placeholders. Raises RenderError."""
    return _without_controls(_filled(_form(reply, language, values), language, values))


def placeholders(text: str) -> frozenset[str]:
    """The names of the placeholders in a reply's text."""
    return frozenset(match[1] for match in _PIECE.finditer(text) if match[1]) if "{" in text else frozenset()


def syntax_problem(text: str) -> str | None:
    """What is wrong with a reply's braces, and the remedy; ``None`` if nothing is."""
    if "{" not in text and "}" not in text:
        return None
    for match in _PIECE.finditer(text):
        if match[0] in "{}":
            around = text[match.start() : match.start() + 20].partition("\n")[0]
            return (
                f"a lone {match[0]!r} at {around!r}: a placeholder is a plain name in braces, such as {{name}}; "
                f"for the brace itself write {match[0] * 2!r}"
            )
    return None


def compose(*parts: str) -> str:
    """One message out of several: each part a paragraph, empty ones left out."""
    return "\n\n".join(stripped for part in parts if (stripped := part.strip()))


def units(text: str) -> int:
    """How long Telegram reckons a text to be: its UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def first_name(customer: Customer) -> str:
    """What to call a customer: the first word of their name, or nothing if that isn't a name one would say."""
    return first_word(customer.name)


def first_word(name: str) -> str:
    """The first word of a person's name without ornaments; nothing if there are no letters, or if it is an address."""
    first = next(iter(_ORDERING.sub("", _without_controls(name)).split()), "")
    letters = [place for place, character in enumerate(first) if character.isalpha()]
    if not letters or len(first) > _LONGEST_NAME or re.search(r"[/@]|\w\.\w", first):
        return ""
    return first[letters[0] : letters[-1] + 1]


def language_name(language: str, speaker: str | None = None) -> str:
    """What a language is called by those who speak ``speaker``, by default in itself: "English", "slovenščina"."""
    return _locale(language).get_display_name(_times_of(speaker or language)) or language


def _form(reply: Reply, language: str, values: Mapping[str, object]) -> str:
    """The text of ``reply``, in the plural that its count asks for."""
    if "other" not in reply.forms:
        raise RenderError("it has no text: write one, or the form `other` among its plurals")
    if reply.count is None:
        return reply.text
    count = values.get(reply.count)
    if isinstance(count, bool) or not isinstance(count, int | float):
        raise RenderError(f"its plural needs a number for {{{reply.count}}}, and got {count!r}")
    return reply.forms.get(str(_locale(language).plural_form(count)), reply.text)


def _filled(text: str, language: str, values: Mapping[str, object]) -> str:
    problem = syntax_problem(text)
    if problem is not None:
        raise RenderError(problem)

    def piece(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return match[0][0]
        if name not in values:
            raise RenderError(f"nothing is known for {{{name}}}; here it may be one of {', '.join(sorted(values))}")
        return _said(values[name], language)

    return _PIECE.sub(piece, text)


def _said(value: object, language: str) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return format_decimal(value, locale=_locale(language))
    return str(value)


def _without_controls(text: str) -> str:
    """``text`` without control characters and lone surrogates, which Telegram refuses or shows as rubbish."""
    return _UNSAFE.sub("", text)


# --- time -------------------------------------------------------------------------------------------------------------


def when(catalogue: Catalogue, language: str, due: datetime, now: datetime, zone: str) -> str:
    """``due`` as people say it, on the clock of ``zone`` (an IANA name), seen from ``now``.

    "by 16:30 today", "by 10:00 tomorrow", "on Monday by 09:00" (within six days), "on 3 December by 09:00". Seconds
    are rounded up to the next whole minute. Both instants are aware. Raises RenderError as :func:`render` does, and
    for a zone that there is none of.
    """
    whole = due + (-timedelta(seconds=due.second, microseconds=due.microsecond) % _MINUTE)
    local = whole.astimezone(_place(zone))
    return _on_day(catalogue, language, "by", local, now, time=clock(language, local))


def window(catalogue: Catalogue, language: str, start: datetime, end: datetime, now: datetime, zone: str) -> str:
    """A time from ``start`` to ``end``, as :func:`when` says one: "tomorrow between 10:00 and 11:00"."""
    place = _place(zone)
    local, until = start.astimezone(place), end.astimezone(place)
    return _on_day(catalogue, language, "between", local, now, start=clock(language, local), end=clock(language, until))


def promised(catalogue: Catalogue, language: str, promise: Promise, now: datetime, zone: str) -> str:
    """A promise's time: by when it is due, or between when and when, where the customer chose that."""
    if promise.not_before is None:
        return when(catalogue, language, promise.due_at, now, zone)
    return window(catalogue, language, promise.not_before, promise.due_at, now, zone)


def _on_day(catalogue: Catalogue, language: str, key: str, local: datetime, now: datetime, **times: str) -> str:
    """``times``, with the day of ``local`` as it is called from ``now``; ``key`` begins the names of the replies."""
    today = now.astimezone(local.tzinfo).date()
    days = (local.date() - today).days
    if days in (0, 1):
        return render(catalogue, language, f"{key}_{('today', 'tomorrow')[days]}", **times)
    if 1 < days < 7:
        day = render(catalogue, language, f"weekday_{local.weekday()}")
        return render(catalogue, language, f"{key}_weekday", day=day, **times)
    locale = _times_of(language)
    with_year = local.year != today.year
    date = format_date(local, "long", locale) if with_year else format_skeleton("MMMMd", local, locale=locale)
    numbers = format_skeleton("yMd" if with_year else "Md", local, locale=locale)
    return render(catalogue, language, f"{key}_date", date=date, numbers=numbers, **times)


def _place(zone: str) -> ZoneInfo:
    try:
        return zone_named(zone)
    except CalendarError as error:
        raise RenderError(str(error)) from error


def clock(language: str, local: datetime) -> str:
    """The time of day on the 24-hour clock, as the language writes it: "16:30". ``local`` is read as it stands."""
    locale = _times_of(language)
    short = locale.time_formats["short"]
    if set("abBhK") & set(re.sub("'[^']*'", "", short.pattern)):
        return format_skeleton("Hm", local.replace(tzinfo=None), locale=locale)
    return format_time(local.replace(tzinfo=None), "short", locale=locale)


def moment(language: str, local: datetime, now: datetime) -> str:
    """A time of day, with its day before it where that is not today: "16:30", "Tue 16:30", "3 Dec 16:30".

    Both are read as they stand, on the same clock.
    """
    days, locale = (local.date() - now.date()).days, _times_of(language)
    if days == 0:
        return clock(language, local)
    skeleton = "E" if 0 < days < 7 else "MMMd"
    return f"{format_skeleton(skeleton, local.replace(tzinfo=None), locale=locale)} {clock(language, local)}"


def day(language: str, local: datetime) -> str:
    """A day and its year, as the language writes them in short: "3 Dec 2026"."""
    return format_date(local, "medium", _times_of(language))


def dated(language: str, local: datetime) -> str:
    """When something happened, with its day: "23 Nov, 16:30". ``local`` is read as it stands."""
    return (
        f"{format_skeleton('MMMd', local.replace(tzinfo=None), locale=_times_of(language))}, {clock(language, local)}"
    )


def long_date(language: str, day: date) -> str:
    """A day with its year: "23 November 2026"."""
    return format_date(day, "long", locale=_times_of(language))


def span(language: str, length: timedelta) -> str:
    """How far away: "in 42 min", "42 min ago" if negative; in the largest unit of which there are two, rounded."""
    return format_timedelta(length, threshold=2, add_direction=True, format="short", locale=_times_of(language))


def length(language: str, span: timedelta) -> str:
    """How long something takes: "30 min", "2 hr"."""
    return format_timedelta(span, threshold=2, format="short", locale=_times_of(language))


def money(language: str, number: str, currency: str) -> str:
    """An amount (``number`` has a point before the cents) in a currency (ISO 4217): "€20.00", "20,00 €"."""
    whole = "." not in number  # else its cents are written out, also where the currency has none in use
    return format_currency(number, currency, locale=_times_of(language), currency_digits=whole)


_TIMES = {"en": "en-GB", "sr": "sr-Latn"}
"""English times are the British ones (day before month, 24-hour clock); we write Serbian in Latin letters."""


def _times_of(language: str) -> Locale:
    """Whose times and dates to write."""
    return _locale(_TIMES.get(language, language))


@lru_cache(maxsize=256)
def _locale(language: str) -> Locale:
    """Babel's knowledge of a language."""
    try:
        return Locale.parse(language.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError) as error:
        raise RenderError(f"{language!r} is no language we know: name its folder by its code, such as sl") from error
