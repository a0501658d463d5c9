"""Figures on sentences in files, and the arithmetic of the kernel machine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from bot.core.errors import UnderstandingError
from bot.nlp import kernel
from bot.nlp.encoder import HashedNgrams
from bot.nlp.evaluation import drawn, evaluate, macro_f1, read_sentences
from bot.nlp.shipped import read_shipped, write_shipped

ROWS = [(f"{verb} {thing} {extra}", thing) for thing in ("parcel", "invoice", "shoes") for verb in ("my", "the", "any")
        for extra in ("please", "now", "today")]  # fmt: skip


def table(path: Path, rows: list[tuple[str, str]]) -> Path:
    path.write_text("\n".join(["text\tintent", *("\t".join(row) for row in rows)]), encoding="utf-8")
    return path


def test_figures_are_shares_and_milliseconds(tmp_path: Path) -> None:
    train, test = (
        table(tmp_path / "a.tsv", ROWS),
        table(tmp_path / "b.tsv", [("that parcel", "parcel"), ("{x} shoes", "shoes")]),
    )
    oos = table(tmp_path / "c.tsv", [("zzz qqq", "oos")])

    found = evaluate(train, test, oos, shots=6, seed=1, encoder=HashedNgrams()).as_dict()

    assert found["accuracy"] == 1.0
    assert found["examples"] == 18
    assert found["oos_recall"] == 1.0
    assert {"macro_f1", "in_scope_accuracy", "false_rejection", "p50_ms", "train_seconds"} <= set(found)


def test_without_outsiders_their_figures_are_left_out(tmp_path: Path) -> None:
    train = table(tmp_path / "a.tsv", ROWS)

    assert "oos_recall" not in evaluate(train, train, encoder=HashedNgrams()).as_dict()


def test_a_line_without_a_tab_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("text\tintent\nfine\tyes\nbroken\n", encoding="utf-8")

    with pytest.raises(UnderstandingError, match=r"a\.tsv:3: "):
        read_sentences(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnderstandingError, match=r"nowhere\.tsv cannot be read"):
        read_sentences(tmp_path / "nowhere.tsv")


def test_shots_are_drawn_by_seed() -> None:
    assert drawn(ROWS, 2, seed=3) == drawn(ROWS, 2, seed=3)
    assert len(drawn(ROWS, 2, seed=3)) == 6
    assert drawn(ROWS, None, seed=3) == ROWS


def test_macro_f1_weighs_intents_alike() -> None:
    assert macro_f1(["a", "a", "a", "b"], ["a", "a", "a", "a"]) == pytest.approx(0.4286, abs=1e-4)


def seen(points: np.ndarray) -> kernel.Texts:
    """Texts whose letters are as alike as their meaning."""
    return kernel.Texts(points, sparse.csr_matrix(points))


@pytest.mark.parametrize("exact", [True, False])
def test_left_out_scores_are_those_of_a_machine_that_never_saw_the_group(
    monkeypatch: pytest.MonkeyPatch, exact: bool
) -> None:
    monkeypatch.setattr(kernel, "EXACT", 30 if exact else 10)
    monkeypatch.setattr(kernel, "LANDMARKS", 15)
    chance = np.random.default_rng(4)
    points = chance.normal(size=(30, 5)).astype(np.float32)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    targets = chance.normal(size=(30, 3)).astype(np.float32)
    groups = [position // 2 for position in range(30)]

    solution = kernel.solve(seen(points), targets, groups, np.arange(30) % 3, 0.0)

    full = np.exp(kernel.SHARPNESS * (points @ points.T - 1)).astype(np.float64)
    place = int(np.flatnonzero(np.isin(solution.judged, [0, 1]))[0])
    kept = np.arange(2, 30)
    if exact:
        weights = np.linalg.solve(full[np.ix_(kept, kept)] + kernel.RIDGE * np.eye(28), targets[kept])
        expected = full[:2, kept] @ weights
    else:
        marks = solution.landmarks
        k = full[:, marks]
        system = k[kept].T @ k[kept] + kernel.RIDGE * full[np.ix_(marks, marks)] + 1e-5 * np.eye(len(marks))
        expected = k[:2] @ np.linalg.solve(system, k[kept].T @ targets[kept])
    np.testing.assert_allclose(solution.left_out[place : place + 2], expected, atol=5e-3)


def test_blocks_and_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "EXACT", 10)
    chance = np.random.default_rng(4)
    points = chance.normal(size=(90, 6)).astype(np.float32)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    targets = chance.normal(size=(90, 2)).astype(np.float32)
    groups = [position // 3 for position in range(90)]
    whole = kernel.solve(seen(points), targets, groups, np.arange(90) % 2, 0.3)
    monkeypatch.setattr(kernel, "_BLOCK", 7)

    in_parts = kernel.solve(seen(points), targets, groups, np.arange(90) % 2, 0.3)

    near = seen(points).similar(seen(points)[whole.landmarks], 0.3)
    np.testing.assert_allclose(near @ in_parts.weights, near @ whole.weights, atol=2e-2)
    np.testing.assert_allclose(in_parts.left_out, whole.left_out, atol=2e-2)


def test_very_many_examples_that_say_the_same_are_weighed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "EXACT", 10)
    monkeypatch.setattr(kernel, "LANDMARKS", 300)
    chance = np.random.default_rng(4)
    points = np.repeat(np.ones((2_000, 40)) + 0.2 * chance.normal(size=(2_000, 40)), 2, axis=0)
    points = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
    texts = kernel.Texts(points, sparse.csr_matrix((4_000, 5), dtype=np.float32))
    targets = (points[:, :1] > np.median(points[:, 0])).astype(np.float32)

    solution = kernel.solve(texts, targets, range(4_000), np.zeros(4_000, np.int64), 0.0)

    found = texts.similar(texts[solution.landmarks], 0.0) @ solution.weights
    assert ((found > 0.5) == (targets > 0.5)).mean() > 0.9


def test_of_very_many_examples_a_share_of_whole_groups_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "EXACT", 10)
    monkeypatch.setattr(kernel, "_LEFT_OUT", 30)
    points = np.eye(90, dtype=np.float32)
    groups = [position // 2 for position in range(90)]

    solution = kernel.solve(seen(points), np.ones((90, 1), np.float32), groups, np.zeros(90, np.int64), 0.1)

    assert len(solution.judged) == 30
    assert sorted(solution.judged.tolist()) == sorted(p for g in range(0, 45, 3) for p in (2 * g, 2 * g + 1))


def test_landmarks_are_not_left_out_where_there_are_others_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "EXACT", 10)
    monkeypatch.setattr(kernel, "LANDMARKS", 20)
    monkeypatch.setattr(kernel, "_FEW", 10)
    points = np.eye(90, dtype=np.float32)

    solution = kernel.solve(
        seen(points), np.ones((90, 1), np.float32), [place // 2 for place in range(90)], np.zeros(90, np.int64), 0.1
    )

    assert len(solution.judged) >= 50
    assert not {place // 2 for place in solution.judged} & {place // 2 for place in solution.landmarks}


def test_landmarks_are_drawn_from_every_label(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "EXACT", 10)
    monkeypatch.setattr(kernel, "LANDMARKS", 6)
    labels = np.array([0] * 30 + [1] * 3 + [2] * 3)

    chosen = kernel.choose_landmarks(labels)

    assert sorted(labels[chosen]) == [0, 0, 1, 1, 2, 2]


def test_shipped_embeddings_are_the_vectors_themselves(tmp_path: Path) -> None:
    encoder = HashedNgrams()
    vectors = encoder.encode(["where is my order", "hello"])

    write_shipped(encoder, {b"a" * 16: vectors[0], b"b" * 16: vectors[1]}, tmp_path)
    read = read_shipped(encoder, tmp_path)

    assert float(read[b"a" * 16].astype(np.float32) @ vectors[0]) > 0.99
    assert float(read[b"b" * 16].astype(np.float32) @ vectors[1]) > 0.99
