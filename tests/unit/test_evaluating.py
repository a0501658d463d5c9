"""What an editor is told about the own content: figures, places, remedies. With the encoder that needs nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.commands import evaluating, hints, understanding
from bot.commands.content import check_content
from bot.commands.reasons import Reasons
from bot.core.errors import ContentError
from bot.settings import Settings, read_settings
from tests.content_samples import edit, write_content

ORDERS = "intents/en/orders.yml"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The small content, with an example of order_status among those of item_damaged, twice in other words."""
    folder = tmp_path_factory.mktemp("keepword")
    write_content(folder / "content")
    astray = "    - where is my order please\n    - where is my parcel\n"
    edit(folder / "content", ORDERS, "    - my lamp arrived broken\n", f"{astray}    - my lamp arrived broken\n")
    return read_settings(_env_file=None, content=folder / "content", data=folder / "data", encoder="ngrams")


def test_evaluate_gives_figures_of_languages_intents_and_confusions(
    settings: Settings, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    evaluating.evaluate_content(settings, picture=tmp_path / "deep" / "matrix.svg", as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["examples"] == 27
    assert set(told["languages"]) == {"en"}
    assert set(told["intents"]["order_status"]) == {"precision", "recall", "f1", "count"}
    assert 0 < told["accuracy"] < 1
    astray = [
        sentence
        for confusion in told["confusions"]
        if (confusion["intent"], confusion["taken_for"]) == ("item_damaged", "order_status")
        for sentence in confusion["sentences"]
    ]
    assert "where is my order please" in {sentence["text"] for sentence in astray}
    for sentence in astray:
        file, line = sentence["where"].split(":")
        assert sentence["text"] in (settings.content / file).read_text().splitlines()[int(line) - 1]
        assert "order_status" in sentence["remedy"] or "orders.yml" in sentence["remedy"]
    assert (tmp_path / "deep" / "matrix.svg").read_text().startswith("<svg ")


def test_evaluate_tells_a_person_the_weakest_first_and_what_to_do(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluating.evaluate_content(settings, picture=None, as_json=False)
    told = capsys.readouterr().out
    assert "Intents, the weakest first" in told
    assert "of ‘item_damaged’" in told
    assert "→ " in told
    assert str(settings.data / "confusion.svg") in told
    assert (settings.data / "confusion.svg").exists()


def test_deep_hints_name_file_and_line(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    count = hints.deep_hints(settings)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == count > 0
    assert any("is thin in en" in line and line.startswith("intents/en/") for line in lines)
    assert any("long examples of several sentences" in line for line in lines)


def test_evaluate_refuses_wrong_content(tmp_path: Path) -> None:
    write_content(tmp_path / "content", **{ORDERS: "order_status: [\n"})
    wrong = read_settings(_env_file=None, content=tmp_path / "content", data=tmp_path / "data", encoder="ngrams")
    with pytest.raises(ContentError):
        evaluating.evaluate_content(wrong, picture=None, as_json=False)


def test_check_hints_at_sentences_that_are_nearly_the_same(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_content(settings.content) == 0
    assert "“where is my order please” is nearly the same" in capsys.readouterr().err


def test_try_says_why_with_examples_and_their_places(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    def tried(text: str) -> dict[str, object]:
        understanding.try_message(settings, text, at=None, language=None, as_json=True)
        return dict(json.loads(capsys.readouterr().out))

    sure = tried("when are you open")
    assert sure["nearest"][0] == {  # type: ignore[index]
        "text": "when are you open", "intent": "opening_hours", "where": "intents/en/talk.yml:3", "similarity": 1.0,
    }  # fmt: skip
    assert "is sure enough" in str(sure["why"])
    assert sure["read_as"] == ""
    assert "add examples like it there" in str(tried("asdfgh")["why"])
    assert {"sort": "urgent", "words": "urgently"} in tried("the nightingale urgently!!!")["cues"]  # type: ignore[operator]


def test_try_says_how_a_message_was_read_where_that_is_not_as_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    Reasons("sure enough", (), (), "where is my [order]").explain()
    assert "Read as: where is my [order]\n" in capsys.readouterr().out
    Reasons("sure enough", (), ()).explain()
    assert "Read as" not in capsys.readouterr().out


def test_try_says_what_is_too_unsure_to_ask_about(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_content(tmp_path / "content")
    strict = "teams:\n  support: {}\n"
    edit(tmp_path / "content", "standards.yml", strict, f"confidence: {{answer: 100%, ask: 100%}}\n{strict}")
    settings = read_settings(_env_file=None, content=tmp_path / "content", data=tmp_path / "data", encoder="ngrams")
    understanding.try_message(settings, "when is it broken, and are you open", at=None, language=None, as_json=True)
    assert "too unsure" in json.loads(capsys.readouterr().out)["why"]


def test_try_explains_to_a_person(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    understanding.try_message(settings, "when are you open", at=None, language=None, as_json=False)
    told = capsys.readouterr().out
    for part in ("Why: ", "Cues of severity: none", "The examples most like it:", "intents/en/talk.yml:3"):
        assert part in told
