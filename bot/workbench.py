"""Joins what makes an edit in chat: the files, the versions that were live, the pipeline, and the record.

Long work is done beside the event loop: in threads, and in the processes that understand messages.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from bot.core.editing import Condition, Fetched, Findings, Lived, NowLive, Preview, Stage, Submission
from bot.core.errors import EditError, VersionError
from bot.core.incoming import SentFile
from bot.core.proposals import Proposal, undecided
from bot.files import changes, rejected, versions
from bot.files.edits import with_example
from bot.files.folder import LARGEST_FILE, Snapshot
from bot.files.load import Loaded, good, load_snapshot
from bot.files.placing import checked_place, hash_of, named_in, places_of, tidied, with_file
from bot.files.submissions import Submissions, id_of
from bot.ports import Clock, Store
from bot.publishing import Publishing
from bot.shelf import Shelf, Train
from bot.trial import Trial

MOST_HISTORY = 10
"""So many versions are told of."""

_NUMBER = re.compile(r"\d+")

Fetch = Callable[[SentFile, int], Awaitable[bytes]]
"""Fetches what was sent, of so many bytes at most. Raises EditError."""


class ContentWorkbench:
    """A :class:`bot.ports.Workbench` on the content folder."""

    def __init__(
        self, publishing: Publishing, store: Store, shelf: Shelf, train: Train, clock: Clock, fetch: Fetch
    ) -> None:
        self._publishing, self._store, self._shelf, self._clock = publishing, store, shelf, clock
        self._fetch = fetch
        self._folders = publishing.folders
        self._submissions = Submissions(self._folders.submissions)
        self._trial = Trial(store, shelf, train, clock)
        self._one_at_a_time = asyncio.Lock()

    # --- how it is

    async def condition(self) -> Condition:
        now = await self._publishing.files()
        loaded = await asyncio.to_thread(load_snapshot, now)
        last = await asyncio.to_thread(versions.live, self._folders.versions)
        live = self._shelf.current().catalogue.version
        known = last if last is not None and last.version == live else None
        return Condition(
            live,
            known.at if known else None,
            known.by if known else "",
            tuple(str(problem) for problem in loaded.problems),
            now.version == live,
            len(await self.proposals()),
        )

    async def history(self) -> tuple[Lived, ...]:
        return await asyncio.to_thread(self._history)

    def _history(self) -> tuple[Lived, ...]:
        known = versions.history(self._folders.versions)
        snapshots = [version.snapshot for version in known[-MOST_HISTORY - 1 :]]
        before = [None, *snapshots] if len(known) <= MOST_HISTORY else snapshots
        rows = zip(known[-MOST_HISTORY:], before, snapshots[-MOST_HISTORY:], strict=False)
        return tuple(
            Lived(version.version, version.at, version.by, changes.in_words(old, new) if old is not None else ())
            for version, old, new in rows
        )[::-1]

    # --- what is sent

    async def fetch(self, name: str, admin: int) -> Fetched:
        now = await self._publishing.files()
        named = named_in(name)
        if named is None:
            raise EditError("admin_which_get")
        places = places_of(named, now, self._languages)
        if len(places) > 1:
            raise EditError("admin_get_which", places=places)
        (place,) = places
        if place not in now.files:
            raise EditError("admin_no_file", path=place)
        await self._store.note(_taken(admin, place), hash_of(now.files[place]))
        return Fetched(place, now.files[place].decode("utf-8", "replace"))

    async def submit(self, file: SentFile, caption: str, admin: int, by: str) -> Submission:
        name = named_in(caption) or named_in(file.name) or file.name
        if "/" in name:
            checked_place(name, self._languages)
        content = await self._fetch(file, LARGEST_FILE)
        now = await self._publishing.files()
        places = await asyncio.to_thread(places_of, name, now, self._languages, content)
        sent = Submission(
            id_of(f"?{name}", content, admin), name, "", by, self._clock.now(), Stage.ASKED, places=places
        )
        await asyncio.to_thread(self._submissions.put, sent, content)
        return sent if len(places) > 1 else await self.put_at(sent.id, places[0], admin)

    async def put_at(self, submission_id: str, place: str, admin: int) -> Submission:
        sent = await self._find(submission_id)
        if place not in sent.places:
            raise EditError("admin_long_ago")
        old = (await self._publishing.files()).files.get(place)
        content = tidied(await asyncio.to_thread(self._submissions.content, sent.id), old)
        base = await self._store.known(_taken(admin, place)) or hash_of(old)
        placed = replace(sent, id=id_of(place, content, admin), place=place, base=base, stage=Stage.WAITING)
        before = await asyncio.to_thread(self._submissions.known, placed.id)
        if before is not None and hash_of(content) == hash_of(old):
            return before  # it is what is there already, perhaps by this very submission
        if before is not None and before.stage is Stage.WAITING:
            placed = replace(placed, base=before.base)
        await asyncio.to_thread(self._submissions.put, placed, content)
        return placed

    async def look_over(self, submission_id: str) -> Findings:
        sent = await self._find(submission_id)
        now = await self._publishing.files()
        old, content = now.files.get(sent.place), await asyncio.to_thread(self._submissions.content, sent.id)
        if hash_of(content) == hash_of(old):
            return Findings(sent, same=True)
        loaded = await asyncio.to_thread(load_snapshot, with_file(now, sent.place, content))
        overtaken = sent.base != hash_of(old)
        sent = replace(sent, base=hash_of(old))
        await asyncio.to_thread(self._submissions.change, sent)
        if loaded.catalogue is None:
            return Findings(sent, tuple(str(problem) for problem in loaded.problems), overtaken=overtaken)
        told = await asyncio.to_thread(self._publishing.told, now, loaded.snapshot)
        hints = await asyncio.to_thread(_new_hints, now, loaded)
        return Findings(sent, changes=told, hints=hints, overtaken=overtaken)

    async def rehearse(self, submission_id: str) -> Preview:
        sent = await self._find(submission_id)
        content = await asyncio.to_thread(self._submissions.content, sent.id)
        loaded = await asyncio.to_thread(load_snapshot, with_file(await self._publishing.files(), sent.place, content))
        return await self._trial.preview(good(loaded))

    async def approve(self, submission_id: str, by: str) -> NowLive | None:
        async with self._one_at_a_time:
            sent = await self._find(submission_id)
            if sent.stage is Stage.LIVE:
                return NowLive(sent.version, (), sent, before=True)
            if sent.stage is not Stage.WAITING:
                raise EditError(f"admin_{sent.stage.name.lower()}_already", file=sent.place or sent.name)
            content = await asyncio.to_thread(self._submissions.content, sent.id)
            now = await self._publishing.files()
            old = now.files.get(sent.place)
            if hash_of(old) == hash_of(content):  # the machine went down while this was being approved
                if sent.base and await asyncio.to_thread(self._submissions.replaced, sent.id) is None:
                    await asyncio.to_thread(self._submissions.keep_replaced, sent.id, old)  # made so by somebody else
            elif hash_of(old) != sent.base:
                return None
            else:
                await asyncio.to_thread(self._submissions.keep_replaced, sent.id, old)
            made = await self._publishing.make_live(now, with_file(now, sent.place, content), by, sent.place)
            sent = replace(sent, stage=Stage.LIVE, version=made.version)
            await asyncio.to_thread(self._submissions.change, sent)
            return replace(made, submission=sent)

    async def discard(self, submission_id: str) -> Submission:
        async with self._one_at_a_time:
            sent = await self._find(submission_id)
            if sent.stage in (Stage.LIVE, Stage.TAKEN_BACK):
                raise EditError(f"admin_{sent.stage.name.lower()}_already", file=sent.place)
            sent = replace(sent, stage=Stage.DISCARDED)
            await asyncio.to_thread(self._submissions.change, sent)
            return sent

    # --- the way back

    async def undo(self, submission_id: str, by: str) -> NowLive:
        async with self._one_at_a_time:
            sent = await self._find(submission_id)
            if sent.stage is not Stage.LIVE:
                raise EditError(f"admin_{sent.stage.name.lower()}_already", file=sent.place)
            now = await self._publishing.files()
            old = await asyncio.to_thread(self._submissions.replaced, sent.id)
            content = await asyncio.to_thread(self._submissions.content, sent.id)
            if hash_of(now.files.get(sent.place)) not in (hash_of(content), hash_of(old)):
                raise EditError("admin_changed_since", file=sent.place)
            made = await self._publishing.make_live(now, with_file(now, sent.place, old), by, sent.place)
            sent = replace(sent, stage=Stage.TAKEN_BACK)
            await asyncio.to_thread(self._submissions.change, sent)
            if sent.proposal:
                await self.reject(sent.proposal, rejected=False)
            return replace(made, submission=sent)

    async def earlier(self, version: str | None) -> Lived:
        found, now = await self._version(version), await self._publishing.files()
        told = await asyncio.to_thread(lambda: self._publishing.told(now, found.snapshot))
        return Lived(found.version, found.at, found.by, told)

    async def go_back(self, version: str, by: str) -> NowLive:
        async with self._one_at_a_time:
            found, now = await self._version(version), await self._publishing.files()
            return await self._publishing.make_live(now, await asyncio.to_thread(lambda: found.snapshot), by)

    async def _version(self, version: str | None) -> versions.Version:
        try:
            return await asyncio.to_thread(versions.find, self._folders.versions, version)
        except VersionError as error:
            raise EditError("admin_no_version" if version else "admin_no_history") from error

    # --- proposals

    async def proposals(self) -> tuple[Proposal, ...]:
        labelled = [event async for event in self._store.events() if event.name == "labelled"]
        put_away = await asyncio.to_thread(rejected.rejected, self._folders.data)
        return undecided(labelled, self._shelf.current().catalogue, put_away)

    async def learn(self, key: str, intent: str | None, by: str) -> NowLive:
        sent = await self._as_submission(key, intent, by)
        made = await self.approve(sent.id, by)
        if made is None:  # somebody has changed the file in this very moment
            sent = await self._as_submission(key, intent, by)
            made = await self.approve(sent.id, by)
        if made is None:
            raise EditError("admin_changed_since", file=sent.place)
        if intent is not None:
            await self.reject(key)
        return made

    async def _as_submission(self, key: str, intent: str | None, by: str) -> Submission:
        one = next((one for one in await self.proposals() if one.key == key), None)
        if one is None:  # decided, or this was asked for before the machine went down
            at_work = await asyncio.to_thread(self._submissions.of_proposal, key)
            if at_work is None:
                raise EditError("admin_proposal_decided")
            return at_work
        now = await self._publishing.files()
        meant = self._shelf.current().catalogue.intent(intent or one.intent)
        if meant is None:
            raise EditError("admin_proposal_decided")
        added = await asyncio.to_thread(with_example, now, meant.id, one.language, one.text, meant.area)
        content, base = added.text.encode(), hash_of(now.files.get(added.file))
        sent = Submission(
            id_of(added.file, content, 0),
            added.where,
            added.file,
            by,
            self._clock.now(),
            Stage.WAITING,
            base,
            proposal=key,
        )
        await asyncio.to_thread(self._submissions.put, sent, content)
        return sent

    async def reject(self, key: str, *, rejected: bool = True) -> None:
        await asyncio.to_thread(_decide, self._folders.data, key, rejected)

    # --- what all of them do

    @property
    def _languages(self) -> tuple[str, ...]:
        return self._shelf.current().catalogue.standards.languages

    async def _find(self, id: str) -> Submission:
        return await asyncio.to_thread(self._submissions.find, id)


def _new_hints(now: Snapshot, loaded: Loaded) -> tuple[str, ...]:
    """What is worth knowing and was not so before."""
    known = {(hint.file, _NUMBER.sub("", hint.message)) for hint in load_snapshot(now).warnings}
    return tuple(str(hint) for hint in loaded.warnings if (hint.file, _NUMBER.sub("", hint.message)) not in known)


def _taken(admin: int, place: str) -> str:
    """The name under which it is noted which state of a file an admin has."""
    return f"content:{admin}:{place}"


def _decide(folder: Path, key: str, put_away: bool) -> None:
    (rejected.reject if put_away else rejected.readmit)(folder, key)
