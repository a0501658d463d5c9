"""What could not be answered, gathered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.nlp.encoder import HashedNgrams
from bot.nlp.gaps import Asked, find_gaps
from bot.nlp.pipeline import Pipeline
from bot.nlp.training import train
from tests.unit.test_nlp_crossval import content

BOATS = ["do you rent boats", "rent a boats for sunday", "do you rent out boats", "boats for rent"]
ORDERS = ["where is my order thing", "my order where is it"]


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    trained = train(content(), tmp_path_factory.mktemp("model"), encoder=HashedNgrams())
    yield trained
    trained.close()


def test_messages_about_the_same_are_gathered_the_largest_gap_first(pipeline: Pipeline) -> None:
    asked = [Asked(text, "en") for text in (*ORDERS, *BOATS)]
    first, *_ = find_gaps(pipeline, asked, farthest=0.8)
    assert sorted(first.members) == [2, 3, 4, 5]
    assert first.languages == (("en", 4),)


def test_a_known_matter_suggests_its_intent_and_a_new_one_none(pipeline: Pipeline) -> None:
    gaps = find_gaps(pipeline, [Asked(text, "en") for text in (*ORDERS, *BOATS)], farthest=0.8)
    by_member = {member: gap for gap in gaps for member in gap.members}
    assert by_member[0].suggestions[0][0] == "order_status"
    assert "order_status" not in dict(by_member[2].suggestions)


def test_what_people_said_it_was_about_is_counted(pipeline: Pipeline) -> None:
    (gap,) = find_gaps(pipeline, [Asked(text, "en", "boats") for text in BOATS], farthest=1.5)
    assert gap.meant == (("boats", 4),)


@pytest.mark.parametrize("texts", [[], ["?"], ["?", "…"], ["hello", "?"]])
def test_few_and_empty_messages_are_gathered_too(pipeline: Pipeline, texts: list[str]) -> None:
    gaps = find_gaps(pipeline, [Asked(text, "") for text in texts])
    assert sorted(member for gap in gaps for member in gap.members) == list(range(len(texts)))
