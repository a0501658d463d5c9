"""docs/content.md is a contract: every key of the files is in it, and its examples are right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.files import shapes
from bot.files.problem import Report
from bot.files.tree import read_tree

GUIDE = (Path(__file__).parents[2] / "docs" / "content.md").read_text(encoding="utf-8")


def keys() -> Iterator[str]:
    for shape in shapes.Shape.__subclasses__():
        for name, field in shape.model_fields.items():
            yield field.alias or name


@pytest.mark.parametrize("key", sorted(set(keys())))
def test_every_key_is_explained(key: str) -> None:
    assert re.search(rf"^\|.*`{key}`.* \|", GUIDE, re.MULTILINE), f"docs/content.md does not explain {key}"


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL))
def test_every_example_can_be_read(example: str) -> None:
    report = Report()
    assert read_tree("example.yml", example.encode(), report)
    assert not report.errors
