"""Sentences that are nearly the same."""

from __future__ import annotations

from pathlib import Path

from bot.files.folder import take_snapshot
from bot.files.likeness import likeness_hints
from bot.files.sentences import sentences_of
from tests.content_samples import edit, write_content


def hints(folder: Path) -> list[str]:
    return [str(hint) for hint in likeness_hints(sentences_of(take_snapshot(folder)))]


def test_sentences_have_their_places(tmp_path: Path) -> None:
    write_content(tmp_path)
    found = {(one.intent, one.role, one.text): one.where for one in sentences_of(take_snapshot(tmp_path))}
    assert found["order_status", "examples", "track {order_id}"] == "intents/en/orders.yml:5"
    assert found["order_status", "not", "how do I place an order"] == "intents/en/orders.yml:8"
    assert found["greeting", "examples", "hey"] == "intents/en/talk.yml:6"


def test_what_is_clean_has_no_hints(tmp_path: Path) -> None:
    write_content(tmp_path)
    assert hints(tmp_path) == []


def test_nearly_the_same_example_under_another_intent_is_told_with_both_places(tmp_path: Path) -> None:
    write_content(tmp_path)
    edit(tmp_path, "intents/en/orders.yml", "- my lamp arrived broken\n", "- what is happening with my deliveries\n")
    (hint,) = hints(tmp_path)
    assert hint.startswith("intents/en/orders.yml:12:7: “what is happening with my deliveries” is nearly the same")
    assert "‘order_status’" in hint
    assert "intents/en/orders.yml:7" in hint


def test_diacritics_and_case_make_no_difference(tmp_path: Path) -> None:
    write_content(tmp_path)
    edit(tmp_path, "intents/en/orders.yml", "- my lamp arrived broken\n", "- Whát is happening with my delivery ok\n")
    assert len(hints(tmp_path)) == 1


def test_a_check_sentence_that_nearly_is_an_example_proves_little(tmp_path: Path) -> None:
    write_content(tmp_path)
    edit(tmp_path, "intents/en/orders.yml", '["any news on my package?"]', "[when will my packages come]")
    (hint,) = hints(tmp_path)
    assert "proves little" in hint
