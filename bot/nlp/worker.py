"""The understanding process: taught, then asked, and taught again meanwhile; ends when its input does. Started by
:mod:`mind`.

It is given the name of its encoder and the folder where it keeps what it prepares, and is ready to learn with that
before it hears what. With a third word, :data:`~bot.nlp.parcels.AHEAD`, it also loads the pipeline that was used last,
for it will most likely hear just what that knows.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock, Thread
from types import FrameType
from typing import TYPE_CHECKING

from bot.core.errors import UnderstandingError
from bot.memory import all_stays, give_back, stay_small
from bot.nlp.encoder import Encoder, encoder_named
from bot.nlp.lean import import_spacy
from bot.nlp.parcels import (
    AHEAD,
    HEAD,
    Answer,
    Forget,
    Lessons,
    Parcel,
    Progress,
    Question,
    Taught,
    length,
    unwrap,
    wrap,
)
from bot.slices import USUAL, ask_for_turns

if TYPE_CHECKING:
    from bot.nlp.embeddings import Progress as Tell
    from bot.nlp.pipeline import Pipeline
    from bot.nlp.training import Kept

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
    """Writes parcels to a pipe, from any thread."""

    def __init__(self, descriptor: int) -> None:
        self._out = os.fdopen(descriptor, "wb")
        self._speaking = Lock()

    def say(self, *parcels: Parcel) -> None:
        with self._speaking:
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


def ready(encoder: str, folder: Path | None) -> Encoder | UnderstandingError:
    """Load all that takes long and is the same whatever is to be learnt: the code, the encoder; or why that failed."""
    with ThreadPoolExecutor(1) as beside:  # much of it is unpacked, which takes no hold of the interpreter
        found = beside.submit(_encoder, encoder, folder)
        import_spacy()
        from bot.nlp import training  # noqa: F401, PLC0415
        from bot.nlp.language import load_ahead  # noqa: PLC0415

        load_ahead()
        return found.result()


def _last(folder: Path | None, encoder: Encoder | UnderstandingError) -> Kept | None:
    from bot.nlp.training import load_last  # noqa: PLC0415 - takes long

    return None if folder is None or isinstance(encoder, UnderstandingError) else load_last(folder, encoder)


def _encoder(name: str, folder: Path | None) -> Encoder | UnderstandingError:
    try:
        return encoder_named(name, folder)
    except UnderstandingError as error:
        return error


class School:
    """The pipelines that were taught, by their courses. Asked in one thread, taught in others, one course at a time."""

    def __init__(self, encoder: Encoder | UnderstandingError, mouth: Mouth, ahead: Kept | None = None) -> None:
        self._encoder, self._mouth, self._ahead = encoder, mouth, ahead
        self._pipelines: dict[int, Pipeline] = {}
        self._unwanted: set[int] = set()
        self._one_at_a_time = Lock()

    def teach(self, lessons: Lessons) -> bool:
        """Train, or load what was trained; whether that went well is said. SIGTERM ends it early."""
        interruption = Interruption()

        def progress(what: str, done: int, total: int) -> None:
            if interruption.came:
                raise UnderstandingError("training was interrupted: Keepword is stopping")
            self._mouth.say(Progress(what, done, total))

        try:
            return self._taught(lessons, progress)
        finally:
            interruption.over()

    def teach_beside(self, lessons: Lessons) -> None:
        """The same in a thread of its own, while questions are answered. SIGTERM ends the process at once."""

        def progress(what: str, done: int, total: int) -> None:
            self._mouth.say(Progress(what, done, total))

        def taught() -> None:
            try:
                self._taught(lessons, progress)
            except Exception as problem:
                self._mouth.say(Taught(lessons.course, repr(problem), much=True))  # one of its own will see to it
                raise

        Thread(target=taught, name="learning", daemon=True).start()

    def _taught(self, lessons: Lessons, progress: Tell) -> bool:
        from bot.nlp.learnt import MuchToLearnError  # noqa: PLC0415 - takes long
        from bot.nlp.training import load_or_train  # noqa: PLC0415

        try:
            if isinstance(self._encoder, UnderstandingError):
                raise self._encoder
            with self._one_at_a_time:
                ahead, self._ahead = self._ahead, None
                pipeline = load_or_train(
                    lessons.catalogue,
                    lessons.folder,
                    encoder=self._encoder,
                    progress=progress,
                    little=lessons.little,
                    ahead=ahead,
                )
        except MuchToLearnError as much:
            self._mouth.say(Taught(lessons.course, str(much), much=True))
        except UnderstandingError as error:
            self._mouth.say(Taught(lessons.course, str(error)))
        else:
            self._pipelines[lessons.course] = pipeline
            if lessons.course in self._unwanted:
                self.forget(lessons.course)
            _tidy()
            self._mouth.say(Taught(lessons.course))
            return True
        return False

    def forget(self, course: int) -> None:
        """Let go of what was taught in a course, or once it is, where it is still being taught."""
        if self._pipelines.pop(course, None) is None:
            self._unwanted.add(course)
            return
        self._unwanted.discard(course)
        gc.unfreeze()
        gc.collect()
        _tidy()

    def answer(self, questions: Sequence[Question]) -> None:
        """Answer them, those of one course together."""
        for course in dict.fromkeys(question.course for question in questions):
            asked = [question for question in questions if question.course == course]
            for start in range(0, len(asked), _AT_ONCE):
                self._mouth.say(*answers(self._pipelines.get(course), asked[start : start + _AT_ONCE]))


def _tidy() -> None:
    """What is there now stays, and need not be looked through again."""
    give_back()
    gc.freeze()


def answers(pipeline: Pipeline | None, questions: Sequence[Question]) -> list[Answer]:
    """Together if that works, else one by one: one message's trouble is not the others'."""
    if pipeline is None:
        return [Answer(question.number, trouble="This course was forgotten.") for question in questions]
    try:
        found = pipeline.understand_many([(question.text, question.hints) for question in questions])
    except UnderstandingError as error:
        if len(questions) == 1:
            return [Answer(questions[0].number, trouble=str(error))]
        return [one for question in questions for one in answers(pipeline, [question])]
    return [Answer(question.number, meaning) for question, meaning in zip(questions, found, strict=True)]


def main() -> None:
    """Hear on standard input, say on standard output; whatever else is printed goes to standard error."""
    stay_small()
    os.nice(NICE)
    ask_for_turns(USUAL)
    with contextlib.suppress(BrokenPipeError):  # the main process has ended, and so do we
        _serve(sys.argv[1], Path(sys.argv[2]) if sys.argv[2:] else None, ahead=AHEAD in sys.argv[3:])


def _serve(encoder_name: str, folder: Path | None, *, ahead: bool) -> None:
    mouth = Mouth(os.dup(1))
    os.dup2(2, 1)
    ears = Ears(0)
    with all_stays():
        encoder = ready(encoder_name, folder)
        last = _last(folder, encoder) if ahead else None
    gc.unfreeze()  # once, while nobody waits
    _tidy()
    school = School(encoder, mouth, last)
    lessons = next(iter(ears.hear()), None)
    if not isinstance(lessons, Lessons) or not school.teach(lessons):
        return  # nobody had anything to teach, or it was in vain
    del lessons
    while heard := ears.hear():
        school.answer([parcel for parcel in heard if isinstance(parcel, Question)])
        for parcel in heard:
            if isinstance(parcel, Lessons):
                school.teach_beside(parcel)
            elif isinstance(parcel, Forget):
                school.forget(parcel.course)


if __name__ == "__main__":
    main()
