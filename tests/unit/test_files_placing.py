"""Which content file something is that an admin sends: never anything outside the content."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import EditError
from bot.files.folder import Snapshot, take_snapshot
from bot.files.placing import checked_place, named_in, places_of, stays_inside, tidied, with_file
from tests.content_samples import write_content

LANGUAGES = ("en", "sl", "sr-Latn")
PARTS = st.sampled_from(
    ["..", ".", "", "~", "intents", "responses", "en", "sl", "a.yml", "standards.yml", "brand.yml", "%2e", "\\"]
)


@pytest.fixture
def content(tmp_path: Path) -> Snapshot:
    return take_snapshot(write_content(tmp_path))


@pytest.mark.parametrize(
    "path",
    [
        "standards.yml",
        "responses/brand.yml",
        "intents/orders.yml",
        "intents/en/my-own_2.yml",
        "responses/sr-Latn/a.yml",
    ],
)
def test_a_path_that_content_has_is_taken(path: str) -> None:
    assert checked_place(path, LANGUAGES) == path


@pytest.mark.parametrize("path", ["orders.yml", "intents/en/deep/er.yml", "responses/other.yml", "intents/en/a.yml\n"])
def test_another_path_is_not(path: str) -> None:
    with pytest.raises(EditError, match="admin_no_place"):
        checked_place(path, LANGUAGES)


def test_a_language_that_there_is_not_is_named() -> None:
    with pytest.raises(EditError, match="admin_no_language") as refused:
        checked_place("intents/de/orders.yml", LANGUAGES)
    assert refused.value.values["language"] == "de"


@given(st.one_of(st.text(), st.lists(PARTS, max_size=6).map("/".join)))
def test_whatever_is_sent_stays_in_the_content_folder(path: str) -> None:
    root = Path("/srv/content")
    named = named_in(path)
    try:
        place = checked_place(named or path, LANGUAGES)
    except EditError:
        return
    assert stays_inside(root, place)
    assert ".." not in place
    assert place.endswith(".yml")


def test_a_folder_that_is_a_link_to_elsewhere_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "content" / "intents").mkdir(parents=True)
    (tmp_path / "content" / "intents" / "en").symlink_to(tmp_path / "elsewhere")
    assert not stays_inside(tmp_path / "content", "intents/en/orders.yml")
    assert stays_inside(tmp_path / "content", "intents/orders.yml")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("intents/sl/orders.yml", "intents/sl/orders.yml"),
        ("new one: `orders.yml`, please", "orders.yml"),
        ("./standards.yaml", "standards.yml"),
        ("intents\\sl\\orders.yml", "intents/sl/orders.yml"),
        ("an order", None),
    ],
)
def test_the_file_that_a_caption_names_is_found(text: str, name: str | None) -> None:
    assert named_in(text) == name


def test_a_name_alone_may_be_several_files_and_its_content_says_of_which_sort(content: Snapshot) -> None:
    all_of_them = ("intents/en/orders.yml", "intents/orders.yml", "responses/en/orders.yml")
    assert places_of("orders.yml", content, LANGUAGES) == all_of_them
    for place in all_of_them:
        assert places_of("orders.yml", content, LANGUAGES, content.files[place]) == (place,)
    assert places_of("orders.yml", content, LANGUAGES, b": no yaml [") == all_of_them


def test_a_name_that_no_file_has_is_asked_about(content: Snapshot) -> None:
    with pytest.raises(EditError, match="admin_which_file"):
        places_of("gifts.yml", content, LANGUAGES)


def test_ends_of_lines_stay_as_they_were_and_the_mark_at_the_beginning_goes() -> None:
    assert tidied(b"\xef\xbb\xbfa: b\r\nc: d\r\n", b"a: x\n") == b"a: b\nc: d\n"
    assert tidied(b"a: b\nc: d\n", b"a: x\r\n") == b"a: b\r\nc: d\r\n"
    assert tidied(b"\xff\xfe", None) == b"\xff\xfe"


def test_the_content_with_a_file_in_place_is_another_version_and_back_again(content: Snapshot) -> None:
    edited = with_file(content, "intents/en/new.yml", b"")
    assert edited.version != content.version
    assert with_file(edited, "intents/en/new.yml", None).version == content.version
