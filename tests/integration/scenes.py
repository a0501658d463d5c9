"""Scenes between a customer, the bot and an agent, over real HTTP, and their transcripts in the documentation.

A page shows each transcript below a heading of its own, and a test fails when it reads otherwise. To write them anew:
``UPDATE_TRANSCRIPTS=1 python -m pytest tests/integration/test_promises.py``.
"""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path

from bot.simulator.chats import Message
from tests.integration.house import House
from tests.integration.simulated import ANA, MAJA

UPDATE = "UPDATE_TRANSCRIPTS"
DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "promises.md"
WIDTH = 118


class Scene:
    """What happens between Maja, the bot and Ana, written down as Maja sees it."""

    def __init__(self, home: House) -> None:
        self.home = home
        self._asides: list[tuple[int, str]] = []
        self._first_read: dict[int, list[str]] = {}
        self._anas: set[int] = set()

    # Maja

    async def says(self, text: str, reply: str) -> Message:
        """Maja writes, and reads a reply that holds this."""
        self.home.world.send(MAJA, MAJA, text)
        return await self.reads(reply)

    async def reads(self, part: str) -> Message:
        found = await self.home.until_customer_reads(part)
        self._first_read.setdefault(found.message_id, _lines(found))
        return found

    async def presses(self, message: Message, label: str) -> None:
        """Maja presses a button, once it is there."""

        def is_there() -> bool:
            return any(button["text"] == label for row in message.buttons() for button in row)

        await self.home.world.wait_for(is_there)
        self._aside(f"Maja presses: {label}")
        self.home.press(message, label, MAJA)

    async def is_offered(self, message: Message, label: str) -> None:
        """Such a button is there now, among others."""

        def labels() -> list[str]:
            found = [str(button["text"]) for row in message.buttons() for button in row]
            return found if label in found else []

        offered = await self.home.world.wait_for(labels)
        self._aside(f"the buttons are now: {' '.join(f'[{one}]' for one in offered)}")

    async def becomes(self, part: str) -> None:
        """A message that Maja has read before reads otherwise now."""
        found = await self.home.until_customer_reads(part)
        self._aside(f"the question becomes: {found.text}")

    def shares_contact(self) -> None:
        """Maja presses the button that took the place of her keyboard."""
        self._aside("Maja presses: Share my number")
        self.home.world.send(MAJA, MAJA, contact={"phone_number": "38640123456", "first_name": "Maja"})

    # Ana and the clock

    async def topic(self) -> int:
        return await self.home.topic()

    async def ana_presses(self, thread: int, label: str) -> None:
        def is_there() -> bool:
            return any(button["text"] == label for row in self.home.card(thread).buttons() for button in row)

        await self.home.world.wait_for(is_there)
        self._aside(f"Ana presses: {label}")
        self.home.press(self.home.card(thread), label, ANA)

    async def ana_writes(self, thread: int, text: str) -> None:
        self.home.agent_says(thread, text)
        self._anas.add((await self.reads(text)).message_id)

    async def team_reads(self, thread: int, part: str) -> None:
        """The team reads this in the topic; it is noted beside what Maja reads."""
        found = await self.home.until_topic_reads(thread, part)
        self._aside(f"in the topic: {found.text}")

    def passes(self, what: str, span: timedelta) -> None:
        self._aside(f"{what} …")
        self.home.pass_time(span)

    def _aside(self, text: str) -> None:
        last = max(self.home.world.state.chat(str(MAJA)).messages, default=0)
        self._asides.append((last, text))

    # written down

    def transcript(self) -> str:
        """Maja's chat, with what happened beside it in brackets."""
        lines: list[str] = []
        asides = list(self._asides)
        for message in self.home.world.state.chat(str(MAJA)).messages.values():
            while asides and asides[0][0] < message.message_id:
                lines += _aside_lines(asides.pop(0)[1])
            lines += self._said(message)
        return "\n".join([*lines, *(line for _, text in asides for line in _aside_lines(text))])

    def _said(self, message: Message) -> list[str]:
        """As it was when Maja first read it, before a press changed it."""
        name = "Maja" if message.sender.id == MAJA else "Ana" if message.message_id in self._anas else "Bot"
        return [
            piece
            for index, line in enumerate(self._first_read.get(message.message_id) or _lines(message))
            for piece in wrapped(line, f"{name}: " if index == 0 else " " * (len(name) + 2))
        ]


def _lines(message: Message) -> list[str]:
    words = message.text or ("[her number]" if message.content.attachment else "")
    rows = [" ".join(f"[{button['text']}]" for button in row) for row in message.buttons()]
    return [*(part for part in words.split("\n") if part), *rows]


def _aside_lines(text: str) -> list[str]:
    return wrapped(f"({text})", "  ")


def wrapped(line: str, first: str) -> list[str]:
    """``line`` in pieces of a page's width, those after the first one indented alike."""
    found: list[str] = []
    rest = first
    for word in line.split(" "):
        if len(rest) + len(word) > WIDTH and rest.strip() != first.strip():
            found.append(rest.rstrip())
            rest = " " * len(first)
        rest += f"{word} "
    return [*found, rest.rstrip()]


def is_documented(heading: str, transcript: str, page_file: Path = PAGE) -> bool:
    """Whether the page shows this transcript below ``#### heading``. Asked to, it is made to."""
    block = re.compile(rf"(^#### {re.escape(heading)}\n\n```text\n)(.*?)(^```$)", re.MULTILINE | re.DOTALL)
    page = page_file.read_text(encoding="utf-8")
    if os.environ.get(UPDATE) == "1":
        page = block.sub(lambda found: f"{found[1]}{transcript}\n{found[3]}", page)
        page_file.write_text(page, encoding="utf-8")
    shown = block.search(page)
    return shown is not None and shown[2].rstrip("\n") == transcript
