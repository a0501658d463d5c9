"""Half an hour under load: ``python -m tests.benchmarks.soak FOLDER [--minutes 30] [--rate 20] [--encoder ngrams]``.

Not part of ``make bench``. A bot takes updates at a steady rate, of customers who come again and again, and answers
them; every few seconds the memory of its processes, its files and what it owes are noted. Conversations are over after
a minute (``idle`` in the standards; twelve hours as shipped), so that as many end as begin, as in the long run of any
house. Prints a table as it goes, and adds to the file of figures (``build/bench.json``): memory is flat where the last
third of it is no higher than the second.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import re
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.benchmarks.figures import keep
from tests.benchmarks.load.generator import Generator
from tests.benchmarks.load.processes import ROOT, Bots, Running, bot_api
from tests.benchmarks.load.trials import run, serials

CHATS = 4000
"""Each writes every two hundred seconds, and begins a new conversation each time."""

IDLE = "1m"

ANSWERED = (
    "what are your opening hours",
    "where are you located",
    "how can I contact you",
    "what payment methods do you take",
    "how do I return an item",
    "do you ship abroad",
    "are you open on sundays",
)
"""What the bot answers by itself: nobody is there who would take a case, so a promise would stay open for good."""

SAMPLES = 60


@dataclass(frozen=True, slots=True)
class Sample:
    """Megabytes of memory of each process and of files, so many seconds after the start."""

    seconds: float
    main: float
    ingress: float
    understanding: float
    files: float
    answered: int


def resident(process: int) -> float:
    """Megabytes in memory; 0 if it has ended."""
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{process}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024
    return 0.0


def children(process: int) -> Iterator[tuple[int, str]]:
    """The processes that it has started, and their commands."""
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text().split():
            with contextlib.suppress(OSError):
                yield int(child), Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def sample(running: Running, folder: Path, began: float, answered: int) -> Sample:
    main = running.process.pid
    others = [(command, resident(child)) for child, command in children(main)]
    files = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1024**2
    return Sample(
        round(time.monotonic() - began, 1),
        round(resident(main), 1),
        round(sum(size for command, size in others if "ingress" in command), 1),
        round(sum(size for command, size in others if "worker" in command), 1),
        round(files, 1),
        answered,
    )


async def load(running: Running, folder: Path, rate: float, seconds: float) -> list[Sample]:
    """Deliver for so long, and look on."""
    samples: list[Sample] = []
    target = replace(running.target, sentences=ANSWERED)
    async with Generator(target, CHATS) as generator:
        began = time.monotonic()
        work = asyncio.create_task(generator.deliver(serials(int(rate * seconds)), rate))
        while not work.done():
            await asyncio.wait((work,), timeout=max(seconds / SAMPLES, 1.0))
            now = await asyncio.to_thread(sample, running, folder, began, len(generator.deliveries.answered))
            samples.append(now)
            say(now)
        await generator.settle(10.0)
    return samples


def say(found: Sample) -> None:
    row = "{:8.0f} {:9.1f} {:9.1f} {:9.1f} {:9.1f} {:9}"
    sys.stdout.write(row.format(*asdict(found).values()) + "\n")
    sys.stdout.flush()


def content(folder: Path) -> Path:
    """Ours, in which a conversation is over soon."""
    for name in ("intents", "responses"):
        shutil.copytree(ROOT / name, folder / name)
    standards = (ROOT / "standards.yml").read_text(encoding="utf-8")
    changed, count = re.subn(r"(?m)^idle: .*$", f"idle: {IDLE}", standards)
    assert count == 1
    (folder / "standards.yml").write_text(changed, encoding="utf-8")
    return folder


def thirds(samples: list[Sample]) -> list[float]:
    """The median memory of all processes in each third."""
    size = max(len(samples) // 3, 1)
    parts = (samples[start : start + size] for start in (0, size, 2 * size))
    return [round(median(each.main + each.ingress + each.understanding for each in part), 1) for part in parts if part]


def main() -> None:
    """Load a bot, and tell what became of its memory."""
    parser = argparse.ArgumentParser(description="A bot under load for a long time.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument(
        "--rate", type=float, default=20.0, help="Updates a second: about what Telegram lets us answer."
    )
    parser.add_argument("--encoder", default="ngrams")
    asked = parser.parse_args()
    with TemporaryDirectory(dir=asked.folder) as room, bot_api() as api:
        bots = Bots(api, Path(room), None, asked.encoder, content(Path(room) / "content"))
        with bots.run("keepword", "soak") as running:
            sys.stdout.write(" seconds      main   ingress  underst.     files  answered   (MB)\n")
            samples = run(load(running, Path(room) / "soak", asked.rate, asked.minutes * 60))
        owed = int(asked.rate * asked.minutes * 60) - samples[-1].answered
    memory = thirds(samples)
    sys.stdout.write(f"memory in each third, MB: {memory}; not answered at the end: {owed}\n")
    keep(
        "soak",
        {"rate": asked.rate, "minutes": asked.minutes, "thirds_mb": memory, "samples": [asdict(s) for s in samples]},
    )


if __name__ == "__main__":
    main()
