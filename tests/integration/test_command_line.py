"""The command line, as it is called: results on stdout, notes on stderr, exit codes."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.core.conversation import Phase, PromiseState
from tests.content_samples import edit, write_content
from tests.integration.house import house
from tests.integration.simulated import ANA

ALWAYS = 'calendars: {office: {zone: Europe/Ljubljana, open: {mon-fri: ["09:00-17:00"]}}}\npromises: {complaint: 90s}\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small content, whose pipeline is trained once."""
    folder = tmp_path_factory.mktemp("keepword")
    write_content(folder / "content")
    return folder


def keepword(folder: Path, *words: str, given: str | bytes = "", **more: str) -> subprocess.CompletedProcess[bytes]:
    """Call the command in ``folder``, with nothing of our own environment's settings."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KEEPWORD_")}
    environment |= {"KEEPWORD_CONTENT": "content", "KEEPWORD_ENCODER": "ngrams", **more}
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=folder,
        env=environment,
        input=given.encode() if isinstance(given, str) else given,
        capture_output=True,
        check=False,
        timeout=110,
    )


def test_check_is_content_with_good_content(folder: Path) -> None:
    done = keepword(folder, "check")
    assert (done.returncode, done.stdout) == (0, b"")


def test_check_prints_a_line_with_file_line_and_column_for_each_problem(tmp_path: Path) -> None:
    write_content(tmp_path / "content")
    edit(tmp_path / "content", "responses/en/talk.yml", "{name}", "{nmae}")
    edit(tmp_path / "content", "intents/talk.yml", "kind: request", "kind: reqest")
    done = keepword(tmp_path, "check", "content")
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 1
    assert [line.split(":")[0] for line in lines] == ["intents/talk.yml", "responses/en/talk.yml"]
    assert all(part.isdigit() for line in lines for part in line.split(":")[1:3])


def test_classify_answers_each_line_with_an_object_in_order(folder: Path) -> None:
    texts = ["when are you open", "my lamp arrived broken, LO-12345", "", "zxcvb", '"quoted" \\ {x}', "č" * 3000]
    done = keepword(folder, "classify", "--content", "content", given="\n".join(texts) + "\n")
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [answer["text"] for answer in answers] == texts
    assert set(answers[0]) == {
        "text", "language", "intent", "kind", "severity", "confidence", "runners_up", "slots", "decision",
    }  # fmt: skip
    assert [(a["intent"], a["decision"]) for a in answers[:4]] == [
        ("opening_hours", "answer"),
        ("item_damaged", "promise"),
        ("none", "rephrase"),
        ("none", "rephrase"),
    ]
    assert answers[1]["slots"] == {"order_id": "LO-12345"}


def test_classify_takes_bytes_that_are_no_text(folder: Path) -> None:
    done = keepword(folder, "classify", given=b"\xff\xfe caf\xe9\nwhen are you open")
    assert len(done.stdout.splitlines()) == 2
    assert done.returncode == 0


def test_try_says_what_would_be_said_as_of_a_time(folder: Path) -> None:
    done = keepword(folder, "try", "--at", "2026-11-23T10:00:00", "--json", "my lamp arrived broken")
    told = json.loads(done.stdout)
    assert told["promise"]["due_at"] == "2026-11-23T11:00:00+00:00"
    assert told["promise"]["quoted"] == "by 12:00 today"
    assert "A colleague will reply to you here by 12:00 today." in told["say"][0]


def test_try_counts_seconds_where_the_standards_do(tmp_path: Path) -> None:
    write_content(tmp_path / "content", **{"standards.yml": ALWAYS})
    done = keepword(tmp_path, "try", "--at", "2026-11-23T09:00:00+00:00", "--json", "my lamp arrived broken")
    assert json.loads(done.stdout)["promise"]["due_at"] == "2026-11-23T09:01:30+00:00"


def test_try_explains_itself_to_a_person(folder: Path) -> None:
    told = keepword(folder, "try", "when are you open").stdout.decode()
    for part in ("opening_hours", "confidence", "answer, because: sure", "“Hi Alex! We are open on weekdays"):
        assert part in told


def test_train_tests_the_check_sentences(folder: Path) -> None:
    done = keepword(folder, "train")
    assert b"check sentences" in done.stdout
    assert done.returncode in (0, 1)


def test_evaluate_measures_any_labelled_messages(tmp_path: Path) -> None:
    how = ("now", "please", "for me", "again", "at once", "quickly")
    pairs = [(verb, thing) for verb in ("open", "close") for thing in ("door", "window")]
    rows = [(f"{verb} the {thing} {end}", f"{verb}_{thing}") for verb, thing in pairs for end in how]
    (tmp_path / "train.tsv").write_text("text\tintent\n" + "".join(f"{a}\t{b}\n" for a, b in rows[::2]))
    (tmp_path / "test.tsv").write_text("text\tintent\n" + "".join(f"{a}\t{b}\n" for a, b in rows[1::2]))
    (tmp_path / "oos.tsv").write_text("text\tintent\nwhat is the capital of peru\toos\nmy cat likes fish\toos\n")
    files = ("--train", "train.tsv", "--test", "test.tsv", "--oos", "oos.tsv")
    measured = json.loads(keepword(tmp_path, "evaluate", *files, "--json").stdout)
    assert measured["accuracy"] > 0.8
    assert {"macro_f1", "in_scope_accuracy", "oos_recall", "false_rejection", "p50_ms", "train_seconds"} <= set(
        measured
    )


def test_evaluate_wants_both_files_or_neither(folder: Path) -> None:
    done = keepword(folder, "evaluate", "--train", "train.tsv")
    assert done.returncode == 2
    assert b"--test" in done.stderr
    assert b"Traceback" not in done.stderr


def test_what_looks_back_says_what_is_missing_before_the_bot_has_run(folder: Path) -> None:
    for words, part in (
        (("content", "history"), b"keepword run"),
        (("content", "rollback"), b"keepword run"),
        (("preview",), b"keepword content draft"),
        (("proposals",), b"keepword run"),
    ):
        done = keepword(folder, *words)
        assert part in done.stdout + done.stderr
        assert b"Traceback" not in done.stderr
        assert done.returncode == (0 if words == ("content", "history") else 2)


def test_queue_says_when_nobody_is_waiting_and_lists_who_is(tmp_path: Path) -> None:
    async def complain() -> tuple[bytes, bytes]:
        async with house(tmp_path) as home:
            where = {"KEEPWORD_STORE": f"tinydb:{tmp_path / 'store'}"}
            nobody = await asyncio.to_thread(keepword, tmp_path, "queue", **where)
            await home.customer_says("my lamp arrived broken")
            thread = await home.topic()
            home.agent_says(thread, "/tag vip")
            await home.until_topic_reads(thread, "🏷 Tags: vip")
            somebody = await asyncio.to_thread(keepword, tmp_path, "queue", "--json", **where)
            return nobody.stdout, somebody.stdout

    nobody, somebody = asyncio.run(complain())
    assert b"Nobody is waiting" in nobody
    (line,) = somebody.splitlines()
    told = json.loads(line)
    assert (told["customer"], told["intent"], told["phase"]) == ("Maja", "item_damaged", Phase.WAITING.value)
    assert told["quoted"] == "by 12:00 today"
    assert told["tags"] == ["vip"]
    assert PromiseState.OPEN.value == "open"


def test_report_tells_what_came_of_a_day(tmp_path: Path) -> None:
    formats = (("--format", "json"), ("--format", "csv", "--by", "agent"), ("--by", "intent"), ("--per", "week"))

    async def day() -> list[str]:
        async with house(tmp_path) as home:
            await home.customer_says("my lamp arrived broken")
            home.agent_says(await home.topic(), "A new one goes out today")
            await home.until_customer_reads("A new one goes out")
            await home.app.tally.write()
            where = {"KEEPWORD_STORE": f"tinydb:{tmp_path / 'store'}"}
            told = [await asyncio.to_thread(keepword, tmp_path, "report", *words, **where) for words in formats]
            return [done.stdout.decode() for done in told]

    exact, rows, table, causes = asyncio.run(day())
    whole = json.loads(exact)
    figures = whole["groups"]["all"]
    assert (figures["conversations"], figures["promises"], figures["kept"], figures["kept_rate"]) == (1, 1, 1, 1.0)
    assert figures["acknowledged"] >= 1
    assert 0 < figures["acknowledged_p90_seconds"] <= 5
    assert whole["now"] == {"open": 0, "at_risk": 0, "overdue": 0}
    assert whole["complaints"] == [{"begins": "2026-11-23", "intent": "item_damaged", "complaints": 1}]
    (row,) = csv.DictReader(rows.splitlines())
    assert (row["agent"], row["kept"], row["kept_rate"], row["stars"]) == (f"Ana ({ANA})", "1", "1.0", "")
    assert "Damaged item" in table
    assert "100.0%" in table
    assert "Open now: 0" in table
    assert causes.splitlines()[1].split() == ["2026-11-23", "Damaged", "item", "1"]


def test_report_counts_what_began_in_the_time_asked_for(tmp_path: Path) -> None:
    async def day() -> list[dict[str, int]]:
        async with house(tmp_path) as home:
            await home.customer_says("my lamp arrived broken")
            where = {"KEEPWORD_STORE": f"tinydb:{tmp_path / 'store'}"}
            spans = (("--since", "2026-11-23T09:00"), ("--since", "2026-11-23T10:30"), ("--until", "2026-11-23"))
            words = ("report", "--format", "json")
            told = [await asyncio.to_thread(keepword, tmp_path, *words, *span, **where) for span in spans]
            return [json.loads(done.stdout)["groups"]["all"] for done in told]

    assert [figures["promises"] for figures in asyncio.run(day())] == [1, 0, 0]


def test_queue_without_a_store_says_what_to_do(tmp_path: Path) -> None:
    write_content(tmp_path / "content")
    done = keepword(tmp_path, "queue")
    assert done.returncode == 2
    assert b"keepword run" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_wrong_setting_is_named(folder: Path) -> None:
    done = keepword(folder, "run", KEEPWORD_TELEGRAM_TOKEN="oops")
    assert done.returncode == 2
    assert b"KEEPWORD_TELEGRAM_TOKEN" in done.stderr
    assert b"Traceback" not in done.stderr


def test_bad_content_keeps_run_from_starting_and_says_why(tmp_path: Path) -> None:
    write_content(tmp_path / "content", **{"intents/talk.yml": "greeting: [\n"})
    done = keepword(tmp_path, "run", KEEPWORD_LISTEN="127.0.0.1:0", KEEPWORD_SIMULATOR="127.0.0.1:0")
    assert done.returncode == 1
    assert b"intents/talk.yml:" in done.stderr
    assert b"Traceback" not in done.stderr


def test_doctor_says_what_is_missing(folder: Path) -> None:
    done = keepword(folder, "doctor")
    assert done.returncode == 1
    assert "There is no token" in done.stdout.decode()
    assert "BotFather" in done.stdout.decode()


# --- a customer's data


async def test_a_customer_is_exported_and_erased_at_the_command_line(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await home.customer_says("my lamp arrived broken")
        await home.topic()
    place = {"KEEPWORD_STORE": "tinydb:store"}
    told = json.loads(keepword(tmp_path, "export", "5001", **place).stdout)
    assert told["conversations"][0]["messages"][0]["text"] == "my lamp arrived broken"
    assert "promised" in [line["what"] for line in told["record"]]

    refused = keepword(tmp_path, "erase", "5001", **place)
    assert refused.returncode == 1
    assert b"waits for a colleague" in refused.stdout

    done = keepword(tmp_path, "erase", "5001", "--withdraw", **place)
    assert (done.returncode, done.stdout.decode()) == (0, "Erased. The customer is told.\n")
    left = keepword(tmp_path, "export", "5001", **place).stdout.decode()
    assert json.loads(left)["conversations"][0]["promises"][0]["state"] == "cancelled"
    assert "erased" in [line["what"] for line in json.loads(left)["record"]]
    files = [path for path in (tmp_path / "store").rglob("*") if path.is_file()]
    assert not any(secret in left for secret in ("lamp", "Maja"))
    assert [path for path in files if b"lamp arrived" in path.read_bytes() or b"Maja" in path.read_bytes()] == []


def test_who_never_wrote_can_be_neither_exported_nor_erased(tmp_path: Path) -> None:
    done = keepword(tmp_path, "export", "5001", KEEPWORD_STORE="tinydb:store")
    assert done.returncode == 2
    assert b"holds no store" in done.stderr
