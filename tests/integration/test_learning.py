"""From a message that was not understood to an example that the running bot knows, and back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.commands.learning import approve, reject, show_gaps, show_proposals
from bot.commands.preview import preview
from bot.commands.versions import roll_back
from bot.core.errors import KeepwordError, SettingsError
from bot.settings import Settings
from bot.simulator.chats import Message
from tests.integration.house import STANDARDS, House, house, settings_for
from tests.integration.simulated import ANA, GROUP

UNHEARD = "grandmother bought blue carriage number 4823111 in Bled, which delights Maja Novak very much indeed"


RELUCTANT = f"{STANDARDS}confidence: {{answer: 99%, ask: 98%, close: 0%}}\n"
"""A bot that rather calls a colleague than asks back."""

TITLE = "Where is my order?"


async def labelled(home: House) -> None:
    """Maja writes what the bot doesn't understand, and Ana says that it is about an order."""
    await home.customer_says(UNHEARD)
    thread = await home.topic()
    home.press(home.card(thread), "This was about…", ANA)
    asked = await _next_question(home, thread, 0)
    while TITLE not in _labels(asked):
        home.press(asked, "Something else…" if "Something else…" in _labels(asked) else "Orders", ANA)
        asked = await _next_question(home, thread, asked.message_id)
    home.press(asked, TITLE, ANA)
    await home.until_topic_reads(thread, f"Noted as “{TITLE}”")


async def until(holds: Callable[[], bool]) -> None:
    """Wait for what the app does by itself, such as reading content anew; 20 seconds at most."""
    for _ in range(1_000):
        if holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen")


async def _next_question(home: House, thread: int, after: int) -> Message:
    def found() -> Message | None:
        asked = (m for m in home.world.said(GROUP, thread) if (m.text or "").startswith("What was it about?"))
        return next((m for m in asked if m.message_id > after), None)

    return await home.world.wait_for(found, timeout=20)


def _labels(message: Message) -> list[str]:
    return [str(button["text"]) for row in message.buttons() for button in row]


async def test_what_a_colleague_says_becomes_an_example_once_an_admin_approves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with house(tmp_path, standards=RELUCTANT) as home:
        settings = settings_for(tmp_path, home.simulator)
        await labelled(home)
        before = (tmp_path / "content/intents/en/orders.yml").read_text()

        await asyncio.to_thread(show_proposals, settings, as_json=False)
        listed = capsys.readouterr().out
        assert "{order_id}" in listed
        assert "4823111" not in listed
        assert (tmp_path / "content/intents/en/orders.yml").read_text() == before

        version = home.app.shelf.current().catalogue.version
        await asyncio.to_thread(approve, settings, [1], None)
        await until(lambda: home.app.shelf.current().catalogue.version != version)
        examples = next(
            phrases.examples
            for phrases in home.app.shelf.current().catalogue.phrases
            if phrases.intent == "order_status"
        )
        assert (
            examples[-1]
            == "grandmother bought blue carriage number {order_id} in Bled, which delights X Novak very much indeed"
        )
        with pytest.raises(SettingsError, match="no open proposal 1"):
            await asyncio.to_thread(approve, settings, [1], None)

        await until(lambda: len(list((tmp_path / "data/content").glob("*Z-*"))) > 1)
        await asyncio.to_thread(roll_back, settings, None, set_aside=False)
        await until(lambda: home.app.shelf.current().catalogue.version == version)
        assert (tmp_path / "content/intents/en/orders.yml").read_text() == before


async def test_gaps_and_a_preview_look_back_at_what_customers_wrote(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with house(tmp_path) as home:
        settings = settings_for(tmp_path, home.simulator)
        await home.customer_says(UNHEARD)
        await asyncio.to_thread(show_gaps, settings, most=5, as_json=False)
        assert "1 messages that the bot could not answer, in 1 groups" in capsys.readouterr().out

        assert await asyncio.to_thread(preview, settings, None, None, most=10, as_json=False) == 0
        draft = _draft(settings, f"    - {UNHEARD.replace('4823111', '{order_id}')}\n")
        assert await asyncio.to_thread(preview, settings, draft, None, most=10, as_json=False) == 1
        shown = capsys.readouterr().out
        assert "answer (order_status)" in shown
        assert "4823111" not in shown
        assert "1 of 1 messages would be dealt with differently." in shown


def _draft(settings: Settings, line: str) -> Path:
    from bot.commands.versions import make_draft

    draft = settings.data.parent / "draft"
    make_draft(settings, draft)
    file = draft / "intents/en/orders.yml"
    file.write_text(file.read_text().replace("    - where is my order\n", f"    - where is my order\n{line}"))
    return draft


async def test_a_rejected_proposal_is_not_listed_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with house(tmp_path, standards=RELUCTANT) as home:
        settings = settings_for(tmp_path, home.simulator)
        await labelled(home)
        await asyncio.to_thread(reject, settings, [1])
        await asyncio.to_thread(show_proposals, settings, as_json=False)
        assert "No example is proposed" in capsys.readouterr().out


async def test_preview_of_messages_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with house(tmp_path) as home:
        settings = settings_for(tmp_path, home.simulator)
        (tmp_path / "messages.txt").write_text("when are you open\n\nwhen are you open\nhello\n")
        draft = _draft(settings, "")
        file = draft / "responses/en/talk.yml"
        file.write_text(file.read_text().replace("We are open on weekdays", "Weekdays"))
        code = await asyncio.to_thread(preview, settings, draft, tmp_path / "messages.txt", most=10, as_json=False)
        shown = capsys.readouterr().out
        assert code == 1
        assert "in other words" in shown
        assert "1 of 2 messages" in shown
        with pytest.raises(KeepwordError, match="cannot be read"):
            await asyncio.to_thread(preview, settings, draft, tmp_path / "no.txt", most=10, as_json=False)
