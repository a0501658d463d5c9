"""What customers who wait for a colleague say about that, in their own words: the cues that are shipped know it.

``wishes.tsv`` has a line for each way of saying it; ``none`` are lines that only sound like it. The pipeline plays no
part: each is tried as something that it could make nothing of.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

from bot.core.content import Catalogue
from bot.core.conversation import Author, Message, Phase, Promise
from bot.core.decide import Act, decide
from bot.core.understanding import NO_INTENT, Kind, Severity, Understanding
from bot.files.load import load_or_raise
from tests.catalogues import MONDAY, conversation

ROOT = Path(__file__).parents[2]
UNKNOWN = Understanding("en", NO_INTENT, Kind.NONE, Severity.CALM, 0.3, (), {}, ())


def rows() -> list[tuple[str, str, str]]:
    with Path(__file__).with_name("wishes.tsv").open(encoding="utf-8") as lines:
        return [(row["language"], row["wish"], row["text"]) for row in csv.DictReader(lines, delimiter="\t")]


@cache
def shipped() -> Catalogue:
    return load_or_raise(ROOT)


@pytest.mark.parametrize(("language", "wish", "text"), rows())
def test_a_wish_is_heard_in_the_customers_own_words(language: str, wish: str, text: str) -> None:
    promise = Promise("5001-1/1", MONDAY, MONDAY, "office", "support", "item_damaged", "soon")
    waiting = conversation(
        phase=Phase.WAITING,
        language=language,
        intent="item_damaged",
        promises=(promise,),
        pending=(Message(MONDAY, Author.CUSTOMER, text),),
    )
    assert decide(waiting, text, UNKNOWN, shipped()).act is (Act.NOTED if wish == "none" else Act(wish))
