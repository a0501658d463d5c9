"""The documentation holds: settings, commands, figures, links and paths are those of the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_group

from bot.__main__ import cli
from bot.metrics import Metrics
from bot.settings import PREFIX, Settings, read_settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(path for path in (*ROOT.glob("*.md"), *DOCS.rglob("*.md")))
CONFIGURATION = [ROOT / name for name in ("Dockerfile", "compose.yml")]
FOR_TESTS_ALONE = {"KEEPWORD_REQUIRE_BROWSER"}
HEAVIEST_PICTURE = 400_000
"""Bytes: a page of documentation should open at once."""


def commands(group: TyperGroup, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every command by its words: ``check``, ``content``, ``content history``."""
    for name, command in group.commands.items():
        yield before + name, command
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{before}{name} ")


COMMANDS = dict(commands(get_group(cli)))

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def read(page: Path) -> str:
    return page.read_text("utf-8")


def flat(text: str) -> str:
    """Without line breaks, so that a sentence is found wherever it is broken."""
    return " ".join(text.split())


def sections(page: Path, heading: str) -> dict[str, str]:
    """The text below each heading that matches, by the heading's first group."""
    found = list(re.finditer(heading, read(page), re.MULTILINE))
    ends = [re.compile(r"^#{1,3} ", re.MULTILINE).search(read(page), one.end()) for one in found]
    return {one[1]: read(page)[one.end() : end.start() if end else None] for one, end in zip(found, ends, strict=True)}


BLOCK = re.compile(r"^ *```.*?\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return BLOCK.sub("", read(page))


def code(page: Path) -> Iterator[str]:
    """Lines in blocks of code, and spans of code in sentences."""
    for block in BLOCK.findall(read(page)):
        yield from (line.strip() for line in block.splitlines())
    yield from (flat(span) for span in re.findall(r"`([^`]+)`", prose(page)))


# --- settings

SETTINGS = sections(DOCS / "settings.md", rf"^### `{PREFIX}(\w+)`$")


def shown(default: object) -> str:
    """A default as the page writes it."""
    if default is None:
        return "Default: not set"
    return f"Default: `{default}`" if str(default) else "Default: empty"


def test_every_setting_is_documented_and_no_other() -> None:
    assert sorted(SETTINGS) == sorted(name.upper() for name in Settings.model_fields)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_is_documented_with_its_meaning_and_its_default(name: str) -> None:
    field = Settings.model_fields[name]
    text = flat(SETTINGS.get(name.upper(), ""))
    assert field.description is not None
    assert text.startswith(flat(field.description))
    assert shown(field.default) in text


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_example_of_a_setting_is_accepted(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    examples = re.findall(rf"^{PREFIX}{name.upper()}=(.+)$", SETTINGS.get(name.upper(), ""), re.MULTILINE)
    assert examples
    for example in examples:
        monkeypatch.setenv(PREFIX + name.upper(), example)
        assert getattr(read_settings(), name) != Settings.model_fields[name].default


@pytest.mark.parametrize("file", [*PAGES, *CONFIGURATION], ids=lambda file: str(file.relative_to(ROOT)))
def test_settings_that_are_named_exist(file: Path) -> None:
    named = set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", read(file)))
    assert named - FOR_TESTS_ALONE <= {PREFIX + name.upper() for name in Settings.model_fields}


# --- commands

DOCUMENTED = sections(DOCS / "commands.md", r"^##+ keepword ([a-z ]+)$")


def test_every_command_is_documented_and_no_other() -> None:
    assert sorted(DOCUMENTED) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_documented_with_its_meaning_and_all_it_takes(name: str) -> None:
    text = flat(DOCUMENTED.get(name, ""))
    assert text.startswith(flat(COMMANDS[name].help))
    taken = {}
    for one in COMMANDS[name].params:
        word = one.opts[0] if one.param_type_name == "option" else one.name.upper()
        taken[word] = flat(one.help)
    listed = dict(re.findall(r"^\| `([^`]+)` \| (.+?) \|$", DOCUMENTED.get(name, ""), re.MULTILINE))
    assert list(listed) == list(taken)
    for word, meaning in taken.items():
        assert listed[word].startswith(meaning)


@every_page
def test_commands_that_are_named_exist(page: Path) -> None:
    before = r"(?:\S+=\S+ |\S+/|printf .*\| |docker compose exec keepword )*"
    for line in code(page):
        if match := re.match(rf"{before}keepword ([a-z]\w*)(.*)", line.removeprefix("$ ")):
            assert match[1] in COMMANDS
            second = re.match(r" ([a-z]+)(?= |$)", match[2])
            whole = f"{match[1]} {second[1]}" if second else ""
            command = COMMANDS.get(whole, COMMANDS[match[1]])
            known = {opt for one in command.params for opt in one.opts} | {"--help"}
            assert set(re.findall(r"(?<!\S)--[\w-]+", match[2])) <= known


@every_page
def test_targets_of_make_that_are_named_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", read(ROOT / "Makefile"), re.MULTILINE))
    calls = (re.match(r"make((?: [a-z]+)+)", line) for line in code(page))
    named = {word for call in calls if call for word in call[1].split()}
    assert named <= targets


# --- figures


def test_every_figure_is_documented_and_no_other() -> None:
    typed = re.findall(r"^# TYPE (\w+) ", Metrics().text().decode(), re.MULTILINE)
    figures = {name for name in typed if not name.endswith("_created")}
    assert set(re.findall(r"^\| `(keepword_\w+)", read(DOCS / "docker.md"), re.MULTILINE)) == figures


# --- links, pictures, paths


def anchors(page: Path) -> set[str]:
    """What a heading can be linked by, made as GitHub makes it."""
    headings = re.findall(r"^#{1,6} (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> set[str]:
    """Where links and pictures of a page lead, in Markdown and in HTML; addresses elsewhere left out."""
    text = re.sub(r"`[^`]+`", "", prose(page))
    found = re.findall(r"\]\(([^)\s]+)[^)]*\)", text) + re.findall(r'(?:src|srcset|href)="([^"]+)"', text)
    return {link for link in found if not re.match(r"[a-z]+:", link)}


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.name)
def test_every_page_is_found_from_the_first_one(page: Path) -> None:
    first = DOCS / "README.md"
    found = {(DOCS / link.partition("#")[0]).resolve() for link in links(first)}
    assert page == first or page in found


def test_the_readme_leads_to_the_documentation_and_shows_the_thing() -> None:
    found = links(ROOT / "README.md")
    assert "docs/README.md" in found
    assert "docs/images/simulator.png" in found


def test_pictures_are_light_used_and_described() -> None:
    used = {(page.parent / link).resolve() for page in PAGES for link in links(page)}
    pictures = sorted((DOCS / "images").iterdir())
    assert pictures
    for picture in pictures:
        assert picture.stat().st_size < HEAVIEST_PICTURE, picture.name
        assert picture in used, f"{picture.name} is shown nowhere"
    for page in PAGES:
        assert not re.search(r"!\[\s*\]\(|<img(?![^>]*alt=\"[^\"]+\")", prose(page)), page.name


@every_page
def test_files_of_ours_that_are_named_exist(page: Path) -> None:
    named = {line for line in code(page) if re.fullmatch(r"(?:bot|tests|docs)/[\w./-]*\w/?|[A-Z]\w+file", line)}
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
