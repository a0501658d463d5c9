"""The confusion matrix as a picture: an SVG that every browser shows, on a light and on a dark page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path

_CELL = 22
_LETTER = 6.6
"""Width of a letter of the labels, roughly: what the margins are reckoned from."""

_STYLE = """
  svg { background: #ffffff; color: #1c1e21; font: 12px system-ui, sans-serif; }
  text { fill: currentColor; } .title { font-size: 16px; font-weight: 600; } .note { opacity: .75; }
  .grid { stroke: currentColor; stroke-opacity: .12; fill: none; } .count { font-size: 10px; text-anchor: middle; }
  .right { fill: #1a7f4b; } .wrong { fill: #c4371d; } .strong { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    svg { background: #16181c; color: #e8e8ea; } .right { fill: #35b172; } .wrong { fill: #ff6a4d; }
    .strong { fill: #101214; }
  }
"""


def confusion_picture(pairs: Sequence[tuple[str, str]], order: Sequence[str], title: str, none: str) -> str:
    """An SVG of (intent, taken for) pairs: a row an intent, in ``order``, a column what its sentences were taken for.

    The shade is the share of the row; the number is how many. ``none`` is the last column.
    """
    rows = [intent for intent in order if any(pair[0] == intent for pair in pairs)]
    columns = [*rows, *sorted({got for _, got in pairs} - set(rows) - {none}), none]
    counts = Counter(pairs)
    totals = Counter(intent for intent, _ in pairs)
    left = round(_LETTER * max((len(name) for name in rows), default=0)) + 24
    top = round(_LETTER * max(len(name) for name in columns) * 0.75) + 84
    width, height = left + _CELL * (len(columns) + 1) + 90, top + _CELL * len(rows) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(title)}">',
        f"<style>{_STYLE}</style>",
        f'<text class="title" x="12" y="26">{escape(title)}</text>',
        '<text class="note" x="12" y="46">Rows: where a sentence stands. Columns: what it was taken for. '
        "Off the green diagonal is wrong.</text>",
    ]
    parts += [_column_label(name, left + _CELL * place, top) for place, name in enumerate(columns)]
    for line, intent in enumerate(rows):
        y = top + _CELL * line
        parts.append(f'<text x="{left - 8}" y="{y + 15}" text-anchor="end">{escape(intent)}</text>')
        parts += [
            _cell(left + _CELL * place, y, intent, got, counts[intent, got], totals[intent])
            for place, got in enumerate(columns)
        ]
    return "\n".join([*parts, "</svg>", ""])


def _column_label(name: str, x: int, top: int) -> str:
    return f'<text transform="translate({x + 14},{top - 6}) rotate(-48)">{escape(name)}</text>'


def _cell(x: int, y: int, intent: str, got: str, count: int, total: int) -> str:
    frame = f'<rect class="grid" x="{x}" y="{y}" width="{_CELL}" height="{_CELL}"/>'
    if not count:
        return frame
    share = count / total
    kind = "right" if intent == got else "wrong"
    opacity = max(0.15, share) if intent == got else min(1.0, 0.25 + 2 * share)
    number = "count strong" if opacity > 0.55 else "count"
    told = f"{intent} taken for {got}: {count} of {total} ({share:.0%})"
    return (
        f"<g><title>{escape(told)}</title>{frame}"
        f'<rect class="{kind}" fill-opacity="{opacity:.2f}" x="{x}" y="{y}" width="{_CELL}" height="{_CELL}"/>'
        f'<text class="{number}" x="{x + _CELL / 2}" y="{y + 15}">{count}</text></g>'
    )


def write_picture(path: Path, svg: str) -> None:
    """Write it, making the folder where it isn't there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(svg, encoding="utf-8")
