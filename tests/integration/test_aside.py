"""What is no update is kept, for an admin to look at."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.store.tiny import TinyStore
from tests.contract.builders import update


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEEPWORD_STORE", f"tinydb:{tmp_path / 'data'}")
    return CliRunner()


async def set_aside(folder: Path, *texts: str) -> None:
    store = await TinyStore.open(folder)
    await store.accept(update(1))
    await store.discard(1, "a service message")
    for text in texts:
        await store.set_aside(text, "not JSON")
    await store.compact()
    await store.close()


def listed(runner: CliRunner, *options: str) -> list[dict[str, object]]:
    found = runner.invoke(cli, ["aside", "--json", *options])
    assert found.exit_code == 0, found.output
    return [json.loads(line) for line in found.stdout.splitlines()]


async def test_what_was_set_aside_is_listed_with_the_reason(runner: CliRunner, tmp_path: Path) -> None:
    await set_aside(tmp_path / "data", "{broken", "\ud800")
    first, second, third = await asyncio.to_thread(listed, runner)
    assert (first["reason"], second) == ("a service message", {"text": "{broken", "reason": "not JSON"})
    assert third["text"] == "�"
    assert len(await asyncio.to_thread(listed, runner, "--last", "2")) == 2


async def test_the_table_shows_no_personal_numbers(runner: CliRunner, tmp_path: Path) -> None:
    await set_aside(tmp_path / "data", "mail me at ana@example.com {")
    shown = (await asyncio.to_thread(runner.invoke, cli, ["aside"])).output
    assert "not JSON" in shown
    assert "ana@example.com" not in shown
