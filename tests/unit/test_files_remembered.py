"""A start with the same content files need not read them again; whatever is wrong with what was kept, they are read."""

from __future__ import annotations

import os
import pickle
from datetime import date
from hashlib import blake2b
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.files.folder import Snapshot
from bot.files.load import Loaded, load, load_snapshot
from bot.files.remembered import load_remembered
from tests.content_samples import write_content

TODAY = date(2026, 11, 23)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    write_content(folder)
    return folder


def reads(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """A list that is added to whenever files are read in earnest."""
    seen: list[object] = []

    def watched(snapshot: Snapshot, *, today: date) -> Loaded:
        seen.append(snapshot)
        return load_snapshot(snapshot, today=today)

    monkeypatch.setattr("bot.files.remembered.load_snapshot", watched)
    return seen


def test_the_same_files_are_read_once(content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, kept = reads(monkeypatch), tmp_path / "data" / "catalogue"
    first, second = (load_remembered(content, kept, today=TODAY) for _ in range(2))

    assert first == second == load(content, today=TODAY)
    assert len(seen) == 1
    assert os.listdir(kept.parent) == ["catalogue"]


def test_they_are_read_again_when_a_file_or_the_day_has_changed(
    content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, kept = reads(monkeypatch), tmp_path / "catalogue"
    load_remembered(content, kept, today=TODAY)
    load_remembered(content, kept, today=date(2026, 11, 24))
    assert len(seen) == 2

    (content / "responses" / "notes.txt.yml").write_text("a: b\n", encoding="utf-8")  # told of, though not read
    assert load_remembered(content, kept, today=date(2026, 11, 24)).warnings
    assert len(seen) == 3


def test_what_is_wrong_is_told_every_time(content: Path, tmp_path: Path) -> None:
    (content / "standards.yml").write_text("languages: [en", encoding="utf-8")
    for _ in range(2):
        assert load_remembered(content, tmp_path / "catalogue", today=TODAY).problems


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.data())
def test_a_damaged_file_is_as_good_as_none(content: Path, tmp_path: Path, data: st.DataObject) -> None:
    kept = tmp_path / "catalogue"
    whole = load_remembered(content, kept, today=TODAY)
    written = bytearray(kept.read_bytes())
    place = data.draw(st.integers(0, len(written) - 1))
    damaged = data.draw(st.sampled_from(("cut", "changed")))
    kept.write_bytes(written[:place] if damaged == "cut" else written[:place] + b"\x00" + written[place + 1 :])

    assert load_remembered(content, kept, today=TODAY) == whole


class _Evil:
    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.proof),)


def test_nothing_is_made_but_content(content: Path, tmp_path: Path) -> None:
    kept, proof = tmp_path / "catalogue", tmp_path / "proof"
    load_remembered(content, kept, today=TODAY)
    key = kept.read_bytes()[:32]

    for evil in (
        pickle.dumps((_Evil(proof), ())),
        pickle.dumps((_Evil(proof), ()), protocol=0).replace(b"posix\nmkdir", b"bot.core.words\nre.enum.sys.exit"),
        b"cbot.core.words\nplural\n(tR.",
    ):
        kept.write_bytes(key + blake2b(evil, digest_size=32).digest() + evil)
        assert load_remembered(content, kept, today=TODAY).catalogue is not None
    assert not proof.exists()


def test_a_write_that_fails_leaves_nothing(content: Path, tmp_path: Path) -> None:
    kept = tmp_path / "data" / "catalogue"
    kept.mkdir(parents=True)  # nothing can be written in its place

    assert load_remembered(content, kept, today=TODAY).catalogue is not None
    assert os.listdir(kept.parent) == ["catalogue"]


def test_a_folder_that_cannot_be_written_is_no_trouble(content: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert load_remembered(content, tmp_path / "file" / "catalogue", today=TODAY).catalogue is not None
