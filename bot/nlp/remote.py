"""A pipeline in a process of its own: whatever it is busy with, the event loop goes on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from asyncio import IncompleteReadError
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bot.core.content import Catalogue
from bot.core.errors import UnderstandingError
from bot.core.understanding import Understanding
from bot.nlp.parcels import HEAD, Answer, Lessons, Parcel, Progress, Question, Taught, length, unwrap, wrap
from bot.ports import Hints, Understander
from bot.processes import ended, same_code

log = logging.getLogger(__name__)

Tell = Callable[[str, int, int], None]
"""Told of progress: what is being done, how much of it is done, and how much there is."""

STOP = 8.0
"""Seconds that the process has to end by itself."""

_TRIES = 2
"""A question at which the process ends this often is not asked again."""

_ENDED = "The process that understands messages ended. Is there too little memory?"


@dataclass(slots=True)
class _Asked:
    question: Question
    answer: asyncio.Future[Understanding]
    tries: int = 1


class Standby:
    """A process that gets ready, with its code and its ``encoder``, while what it is to be taught is still being read.

    One waits at most; :meth:`close` it after use.
    """

    def __init__(self, encoder: str) -> None:
        self.encoder = encoder
        self._waiting: Process | None = None

    async def begin(self) -> None:
        """Start one, unless one waits."""
        if self._waiting is None:
            with contextlib.suppress(OSError):  # who needs it will see why
                self._waiting = await self._started()

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

    async def _started(self) -> Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot.nlp.worker", self.encoder),
            stdin=PIPE,
            stdout=PIPE,
            env=same_code(),
            start_new_session=True,
        )


class RemotePipeline(Understander):
    """Use :meth:`taught`, and :meth:`close` it after use. If its process ends, another one takes its place."""

    def __init__(self, lessons: Lessons, standby: Standby, tell: Tell) -> None:
        self._lessons, self._standby, self._tell = lessons, standby, tell
        self._process: Process | None = None
        self._asked: dict[int, _Asked] = {}
        self._numbers = count(1)
        self._living: asyncio.Task[None] | None = None
        self._taught = asyncio.Event()
        self._trouble: str | None = None

    @classmethod
    async def taught(cls, catalogue: Catalogue, folder: Path, standby: Standby, tell: Tell) -> RemotePipeline:
        """One that knows ``catalogue``, which it keeps in ``folder``; trained if it must be.

        Its processes are taken from ``standby``, and ``tell`` hears how training goes on. Raises UnderstandingError.
        Cancelled, it keeps what was done until then.
        """
        pipeline = cls(Lessons(catalogue, folder), standby, tell)
        try:
            await pipeline._start()
        except BaseException:
            await pipeline.close()
            raise
        pipeline._living = asyncio.create_task(pipeline._live(), name="understanding")
        return pipeline

    async def understand(self, text: str, hints: Hints) -> Understanding:
        """What ``text`` means; see :class:`bot.ports.Understander`."""
        if self._trouble:
            raise UnderstandingError(self._trouble)
        question = Question(next(self._numbers), text, hints)
        asked = self._asked[question.number] = _Asked(question, asyncio.get_running_loop().create_future())
        self._ask(asked)
        try:
            return await asked.answer
        finally:
            self._asked.pop(question.number, None)

    @property
    def process_id(self) -> int | None:
        """The process that understands now; None: there is none at the moment."""
        return None if self._process is None else self._process.pid

    async def close(self) -> None:
        """End the process; who still waits for an answer is told so. Closing twice does no harm."""
        self._give_up("This pipeline was closed.")
        if self._living is not None:
            self._living.cancel()
            await asyncio.gather(self._living, return_exceptions=True)
        await self._end()

    # --- the process

    async def _start(self) -> None:
        """Raises UnderstandingError."""
        self._process = await self._standby.take()
        self._say(self._lessons)
        while not isinstance(said := await self._hear(), Taught):
            if isinstance(said, Progress):
                self._tell(said.what, said.done, said.total)
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
            try:
                await self._end()
                await self._start()
            except (UnderstandingError, OSError) as error:
                self._give_up(str(error))
                return
            self._ask_again()

    def _take(self, said: Parcel) -> None:
        if not isinstance(said, Answer) or (asked := self._asked.get(said.number)) is None or asked.answer.done():
            return
        if said.understanding is None:
            asked.answer.set_exception(UnderstandingError(said.trouble))
        else:
            asked.answer.set_result(said.understanding)

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
        for asked in self._asked.values():
            if not asked.answer.done():
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
