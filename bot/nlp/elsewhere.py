"""What people write to any bot that is no business of a shop's: sentences learnt as being none of the intents.

One file a language under ``elsewhere/``. They make up for what examples alone can't say: where the intents end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources import files

from bot.core.understanding import NO_INTENT
from bot.nlp.intents import Lesson
from bot.nlp.normalise import spoken


def elsewhere(languages: Iterable[str]) -> Iterator[Lesson]:
    """The sentences of ``languages``, and the English ones. Their groups are negative, so none is an example's."""
    group = 0
    for language in dict.fromkeys((*languages, "en")):
        for sentence in sentences(language):
            group -= 1
            yield Lesson(spoken(sentence, language), NO_INTENT, group, excluded=True, language=language)


def sentences(language: str) -> tuple[str, ...]:
    """The lines of one language's file; none where it has none."""
    file = files("bot.nlp") / "elsewhere" / f"{language}.txt"
    if not file.is_file():
        return ()
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))
