"""Plays a working day in the simulator and takes its pictures: ``python -m tests.working_day FOLDER``.

Customers write in six languages, to the shipped content; Ana and Ben claim, answer, send pictures, take notes, react
and resolve. What is in ``docs/images`` is made this way, with the bot as it is then. Needs a Chromium,
and a font with emoji.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Browser, ViewportSize, async_playwright

from bot.app import App
from bot.simulator.chats import Message, Topic
from bot.simulator.people import Person
from bot.simulator.server import Simulator
from tests import chromium
from tests.browser.conftest import ARGUMENTS
from tests.browser.page import SimulatorPage
from tests.integration.house import House, RunningClock, settings_for
from tests.integration.simulated import ANA, BEN, GROUP, MAJA

ROOT = Path(__file__).parents[1]
WIDE = ViewportSize(width=1240, height=800)
NARROW = ViewportSize(width=390, height=780)
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Visitor:
    """A customer, and what they write first."""

    name: str
    language: str
    text: str


VISITORS = (
    Visitor("Žiga Kovač", "sl", "Nova luč je prispela razbita, naročilo KW-20418"),
    Visitor("Ελένη Παπαδάκη", "el", "Καλημέρα, η συσκευή ήρθε σπασμένη και θέλω τα χρήματά μου πίσω"),
    Visitor("Ilze Ozola", "lv", "Saņēmu bojātu preci, lampa saplīsusi"),
    Visitor("Zoran Jović", "sr", "Stigla mi je razbijena lampa, ovo je stvarno sramota!"),
    Visitor("Jonas Petraitis", "lt", "Gavau sulaužytą lempą, užsakymas KW-20431"),
)


class Day:
    """What happens, in order."""

    def __init__(self, home: House) -> None:
        self.home, self.world = home, home.world

    async def play(self) -> None:
        """From the first message to the last."""
        maja = self.world.person(MAJA)
        await self._write(maja, "hi! are you open on saturday?")
        await self._write(maja, "great. the lamp i ordered arrived broken 😞 order number KW-20417")
        people = [self.world.add_customer(v.name, language_code=v.language) for v in VISITORS]
        for person, visitor in zip(people, VISITORS, strict=True):
            self._pass(minutes=3)
            await self._write(person, visitor.text)
        await self._ana_helps(maja)
        await self._ben_helps(people[0])
        await self._solve(people[4])

    async def _ana_helps(self, maja: Person) -> None:
        topic = await self._topic(maja)
        self._press(topic, "Claim", ANA)
        self._pass(minutes=2)
        self._says(topic, "// third one this week with this courier", ANA)
        words = self._says(topic, "Hi Maja, sorry about that! Could you send me a picture of it?", ANA)
        await self._arrived(maja, "Could you send me a picture")
        self._pass(minutes=1)
        self.world.react(MAJA, self._copy(maja, "Could you send me a picture").message_id, MAJA, "👍")
        self.world.album(MAJA, MAJA, [{"type": "photo", "caption": "this is how it came"}, {"type": "photo"}])
        await self._until(lambda: any("this is how it came" in m.text for m in self._in(topic)))
        self._pass(minutes=2)
        self.world.edit(
            GROUP, words.message_id, ANA, "Hi Maja, so sorry about that! Could you send me a picture of it?"
        )
        self._says(topic, "Thank you. A new one leaves with today's courier, and you keep this one.", ANA)
        await self._arrived(maja, "A new one leaves")
        await self._write(maja, "that was quick, thank you!", answered=False)

    async def _ben_helps(self, customer: Person) -> None:
        topic = await self._topic(customer)
        self._says(topic, "Pozdravljeni, nova luč pride jutri. Staro lahko obdržite.", BEN)
        await self._arrived(customer, "nova luč pride jutri")
        self._pass(minutes=1)
        await self._write(customer, "super, hvala!", answered=False)

    async def _solve(self, customer: Person) -> None:
        topic = await self._topic(customer)
        self._says(topic, "Laba diena, atsiprašome! Nauja lempa jau išsiųsta.", BEN)
        await self._arrived(customer, "Nauja lempa")
        self._says(topic, "/resolve", BEN)
        await self._until(lambda: topic.closed)

    # what people do

    async def _write(self, person: Person, text: str, *, answered: bool = True) -> None:
        written = self.world.send(person.id, person.id, text)
        if answered:
            await self.world.wait_for_reply(written, timeout=PATIENCE)
        else:
            await self._until(lambda: bool(written.reactions))

    def _says(self, topic: Topic, text: str, agent: int) -> Message:
        return self.world.send(GROUP, agent, text, thread_id=topic.thread_id)

    def _press(self, topic: Topic, label: str, agent: int) -> None:
        self.home.press(self.home.card(topic.thread_id), label, agent)

    def _pass(self, *, minutes: int) -> None:
        self.home.pass_time(timedelta(minutes=minutes))

    # what is seen

    async def _topic(self, person: Person) -> Topic:
        def found() -> Topic | None:
            topics = self.world.state.group.topics.values()
            return next((t for t in topics if person.name in t.title and t.pinned), None)

        return await self.world.wait_for(found, timeout=PATIENCE)

    def _in(self, topic: Topic) -> list[Message]:
        return self.world.said(GROUP, topic.thread_id)

    def _copy(self, person: Person, part: str) -> Message:
        return next(m for m in self.world.said(person.id) if part in m.text)

    async def _arrived(self, person: Person, part: str) -> None:
        await self._until(lambda: any(part in m.text for m in self.world.said(person.id)))

    async def _until(self, condition: Callable[[], bool]) -> None:
        await self.world.wait_for(condition, timeout=PATIENCE)


SHOWN = {"light": ("Maja", "that was quick"), "dark": ("Žiga", "super, hvala")}
"""Whose case is shown in which colour, and the last words in it."""


async def take_pictures(browser: Browser, url: str, folder: Path, now: datetime) -> None:
    """The day as it stands, in both colours, wide and on a phone."""
    for colour, (name, last_words) in SHOWN.items():
        for width, size in (("wide", WIDE), ("phone", NARROW)):
            context = await browser.new_context(
                viewport=size,
                locale="en-GB",
                timezone_id="Europe/Ljubljana",
                color_scheme="dark" if colour == "dark" else "light",
            )
            page = SimulatorPage(await context.new_page())
            await page.page.clock.set_fixed_time(now)
            await page.open(url)
            await page.customer.be(name)
            if width == "phone":
                await page.show("agents")
            await page.agents.open_topic(name)
            await page.agents.expect_message(last_words)
            await page.page.wait_for_load_state("networkidle")
            await page.page.screenshot(path=folder / f"day-{width}-{colour}.png")
            await context.close()


async def main(folder: Path) -> None:
    """Play it and take the pictures."""
    clock = RunningClock()
    clock.advance(datetime(2026, 11, 23, 9, 5, tzinfo=UTC) - clock.now())
    simulator = Simulator(clock)
    await simulator.start("127.0.0.1", 0)
    with tempfile.TemporaryDirectory() as kept:
        settings = settings_for(Path(kept), simulator, content=ROOT, data=ROOT / "data", encoder="default")
        app = App(settings, clock=clock)
        try:
            await app.start()
            await app.trained()
            await Day(House(app, simulator, clock)).play()
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=chromium.find(), args=ARGUMENTS)
                await take_pictures(browser, simulator.url, folder, clock.now())
                await browser.close()
        finally:
            await app.stop()
            await simulator.stop()


def run(arguments: Sequence[str]) -> int:
    """Exit code 0, or 2 with a word on what is missing."""
    if len(arguments) != 1 or chromium.find() is None:
        sys.stderr.write("python -m tests.working_day FOLDER; it needs a Chromium (python -m tests.chromium)\n")
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(folder))
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
