"""What admins have sent, kept across restarts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.editing import Stage, Submission
from bot.core.errors import EditError
from bot.files.submissions import KEPT, Submissions, id_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def sent(number: int = 1, **fields: str) -> Submission:
    named = id_of("intents/en/orders.yml", str(number).encode(), 7)
    made = Submission(named, "orders.yml", "intents/en/orders.yml", "Ana (7)", NOON, Stage.WAITING)
    return replace(made, **fields)  # type: ignore[arg-type]  # all of them are strings


def test_what_was_sent_is_there_after_a_restart(tmp_path: Path) -> None:
    Submissions(tmp_path).put(sent(), b"new")
    Submissions(tmp_path).keep_replaced(sent().id, b"old")
    again = Submissions(tmp_path)
    assert again.find(sent().id) == sent()
    assert (again.content(sent().id), again.replaced(sent().id)) == (b"new", b"old")


def test_the_same_file_for_the_same_place_is_the_same_submission() -> None:
    assert id_of("a", b"x", 7) == id_of("a", b"x", 7)
    assert len({id_of("a", b"x", 7), id_of("b", b"x", 7), id_of("a", b"y", 7), id_of("a", b"x", 8)}) == 4


@pytest.mark.parametrize("id", ["", "../../etc", "0123456789ab", "*"])
def test_what_is_not_there_was_too_long_ago(tmp_path: Path, id: str) -> None:
    with pytest.raises(EditError, match="admin_long_ago"):
        Submissions(tmp_path).find(id)


def test_a_damaged_one_was_too_long_ago(tmp_path: Path) -> None:
    Submissions(tmp_path).put(sent(), b"new")
    (tmp_path / f"{sent().id}.json").write_text("{")
    with pytest.raises(EditError, match="admin_long_ago"):
        Submissions(tmp_path).find(sent().id)


def test_only_the_last_ones_are_kept(tmp_path: Path) -> None:
    kept = Submissions(tmp_path)
    for number in range(KEPT + 5):
        kept.put(sent(number), b"new")
    assert len(list(tmp_path.glob("*.json"))) == KEPT
    assert len(list(tmp_path.glob("*.new"))) == KEPT


def test_the_submission_of_a_proposal_is_found_until_it_is_taken_back(tmp_path: Path) -> None:
    kept = Submissions(tmp_path)
    kept.put(sent(proposal="k"), b"new")
    assert kept.of_proposal("k") == sent(proposal="k")
    kept.change(replace(sent(proposal="k"), stage=Stage.TAKEN_BACK))
    assert kept.of_proposal("k") is None
