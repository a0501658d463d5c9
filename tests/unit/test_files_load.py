"""From the content folder to a catalogue; and everything that keeps it from being one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.content import HumanRule, When
from bot.core.errors import ContentError
from bot.core.understanding import Kind
from bot.files.load import Loaded, load, load_or_raise
from bot.files.versions import keep
from tests.content_samples import edit, write_content

SHIPPED = Path(__file__).parents[2]

TODAY = date(2026, 11, 23)


def problems(loaded: Loaded) -> list[str]:
    return [str(problem) for problem in loaded.problems]


def only_problem(folder: Path) -> str:
    loaded = load(folder, today=TODAY)
    assert loaded.catalogue is None
    assert len(loaded.problems) == 1, "\n".join(problems(loaded))
    return problems(loaded)[0]


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return write_content(tmp_path)


# --- what is read ----------------------------------------------------------------------------------------------------


def test_a_valid_folder_becomes_a_catalogue(content: Path) -> None:
    catalogue = load_or_raise(content, today=TODAY)
    order_status = catalogue.intents["order_status"]
    assert list(catalogue.intents) == ["order_status", "item_damaged", "opening_hours", "greeting", "talk_to_human"]
    assert (order_status.kind, order_status.area, order_status.answer) == (Kind.QUESTION, "orders", "order_status")
    assert order_status.human == HumanRule(frozenset({When.ASKED, When.SECOND_TIME}), "logistics", timedelta(hours=2))
    assert (catalogue.brand.name, catalogue.brand.never_say) == ("Lumen", ("calm down",))
    [phrases] = [phrases for phrases in catalogue.phrases if phrases.intent == "order_status"]
    assert phrases.examples[:2] == ("where is my order", "has my parcel been shipped yet")
    assert (phrases.excluded, phrases.check) == (("how do I place an order",), ("any news on my package?",))
    assert catalogue.replies["en"]["greeting"].text == "Hello {name}, this is {brand}."


def test_patterns_of_slots_find_details_in_either_case(content: Path) -> None:
    [slot] = load_or_raise(content, today=TODAY).intents["order_status"].slots
    assert slot.pattern
    assert slot.ask == "ask_order_id"
    assert [match[0] for match in slot.pattern.finditer("LO-12345 and lo12345")] == ["LO-12345", "lo12345"]


def test_a_slot_may_be_found_by_words_in_place_of_a_pattern(content: Path) -> None:
    edit(content, "intents/orders.yml", "{pattern: '[A-Z]{0,2}-?\\d{5,10}', ask: ask_order_id}\n  human", "{}\n  human")
    edit(
        content, "intents/en/orders.yml", "order_status:\n", "order_status:\n  slots: {order_id: [the lamp*, chair]}\n"
    )

    catalogue = load_or_raise(content)

    said = next(phrases for phrases in catalogue.phrases if phrases.intent == "order_status")
    assert said.slots == {"order_id": ("the lamp*", "chair")}


def test_the_version_follows_contents_and_names_only(tmp_path: Path) -> None:
    first, second = write_content(tmp_path / "a"), write_content(tmp_path / "b")
    assert load(first).version == load(second).version
    (second / "README.md").write_text("not content")
    (second / "intents" / ".orders.yml.swp").write_text("an editor's")
    assert load(first).version == load(second).version
    edit(second, "intents/en/talk.yml", "hey", "hey you")
    assert load(first).version != load(second).version
    (first / "intents" / "talk.yml").rename(first / "intents" / "chat.yml")
    assert load(first).version != load(write_content(tmp_path / "c")).version


def test_an_answered_intent_goes_to_a_human_when_asked_or_twice_if_nothing_else_is_said(content: Path) -> None:
    edit(
        content, "intents/orders.yml", "human: {when: [asked, second_time], team: logistics", "human: {team: logistics"
    )
    edit(content, "intents/orders.yml", "kind: complaint", "kind: complaint\n  human: {within: 30m}")
    intents = load_or_raise(content, today=TODAY).intents
    assert intents["order_status"].human == HumanRule(
        frozenset({When.ASKED, When.SECOND_TIME}), "logistics", timedelta(hours=2)
    )
    assert intents["item_damaged"].human == HumanRule(frozenset({When.ALWAYS}), None, timedelta(minutes=30))


def test_examples_of_an_intent_may_stand_in_any_file_of_the_language(content: Path) -> None:
    (content / "intents" / "en" / "more.yml").write_text("greeting:\n  examples: [howdy]\n")
    catalogue = load_or_raise(content, today=TODAY)
    assert next(p for p in catalogue.phrases if p.intent == "greeting").examples[0] == "howdy"


def test_plural_forms(content: Path) -> None:
    edit(content, "responses/en/system.yml", "hello:", WAITING + "hello:")
    reply = load_or_raise(content, today=TODAY).replies["en"]["waiting_now"]
    assert (reply.count, set(reply.forms)) == ("waiting", {"one", "other"})


FORMAL_TOO = """both_tones:
  text: "What can I do for you, mate?"
  formal: "How may I help you?"
"""


@pytest.mark.parametrize(
    ("tone", "said"), [("informal", "What can I do for you, mate?"), ("formal", "How may I help you?")]
)
def test_a_reply_is_said_in_the_tone_of_the_house(content: Path, tone: str, said: str) -> None:
    edit(content, "responses/en/system.yml", "hello:", FORMAL_TOO + "hello:")
    edit(content, "responses/brand.yml", "tone: informal", f"tone: {tone}")
    assert load_or_raise(content, today=TODAY).replies["en"]["both_tones"].text == said


def test_a_reply_without_a_formal_text_says_the_same_in_both_tones(content: Path) -> None:
    before = load_or_raise(content, today=TODAY).replies["en"]["hello"].text
    edit(content, "responses/brand.yml", "tone: informal", "tone: formal")
    assert load_or_raise(content, today=TODAY).replies["en"]["hello"].text == before


def test_a_formal_text_is_checked_whatever_the_tone_of_the_house(content: Path) -> None:
    edit(content, "responses/en/system.yml", "hello:", FORMAL_TOO.replace("help you", "help {you") + "hello:")
    assert "a lone '{'" in only_problem(content)


def test_a_second_language(content: Path) -> None:
    add_slovenian(content)
    catalogue = load_or_raise(content, today=TODAY)
    assert catalogue.standards.languages == ("en", "sl")
    assert {phrases.language for phrases in catalogue.phrases} == {"en", "sl"}
    assert set(catalogue.replies) == {"en", "sl"}


def test_refused_content_raises_with_every_problem(content: Path) -> None:
    edit(content, "intents/orders.yml", "kind: question", "kind: qestion")
    edit(content, "responses/en/talk.yml", "{brand}", "{brnad}")
    with pytest.raises(ContentError) as refused:
        load_or_raise(content, today=TODAY)
    assert len(refused.value.problems) == 2


def test_problems_come_by_file_and_line(content: Path) -> None:
    edit(content, "standards.yml", "Europe/Ljubljana", "Europe/Lublana")
    edit(content, "intents/talk.yml", "kind: request", "kind: reqest")
    edit(content, "intents/talk.yml", "kind: question", "kind: qestion")
    found = load(content, today=TODAY).problems
    assert [(problem.file, problem.line) for problem in found] == [
        ("intents/talk.yml", 2),
        ("intents/talk.yml", 8),
        ("standards.yml", 4),
    ]


# --- what is refused -------------------------------------------------------------------------------------------------

WAITING = """waiting_now:
  count: waiting
  text: {one: "{waiting} person is waiting", other: "{waiting} people are waiting"}
"""


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        # intents
        ("intents/talk.yml", "kind: request", "kind: reqest", "8:9: ‘reqest’ cannot be here. Did you mean ‘request’?"),
        (
            "intents/talk.yml",
            "kind: request",
            "answr: x\n  kind: request",
            "8:3: There is no key ‘answr’ here. Did you mean ‘answer’?",
        ),
        ("intents/talk.yml", "  kind: request", "  answer: greeting", "7:1: ‘kind’ is missing. Add a line for it."),
        (
            "intents/talk.yml",
            "talk_to_human",
            "order_status",
            "7:1: The intent ‘order_status’ is already in intents/orders.yml, line 1.",
        ),
        ("intents/talk.yml", "talk_to_human", "Talk to human", "7:1: ‘Talk to human’ cannot be an intent’s id."),
        ("intents/talk.yml", "talk_to_human", "none", "7:1: ‘none’ has a meaning of its own"),
        (
            "intents/talk.yml",
            "answer: greeting",
            "answer: greting",
            "6:11: There is no reply ‘greting’ in en. Did you mean ‘greeting’?",
        ),
        (
            "intents/talk.yml",
            "answer: greeting",
            "answer: ask_order_id\n  title: ask_order_id",
            "‘ask_order_id’ needs a title, for buttons",
        ),
        (
            "intents/orders.yml",
            "ask: ask_order_id}\n  human",
            "ask: ask_oder_id}\n  human",
            "5:54: There is no reply ‘ask_oder_id’ in en.",
        ),
        ("intents/orders.yml", "when: [asked,", "when: [askd,", "6:18: ‘askd’ cannot be here. Did you mean ‘asked’?"),
        (
            "intents/orders.yml",
            "team: logistics",
            "team: logistic",
            "6:45: There is no team ‘logistic’ in standards.yml. Did you mean ‘logistics’?",
        ),
        ("intents/orders.yml", "within: 2h", "within: 2 hours", "‘2 hours’ is not a span of time."),
        (
            "intents/orders.yml",
            "'[A-Z]{0,2}-?\\d{5,10}', ask: ask_order_id}\n",
            "'[A-Z', ask: ask_order_id}\n",
            "is not a regular expression that can be used",
        ),
        (
            "intents/orders.yml",
            "'[A-Z]{0,2}-?\\d{5,10}', ask: ask_order_id}\n",
            "'\\d*', ask: ask_order_id}\n",
            "fits an empty text too",
        ),
        (
            "intents/orders.yml",
            "'[A-Z]{0,2}-?\\d{5,10}', ask: ask_order_id}\n",
            "'(\\d+)+x', ask: ask_order_id}\n",
            "can take very long",
        ),
        (
            "intents/orders.yml",
            "{pattern: '[A-Z]{0,2}-?\\d{5,10}', ask: ask_order_id}\n",
            "{}\n",
            "The slot ‘order_id’ needs a pattern",
        ),
        (
            "intents/en/orders.yml",
            "order_status:\n  examples:",
            "order_status:\n  slots: {colour: [red]}\n  examples:",
            "‘colour’ is not a slot of ‘order_status’.",
        ),
        (
            "intents/en/orders.yml",
            "order_status:\n  examples:",
            "order_status:\n  slots: {order_id: ['a*b']}\n  examples:",
            "* only at the end of a word",
        ),
        (
            "intents/en/orders.yml",
            "order_status:\n  examples:",
            "order_status:\n  slots: {order_id: [a*]}\n  examples:",
            "This fits far too much",
        ),
        # how people say it
        (
            "intents/en/talk.yml",
            "greeting:",
            "greetings:",
            "There is no intent ‘greetings’ in intents/. Did you mean ‘greeting’?",
        ),
        (
            "intents/en/talk.yml",
            "talk_to_human:\n  examples:",
            "talk_to_human:\n  exampels:",
            "There is no key ‘exampels’ here. Did you mean ‘examples’? The keys are: examples, not, check, slots.",
        ),
        (
            "intents/en/talk.yml",
            "hello, hi there",
            "where is my ORDER?, hi there",
            "The same sentence is an example of ‘order_status’ (intents/en/orders.yml, line 3)",
        ),
        ("intents/en/talk.yml", "check: [hello there]", "check: [Hello!]", "so it proves nothing"),
        (
            "intents/en/talk.yml",
            "check: [hello there]",
            "not: [good evening]",
            "This sentence is also an example of ‘greeting’ itself",
        ),
        (
            "intents/en/talk.yml",
            "hey, good evening",
            "good evening",
            "‘greeting’ has 4 examples. Write at least 5, better 20",
        ),
        (
            "intents/en/orders.yml",
            "{order_id}",
            "{oder_id}",
            "5:7: ‘{oder_id}’ is not a slot of ‘order_status’. Did you mean ‘order_id’?",
        ),
        ("intents/en/orders.yml", "- it came in pieces", "- it came: in pieces", "A text was expected here."),
        # replies
        ("responses/en/talk.yml", "Hello {name}", "Hello {nme}", "‘{nme}’ would stay empty"),
        ("responses/en/talk.yml", "Hello {name}", "Hello {order_id}", "Use only {brand} and {name}."),
        ("responses/en/talk.yml", "Hello {name}", "Hello {name", "There is a lone '{'"),
        ("responses/en/talk.yml", "Hello {name}", "Hello {name:>10}", "There is a lone '{'"),
        (
            "responses/en/talk.yml",
            "Hello {name}",
            "Calm down, {name}",
            "‘calm down’ is under never_say in responses/brand.yml.",
        ),
        (
            "responses/en/talk.yml",
            "title: Hello",
            "title: Hello and a very warm welcome to each and every one",
            "A button shows at most 40",
        ),
        ("responses/en/talk.yml", "title: Hello, ", "", "‘greeting’ needs a title, for buttons"),
        (
            "responses/en/talk.yml",
            ', text: "You\'d like to talk to a person."',
            "",
            "‘talk_to_human’ needs a text that tells the customer",
        ),
        ("responses/en/talk.yml", ', text: "Hello {name}, this is {brand}."', "", "‘greeting’ has a title only."),
        (
            "responses/en/talk.yml",
            "greeting:",
            "order_status:",
            "The reply ‘order_status’ is already in responses/en/orders.yml, line 1.",
        ),
        (
            "responses/en/talk.yml",
            "title: Hello,",
            "titel: Hello,",
            "There is no key ‘titel’ here. Did you mean ‘title’?",
        ),
        (
            "responses/en/orders.yml",
            "ask_order_id: What is your order number?",
            "ask_order_id: [What]",
            "not a text or a list",
        ),
        ("responses/en/orders.yml", "ask_order_id: What is your order number?", "ask_order_id:", "‘name: value’"),
        (
            "responses/en/system.yml",
            "hello:",
            WAITING.replace('one: "{waiting} person is waiting", ', "") + "hello:",
            "lacks the form for one",
        ),
        (
            "responses/en/system.yml",
            "hello:",
            WAITING.replace("one:", "few: x, one:") + "hello:",
            "‘few’ is not a form of this language",
        ),
        ("responses/en/system.yml", "hello:", WAITING.replace("  count: waiting\n", "") + "hello:", "Add ‘count:’"),
        ("responses/en/system.yml", "hello:", "waiting_now: {count: waiting, text: x}\nhello:", "has only one"),
        ("responses/brand.yml", "name: Lumen", "nam: Lumen", "Did you mean ‘name’?"),
        ("responses/brand.yml", "informal", "casual", "Choose one of: informal, formal."),
        ("responses/brand.yml", "tone: informal", "emoji: sometimes", "must be true or false"),
    ],
)
def test_what_is_refused(content: Path, file: str, old: str, new: str, expected: str) -> None:
    edit(content, file, old, new)
    told = problems(load(content, today=TODAY))
    assert any(expected in problem for problem in told), "\n".join(told)
    assert all(problem.startswith(("intents/", "responses/")) for problem in told)


def test_a_reply_too_long_for_telegram_is_refused_by_its_utf16_length(content: Path) -> None:
    edit(content, "responses/en/talk.yml", "You'd like to talk to a person.", "😀" * 2049)
    assert "This text has 4098 characters" in only_problem(content)


def test_a_missing_system_reply_is_told_with_its_file(content: Path) -> None:
    text = (content / "responses/en/system.yml").read_text()
    (content / "responses/en/system.yml").write_text(text.replace("hello:", "helo:"))
    assert only_problem(content) == (
        "responses/en/system.yml:1:1: The reply ‘hello’ is missing, and Keepword needs it. "
        "Add it to a file of responses/en/."
    )


def test_content_of_an_older_version_says_what_came_later_in_our_words(content: Path) -> None:
    text = (content / "responses/en/system.yml").read_text()
    for key in ("wish_later", "ask_phone"):
        text = text.replace(f"\n{key}:", f"\nmy_{key}:")
    (content / "responses/en/system.yml").write_text(text)
    loaded = load(content, today=TODAY)
    assert loaded.catalogue is not None
    assert loaded.catalogue.replies["en"]["wish_later"] == load_or_raise(SHIPPED).replies["en"]["wish_later"]
    assert [str(warning) for warning in loaded.warnings if "stand in" in str(warning)] == [
        "responses/en/system.yml:1:1: This version of Keepword also says wish_later and ask_phone, which you have not "
        "written yet: its own words stand in. Copy them from the responses/ that it comes with to change them."
    ]


def test_a_language_that_keepword_does_not_speak_says_what_came_later_in_english(content: Path) -> None:
    for file in ("system", "team", "time"):
        text = (content / f"responses/en/{file}.yml").read_text().replace("\nwish_later:", "\nmy_wish_later:")
        (content / "responses/de").mkdir(exist_ok=True)
        (content / f"responses/de/{file}.yml").write_text(text)
    loaded = load(content, today=TODAY)
    edit(content, "standards.yml", "languages: [en]", "languages: [en, de]")
    loaded = load(content, today=TODAY)
    told = [str(found) for found in (*loaded.problems, *loaded.warnings)]
    assert any("responses/de" in line and "wish_later" in line and "stand in" in line for line in told)
    assert not any("‘wish_later’ is missing" in line for line in told)


def test_a_file_that_cannot_be_read_is_the_only_problem_told(tmp_path: Path) -> None:
    for file in ("intents/orders.yml", "intents/en/talk.yml", "responses/en/orders.yml", "responses/en/system.yml"):
        content = write_content(tmp_path / file.replace("/", "-"))
        edit(content, file, ":", ": @\nx:")
        assert only_problem(content).startswith(f"{file}:")


def test_an_intent_without_any_examples_is_told_where_it_is_defined(content: Path) -> None:
    edit(
        content,
        "intents/talk.yml",
        "greeting:",
        "thanks: {kind: smalltalk, answer: greeting, title: greeting}\ngreeting:",
    )
    assert only_problem(content) == (
        "intents/talk.yml:4:1: ‘thanks’ has no examples in intents/en/talk.yml. Write there how people say it."
    )


def test_an_empty_folder_says_how_to_begin(tmp_path: Path) -> None:
    told = problems(load(tmp_path, today=TODAY))
    assert len(told) == 3
    assert told[0].startswith("intents:1:1: There are no intents. Add a file such as intents/orders.yml")
    assert told[1].startswith("intents:1:1: There is no language. Add a folder such as intents/en")
    assert told[2].startswith("responses/brand.yml:1:1: This file is missing.")


def test_a_file_that_may_not_be_opened_is_told(content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", refuse)
        told = problems(load(content, today=TODAY))
    assert told
    assert all("This file cannot be opened, or is far too large." in problem for problem in told)


def test_a_huge_file_is_not_read(content: Path) -> None:
    (content / "responses" / "en" / "dump.yml").write_bytes(b"x" * 2_000_001)
    assert only_problem(content).startswith(
        "responses/en/dump.yml:1:1: This file cannot be opened, or is far too large."
    )


# --- several languages -----------------------------------------------------------------------------------------------


def add_slovenian(content: Path) -> None:
    for top in ("intents", "responses"):
        (content / top / "sl").mkdir()
        for path in (content / top / "en").iterdir():
            (content / top / "sl" / path.name).write_bytes(path.read_bytes())
    edit(content, "standards.yml", "languages: [en]", "languages: [en, sl]")


def test_each_language_needs_every_reply_and_examples_of_every_intent(content: Path) -> None:
    add_slovenian(content)
    (content / "intents/sl/talk.yml").unlink()
    (content / "responses/sl/orders.yml").unlink()
    told = "\n".join(problems(load(content, today=TODAY)))
    assert "intents/talk.yml:4:1: ‘greeting’ has no examples in intents/sl/talk.yml." in told
    assert "There is no reply ‘order_status’ in sl. Add it to responses/sl/orders.yml." in told
    assert "intents/orders.yml:7:1: ‘item_damaged’ has no reply ‘item_damaged’ with a title in sl." in told


def test_other_languages_may_use_only_the_placeholders_of_the_first_one(content: Path) -> None:
    add_slovenian(content)
    edit(content, "responses/sl/system.yml", "Hi {name}!", "{order_id}")
    told = only_problem(content)
    assert told.startswith("responses/sl/system.yml:")
    assert "‘{order_id}’ would stay empty" in told


def test_any_language_may_say_a_date_in_numbers(content: Path) -> None:
    add_slovenian(content)
    time = content / "responses/sl/time.yml"
    time.write_text(time.read_text().replace("{date}", "{numbers}"))
    assert "{numbers}" in load_or_raise(content, today=TODAY).replies["sl"]["by_date"].text


def test_words_for_colleagues_are_needed_in_the_first_language_only(content: Path) -> None:
    add_slovenian(content)
    (content / "responses/sl/team.yml").unlink()
    loaded = load(content, today=TODAY)
    assert loaded.catalogue
    assert not any("team" in warning.message for warning in loaded.warnings)


def test_plurals_follow_the_language(content: Path) -> None:
    add_slovenian(content)
    for language in ("en", "sl"):
        edit(content, f"responses/{language}/system.yml", "hello:", WAITING + "hello:")
    assert "‘waiting_now’ lacks the form for few and two. Add it below ‘text’." in only_problem(content)


def test_the_first_language_by_default_is_english_then_the_others_by_name(content: Path) -> None:
    add_slovenian(content)
    edit(content, "standards.yml", "languages: [en, sl]\n", "")
    assert load_or_raise(content, today=TODAY).standards.languages == ("en", "sl")


def test_what_no_language_is_is_refused(content: Path) -> None:
    edit(content, "standards.yml", "languages: [en]", "languages: [en, klingonish]")
    assert "‘klingonish’ is not the code of a language" in only_problem(content)


# --- warnings --------------------------------------------------------------------------------------------------------


def warnings(content: Path) -> list[str]:
    loaded = load(content, today=TODAY)
    assert loaded.catalogue
    return [str(warning) for warning in loaded.warnings if "examples. With 20" not in warning.message]


def test_few_examples_are_a_warning(content: Path) -> None:
    assert any("‘greeting’ has 5 examples. With 20" in str(warning) for warning in load(content, today=TODAY).warnings)


def test_a_folder_of_a_language_that_is_not_answered_is_a_warning(content: Path) -> None:
    (content / "intents" / "sl").mkdir()
    (content / "intents" / "sl" / "talk.yml").write_text("greeting: {examples: [zdravo]}\n")
    [warning] = warnings(content)
    assert warning.startswith("intents/sl:1:1: This folder is not read")


def test_files_where_none_are_read_are_a_warning(content: Path) -> None:
    (content / "responses" / "greetings.yml").write_text("a: b\n")
    (content / "intents" / "en" / "more.yaml").write_text("a: b\n")
    (content / "intents" / "en" / "old").mkdir()
    (content / "intents" / "en" / "old" / "talk.yml").write_text("a: b\n")
    assert [warning.split(":")[0] for warning in warnings(content)] == [
        "intents/en/more.yaml",
        "intents/en/old/talk.yml",
        "responses/greetings.yml",
    ]


def test_the_same_sentence_twice_in_one_intent_is_a_warning(content: Path) -> None:
    edit(content, "intents/en/talk.yml", "hello, hi there", "hello, Hello!, hi there")
    [warning] = warnings(content)
    assert "The same sentence is already intents/en/talk.yml, line 6." in warning


def test_a_reply_that_only_one_language_has_is_a_warning(content: Path) -> None:
    add_slovenian(content)
    (content / "responses/sl/more.yml").write_text("extra: Nekaj\n")
    (content / "responses/en/more.yml").write_text("spare: Something\n")
    assert [warning.split(": ", 1)[1] for warning in warnings(content)] == [
        "‘spare’ is not in sl yet: customers who write sl would read it in en.",
        "There is no reply ‘extra’ in en, the first language.",
    ]


# --- keeping ---------------------------------------------------------------------------------------------------------


def test_a_version_is_kept_once_as_it_was_read(content: Path, tmp_path: Path) -> None:
    loaded = load(content, today=TODAY)
    edit(content, "responses/brand.yml", "Lumen", "Changed since")
    versions = tmp_path / "versions"
    kept = keep(loaded, versions, datetime(2026, 11, 23, 9, tzinfo=UTC))
    assert kept == keep(loaded, versions, datetime(2026, 11, 24, 9, tzinfo=UTC))
    assert kept.name == f"20261123T090000Z-{loaded.version}"
    assert [path.name for path in versions.iterdir() if path.is_dir()] == [kept.name]
    assert load(kept, today=TODAY).version == loaded.version
