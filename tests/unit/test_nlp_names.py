"""What intents are called says what is meant by them, where there are few examples."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from bot.core.content import Catalogue, Reply
from bot.nlp.crossval import cross_validate
from bot.nlp.encoder import HashedNgrams
from bot.nlp.evaluation import catalogue_of
from bot.nlp.names import FEW, names_of, words_of
from bot.nlp.pipeline import Pipeline
from bot.nlp.training import curriculum, fingerprint, load_or_train, train
from bot.ports import Hints

SAID = [
    ("where did it go", "parcel_tracking"),
    ("has it left yet", "parcel_tracking"),
    ("are you there on sundays", "opening_hours"),
    ("until when today", "opening_hours"),
    ("hello", "Greeting"),
    ("hey you", "Greeting"),
]


def learnt(catalogue: Catalogue, folder: Path) -> Pipeline:
    return train(catalogue, folder, encoder=HashedNgrams())


def best(pipeline: Pipeline, text: str) -> str:
    (doc,) = pipeline.read([(text, Hints())])
    return str(doc._.reading.candidates[0].intent)


def titled(catalogue: Catalogue, **titles: str) -> Catalogue:
    """With short names of intents, as buttons show them."""
    replies = {name: Reply(name, {"other": title}, title=title) for name, title in titles.items()}
    return dataclasses.replace(catalogue, replies={"en": replies})


def names(catalogue: Catalogue) -> list[str]:
    return [lesson.text for lesson in names_of(catalogue, 1)]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("delivery_late", "delivery late"),
        ("weather/find", "weather find"),
        ("reverted_card_payment?", "reverted card payment"),
        ("SearchScreeningEvent", "Search Screening Event"),
        ("zamuda-dostave2", "zamuda dostave 2"),
        ("TV", "TV"),
        ("Kje je moj paket?", "Kje je moj paket?"),
        ("__", ""),
    ],
)
def test_a_name_is_taken_apart_into_words(name: str, words: str) -> None:
    assert words_of(name) == words


def test_what_only_the_name_says_is_understood(tmp_path: Path) -> None:
    with_names = learnt(catalogue_of(SAID), tmp_path / "named")
    numbered = {name: f"faq_{number}" for number, name in enumerate(dict.fromkeys(name for _, name in SAID))}
    without = learnt(catalogue_of([(text, numbered[name]) for text, name in SAID]), tmp_path / "numbered")

    assert best(with_names, "tracking my parcel") == "parcel_tracking"
    assert without.read([("tracking my parcel", Hints())])[0]._.reading.candidates[0].confidence < 0.5


def test_the_title_that_customers_see_stands_for_the_name() -> None:
    catalogue = catalogue_of(SAID)
    assert names(catalogue) == ["greeting", "opening hours", "parcel tracking"]
    assert names(titled(catalogue, opening_hours="When we are open")) == [
        "greeting",
        "when we are open",
        "parcel tracking",
    ]


def test_many_examples_need_no_name() -> None:
    many = [(f"open {number}", "opening_hours") for number in range(FEW)]
    assert names(catalogue_of([*SAID, *many])) == ["greeting", "parcel tracking"]


def test_names_are_learnt_as_no_sentence_that_anybody_wrote() -> None:
    lessons = curriculum(catalogue_of(SAID))
    groups = [lesson.group for lesson in lessons]
    assert [lesson.text for lesson in lessons if lesson.named] == ["greeting", "opening hours", "parcel tracking"]
    assert len(set(groups)) == len(groups)


def test_a_name_is_never_judged(tmp_path: Path) -> None:
    found = cross_validate(catalogue_of(SAID), tmp_path, encoder=HashedNgrams())
    assert sorted(one.sentence for one in found.judged) == sorted(text for text, _ in SAID)


def test_another_title_is_learnt(tmp_path: Path) -> None:
    def of(catalogue: Catalogue) -> str:
        return fingerprint(catalogue, HashedNgrams(), curriculum(catalogue))

    plain, other = catalogue_of(SAID), titled(catalogue_of(SAID), parcel_tracking="Where the van is")
    assert of(plain) != of(other)
    load_or_train(plain, tmp_path, encoder=HashedNgrams()).close()
    assert best(load_or_train(other, tmp_path, encoder=HashedNgrams()), "the van") == "parcel_tracking"


def test_languages_are_not_told_by_names(tmp_path: Path) -> None:
    english = catalogue_of(SAID)
    slovenian = catalogue_of([("kje je paket", "parcel_tracking"), ("kdaj ste odprti", "opening_hours")], "sl")
    both = dataclasses.replace(
        english,
        standards=dataclasses.replace(english.standards, languages=("en", "sl")),
        phrases=(*english.phrases, *slovenian.phrases),
    )
    (doc,) = learnt(both, tmp_path).read([("opening hours?", Hints())])
    assert doc._.reading.language == "en"
