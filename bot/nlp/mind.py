"""The process that understands, seen from the main one: asked by many, replaced when it ends, taught while it answers.

What it was taught at once is a course. A new one is taken beside those that go on being asked about; so an edit need
not wait until another process is ready.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from asyncio import IncompleteReadError
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from bot.core.content import Catalogue
from bot.core.errors import UnderstandingError
from bot.core.understanding import Understanding
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
from bot.ports import Hints
from bot.processes import ended, same_code

log = logging.getLogger(__name__)

Tell = Callable[[str, int, int], None]
"""Told of progress: what is being done, how much of it is done, and how much there is."""

STOP = 8.0
"""Seconds that the process has to end by itself."""

_TRIES = 2
"""A question at which the process ends this often is not asked again."""

_ENDED = "The process that understands messages ended. Is there too little memory?"
_CLOSED = "This pipeline was closed."


class Standby:
    """A process that gets ready, with its code and its ``encoder``, while what it is to be taught is still being read.

    What it prepares is kept in a pipeline's ``folder``; the one that waits also loads the pipeline there that was used
    last. One waits at most; :meth:`close` it after use.
    """

    def __init__(self, encoder: str, folder: Path | None = None) -> None:
        self.encoder, self._folder = encoder, folder
        self._waiting: Process | None = None

    async def begin(self) -> None:
        """Start one, unless one waits."""
        if self._waiting is None:
            with contextlib.suppress(OSError):  # who needs it will see why
                self._waiting = await self._started(AHEAD)

    @property
    def process_id(self) -> int | None:
        """The process that waits; None: there is none."""
        return None if self._waiting is None else self._waiting.pid

    async def take(self) -> Process:
        """The one that waits, or a new one; it is the caller's to end. Raises OSError."""
        process, self._waiting = self._waiting, None
        return await self._started() if process is None or process.returncode is not None else process

    async def close(self) -> None:
        """End the one that waits; another may be started later."""
        process, self._waiting = self._waiting, None
        if process is not None:
            await _end(process)

    async def _started(self, *words: str) -> Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot.nlp.worker", self.encoder),
            *((str(self._folder), *words) if self._folder else ()),
            stdin=PIPE,
            stdout=PIPE,
            env=same_code(),
            start_new_session=True,
        )


@dataclass(slots=True)
class _Asked:
    question: Question
    answer: asyncio.Future[Understanding]
    tries: int = 1


class Mind:
    """One such process. Its first course is what :meth:`begin` teaches; it ends with its last one."""

    def __init__(self, standby: Standby, tell: Tell) -> None:
        self._standby, self._tell = standby, tell
        self._process: Process | None = None
        self._courses: dict[int, Lessons] = {}
        self._learning: dict[int, asyncio.Future[Taught]] = {}
        self._asked: dict[int, _Asked] = {}
        self._numbers = count(1)
        self._living: asyncio.Task[None] | None = None
        self._trouble: str | None = None

    @property
    def process_id(self) -> int | None:
        """The process as it is now; None: there is none at the moment."""
        return None if self._process is None else self._process.pid

    async def begin(self, catalogue: Catalogue, folder: Path) -> int:
        """Teach it its first course. Raises UnderstandingError. Cancelled, it keeps what was done until then."""
        course = next(self._numbers)
        self._courses[course] = Lessons(course, catalogue, folder)
        try:
            await self._start()
        except BaseException:
            await self.forget(course)
            raise
        self._living = asyncio.create_task(self._live(), name="understanding")
        return course

    async def learn(self, catalogue: Catalogue, folder: Path) -> int | None:
        """Teach it another course while it answers; None if that is too much for it, or if it ends.

        Raises UnderstandingError for what can't be learnt.
        """
        if self._trouble or self._living is None or self._process is None:
            return None
        course = next(self._numbers)
        lessons = Lessons(course, catalogue, folder, little=True)
        taught = self._learning[course] = asyncio.get_running_loop().create_future()
        try:
            self._say(lessons)
            said = await taught
            if said.much or said.course != course:
                return None
            if said.trouble:
                raise UnderstandingError(said.trouble)
            self._courses[course] = replace(lessons, little=False)
        except asyncio.CancelledError:
            self._say(Forget(course))
            raise
        finally:
            del self._learning[course]
            await self._end_unneeded()
        return course

    async def ask(self, course: int, text: str, hints: Hints) -> Understanding:
        """What ``text`` means to who took this course. Raises UnderstandingError."""
        if self._trouble or course not in self._courses:
            raise UnderstandingError(self._trouble or _CLOSED)
        question = Question(next(self._numbers), course, text, hints)
        asked = self._asked[question.number] = _Asked(question, asyncio.get_running_loop().create_future())
        self._ask(asked)
        try:
            return await asked.answer
        finally:
            self._asked.pop(question.number, None)

    async def forget(self, course: int) -> None:
        """Nobody will ask about the course any more; who still waits is told so. The last one ends the process."""
        if self._courses.pop(course, None) is None:
            return
        self._refuse(_CLOSED, course)
        self._say(Forget(course))
        await self._end_unneeded()

    async def _end_unneeded(self) -> None:
        if self._courses or self._learning:
            return
        self._give_up(_CLOSED)
        if self._living is not None:
            self._living.cancel()
            await asyncio.gather(self._living, return_exceptions=True)
        await self._end()

    # --- the process

    async def _start(self) -> None:
        """Raises UnderstandingError."""
        self._process = await self._standby.take()
        for lessons in list(self._courses.values()):
            self._say(lessons)
            while not isinstance(said := await self._hear(), Taught):
                self._take(said)
            if said.trouble:
                raise UnderstandingError(said.trouble)

    async def _live(self) -> None:
        """Hear answers; start anew where the process ends."""
        while True:
            try:
                while True:
                    self._take(await self._hear())
                    await asyncio.sleep(0)  # answers come together; what is done about one of them goes first
            except UnderstandingError:
                log.error("The process that understands messages ended; it is started again")  # noqa: TRY400
            for taught in self._learning.values():
                self._tell_of(taught, Taught(0))
            try:
                await self._end()
                await self._start()
            except (UnderstandingError, OSError) as error:
                self._give_up(str(error))
                return
            self._ask_again()

    def _take(self, said: Parcel) -> None:
        if isinstance(said, Progress):
            self._tell(said.what, said.done, said.total)
        elif isinstance(said, Taught) and (taught := self._learning.get(said.course)) is not None:
            self._tell_of(taught, said)
        elif isinstance(said, Answer) and (asked := self._asked.get(said.number)) is not None:
            if asked.answer.done():
                return
            if said.understanding is None:
                asked.answer.set_exception(UnderstandingError(said.trouble))
            else:
                asked.answer.set_result(said.understanding)

    @staticmethod
    def _tell_of(taught: asyncio.Future[Taught], said: Taught) -> None:
        if not taught.done():
            taught.set_result(said)

    def _ask_again(self) -> None:
        for asked in list(self._asked.values()):
            if asked.tries >= _TRIES:
                asked.answer.set_exception(UnderstandingError(_ENDED))
            else:
                asked.tries += 1
                self._ask(asked)

    def _ask(self, asked: _Asked) -> None:
        if self._process is not None and self._process.returncode is None:
            self._say(asked.question)

    def _give_up(self, trouble: str) -> None:
        self._trouble = trouble
        self._refuse(trouble)

    def _refuse(self, trouble: str, course: int | None = None) -> None:
        for asked in self._asked.values():
            if not asked.answer.done() and course in (None, asked.question.course):
                asked.answer.set_exception(UnderstandingError(trouble))

    def _say(self, parcel: Parcel) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(wrap(parcel))

    async def _hear(self) -> Parcel:
        """Raises UnderstandingError: the process ended."""
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            head = await self._process.stdout.readexactly(HEAD)
            return unwrap(await self._process.stdout.readexactly(length(head)))
        except (IncompleteReadError, ConnectionError) as error:
            raise UnderstandingError(_ENDED) from error

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            await _end(process)


async def _end(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    await ended(process, STOP)
