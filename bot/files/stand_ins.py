"""What newer versions of Keepword say and older content does not yet: the words that it comes with stand in.

Who updates Keepword keeps a bot that starts. What they have always had to write themselves is still asked of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import bot
from bot.core.content import Brand
from bot.files.first_version import FROM_THE_START
from bot.files.folder import RESPONSES, Snapshot, take_snapshot
from bot.files.problem import Place, Report, listed
from bot.files.replies import WrittenReply, read_replies

_COMES_WITH = Path(bot.__file__).parents[1]
_LAST_RESORT = "en"
_NAMED = 5


def with_stand_ins(
    replies: Mapping[str, Mapping[str, WrittenReply]],
    needed: Mapping[str, Sequence[str]],
    brand: Brand | None,
    report: Report,
) -> dict[str, dict[str, WrittenReply]]:
    """``replies`` by language and key, with ours where one of ``needed`` is not written yet; which ones, is warned of.

    In a language that Keepword does not come with they are English.
    """
    whole: dict[str, dict[str, WrittenReply]] = {}
    for language, written in replies.items():
        whole[language] = dict(written)
        missing = [key for key in needed.get(language, ()) if key not in written and key not in FROM_THE_START]
        if missing and f"{RESPONSES}/{language}" not in report.doubtful:
            found = _ours(language, brand)
            whole[language] |= {key: found[key] for key in missing if key in found}
            _tell(language, [key for key in missing if key in found], report)
    return whole


def _ours(language: str, brand: Brand | None) -> dict[str, WrittenReply]:
    snapshot = comes_with()
    known = language if language in snapshot.languages(RESPONSES) else _LAST_RESORT
    if known not in snapshot.languages(RESPONSES):
        return {}
    return read_replies(snapshot, [known], brand, Report())[known]


@cache
def comes_with() -> Snapshot:
    """The content that this version comes with; empty where it was installed without."""
    return take_snapshot(_COMES_WITH)


def _tell(language: str, keys: Sequence[str], report: Report) -> None:
    if not keys:
        return
    named = [*keys[:_NAMED], *([f"{len(keys) - _NAMED} more"] if len(keys) > _NAMED else [])]
    report.warn(
        Place(f"{RESPONSES}/{language}/system.yml"),
        f"This version of Keepword also says {listed(named)}, which you have not written yet: its own words stand in. "
        f"Copy them from the {RESPONSES}/ that it comes with to change them.",
    )
