"""spaCy is loaded without what is not used of it, and nothing of it is missed."""

from __future__ import annotations

import subprocess
import sys

import pytest


def said(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("before", ["", "import spacy\n"])
def test_pipelines_work_and_the_command_line_can_still_be_had(before: str) -> None:
    found = said(
        f"{before}from bot.nlp.lean import import_spacy\n"
        "import_spacy()\n"
        "import_spacy()\n"
        "import spacy\n"
        "print([word.text for word in spacy.blank('xx')('where is it')])\n"
        "from spacy.cli import info\n"
        "print(callable(info))"
    )
    assert found == "['where', 'is', 'it']\nTrue"


def test_what_is_not_used_is_not_loaded() -> None:
    code = "from bot.nlp.lean import import_spacy\nimport_spacy()\nimport sys, bot.nlp.training\n"
    assert said(f"{code}print('typer' in sys.modules)") == "False"
