"""Versions of the content: what was live when, what changed, and the way back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.commands.versions import make_draft, publish, roll_back, show_diff, versions_folder
from bot.core.errors import VersionError
from bot.files import changes, versions
from bot.files.folder import take_snapshot
from bot.files.load import load
from bot.settings import Settings, read_settings
from tests.content_samples import edit, write_content

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ORDERS = "intents/en/orders.yml"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    write_content(tmp_path / "content")
    return read_settings(_env_file=None, content=tmp_path / "content", data=tmp_path / "data")


def go_live(settings: Settings, hours: int) -> str:
    """As a running bot does with files that are right."""
    loaded = load(settings.content)
    versions.keep(loaded, versions_folder(settings), NOON + timedelta(hours=hours))
    return loaded.version


def add_example(settings: Settings, text: str) -> None:
    edit(settings.content, ORDERS, "- where is my order\n", f"- where is my order\n    - {text}\n")


def live_versions(settings: Settings) -> list[str]:
    return [version.version for version in versions.history(versions_folder(settings))]


def test_each_time_that_content_went_live_is_in_the_history(settings: Settings) -> None:
    first = go_live(settings, 0)
    add_example(settings, "is it on the way")
    second = go_live(settings, 1)
    go_live(settings, 2)
    assert live_versions(settings) == [first, second]


def test_content_that_came_back_is_in_the_history_again(settings: Settings) -> None:
    first = go_live(settings, 0)
    add_example(settings, "is it on the way")
    second = go_live(settings, 1)
    roll_back(settings, None, set_aside=False)
    assert go_live(settings, 2) == first
    assert live_versions(settings) == [first, second, first]


def test_rolling_back_twice_comes_back_to_where_we_were(settings: Settings) -> None:
    go_live(settings, 0)
    add_example(settings, "is it on the way")
    second = go_live(settings, 1)
    roll_back(settings, None, set_aside=False)
    go_live(settings, 2)
    roll_back(settings, None, set_aside=False)
    assert take_snapshot(settings.content).version == second


def test_rolling_back_restores_files_to_the_byte_and_removes_what_was_not_there(settings: Settings) -> None:
    first = go_live(settings, 0)
    before = take_snapshot(settings.content).files
    (settings.content / "intents/en/orders.yml").rename(settings.content / "intents/en/moved.yml")
    (settings.content / "notes.txt").write_text("not ours")
    go_live(settings, 1)
    roll_back(settings, first[:6], set_aside=False)
    assert take_snapshot(settings.content).files == before
    assert (settings.content / "notes.txt").exists()


def test_edits_that_were_never_live_are_not_lost_by_rolling_back(settings: Settings) -> None:
    go_live(settings, 0)
    add_example(settings, "is it on the way")
    go_live(settings, 1)
    add_example(settings, "[not closed")
    broken = take_snapshot(settings.content).files
    with pytest.raises(VersionError, match=r"never live.*orders\.yml:\d+.*--set-aside"):
        roll_back(settings, None, set_aside=False)
    assert take_snapshot(settings.content).files == broken

    roll_back(settings, None, set_aside=True)
    (aside,) = (versions_folder(settings) / versions.ASIDE).iterdir()
    assert take_snapshot(aside).files == broken
    assert take_snapshot(settings.content).files != broken


def test_versions_kept_before_there_was_a_log_are_in_the_history(settings: Settings) -> None:
    first = go_live(settings, 0)
    (versions_folder(settings) / "live.log").unlink()
    add_example(settings, "is it on the way")
    second = go_live(settings, 1)
    assert live_versions(settings) == [first, second]


def test_without_versions_it_is_said_where_they_come_from(settings: Settings) -> None:
    with pytest.raises(VersionError, match="keepword run"):
        roll_back(settings, None, set_aside=False)
    go_live(settings, 0)
    with pytest.raises(VersionError, match="only one version"):
        roll_back(settings, None, set_aside=False)
    with pytest.raises(VersionError, match="content history"):
        roll_back(settings, "zz", set_aside=False)


def test_changes_are_told_in_words(settings: Settings) -> None:
    old = take_snapshot(settings.content)
    add_example(settings, "is it on the way")
    add_example(settings, "did it leave")
    edit(settings.content, ORDERS, "  check: [the table has a broken leg]\n", "")
    edit(settings.content, "responses/en/talk.yml", "We are open", "We’re open")
    edit(settings.content, "intents/talk.yml", "talk_to_human:\n  kind: request\n", "")
    assert changes.in_words(old, take_snapshot(settings.content)) == (
        "intent talk_to_human is gone",
        "item_damaged (en): −1 check sentence",
        "order_status (en): +2 examples",
        "reply (en) opening_hours changed",
    )


def test_changed_cues_are_told_too(settings: Settings) -> None:
    old = take_snapshot(settings.content)
    with (settings.content / "intents/en/cues.yml").open("a") as cues:
        cues.write("hurry: [quick please]\n")
    assert changes.in_words(old, take_snapshot(settings.content)) == ("cue (en) hurry is new",)


def test_notes_and_layout_are_no_change_in_words_and_one_line_by_line(settings: Settings) -> None:
    old = take_snapshot(settings.content)
    edit(settings.content, ORDERS, "order_status:\n", "# a note\norder_status:\n")
    new = take_snapshot(settings.content)
    assert changes.in_words(old, new) == ()
    assert "+# a note" in list(changes.line_by_line(old, new))


def test_diff_shows_how_the_files_differ_from_what_is_live(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    go_live(settings, 0)
    assert show_diff(settings, None) == 0
    add_example(settings, "is it on the way")
    assert show_diff(settings, None) == 1
    assert "+    - is it on the way" in capsys.readouterr().out


# --- drafts


def test_a_draft_is_not_live_until_it_is_published(settings: Settings, tmp_path: Path) -> None:
    draft = tmp_path / "content" / "draft"
    live = take_snapshot(settings.content).version
    make_draft(settings, draft)
    edit(draft, ORDERS, "- where is my order\n", "- where is my order\n    - is it on the way\n")
    assert take_snapshot(settings.content).version == live

    assert publish(settings, draft, anyway=False, set_aside=False) == 0
    assert take_snapshot(settings.content).version == take_snapshot(draft).version
    roll_back(settings, live, set_aside=True)
    assert take_snapshot(settings.content).version == live


def test_a_draft_with_a_mistake_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    make_draft(settings, tmp_path / "draft")
    edit(tmp_path / "draft", ORDERS, "- where is my order\n", "- [where is my order\n")
    live = take_snapshot(settings.content).version
    assert publish(settings, tmp_path / "draft", anyway=False, set_aside=False) == 1
    assert take_snapshot(settings.content).version == live


def test_a_draft_does_not_undo_what_was_changed_meanwhile(settings: Settings, tmp_path: Path) -> None:
    go_live(settings, 0)
    make_draft(settings, tmp_path / "draft")
    add_example(settings, "is it on the way")
    with pytest.raises(VersionError, match=r"order_status \(en\): \+1 example"):
        publish(settings, tmp_path / "draft", anyway=False, set_aside=False)
    assert publish(settings, tmp_path / "draft", anyway=True, set_aside=False) == 0


def test_a_draft_can_be_published_again_after_more_edits(settings: Settings, tmp_path: Path) -> None:
    make_draft(settings, tmp_path / "draft")
    for text in ("is it on the way", "did it leave"):
        edit(tmp_path / "draft", ORDERS, "- where is my order\n", f"- where is my order\n    - {text}\n")
        assert publish(settings, tmp_path / "draft", anyway=False, set_aside=False) == 0
    assert "did it leave" in (settings.content / ORDERS).read_text()


def test_a_draft_is_not_written_over_something_else(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(VersionError):
        make_draft(settings, settings.content)
    make_draft(settings, tmp_path / "draft")
    with pytest.raises(VersionError, match="holds something"):
        make_draft(settings, tmp_path / "draft")


def test_the_history_says_who_made_it_live_where_that_is_known(settings: Settings) -> None:
    go_live(settings, 0)
    add_example(settings, "has it left")
    versions.keep(load(settings.content), versions_folder(settings), NOON, "Ana \n Kos (7)")
    assert [version.by for version in versions.history(versions_folder(settings))] == ["", "Ana Kos (7)"]
