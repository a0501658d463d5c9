"""Draws the figures: ``python -m tests.benchmarks.chart`` turns ``build/bench.json`` into a picture for the docs.

Bars are logarithmic, since what is compared lies far apart; each has its figure beside it.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from xml.sax.saxutils import escape

from tests.benchmarks.figures import ROOT, known

PICTURE = ROOT / "docs" / "images" / "performance.svg"
WIDTH, BAR, GAP, LABEL = 760, 22, 8, 250
LONGEST = WIDTH - LABEL - 110
"""Pixels of the longest bar: a figure stands behind it."""

STYLE = """text { font: 14px system-ui, sans-serif; fill: #24292f } .title { font-weight: 600 }
.keepword { fill: #0a7f5a } .stock { fill: #9aa4ae } .disk { fill: #c9a227 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .keepword { fill: #2fbf8f } }"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure; ``kind`` is its colour."""

    label: str
    value: float
    kind: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Figures of one unit."""

    title: str
    unit: str
    bars: Sequence[Bar]


NAMES = {"stock": "python-telegram-bot", "keepword": "Keepword", "disk": "the disk alone (fdatasync)"}


def panels(figures: dict[str, Any]) -> Iterator[Panel]:
    """What can be drawn of what was measured."""
    if acknowledged := figures.get("acknowledgement"):
        for share in ("p50", "p99"):
            bars = [
                Bar(NAMES[side], median(trial[share] for trial in acknowledged[side]), side)
                for side in ("stock", "keepword")
                if acknowledged.get(side)
            ]
            if "disk" in acknowledged:
                bars.append(Bar(NAMES["disk"], acknowledged["disk"][share], "disk"))
            yield Panel(f"Acknowledged after, {share} at 200 updates a second", "ms", bars)
    if sustained := figures.get("sustained"):
        bars = [Bar(NAMES[side], _best(sustained[side]), side) for side in ("stock", "keepword") if sustained.get(side)]
        yield Panel("Acknowledged within a second, at most", "updates/s", bars)


def _best(trials: Sequence[dict[str, float]]) -> float:
    return max((trial["rate"] for trial in trials if trial["in_time"] >= 0.99 * trial["sent"]), default=0.0)


def drawn(found: Sequence[Panel]) -> str:
    """The picture, as SVG."""
    parts, y = [], 30
    for panel in found:
        parts.append(f'<text class="title" x="10" y="{y}">{escape(panel.title)} ({panel.unit})</text>')
        y += GAP
        for bar, length in zip(panel.bars, _lengths(panel.bars), strict=True):
            y += BAR + GAP
            middle = y - BAR / 2 + 5
            parts.append(
                f'<text x="{LABEL - 10}" y="{middle}" text-anchor="end">{escape(bar.label)}</text>'
                f'<rect class="{bar.kind}" x="{LABEL}" y="{y - BAR}" width="{length:.0f}" height="{BAR}" rx="3"/>'
                f'<text x="{LABEL + length + 8:.0f}" y="{middle}">{_figure(bar.value)}</text>'
            )
        y += 2 * BAR
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" viewBox="0 0 {WIDTH} {y}">'
    return "\n".join((head, f"<style>{STYLE}</style>", *parts, "</svg>", ""))


def _lengths(bars: Sequence[Bar]) -> list[float]:
    """From a tenth of the smallest figure on, logarithmically."""
    values = [max(bar.value, 1e-9) for bar in bars]
    low, high = math.log10(min(values)) - 1, math.log10(max(values))
    return [LONGEST * (math.log10(value) - low) / (high - low) for value in values]


def _figure(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def main(picture: Path = PICTURE) -> None:
    """Draw what was measured."""
    found = [panel for panel in panels(known()) if panel.bars and all(math.isfinite(bar.value) for bar in panel.bars)]
    if not found:
        sys.exit("Nothing was measured yet: run `make bench` first.")
    picture.write_text(drawn(found), encoding="utf-8")
    sys.stdout.write(f"{picture}\n")


if __name__ == "__main__":
    main()
