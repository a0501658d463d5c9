"""Canned replies and macros in the content files: what is read, and what is wrong told with its place and remedy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.core.content import MacroStep
from bot.files.changes import in_words
from bot.files.folder import take_snapshot
from bot.files.load import load, load_or_raise
from tests.content_samples import edit, write_content

TODAY = date(2026, 11, 23)

CANNED = """refund:
  title: Refund made
  keywords: [money back, reimburse]
  text: "{amount} is on its way, {name}."
  formal: "{amount} has been sent to you, {name}."
sorry: "Sorry, {name}."
"""

MACROS = """refunded:
  title: Refund made, solved
  steps:
    - reply: refund
    - tag: [VIP, "#refund"]
    - note: Money sent.
    - resolve
"""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return write_content(tmp_path, **{"responses/en/canned.yml": CANNED, "responses/macros.yml": MACROS})


def only_problem(folder: Path) -> str:
    loaded = load(folder, today=TODAY)
    assert loaded.catalogue is None
    assert len(loaded.problems) == 1, "\n".join(map(str, loaded.problems))
    return str(loaded.problems[0])


def test_canned_replies_are_read_beside_the_bots_own(content: Path) -> None:
    catalogue = load_or_raise(content, today=TODAY)
    refund = catalogue.canned["en"]["refund"]
    assert (refund.reply.title, refund.reply.text) == ("Refund made", "{amount} is on its way, {name}.")
    assert refund.keywords == ("money back", "reimburse")
    assert catalogue.canned["en"]["sorry"].reply.text == "Sorry, {name}."
    assert "refund" not in catalogue.replies["en"]


def test_they_speak_in_the_tone_of_the_house(content: Path) -> None:
    edit(content, "responses/brand.yml", "informal", "formal")
    assert load_or_raise(content, today=TODAY).canned["en"]["refund"].reply.text.startswith("{amount} has been sent")


def test_a_macro_is_its_steps_in_order(content: Path) -> None:
    macro = load_or_raise(content, today=TODAY).macros["refunded"]
    assert macro.title == "Refund made, solved"
    assert macro.steps == (
        MacroStep("reply", ("refund",)),
        MacroStep("tag", ("vip", "refund")),
        MacroStep("note", ("Money sent.",)),
        MacroStep("resolve"),
    )


def test_without_the_files_there_are_none(tmp_path: Path) -> None:
    catalogue = load_or_raise(write_content(tmp_path), today=TODAY)
    assert (catalogue.canned, catalogue.macros) == ({"en": {}}, {})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{amount} is", "{amount is", "canned.yml:4:9: There is a lone '{'"),
        ("{amount} is on its way", "Calm down", "canned.yml:4:9: ‘calm down’ is under never_say"),
        ("keywords", "keyword", "canned.yml:3:3: There is no key ‘keyword’ here. Did you mean ‘keywords’?"),
        ("sorry:", "so.rry:", "canned.yml:6:1: ‘so.rry’ cannot be a name here."),
        ('sorry: "Sorry, {name}."', "sorry: {title: Sorry}", "canned.yml:6:1: ‘sorry’ has a title only. Add its text"),
        ("sorry:", "refund:", "canned.yml:6:1: ‘refund’ is here twice (first on line 1)."),
    ],
)
def test_what_is_wrong_in_a_canned_reply_is_told_with_its_place(content: Path, old: str, new: str, said: str) -> None:
    edit(content, "responses/en/canned.yml", old, new)
    assert only_problem(content).startswith(f"responses/en/{said}")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("reply: refund", "reply: refnd", "4:14: There is no canned reply ‘refnd’ in responses/en/canned.yml. "
         "Did you mean ‘refund’? Add it there, or correct the name."),
        ("- resolve", "- resolv", "7:7: There is no step ‘resolv’. Did you mean ‘resolve’? The steps are: reply, note"),
        ("- resolve", "- resolve: now", "7:16: ‘resolve’ takes nothing behind it: write it alone."),
        ("- reply: refund", "- reply", "4:7: ‘reply’ needs the name of a canned reply behind it."),
        ("- reply: refund", "- {reply: refund, tag: x}", "4:7: One step was expected here"),
        ('"#refund"', '"a b"', "5:18: ‘a b’ cannot be a tag"),
        ("- note: Money sent.\n    - resolve", "- resolve\n    - note: Sent.", "6:7: After ‘resolve’ the case is out"),
        ("- note: Money sent.", "- reply: sorry", "6:7: A macro sends one canned reply."),
        ("- resolve", "- snooze: soon", "7:15: ‘soon’ is no time: ‘snooze’ needs a span, a time or a day"),
        ("- resolve", "- snooze", "7:7: ‘snooze’ needs a span, a time or a day"),
        ("- resolve", "- transfer: suport", "7:17: There is no team ‘suport’ in standards.yml. Did you mean"),
        ("- note: Money sent.", "- snooze: 2h", "6:7: After ‘snooze’ the case is out"),
        ("steps:", "step:", "3:3: There is no key ‘step’ here. Did you mean ‘steps’?"),
        ("refunded:", "Refunded!:", "1:1: ‘Refunded!’ cannot be a name here."),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_macro_is_told_with_its_place(content: Path, old: str, new: str, said: str) -> None:
    edit(content, "responses/macros.yml", old, new)
    assert only_problem(content).startswith(f"responses/macros.yml:{said}")


def test_a_macro_without_steps_does_nothing_and_that_is_told(tmp_path: Path) -> None:
    write_content(tmp_path, **{"responses/macros.yml": "refunded:\n  title: Refunded\n"})
    assert only_problem(tmp_path).startswith("responses/macros.yml:1:1: ‘refunded’ does nothing. Write its steps")


def test_where_tags_are_declared_a_macro_may_use_no_other(content: Path) -> None:
    edit(content, "standards.yml", "languages: [en]", "languages: [en]\ntags: [vip, refunds]")
    assert only_problem(content) == (
        "responses/macros.yml:5:18: There is no tag ‘refund’ in standards.yml. Did you mean ‘refunds’? "
        "Add it under ‘tags’ there, or correct it."
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("tags: [ok, a b]", "standards.yml:2:12: ‘a b’ cannot be a tag. A tag has letters"),
        ("currency: euro", "standards.yml:2:11: ‘euro’ is not the code of a currency. Write it like EUR"),
    ],
)
def test_tags_and_currency_in_the_standards_are_checked(content: Path, line: str, said: str) -> None:
    edit(content, "standards.yml", "languages: [en]", f"languages: [en]\n{line}")
    assert said in "\n".join(map(str, load(content, today=TODAY).problems))


def test_tags_and_currency_are_read_as_agents_write_them(content: Path) -> None:
    edit(content, "standards.yml", "languages: [en]", 'languages: [en]\ntags: ["#VIP", refund]\ncurrency: eur')
    standards = load_or_raise(content, today=TODAY).standards
    assert (standards.tags, standards.currency) == (("vip", "refund"), "EUR")


# --- languages --------------------------------------------------------------------------------------------------------


@pytest.fixture
def two_languages(content: Path) -> Path:
    """The content in English and, word for word the same, in Slovenian."""
    for folder in ("intents", "responses"):
        (content / folder / "sl").mkdir()
        for file in (content / folder / "en").iterdir():
            (content / folder / "sl" / file.name).write_bytes(file.read_bytes())
    return edit(content, "standards.yml", "languages: [en]", "languages: [en, sl]")


def test_a_placeholder_that_the_first_language_does_not_have_is_a_slip(two_languages: Path) -> None:
    edit(two_languages, "responses/sl/canned.yml", 'text: "{amount}', 'text: "{amonut}')
    assert "‘{amonut}’ is not in responses/en/canned.yml, line 1, which sets what this reply takes" in "\n".join(
        str(problem)
        for problem in load(two_languages, today=TODAY).problems
        if problem.file == "responses/sl/canned.yml"
    )


def test_what_only_another_language_has_cannot_be_asked_for(two_languages: Path) -> None:
    edit(two_languages, "responses/sl/canned.yml", "sorry:", "sory:")
    found = [str(problem) for problem in load(two_languages, today=TODAY).problems]
    assert [
        one for one in found if one.startswith("responses/sl/canned.yml:6:1: There is no canned reply ‘sory’ in en")
    ]


def test_what_a_language_lacks_is_worth_knowing_and_keeps_nothing_from_working(two_languages: Path) -> None:
    edit(two_languages, "responses/sl/canned.yml", 'sorry: "Sorry, {name}."', "")
    warned = [str(problem) for problem in load(two_languages, today=TODAY).warnings]
    assert [one for one in warned if "The canned reply ‘sorry’ is not in sl yet" in one]


def test_the_history_tells_what_changed(content: Path) -> None:
    before = take_snapshot(content)
    edit(content, "responses/en/canned.yml", "sorry:", "apology:")
    edit(content, "responses/macros.yml", "    - note: Money sent.\n", "")
    assert in_words(before, take_snapshot(content)) == (
        "canned reply (en) apology is new",
        "canned reply (en) sorry is gone",
        "macro refunded changed",
    )
