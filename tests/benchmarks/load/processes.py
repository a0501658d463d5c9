"""The processes that a measurement needs: a Bot API, and a bot that is to be measured. All of them end with it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from tests.benchmarks.load import stock
from tests.benchmarks.load.generator import Target

ROOT = Path(__file__).parents[3]
START = 300.0
"""Seconds that a bot has to start; the first time it is trained too."""
STOP = 30.0

Side = Literal["keepword", "stock"]


@contextmanager
def bot_api(delay: float = 0.0) -> Iterator[str]:
    """A stand-in that answers after ``delay`` seconds; gives its address."""
    words = [sys.executable, "-m", "tests.benchmarks.load.stand_in", str(delay)]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


def arrivals(api: str) -> dict[int, float]:
    """When the first reaction to each message arrived at the stand-in."""
    with urllib.request.urlopen(f"{api}/arrivals", timeout=10) as answer:
        return {int(message): at for message, at in json.load(answer).items()}


class Running:
    """A bot at work. ``log`` is where it writes."""

    def __init__(self, process: subprocess.Popen[bytes], target: Target, log: Path) -> None:
        self.process, self.target, self.log = process, target, log

    def kill(self) -> None:
        """As a power cut would, but for the kernel's memory."""
        self.process.kill()
        self.process.wait(STOP)

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """Raises AssertionError, with the log's end, if that takes too long or the process ends."""
        until = time.monotonic() + START
        while not ready():
            assert self.process.poll() is None, f"it ended:\n{self.log.read_text()[-2000:]}"
            assert time.monotonic() < until, f"it does not start:\n{self.log.read_text()[-2000:]}"
            time.sleep(0.02)


class Bots:
    """Starts bots that talk to ``api``. ``stock_python`` has python-telegram-bot[webhooks]; None: no baseline.

    ``encoder`` is what Keepword understands with: ``ngrams`` is trained in a moment, ``default`` is what people use.
    ``content`` is the folder that it answers from.
    """

    def __init__(
        self, api: str, folder: Path, stock_python: Path | None, encoder: str = "ngrams", content: Path = ROOT
    ) -> None:
        self.api, self.folder, self.stock_python = api, folder, stock_python
        self.encoder, self.content = encoder, content

    @contextmanager
    def run(self, side: Side, store: str = "store") -> Iterator[Running]:
        """A bot that takes deliveries. ``store`` names the folder where Keepword keeps things."""
        port = free_port()
        words, target = self._keepword(port) if side == "keepword" else self._stock(port)
        log = self.folder / f"{side}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                words, cwd=self.folder, env=self._environment(port, store), stdout=output, stderr=output
            )
        running = Running(process, target, log)
        try:
            running.wait_until(lambda: listens(port))
            if side == "keepword":
                running.wait_until(lambda: is_ready(port))
            yield running
        finally:
            self._end(process)

    def _keepword(self, port: int) -> tuple[list[str], Target]:
        return [sys.executable, "-m", "bot", "run"], Target(port, "/telegram/webhook", stock.SECRET)

    def _stock(self, port: int) -> tuple[list[str], Target]:
        words = [str(self.stock_python), str(Path(stock.__file__)), self.api, str(port)]
        return words, Target(port, "/webhook", stock.SECRET)

    def _environment(self, port: int, store: str) -> dict[str, str]:
        others = {name: value for name, value in os.environ.items() if not name.startswith("KEEPWORD_")}
        return others | {
            "PYTHONPATH": str(ROOT),
            "KEEPWORD_TELEGRAM_TOKEN": stock.TOKEN,
            "KEEPWORD_TELEGRAM_API": self.api,
            "KEEPWORD_MODE": "webhook",
            "KEEPWORD_LISTEN": f"127.0.0.1:{port}",
            "KEEPWORD_WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram/webhook",
            "KEEPWORD_WEBHOOK_SECRET": stock.SECRET,
            "KEEPWORD_STORE": f"tinydb:{self.folder / store}",
            "KEEPWORD_DATA": str(self.folder / "data"),
            "KEEPWORD_CONTENT": str(self.content),
            "KEEPWORD_ENCODER": self.encoder,
            "KEEPWORD_LOG": "error",
        }

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait(STOP)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether someone takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def lags(port: int) -> dict[float, float]:
    """How often our bot's event loop was at most so many seconds late, since it started."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        found = re.findall(
            r'^keepword_loop_lag_seconds_bucket\{le="([^"]+)"\} (\S+)', answer.read().decode(), re.MULTILINE
        )
    return {float(limit): float(times) for limit, times in found}


def is_ready(port: int) -> bool:
    """Whether our bot can answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def stock_python(folder: Path, extra: str = "webhooks") -> Path | None:
    """Sets the baseline up in an environment of its own; None where it can't be had."""
    python = folder / "bin" / "python"
    wanted = f"python-telegram-bot[{extra}]=={version('python-telegram-bot')}"
    try:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True, timeout=120)
        words = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wanted]
        subprocess.run(words, check=True, capture_output=True, timeout=180)
    except (OSError, subprocess.SubprocessError):
        return None
    return python
