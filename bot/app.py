"""The composition root: makes the parts, joins them, starts and stops them. The only room that knows every adapter."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog

from bot.core import helping, words
from bot.core.content import Catalogue
from bot.core.draft import Groups
from bot.core.errors import ContentError, StoreError
from bot.core.incoming import GroupStanding, Standing, Update
from bot.core.outgoing import Outgoing, Receipt
from bot.core.people import Person, Role, crowds, is_person
from bot.core.step import Step
from bot.door import Door
from bot.files.load import Loaded, parsing
from bot.files.remembered import load_remembered
from bot.flow import Flow
from bot.following import Following
from bot.line import Line
from bot.metrics import Metrics
from bot.nlp.mind import Standby, Tell
from bot.nlp.remote import RemotePipeline
from bot.outage import Outage
from bot.ports import Clock
from bot.publishing import Folders, Publishing
from bot.pulse import watch_pulse
from bot.reception import Reception
from bot.settings import Settings
from bot.shelf import Shelf, Train, Trained
from bot.store.tiny import TinyStore
from bot.tally import Tally
from bot.telegram.age import FULL
from bot.telegram.alone import first_reached, writes_in_private
from bot.telegram.boards import Boards
from bot.telegram.business import ask
from bot.telegram.commands import Menus, show_commands, show_own
from bot.telegram.documents import Documents
from bot.telegram.healing import Healer, where_they_are
from bot.telegram.lanes import InboundLanes
from bot.telegram.outbound import TelegramSender
from bot.telegram.reading import TelegramChannel
from bot.telegram.roles import Members, Roles
from bot.timer import Timer
from bot.web import routes
from bot.workbench import ContentWorkbench

log = structlog.get_logger(__name__)

FINISH = 5.0
"""Seconds that updates and turns have to finish when we stop. They are kept: what doesn't is done at the next start."""

STORE_RETRY = 1.0
"""Seconds until an update is dealt with again that the store could not keep the outcome of."""

RECALLED = timedelta(days=14)
"""How far back the record is read to learn how fast each team works."""

DRAIN = 10.0
"""Seconds that what is in the outbox has to be sent when we stop."""

BETWEEN_FILES = 0.05
"""Seconds from one content file that is parsed to the next, while messages are answered."""


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class App:
    """All of Keepword. ``tell`` hears how training goes on; ``train`` is to make pipelines another way.

    ``standby`` gives the processes that understand: one may have been begun before.
    """

    def __init__(
        self,
        settings: Settings,
        tell: Tell = lambda what, done, total: None,
        clock: Clock | None = None,
        train: Train | None = None,
        standby: Standby | None = None,
    ) -> None:
        self.settings = settings
        self._standby = (standby or Standby(settings.encoder, settings.model_folder)) if train is None else None
        self.clock = clock or SystemClock()
        self.metrics = Metrics()
        self.line = Line(settings, self.clock)
        self._tell = tell
        self._train = train or self._train_aside
        self._tasks: list[asyncio.Task[None]] = []
        self._healing: set[asyncio.Task[None]] = set()
        self._failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._undo = AsyncExitStack()
        self._stopping = False

    @property
    def address(self) -> str:
        """Where we listen."""
        return self.door.address

    # --- starting and stopping

    async def start(self) -> None:
        """Start everything, or nothing. Raises KeepwordError that says what to do where it can't be started."""
        loaded = await asyncio.to_thread(load_remembered, self.settings.content, self.settings.data / "catalogue")
        if loaded.catalogue is None:
            raise ContentError(tuple(str(problem) for problem in loaded.problems))
        self.shelf = Shelf(loaded.catalogue, self._train)
        self.publishing = Publishing(Folders(self.settings.content, self.settings.data), self.shelf, self.clock)
        self.following = Following(self.settings.content, self.shelf, self.publishing, self.metrics)
        async with AsyncExitStack() as undo:
            await self.line.open()
            undo.push_async_callback(self.line.close)
            self.store = await TinyStore.open(self.settings.store_folder)
            undo.push_async_callback(self.store.close)
            self.tally = Tally(self.store, self.clock)
            undo.push_async_callback(self.tally.close)
            self.line.groups = await self._agents(await where_they_are(self.line.groups, self.store))
            self._join(self.line.groups)
            await self.flow.know_everyone()
            await self.sender.start()
            undo.push_async_callback(self._stop_sending)
            undo.push_async_callback(self.reception.close)
            undo.push_async_callback(self.shelf.close)  # once nobody is being understood any more
            undo.push_async_callback(self.timer.stop, FINISH)
            undo.push_async_callback(self.lanes.close, FINISH)
            await self._listen(undo)
            undo.push_async_callback(self._stop_tasks)
            self._begin_tasks(loaded)
            self._undo = undo.pop_all()

    async def _agents(self, groups: Groups) -> Groups:
        """The agents' groups; without any, the first admin who has started the bot works alone."""
        return groups if groups.all else Groups(await first_reached(self.line.bot, self.settings.admin_ids))

    def _begin_tasks(self, loaded: Loaded) -> None:
        self._begin("training", self._train_first(loaded))
        self._begin("deliveries", self.reception.run(self.door))
        self._begin("recalling", self.flow.recall(self.clock.now() - RECALLED))
        self._begin("counting cases", self.flow.count_cases())
        self._begin("updates", self.line.run(self.reception.asked_for, self.reception.set_aside, self.address))
        self._begin("content", self.following.follow(loaded.version))
        self._begin("menus", self._introduce())
        self._begin("tally", self.tally.run())
        if self.settings.board:
            self._begin("board", self.boards.run())
        self._begin("pulse", watch_pulse(self.metrics.lagged))
        self.timer.start()
        if not self.line.groups.all:
            log.warning(
                "KEEPWORD_AGENTS_CHAT is not set: nobody can take over until one of KEEPWORD_ADMINS writes to the bot. "
                "Promises are kept in `keepword queue`."
            )

    def _join(self, groups: Groups) -> None:
        """Join the parts."""
        me = self.line.me
        self.roles = Roles(self.settings.admin_ids)
        self.agents_chats = set(groups.all)
        channel = TelegramChannel(self.agents_chats, me.id, me.username or "", self.roles, self.settings.admin_ids)
        fetch = Documents(self.line.bot).fetch
        self.workbench = ContentWorkbench(self.publishing, self.store, self.shelf, self._train, self.clock, fetch)
        self.sender = TelegramSender(
            self.line.bot,
            self.store,
            self.clock,
            failed=self._undelivered,
            acknowledged=self._acknowledged,
            moved=lambda old, new: self._heal(self.healer.follow(old, new)),
            crowded=lambda group: self._heal(self.healer.tell(group, "crowded")),
            nearly_full=self._nearly_full,
        )
        self.healer = Healer(
            self.line.bot, self.store, self.settings.admin_ids, say=self._team_words, renew=self._renew
        )
        self.flow = Flow(
            store=self.store,
            sender=self.sender,
            library=self.shelf,
            channel=channel,
            clock=self.clock,
            groups=groups,
            committed=self._committed,
            failed=self._note_failure,
            heal=self._heard_of_group,
            ask_account=partial(ask, self.line.bot),
            members=Members(self.line.bot, self.roles),
            met=self._met,
            workbench=self.workbench,
        )
        self.boards = Boards(
            self.sender, self.store, self.clock, crowds(groups.all), show=self.flow.board, failed=self._note_failure
        )
        self.lanes = InboundLanes(self._deal_with, lambda update, error: self._note_failure(error))
        outage = Outage(self.line.bot, self.shelf)
        self.reception = Reception(
            self.flow, self.store, self.sender, self.lanes, self.metrics, outage, self._acknowledged
        )
        self.door = Door(self.settings, self.reception.heard)
        self.timer = Timer(self.store, self.clock, self.flow.on_due, self._note_failure, self.flow.in_order)

    async def trained(self) -> None:
        """Wait until messages can be understood."""
        await self.shelf.trained()

    async def run_until(self, stop: asyncio.Event) -> None:
        """Serve until ``stop`` is set. Raises what made it impossible to go on."""
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait((stopped, self._failure), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if self._failure.done():
            self._failure.result()

    async def stop(self) -> None:
        """Take nothing more, finish what is under way, and close the store. What is left goes on at the next start."""
        self._stopping = True
        await self._undo.aclose()
        if self._standby is not None:
            await self._standby.close()
        if not self._failure.done():
            self._failure.cancel()

    async def _stop_tasks(self) -> None:
        tasks = (*self._tasks, *self._healing)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _stop_sending(self) -> None:
        await self.sender.drain(DRAIN)
        await self.sender.stop()

    def _begin(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside everything else; if it fails, so does the app."""

        async def watched() -> None:
            try:
                await work
            except Exception as error:
                if not self._failure.done():
                    self._failure.set_exception(error)

        self._tasks.append(asyncio.create_task(watched(), name=name))

    # --- listening

    async def _listen(self, undo: AsyncExitStack) -> None:
        listed = (
            *routes(self.metrics, self._missing),
            *self.line.webhook(self.reception.delivered, self.reception.set_aside),
        )
        await self.door.open(listed, self.line.charge(self.door.deliveries), undo)

    def _missing(self) -> tuple[str, ...]:
        """What still stands in the way of answering customers."""
        reasons = {
            "the pipeline is being trained": not self.shelf.ready,
            "sending has stopped": not self.sender.alive,
            "the timer has stopped": not self.timer.alive,
            "stopping": self._stopping,
        }
        return tuple(reason for reason, holds in reasons.items() if holds)

    # --- updates

    async def _deal_with(self, update: Update) -> None:
        """Deal with an update, however often the store refuses what comes of it: those behind it wait."""
        while True:
            try:
                await self._find_agent(update)
                await self.flow.on_update(update)
            except StoreError as error:
                self._note_failure(error)
                await asyncio.sleep(STORE_RETRY)
            else:
                return

    async def _find_agent(self, update: Update) -> None:
        """Nobody is there to take over, and an admin writes to the bot: from now on cases come to them.

        Who works alone and could not be written to before can be now.
        """
        if (agent := writes_in_private(update, self.agents_chats)) is not None:
            self._heal(self.healer.heard(GroupStanding(agent, present=True)))
            return
        if self.agents_chats or (agent := writes_in_private(update, self.settings.admin_ids)) is None:
            return
        log.info("without a group, cases come to this admin's private chat", agent=agent)
        self.agents_chats.add(agent)
        await self.flow.renew(None, agent)
        self._heal(self._show_menus())

    # --- content

    async def _train_aside(self, catalogue: Catalogue) -> Trained:
        assert self._standby is not None
        live = self.shelf.live
        before = live if isinstance(live, RemotePipeline) else None
        return await RemotePipeline.taught(catalogue, self.settings.model_folder, self._standby, self._tell, before)

    async def _train_first(self, loaded: Loaded) -> None:
        await self.shelf.train_first()
        await self.following.keep(loaded)
        log.info("ready to answer", languages=self.shelf.current().catalogue.standards.languages)
        if loaded.recalled:  # an edit then need not parse what it leaves alone
            for parse in parsing(loaded.snapshot):
                await asyncio.to_thread(parse)
                await asyncio.sleep(BETWEEN_FILES)
        _spare_what_stays()

    async def _introduce(self) -> None:
        """Learn who is who in the groups, and fill the menus of commands."""
        groups = frozenset(self.agents_chats)
        await self.roles.refresh(self.line.bot, groups)
        await self.flow.meet(self.roles.supervisors())
        self._heal(self.healer.look(groups))
        if (default := self.line.groups.default) is not None:
            await self.flow.gather(groups, default)
        await self._show_menus()

    async def _show_menus(self) -> None:
        catalogue, groups = self.shelf.current().catalogue, frozenset(self.agents_chats)
        for language in catalogue.standards.languages:
            default = language == catalogue.standards.default_language
            menus = Menus(
                helping.customers_menu(catalogue, language),
                helping.colleagues_menu(Role.AGENT, catalogue),
                helping.colleagues_menu(Role.SUPERVISOR, catalogue),
                helping.private_menus(self.flow.colleagues, catalogue) if default else {},
            )
            await show_commands(self.line.bot, menus, groups, None if default else language)

    # --- what is heard from the parts

    def _acknowledged(self, seconds: float) -> None:
        self.metrics.acknowledged(seconds)
        self.tally.acknowledged(seconds)

    def _committed(self, step: Step) -> None:
        self.timer.committed(step)
        if step.conversation.agents_chat is not None:
            self.boards.changed()
        self.metrics.committed(step, self.clock.now())

    def _met(self, person: Person, before: Person | None) -> None:
        """There is news of a colleague: the board names them, and their menu is that of what they are."""
        self.boards.changed()
        was = before is not None and before.private and before.is_colleague
        if person.private and (person.is_colleague != was or (before and before.highest != person.highest)):
            menus = helping.private_menus((person,), self.shelf.current().catalogue)
            self._heal(show_own(self.line.bot, person.id, menus.get(person.id)))

    async def _undelivered(self, outgoing: Outgoing, receipt: Receipt) -> None:
        log.warning("not delivered", outgoing=outgoing.id, error=receipt.error)
        self._heal(self.healer.failed(receipt))
        await self.flow.on_failure(outgoing, receipt)

    async def _heard_of_group(self, standing: Standing) -> None:
        """Heal beside all else: what is told waits for its turn among what is sent."""
        self._heal(self.healer.heard(standing))

    def _nearly_full(self, group: int) -> None:
        self.flow.spare(group)
        self._heal(self.healer.tell(group, "nearly_full", most=f"{FULL:,}"))

    def _heal(self, work: Coroutine[Any, Any, None]) -> None:
        async def watched() -> None:
            try:
                await work
            except Exception as error:  # a group that can't be told must not end the service of customers
                self._note_failure(error)

        task = asyncio.create_task(watched(), name="healing")
        self._healing.add(task)
        task.add_done_callback(self._healing.discard)

    async def _renew(self, old: int, new: int) -> None:
        """Show a group's open cases anew, where it is now. What is still written under its old id is read as well."""
        self.agents_chats.add(new)
        await self.flow.renew(old, new)
        if not is_person(new):
            self.boards.renewed(old, new)
        await self.roles.refresh(self.line.bot, (new,))

    def _team_words(self, key: str, values: dict[str, object]) -> str:
        catalogue = self.shelf.current().catalogue
        return words.render(catalogue, catalogue.standards.default_language, key, **values)

    def _note_failure(self, error: Exception) -> None:
        self.metrics.failed(error)
        log.error("something failed inside", exc_info=error)


def _spare_what_stays() -> None:
    """What is in memory now will stay there: looking through it for garbage would hold up everyone, again and again."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
