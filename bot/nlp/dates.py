"""Dates as people write them: 24.12.2026, 24/12/2026, 2026-12-24, 24. decembra, 24 December, jutri, on Friday."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files

from babel.dates import get_day_names, get_month_names
from ruamel.yaml import YAML

from bot.nlp.text import bare, strip_diacritics

_LANGUAGES = ("en", "sl", "el", "lv", "sr", "sr_Latn", "lt")
_SPELLINGS = {"sr": ("sr", "sr_Latn")}
_ISO = r"(?P<y1>\d{4})-(?P<m1>\d{1,2})-(?P<d1>\d{1,2})"
_DOTTED = r"(?P<d2>\d{1,2})\s?[./-]\s?(?P<m2>\d{1,2})\s?[./-]\s?(?P<y2>\d{4}|\d{2})"
_SHORT = r"(?P<d3>\d{1,2})\.\s?(?P<m3>\d{1,2})\."
_NUMERIC = re.compile(rf"(?<![\w.,/-])(?:{_ISO}|{_DOTTED}|{_SHORT})(?![\w/-]|[.,]\d)")


def dates(text: str, today: date | None = None, language: str = "") -> Iterator[tuple[int, int, str]]:
    """(start, end, value) of each date in ``text``, day before month; ``value`` is ISO, as far as it is written.

    Words for days near ``today`` (where that is known), and the next day of the week that is named, are dates too: in
    ``language`` alone, since one language's tomorrow is another's word for something else.
    """
    for match in _NUMERIC.finditer(text):
        parts = [group for group in match.groups() if group is not None]
        year, month, day = parts if match["y1"] else (*parts[::-1],) if len(parts) == 3 else (None, parts[1], parts[0])
        value = _value(year, int(month or 0), int(day or 0))
        if value:
            yield match.start(), match.end(), value
    yield from _named(text)
    if today is not None:
        yield from _near(text, today, language)


def _near(text: str, today: date, language: str) -> Iterator[tuple[int, int, str]]:
    pattern, away, weekdays = _days(language)
    plain, places = bare(text)
    for match in pattern.finditer(plain):
        said = match.group()
        days = away[said] if said in away else (weekdays[said] - today.weekday()) % 7
        yield places[match.start()], places[match.end() - 1] + 1, (today + timedelta(days=days)).isoformat()


@lru_cache(maxsize=16)
def _days(language: str) -> tuple[re.Pattern[str], dict[str, int], dict[str, int]]:
    """A pattern of the words for days in ``language``; how far away each is; which day of the week each names."""
    read = YAML(typ="safe").load((files("bot.nlp") / "days.yml").read_text(encoding="utf-8"))
    away = {bare(word)[0]: days for days, words in read.get(language, {}).items() for word in words}
    weekdays: dict[str, int] = {}
    for locale in _SPELLINGS.get(language, (language,) if language in read else ()):
        weekdays |= {bare(name)[0]: number for number, name in get_day_names("wide", "format", locale).items()}
    weekdays = {form: number for name, number in weekdays.items() for form in (name, *_accusative(name, language))}
    names = "|".join(re.escape(name) for name in sorted((*away, *weekdays), key=len, reverse=True)) or r"(?!)"
    return re.compile(rf"(?<!\w)(?:{names})(?!\w)"), away, weekdays


def _accusative(name: str, language: str) -> tuple[str, ...]:
    """How "on Wednesday" is said where that changes the ending: v sredo, u sredu, trečiadienį."""
    endings = {"sl": ("a", "o"), "sr": ("a", "u"), "lt": ("is", "i")}
    if language not in endings:
        return ()
    old, new = endings[language]
    return (name.removesuffix(old) + new,) if name.endswith(old) else ()


def _named(text: str) -> Iterator[tuple[int, int, str]]:
    bare = _bare(text)
    pattern, numbers = _months()
    for match in pattern.finditer(bare):
        written = match["m1"] or match["m2"]
        month = next(number for name, number in numbers.items() if re.fullmatch(_inflected(name), written))
        value = _value(match["y1"] or match["y2"], month, int(match["d1"] or match["d2"]))
        if value:
            yield match.start(), match.end(), value


@lru_cache(maxsize=1)
def _months() -> tuple[re.Pattern[str], dict[str, int]]:
    """Names of months in six languages, with and without endings, and which month each is."""
    numbers: dict[str, int] = {}
    for language in _LANGUAGES:
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in get_month_names(width, context, language).items():
                    bare = _bare(name).strip(".")
                    if len(bare) >= 3 and not bare.isdigit():
                        numbers.setdefault(bare, number)
    names = "|".join(_inflected(name) for name in sorted(numbers, key=len, reverse=True))
    after = rf"(?P<d1>\d{{1,2}})(?:\.|st|nd|rd|th)?\s(?:of\s)?(?P<m1>{names})\b\.?(?:,?\s(?P<y1>\d{{4}}))?"
    before = rf"(?P<m2>{names})\s(?P<d2>\d{{1,2}})(?:st|nd|rd|th|\.)?(?!\d)(?:,?\s(?P<y2>\d{{4}}))?"
    return re.compile(rf"(?<![\w.])(?:{after}|{before})(?!\w)"), numbers


def _inflected(name: str) -> str:
    """A pattern of ``name`` with other endings, where it is long enough to be mistaken for nothing else."""
    return rf"{re.escape(name[:-2])}\w{{1,4}}" if len(name) >= 6 else re.escape(name)


def _bare(text: str) -> str:
    """Lower case without diacritics, every character still in its place."""
    return "".join(_bare_character(c) for c in text)


def _bare_character(character: str) -> str:
    bare = strip_diacritics(character.lower())
    return bare if len(bare) == 1 else character


def _value(year: str | None, month: int, day: int) -> str | None:
    """ISO, or None where the calendar has no such day."""
    full = None if year is None else int(year) + (2000 if len(year) == 2 else 0)
    try:
        found = date(full or 2000, month, day)  # a leap year: 29.2. is a date
    except ValueError:
        return None
    return found.isoformat() if full else found.strftime("%m-%d")
