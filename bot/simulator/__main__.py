"""``python -m bot.simulator``: the simulator alone, to develop against; ``--demo`` with something to look at."""

from __future__ import annotations

import argparse
import asyncio
import sys

from bot.simulator.demo import play
from bot.simulator.server import Simulator


async def _serve(host: str, port: int, demo: bool) -> None:
    simulator = Simulator()
    await simulator.start(host, port)
    sys.stdout.write(f"Simulator at {simulator.url}  token {simulator.token}  agents' group {simulator.agents_chat}\n")
    sys.stdout.flush()
    try:
        if demo:
            await play(simulator)
        await asyncio.Event().wait()
    finally:
        await simulator.stop()


def main() -> None:
    """Read the arguments and serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m bot.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081, help="0 takes a free one")
    parser.add_argument("--demo", action="store_true", help="play a short scene, then echo what customers write")
    arguments = parser.parse_args()
    try:
        asyncio.run(_serve(arguments.host, arguments.port, arguments.demo))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
