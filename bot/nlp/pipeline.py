"""The pipeline as the rest of the house sees it: words in, an :class:`Understanding` out."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import cast

from spacy.language import Language as SpacyLanguage
from spacy.tokens import Doc
from spacy.util import load_model_from_path

from bot.core.errors import UnderstandingError
from bot.core.understanding import Understanding
from bot.nlp import components
from bot.nlp.embedding import EmbeddingComponent
from bot.nlp.encoder import Encoder
from bot.nlp.intents import IntentsComponent
from bot.nlp.normalise import NormaliseComponent
from bot.nlp.reading import Reading, understanding
from bot.nlp.text import clean
from bot.ports import Hints, Understander

_AT_ONCE = 16

_Request = tuple[str, Hints, "Future[Understanding]"]


class Pipeline(Understander):
    """A trained spaCy pipeline with one worker thread, which takes all waiting messages at once. Close it after use."""

    def __init__(self, nlp: SpacyLanguage) -> None:
        self.nlp = nlp
        self._using = threading.Lock()
        self._waiting: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._worker: threading.Thread | None = None
        self._closed = False

    @classmethod
    def load(cls, folder: Path, encoder: Encoder | None = None) -> Pipeline:
        """The pipeline saved in ``folder``.

        Raises UnderstandingError where it can't be read, or was trained with another encoder than ``encoder``
        (default: the one it names).
        """
        assert components.ORDER  # registers the factories
        try:
            nlp = load_model_from_path(folder)
        except UnderstandingError:
            raise
        except Exception as problem:
            raise UnderstandingError(
                f"The pipeline in {folder} cannot be read ({problem}). Delete that folder, or run `keepword train`."
            ) from problem
        pipeline = cls(nlp)
        if encoder is not None:
            pipeline.embedding.attach(encoder)
        known = pipeline.embedding.encoder  # refuses another one now rather than at the first message
        cast("NormaliseComponent", nlp.get_pipe("keepword_normalise")).attach(known)
        return pipeline

    @property
    def embedding(self) -> EmbeddingComponent:
        """The component that embeds."""
        return cast("EmbeddingComponent", self.nlp.get_pipe("keepword_encoder"))

    @property
    def intents(self) -> IntentsComponent:
        """The component that knows the intents."""
        return cast("IntentsComponent", self.nlp.get_pipe("keepword_intents"))

    async def understand(self, text: str, hints: Hints) -> Understanding:
        """What ``text`` means; see :class:`bot.ports.Understander`."""
        if self._closed:
            raise UnderstandingError("This pipeline was closed.")
        self._start()
        future: Future[Understanding] = Future()
        self._waiting.put((text, hints, future))
        return await asyncio.wrap_future(future)

    def understand_now(self, text: str, hints: Hints | None = None) -> Understanding:
        """What ``text`` means, in this thread."""
        return self.understand_many([(text, hints or Hints())])[0]

    def understand_many(self, requests: Sequence[tuple[str, Hints]]) -> tuple[Understanding, ...]:
        """What each text means, in order; faster than one by one."""
        return tuple(understanding(doc) for doc in self.read(requests))

    def read(self, requests: Iterable[tuple[str, Hints]]) -> tuple[Doc, ...]:
        """The documents themselves, with all that was found out (:class:`bot.nlp.reading.Reading`)."""
        try:
            with self._using:
                return tuple(self.nlp.pipe([self._doc(text, hints) for text, hints in requests], batch_size=32))
        except UnderstandingError:
            raise
        except Exception as problem:
            raise UnderstandingError(f"The pipeline failed on a message: {problem!r}. Train it again.") from problem

    def _doc(self, text: str, hints: Hints) -> Doc:
        doc = self.nlp.make_doc(clean(text))
        doc._.reading = Reading(hints=hints)
        return doc

    def save(self, folder: Path) -> None:
        """Write it to ``folder``."""
        self.nlp.to_disk(folder)

    def close(self) -> None:
        """Let the worker finish what is waiting, and end it."""
        self._closed = True
        if self._worker is not None:
            self._waiting.put(None)
            self._worker.join()
            self._worker = None

    def _start(self) -> None:
        if self._worker is None:
            self._worker = threading.Thread(target=self._work, name="understand", daemon=True)
            self._worker.start()

    def _work(self) -> None:
        open_for_more = True
        while open_for_more:
            batch = [self._waiting.get()]
            while len(batch) < _AT_ONCE and not self._waiting.empty():
                batch.append(self._waiting.get())
            open_for_more = None not in batch
            self._answer([request for request in batch if request is not None])

    def _answer(self, batch: list[_Request]) -> None:
        live = [request for request in batch if request[2].set_running_or_notify_cancel()]
        if not live:
            return
        try:
            found = self.understand_many([(text, hints) for text, hints, _ in live])
        except UnderstandingError as problem:
            for _, _, future in live:
                future.set_exception(problem)
            return
        for (_, _, future), answer in zip(live, found, strict=True):
            future.set_result(answer)
