"""The understanding process: taught once, then asked; ends when its input does. Started by :mod:`remote`.

It is given the name of its encoder, and is ready to learn with that before it hears what.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import TYPE_CHECKING

from bot.core.errors import UnderstandingError
from bot.memory import give_back, stay_small
from bot.nlp.encoder import Encoder, encoder_named
from bot.nlp.parcels import HEAD, Answer, Lessons, Parcel, Progress, Question, Taught, length, unwrap, wrap
from bot.slices import USUAL, ask_for_turns

if TYPE_CHECKING:
    from bot.nlp.pipeline import Pipeline

NICE = 5
"""How far it stands back: acknowledging and answering others goes before."""

_AT_ONCE = 16
"""Questions that are answered together: faster than one by one, and nobody waits long for the others."""

_READ = 1 << 20


class Ears:
    """Reads parcels from a pipe: all that have come, and at least one."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._content = b""

    def hear(self) -> list[Parcel]:
        """Empty: there will be nothing more."""
        while not (heard := list(self._whole())):
            more = os.read(self._descriptor, _READ)
            if not more:
                return []
            self._content += more
        return heard

    def _whole(self) -> Iterator[Parcel]:
        while len(self._content) >= HEAD:
            end = HEAD + length(self._content[:HEAD])
            if len(self._content) < end:
                return
            content, self._content = self._content[HEAD:end], self._content[end:]
            yield unwrap(content)


class Mouth:
    """Writes parcels to a pipe."""

    def __init__(self, descriptor: int) -> None:
        self._out = os.fdopen(descriptor, "wb")

    def say(self, *parcels: Parcel) -> None:
        self._out.write(b"".join(wrap(parcel) for parcel in parcels))
        self._out.flush()


class Interruption:
    """SIGTERM while training: end it at the next step, and keep what was made until then."""

    def __init__(self) -> None:
        self.came = False
        signal.signal(signal.SIGTERM, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.came = True

    def over(self) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def ready(encoder: str) -> Encoder | UnderstandingError:
    """Load all that takes long and is the same whatever is to be learnt: the code, the encoder; or why that failed."""
    with ThreadPoolExecutor(1) as beside:  # much of it is unpacked, which takes no hold of the interpreter
        found = beside.submit(_encoder, encoder)
        from bot.nlp import training  # noqa: F401, PLC0415
        from bot.nlp.language import load_ahead  # noqa: PLC0415

        load_ahead()
        return found.result()


def _encoder(name: str) -> Encoder | UnderstandingError:
    try:
        return encoder_named(name)
    except UnderstandingError as error:
        return error


def teach(lessons: Lessons, encoder: Encoder | UnderstandingError, mouth: Mouth) -> Pipeline | None:
    """Train, or load what was trained; None, and the reason said, if that failed."""
    from bot.nlp.training import load_or_train  # noqa: PLC0415 - takes long

    interruption = Interruption()

    def progress(what: str, done: int, total: int) -> None:
        if interruption.came:
            raise UnderstandingError("training was interrupted: Keepword is stopping")
        mouth.say(Progress(what, done, total))

    try:
        if isinstance(encoder, UnderstandingError):
            raise encoder
        pipeline = load_or_train(lessons.catalogue, lessons.folder, encoder=encoder, progress=progress)
    except UnderstandingError as error:
        mouth.say(Taught(str(error)))
        return None
    finally:
        interruption.over()
    mouth.say(Taught())
    return pipeline


def answer(pipeline: Pipeline, questions: Sequence[Question]) -> list[Answer]:
    """Together if that works, else one by one: one message's trouble is not the others'."""
    try:
        found = pipeline.understand_many([(question.text, question.hints) for question in questions])
    except UnderstandingError as error:
        if len(questions) == 1:
            return [Answer(questions[0].number, trouble=str(error))]
        return [one for question in questions for one in answer(pipeline, [question])]
    return [Answer(question.number, meaning) for question, meaning in zip(questions, found, strict=True)]


def main() -> None:
    """Hear on standard input, say on standard output; whatever else is printed goes to standard error."""
    stay_small()
    os.nice(NICE)
    ask_for_turns(USUAL)
    with contextlib.suppress(BrokenPipeError):  # the main process has ended, and so do we
        _serve(sys.argv[1])


def _serve(encoder_name: str) -> None:
    mouth = Mouth(os.dup(1))
    os.dup2(2, 1)
    ears = Ears(0)
    encoder = ready(encoder_name)
    lessons = next(iter(ears.hear()), None)
    if not isinstance(lessons, Lessons):
        return  # nobody had anything to teach
    pipeline = teach(lessons, encoder, mouth)
    del lessons, encoder
    if pipeline is None:
        return
    give_back()
    gc.freeze()
    while heard := ears.hear():
        questions = [parcel for parcel in heard if isinstance(parcel, Question)]
        for start in range(0, len(questions), _AT_ONCE):
            mouth.say(*answer(pipeline, questions[start : start + _AT_ONCE]))


if __name__ == "__main__":
    main()
