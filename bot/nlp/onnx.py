"""Any sentence encoder in the ONNX format, for those who have a better one: ``onnx:folder`` or ``onnx:owner/model``.

The folder holds ``model.onnx`` and ``tokenizer.json``, as Hugging Face's exporters write them, and may hold
``keepword.json`` with a ``prefix`` that the model wants before every text. Needs the extra ``onnx``
(tokenizers). Only where a model of the hub is named is it fetched from there, once.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from bot.core.errors import UnderstandingError
from bot.nlp.batches import Span, in_batches
from bot.nlp.encoder import readable
from bot.nlp.vectors import Vectors

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

_LONGEST = 512
_MODELS = ("model.onnx", "onnx/model.onnx")
_TOKENIZER = "tokenizer.json"
_OWN = "keepword.json"


class OnnxEncoder:
    """The mean of the last layer's vectors of all pieces, or the vector that the model gives the whole text."""

    def __init__(self, where: str) -> None:
        if not where:
            raise UnderstandingError("Say which model: onnx:folder, or onnx:owner/model of the hub.")
        if not find_spec("tokenizers"):
            raise UnderstandingError("A model of your own needs the package tokenizers: pip install keepword[onnx].")
        model, tokenizer, prefix = _files(where)
        try:
            self._session, self._tokenizer = _opened(model, tokenizer)
        except Exception as problem:  # each runtime has errors of its own
            raise UnderstandingError(f"The ONNX model {where} cannot be used: {problem}.") from problem
        self._prefix, self._using = prefix, Lock()
        self._wanted = [given.name for given in self._session.get_inputs()]
        digest = blake2b(model.read_bytes() + prefix.encode(), digest_size=6).hexdigest()
        self.id = f"onnx-{Path(where).name}-{digest}"
        self.dim = int(self._embedded([self._pieces("dimensions")]).shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        return in_batches([self._pieces(text) for text in texts], self._embedded, self.dim)

    def knows(self, word: str) -> bool:
        """Whether its tokenizer has a piece for the whole ``word``."""
        found = self._tokenizer.encode(word, add_special_tokens=False).ids
        return len(found) == 1 and self._tokenizer.decode(found).strip() == word

    def _pieces(self, text: str) -> list[int]:
        found: list[int] = self._tokenizer.encode(self._prefix + readable(text)).ids
        return found[:_LONGEST] or [0]

    def _embedded(self, texts: Sequence[Sequence[int]], spans: Sequence[Sequence[Span]] = ()) -> Vectors:
        longest = max(len(text) for text in texts)
        pieces = np.zeros((len(texts), longest), np.int64)
        mask = np.zeros_like(pieces)
        for row, text in enumerate(texts):
            pieces[row, : len(text)], mask[row, : len(text)] = text, 1
        given = {"input_ids": pieces, "attention_mask": mask, "token_type_ids": np.zeros_like(pieces)}
        with self._using:  # it has a thread on each processor
            answer = self._session.run(None, {name: given[name] for name in self._wanted})[0]
        if answer.ndim == 2:
            return np.asarray(answer, np.float32)
        shares = mask[..., None] / mask.sum(axis=1)[:, None, None]
        return np.asarray((answer * shares).sum(axis=1), np.float32)


def _files(where: str) -> tuple[Path, Path, str]:
    """The model, its tokenizer, and what it wants before a text."""
    folder = Path(where)
    if not folder.is_dir():
        return _of_the_hub(where)
    model = next((folder / name for name in _MODELS if (folder / name).is_file()), None)
    if model is None or not (folder / _TOKENIZER).is_file():
        raise UnderstandingError(f"{folder} must hold {_MODELS[0]} and {_TOKENIZER}.")
    own = folder / _OWN
    return model, folder / _TOKENIZER, _prefix(own) if own.is_file() else ""


def _prefix(path: Path) -> str:
    try:
        return str(json.loads(path.read_text(encoding="utf-8")).get("prefix", ""))
    except (OSError, ValueError, AttributeError) as problem:
        raise UnderstandingError(f"{path} must hold a JSON object: {problem}.") from problem


def _of_the_hub(name: str) -> tuple[Path, Path, str]:
    from huggingface_hub import hf_hub_download  # noqa: PLC0415 - comes with tokenizers

    problems = []
    for model in _MODELS:
        try:
            return Path(hf_hub_download(name, model)), Path(hf_hub_download(name, _TOKENIZER)), ""
        except Exception as problem:
            problems.append(str(problem).splitlines()[0])
    raise UnderstandingError(f"{name} is no folder here, and could not be fetched from the hub: {'; '.join(problems)}.")


def _opened(model: Path, tokenizer: Path) -> tuple[InferenceSession, Tokenizer]:
    from onnxruntime import InferenceSession  # noqa: PLC0415 - an extra
    from tokenizers import Tokenizer  # noqa: PLC0415

    return InferenceSession(str(model), providers=["CPUExecutionProvider"]), Tokenizer.from_file(str(tokenizer))
