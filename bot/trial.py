"""Tries content that is not live on what customers wrote lately, beside the content that is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.core.anonymous import anonymous
from bot.core.content import Catalogue, Phrases
from bot.core.draft import Context
from bot.core.editing import Changed, Preview
from bot.core.people import Customer
from bot.core.redact import redact
from bot.core.rehearsal import outcome
from bot.core.turns import TELLING, Turn, turns_of
from bot.core.understanding import Understanding
from bot.ports import Clock, Hints, Store, Understander
from bot.shelf import Shelf, Train

LATELY = timedelta(days=14)
"""How far back messages are tried."""

MOST_MESSAGES = 150
MOST_CHECKS = 150
"""So many of each are tried at most: it should take seconds."""

AT_ONCE = 8
"""Messages that are asked about together: customers who write meanwhile wait for no more than these."""

_NOBODY = Customer(0, "")


@dataclass(frozen=True, slots=True)
class _Asked:
    """``shown`` is ``text`` as it may be shown; ``intent`` what it must be taken for, if it is a check sentence, and
    ``is_new`` whether that is asked for the first time.
    """

    text: str
    shown: str
    language: str
    intent: str = ""
    is_new: bool = False


class Trial:
    """Previews, one at a time: each needs as much memory as the pipeline that is live."""

    def __init__(self, store: Store, shelf: Shelf, train: Train, clock: Clock) -> None:
        self._store, self._shelf, self._train, self._clock = store, shelf, train, clock
        self._one_at_a_time = asyncio.Lock()

    async def preview(self, catalogue: Catalogue) -> Preview:
        """What would change if ``catalogue`` went live. Raises UnderstandingError."""
        async with self._one_at_a_time:
            await self._shelf.trained()
            live = self._shelf.current()
            asked = [*await self._lately(), *_checks(catalogue, live.catalogue)]
            trained = await self._train(catalogue)
            try:
                after = await _meanings(trained, asked)
            finally:
                await trained.close()
            before = await _meanings(live.understander, asked)
        return self._compared(asked, before, after, live.catalogue, catalogue)

    def _compared(
        self,
        asked: Sequence[_Asked],
        before: Sequence[Understanding],
        after: Sequence[Understanding],
        live: Catalogue,
        draft: Catalogue,
    ) -> Preview:
        now = self._clock.now()  # the same for both, so that promised times are
        rows = [
            Changed(one.shown, outcome(one.text, old, Context(now, live)), outcome(one.text, new, Context(now, draft)))
            for one, old, new in zip(asked, before, after, strict=True)
        ]
        failing = tuple(
            (one.shown, one.intent)
            for one, old, new in zip(asked, before, after, strict=True)
            if one.intent and new.intent != one.intent and (one.is_new or old.intent == one.intent)
        )
        return Preview(
            len(asked),
            tuple(row for row in rows if row.before != row.after),
            failing,
        )

    async def _lately(self) -> list[_Asked]:
        """The last turns of customers, each text once, without the people."""
        events = [
            event async for event in self._store.events(since=self._clock.now() - LATELY) if event.name in TELLING
        ]
        turns = {turn.text: turn for turn in await asyncio.to_thread(turns_of, events)}
        return [await self._asked(turn) for turn in list(turns.values())[-MOST_MESSAGES:]]

    async def _asked(self, turn: Turn) -> _Asked:
        conversation = await self._store.conversation(turn.conversation_id)
        customer = conversation.customer if conversation else _NOBODY
        shown = anonymous(redact(turn.text), customer, None).replace("{{", "{").replace("}}", "}")
        return _Asked(turn.text, shown, turn.language)


def _checks(draft: Catalogue, live: Catalogue) -> list[_Asked]:
    """Check sentences: those of intents whose sentences have changed before others."""
    known = {(one.intent, one.language): one for one in live.phrases}
    ordered = sorted(draft.phrases, key=lambda one: known.get((one.intent, one.language)) == one)
    checks = [(one, text) for one in ordered for text in one.check][:MOST_CHECKS]
    return [_Asked(text, text, one.language, one.intent, _is_new(text, one, known)) for one, text in checks]


def _is_new(text: str, phrases: Phrases, known: Mapping[tuple[str, str], Phrases]) -> bool:
    before = known.get((phrases.intent, phrases.language))
    return before is None or text not in before.check


async def _meanings(understander: Understander, asked: Sequence[_Asked]) -> list[Understanding]:
    found: list[Understanding] = []
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        hints = [Hints(so_far=one.language or None) for one in some]
        found += await asyncio.gather(
            *(understander.understand(one.text, hint) for one, hint in zip(some, hints, strict=True))
        )
    return found
