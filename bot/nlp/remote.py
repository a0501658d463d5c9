"""A pipeline in a process of its own: whatever it is busy with, the event loop goes on."""

from __future__ import annotations

from pathlib import Path

from bot.core.content import Catalogue
from bot.core.understanding import Understanding
from bot.nlp.mind import Mind, Standby, Tell
from bot.ports import Hints, Understander


class RemotePipeline(Understander):
    """Use :meth:`taught`, and :meth:`close` it after use. If its process ends, another one takes its place."""

    def __init__(self, mind: Mind, course: int) -> None:
        self._mind, self._course = mind, course

    @classmethod
    async def taught(
        cls, catalogue: Catalogue, folder: Path, standby: Standby, tell: Tell, before: RemotePipeline | None = None
    ) -> RemotePipeline:
        """One that knows ``catalogue``, which it keeps in ``folder``; trained if it must be.

        Where this differs little from what the one ``before`` knows, it is learnt in the same process, which answers
        meanwhile; else in one taken from ``standby``. ``tell`` hears how training goes on. Raises UnderstandingError.
        Cancelled, it keeps what was done until then.
        """
        if before is not None and (course := await before._mind.learn(catalogue, folder)) is not None:
            return cls(before._mind, course)
        mind = Mind(standby, tell)
        return cls(mind, await mind.begin(catalogue, folder))

    async def understand(self, text: str, hints: Hints) -> Understanding:
        """What ``text`` means; see :class:`bot.ports.Understander`."""
        return await self._mind.ask(self._course, text, hints)

    @property
    def process_id(self) -> int | None:
        """The process that understands now; None: there is none at the moment."""
        return self._mind.process_id

    async def close(self) -> None:
        """Let go of the process; who still waits for an answer is told so. Closing twice does no harm."""
        await self._mind.forget(self._course)
