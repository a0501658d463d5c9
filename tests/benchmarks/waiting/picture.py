"""What was promised and what came of it, drawn: a panel for each way of quoting, a dot for each customer."""

from __future__ import annotations

from collections.abc import Mapping

from tests.benchmarks.waiting.week import Outcome

_WIDTH, _HEIGHT, _GAP, _TOP, _LEFT = 210, 210, 24, 78, 48
_LONGEST = 4.0
"""Hours on either axis; what is longer is drawn at the edge."""

_STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f }
.muted { fill: #57606a; font-size: 12px }
.title { font-size: 16px; font-weight: 600 }
.frame { fill: none; stroke: #d0d7de }
.edge { stroke: #57606a; stroke-dasharray: 3 3 }
.kept, .late { fill: none; stroke-linecap: round; stroke-opacity: 0.6 }
.kept { stroke: #0969da; stroke-width: 3 }
.late { stroke: #bc4c00; stroke-width: 4.5 }
.back { fill: #ffffff }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .muted { fill: #9198a1 }
  .frame { stroke: #3d444d }
  .edge { stroke: #9198a1 }
  .kept { stroke: #4493f8 }
  .late { stroke: #f0883e }
  .back { fill: #0d1117 }
}
"""


def draw(outcomes: Mapping[str, Outcome]) -> str:
    """An SVG picture."""
    width = _LEFT + len(outcomes) * (_WIDTH + _GAP)
    height = _TOP + _HEIGHT + 58
    panels = [
        _panel(name, outcome, _LEFT + place * (_WIDTH + _GAP)) for place, (name, outcome) in enumerate(outcomes.items())
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
            'aria-label="Waits against promised times, for four ways of quoting">',
            f"<style>{_STYLE}</style>",
            f'<rect class="back" width="{width}" height="{height}"/>',
            f'<text class="title" x="{_LEFT}" y="24">Below the line the promise was kept: '
            "each dot is a customer of one week, at a desk of 3 to 8 agents</text>",
            *panels,
            f'<text class="muted" x="14" y="{_TOP + _HEIGHT / 2}" text-anchor="middle" '
            f'transform="rotate(-90 14 {_TOP + _HEIGHT / 2})">waited, open hours</text>',
            f'<text class="muted" x="{_LEFT}" y="{height - 10}">promised, open hours</text>',
            "</svg>",
        ]
    )


def _panel(name: str, outcome: Outcome, left: float) -> str:
    bottom = _TOP + _HEIGHT
    dots = _dots(outcome, left, bottom)
    ticks = "".join(_ticks(hour, left, bottom) for hour in range(int(_LONGEST) + 1))
    return (
        f'<text x="{left}" y="{_TOP - 26}">{name}</text>'
        f'<text class="muted" x="{left}" y="{_TOP - 9}">{outcome.kept:.1%} kept, quoted {outcome.ratio:.1f}×</text>'
        f'<rect class="frame" x="{left}" y="{_TOP}" width="{_WIDTH}" height="{_HEIGHT}"/>'
        f'<line class="edge" x1="{left}" y1="{bottom}" x2="{left + _WIDTH}" y2="{_TOP}"/>{dots}{ticks}'
    )


def _ticks(hour: int, left: float, bottom: float) -> str:
    x, y = left + _WIDTH * hour / _LONGEST, bottom - _HEIGHT * hour / _LONGEST
    return (
        f'<text class="muted" x="{x}" y="{bottom + 18}" text-anchor="middle">{hour}</text>'
        f'<text class="muted" x="{left - 6}" y="{y + 4}" text-anchor="end">{hour}</text>'
    )


def _dots(outcome: Outcome, left: float, bottom: float) -> str:
    """One path for the promises kept and one for the others: a dot is a line of no length with a round end."""
    paths = {"kept": "", "late": ""}
    for _, quoted, waited in outcome.waits:
        x = left + _WIDTH * min(quoted, _LONGEST) / _LONGEST
        y = bottom - _HEIGHT * min(waited, _LONGEST) / _LONGEST
        paths["late" if waited > quoted + 1e-6 else "kept"] += f"M{x:.0f} {y:.0f}h0"
    return "".join(f'<path class="{name}" d="{path}"/>' for name, path in paths.items())
