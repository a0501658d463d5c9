"""intents/<language>/cues.yml -> words by which customers speak of their own case. A language may have none."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.content import Cue, Cues
from bot.files.folder import CUES, INTENTS, Snapshot
from bot.files.problem import Report
from bot.files.shapes import CuesShape
from bot.files.shaping import shaped
from bot.files.tree import read_tree


def read_cues(snapshot: Snapshot, languages: Sequence[str], report: Report) -> Cues:
    """The cues of each of ``languages`` that has some."""
    found: Cues = {}
    for language in languages:
        file = f"{INTENTS}/{language}/{CUES}"
        tree = read_tree(file, snapshot.files[file], report) if file in snapshot.files else None
        shape = shaped(CuesShape, tree, report) if tree is not None else None
        if shape is not None:
            found[language] = {cue: tuple(phrases) for cue in Cue if (phrases := getattr(shape, cue.value))}
    return found
