"""The file of figures that benchmarks add to: ``BENCH_JSON`` (``build/bench.json``)."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FIGURES = Path(os.environ.get("BENCH_JSON", ROOT / "build" / "bench.json"))


def keep(name: str, figures: Any) -> None:
    """Add to the file, with what it was measured on."""
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps({**known(), "machine": machine(), name: figures}, indent=2, default=str) + "\n")


def known() -> dict[str, Any]:
    """What was measured so far."""
    found: dict[str, Any] = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    return found


def machine() -> dict[str, Any]:
    """What it is measured on, and how busy that is just now."""
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
    }
