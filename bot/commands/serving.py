"""``keepword run``."""

from __future__ import annotations

import asyncio
import importlib.util
import signal
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from bot.commands.printing import notes, progress, results
from bot.memory import all_stays, stay_small
from bot.nlp.mind import Standby, Tell
from bot.settings import Settings
from bot.slices import SHORT, ask_for_turns

if TYPE_CHECKING:
    from bot.app import App


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is under way. Raises KeepwordError where it can't be started."""
    stay_small()
    _run(_serve(settings))


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop where it is installed."""
    factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    if importlib.util.find_spec("uvloop") is not None:
        import uvloop

        factory = uvloop.new_event_loop
    ask_for_turns(SHORT)
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(work)


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    with progress() as tell:

        def tell_here(what: str, done: int, total: int) -> None:
            loop.call_soon_threadsafe(tell, what, done, total)

        standby = Standby(settings.encoder, settings.model_folder)
        try:
            await standby.begin()
            with all_stays():
                app = _app(settings, tell_here, standby)
            try:
                with all_stays():
                    await app.start()
                _say_where(app)
                await app.run_until(stop)
            finally:
                await app.stop()
        finally:
            await standby.close()


def _app(settings: Settings, tell: Tell, standby: Standby) -> App:
    """What it imports takes two seconds, in which the process that understands gets ready."""
    from bot.app import App
    from bot.logs import set_up

    set_up(settings.log)
    return App(settings, tell, standby=standby)


def _say_where(app: App) -> None:
    simulator = app.line.simulator
    if simulator is not None:
        results.print(f"Keepword is running. Open {simulator.url} and write to it.")
        notes.print("It talks to a built-in Telegram, since KEEPWORD_TELEGRAM_TOKEN is not set.")
    else:
        results.print(f"Keepword serves @{app.line.me.username} ({app.settings.mode}). Health: {app.address}/healthz")
