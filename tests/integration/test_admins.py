"""Admins edit the content in chat, over real HTTP: what they send, what is shown, what goes live, and the way back."""

from __future__ import annotations

import asyncio
import errno
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.errors import UnderstandingError
from bot.core.step import Event
from bot.files import versions
from bot.simulator.chats import Message
from bot.simulator.faults import Fault
from tests.content_samples import SMALL_CONTENT, edit, write_content
from tests.integration.house import STANDARDS, House, house, running, settings_for
from tests.integration.scenes import DOCS, is_documented, wrapped
from tests.integration.simulated import ANA, BEN, GROUP, MAJA, simulated, until

PAGE = DOCS / "admins.md"
TALK = "responses/en/talk.yml"
ORDERS = "intents/en/orders.yml"
HOURS = "when are you open"
OLD = "We are open on weekdays from 9 to 17."
NEW = "We are open every day from 8 to 20."
ADMINS = f"{ANA},{BEN}"


class Desk:
    """An admin's private chat with the bot."""

    def __init__(self, home: House, admin: int = ANA) -> None:
        self.home, self.world, self.admin = home, home.world, admin
        self.pressed: dict[int, list[str]] = {}
        self.first_read: dict[int, list[str]] = {}

    def writes(self, text: str) -> Message:
        return self.world.send(self.admin, self.admin, text)

    def uploads(self, content: str | bytes, name: str, caption: str = "") -> Message:
        return self.world.upload(self.admin, self.admin, content, name, caption)

    async def reads(self, part: str, after: Message | None = None) -> Message:
        """The last message of the bot that holds this, written ``after`` another one."""
        since = after.message_id if after else 0

        def found() -> Message | None:
            said = (m for m in reversed(self.world.said(self.admin)) if m.message_id > since)
            return next((m for m in said if part in words_of(m)), None)

        message = await self.world.wait_for(found, timeout=30)
        self.first_read.setdefault(message.message_id, shown(message))
        return message

    async def asks(self, text: str, part: str) -> Message:
        return await self.reads(part, self.writes(text))

    async def presses(self, message: Message, label: str, part: str) -> Message:
        """Press a button, and read what follows."""
        last = self.world.said(self.admin)[-1]
        self.pressed.setdefault(last.message_id, []).append(label)
        self.home.press(message, label, self.admin)
        return await self.reads(part, last)

    def content(self, place: str) -> str:
        return (self.home.app.settings.content / place).read_text(encoding="utf-8")

    def transcript(self) -> str:
        """The chat as it reads in the end, with the same versions and times whenever it is told."""
        return _timeless("\n".join(self._lines()))

    def _lines(self) -> list[str]:
        lines: list[str] = []
        for message in self.world.state.chat(str(self.admin)).messages.values():
            name = self.world.person(message.sender.id).name.replace("Keepword", "Bot")
            for index, line in enumerate(self.first_read.get(message.message_id) or shown(message)):
                lines += wrapped(line, f"{name}: " if index == 0 else " " * (len(name) + 2))
            for label in self.pressed.get(message.message_id, ()):
                lines.append(f"  ({self.world.person(self.admin).name} presses: {label})")
        return lines


_VERSIONS = ("3f2a9c1b", "a94f30b7", "5c1e08d2", "0b77e6a1")


def _timeless(text: str) -> str:
    found = list(dict.fromkeys(re.findall(r"\b[0-9a-f]{8}\b", text)))
    for version, shown_as in zip(found, _VERSIONS, strict=False):
        text = text.replace(version, shown_as)
    return re.sub(r"23 Nov, \d\d:\d\d", "23 Nov, 09:50", text)


def words_of(message: Message) -> str:
    return message.text or message.content.text


def shown(message: Message) -> list[str]:
    file = message.content.attachment.file if message.content.attachment else None
    told = [f"[{file.name}]"] if file else []
    rows = [" ".join(f"[{button['text']}]" for button in row) for row in message.buttons()]
    return [*told, *(line.rstrip() for line in words_of(message).split("\n") if line), *rows]


def labels(message: Message) -> list[str]:
    return [str(button["text"]) for row in message.buttons() for button in row]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pipelines are kept: what they learn is nearly the same in all of these tests."""
    return tmp_path_factory.mktemp("trained")


@pytest.fixture
async def home(tmp_path: Path, trained: Path) -> AsyncIterator[House]:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "model").symlink_to(trained)
    async with house(tmp_path, admins=ADMINS) as home:
        yield home


@pytest.fixture
async def desk(home: House) -> Desk:
    return Desk(home)


def changed(place: str, old: str, new: str) -> str:
    text = SMALL_CONTENT[place]
    assert old in text
    return text.replace(old, new, 1)


async def told_a_customer(home: House, text: str) -> str:
    """What somebody new is told."""
    someone = home.world.add_customer("Nina", language_code="en")
    return (await home.world.wait_for_reply(home.world.send(someone.id, someone.id, text), timeout=20)).text


# --- a file is sent ---------------------------------------------------------------------------------------------------


async def test_a_good_file_is_previewed_approved_live_and_taken_back(desk: Desk) -> None:
    assert OLD in (await desk.home.customer_says(HOURS)).text
    got = await desk.asks(f"/content get {TALK}", "as it is now")
    assert got.content.attachment is not None
    assert got.content.attachment.file is not None
    assert got.content.attachment.file.data.decode() == SMALL_CONTENT[TALK]
    desk.uploads(changed(TALK, OLD, NEW), "talk.yml", TALK)
    preview = await desk.reads("Shall it go live?")
    assert f"“{HOURS}”" in preview.text
    assert desk.content(TALK) == SMALL_CONTENT[TALK]
    live = await desk.presses(preview, "Approve", "✅ Live now")
    assert NEW in await told_a_customer(desk.home, HOURS)
    await desk.presses(await desk.asks("/content", "by Ana"), "History", "What was live")
    await desk.presses(live, "Take it back", "✅ Taken back")
    assert OLD in await told_a_customer(desk.home, HOURS)
    assert desk.content(TALK) == SMALL_CONTENT[TALK]
    assert is_documented("A file is changed, and changed back", desk.transcript(), PAGE)


async def test_a_bad_file_is_shown_with_line_and_remedy_and_changes_nothing(desk: Desk) -> None:
    version = desk.home.app.shelf.current().catalogue.version
    desk.uploads(changed(TALK, "talk_to_human: {title", "greeting: {titel"), "talk.yml", TALK)
    told = await desk.reads("can't go live like this")
    assert f"{TALK}:3:" in told.text
    assert not told.buttons()
    assert desk.content(TALK) == SMALL_CONTENT[TALK]
    assert desk.home.app.shelf.current().catalogue.version == version
    assert is_documented("A mistake", desk.transcript(), PAGE)


async def test_what_an_example_changes_about_past_messages_is_shown_before_and_after(desk: Desk) -> None:
    unheard = "grandmother bought a blue carriage in Bled"
    await desk.home.customer_says(unheard)
    desk.uploads(changed(ORDERS, "- where is my order\n", f"- where is my order\n    - {unheard}\n"), "o.yml", ORDERS)
    preview = await desk.reads("Shall it go live?")
    assert "order_status (en): +1 example" in preview.text
    assert "→ answer: Where is my order?" in preview.text
    await desk.presses(preview, "Approve", "✅ Live now")
    assert "within three days" in await told_a_customer(desk.home, unheard)


async def test_which_file_it_is_is_asked_by_buttons_where_the_name_alone_fits_several(desk: Desk) -> None:
    desk.uploads("opening_hours: {kind: question, answer: opening_hours}\n", "talk.yml")
    await desk.reads("intents/talk.yml can't go live like this")
    desk.uploads("- nothing\n", "talk.yml")
    asked = await desk.reads("Which file is talk.yml to be?")
    assert labels(asked) == ["intents/en/talk.yml", "intents/talk.yml", TALK]
    await desk.presses(asked, TALK, f"{TALK} can't go live like this")
    wanted = await desk.asks("/content get talk.yml", "There are several files of that name")
    got = await desk.presses(wanted, "intents/talk.yml", "intents/talk.yml as it is now")
    assert shown(got)[0] == "[talk.yml]"


@pytest.mark.parametrize(
    "path",
    [
        "../standards.yml",
        "/etc/passwd.yml",
        "intents/../../out.yml",
        "intents/en/../../../out.yml",
        "..\\out.yml",
        "intents/en/.hidden.yml",
        "docs/some.yml",
        "C:/windows/some.yml",
        "~/some.yml",
    ],
)
async def test_nothing_is_taken_that_is_no_place_for_content(desk: Desk, path: str, tmp_path: Path) -> None:
    def files() -> list[Path]:
        # Among the bot's own data versions of the content come and go meanwhile.
        return sorted(path for place in tmp_path.iterdir() if place.name != "data" for path in place.rglob("*.yml"))

    before = files()
    sent = desk.uploads("greeting: {text: Hi}\n", "some.yml", path)
    await desk.reads("is no place for content", sent)
    assert files() == before


async def test_a_file_in_the_manner_of_windows_is_taken_as_it_is_meant(desk: Desk) -> None:
    text = changed(TALK, OLD, "Vsak dan, čez praznike ne.").replace("\n", "\r\n")
    desk.uploads(b"\xef\xbb\xbf" + text.encode(), "talk.yml", TALK)
    preview = await desk.reads("Shall it go live?")
    assert "reply (en) opening_hours changed" in preview.text
    await desk.presses(preview, "Approve", "✅ Live")
    assert desk.content(TALK) == changed(TALK, OLD, "Vsak dan, čez praznike ne.")


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (SMALL_CONTENT[TALK].encode("utf-16"), f"{TALK}:1:1: This file is saved as UTF-16."),
        (b"greeting: \xe8\n", f"{TALK}:1:11: This character is not UTF-8."),
        (b"#" * 2_000_001, "larger than the 2 MB"),
    ],
)
async def test_what_is_no_text_or_far_too_large_is_told(desk: Desk, content: bytes, part: str) -> None:
    desk.uploads(content, "talk.yml", TALK)
    await desk.reads(part)
    assert desk.content(TALK) == SMALL_CONTENT[TALK]


async def test_a_file_that_telegram_does_not_hand_out_is_asked_for_again(desk: Desk) -> None:
    desk.home.simulator.api.faults.replace([Fault(times=1, method="getFile", error_code=500)])
    desk.uploads(changed(TALK, OLD, NEW), "talk.yml", TALK)
    await desk.reads("Shall it go live?")
    desk.home.simulator.api.faults.replace([Fault(times=5, method="getFile", error_code=400)])
    desk.uploads(changed(TALK, OLD, "Never."), "talk.yml", TALK)
    await desk.reads("Please send it again")


async def test_check_sentences_that_an_edit_breaks_are_told(desk: Desk) -> None:
    """A new one that is not understood, and none of those that were misunderstood before."""
    spoilt = changed(
        ORDERS, 'check: ["any news on my package?"]', 'check: ["any news on my package?", "the chair is scratched"]'
    )
    desk.uploads(spoilt, "orders.yml", ORDERS)
    preview = await desk.reads("Shall it go live?")
    assert "would be misunderstood from now on (1)" in preview.text
    assert "“the chair is scratched” should be: Where is my order?" in preview.text


# --- more than one of them --------------------------------------------------------------------------------------------


async def test_of_two_admins_the_second_is_told_what_the_first_has_changed(home: House) -> None:
    ana, ben = Desk(home), Desk(home, BEN)
    ana.uploads(changed(TALK, OLD, NEW), "talk.yml", TALK)
    of_ana = await ana.reads("Shall it go live?")
    ben.uploads(changed(TALK, OLD, "By appointment."), "talk.yml", TALK)
    of_ben = await ben.reads("Shall it go live?")
    await ana.presses(of_ana, "Approve", "✅ Live")
    again = await ben.presses(of_ben, "Approve", "was changed by somebody else")
    assert NEW in ben.content(TALK)
    assert labels(again) == ["Replace it all the same", "Discard", "Get the newest file"]
    newest = await ben.presses(again, "Get the newest file", "as it is now")
    assert newest.content.attachment is not None
    await ben.presses(again, "Replace it all the same", "✅ Live")
    assert "By appointment." in await told_a_customer(home, HOURS)
    assert is_documented("Two at once", ben.transcript(), PAGE)


async def test_who_sends_a_file_made_from_an_older_one_is_warned(home: House) -> None:
    ana, ben = Desk(home), Desk(home, BEN)
    await ben.asks(f"/content get {TALK}", "as it is now")
    ana.uploads(changed(TALK, OLD, NEW), "talk.yml", TALK)
    await ana.presses(await ana.reads("Shall it go live?"), "Approve", "✅ Live")
    ben.uploads(changed(TALK, "Hello {name}", "Good day {name}"), "talk.yml", TALK)
    warned = await ben.reads("Shall it go live?")
    assert "was changed by somebody else since you began" in warned.text


async def test_two_admins_who_change_different_files_both_have_their_way(home: House) -> None:
    ana, ben = Desk(home), Desk(home, BEN)
    ana.uploads(changed(TALK, OLD, NEW), "talk.yml", TALK)
    of_ana = await ana.reads("Shall it go live?")
    ben.uploads(changed("responses/en/orders.yml", "three days", "two days"), "r.yml", "responses/en/orders.yml")
    of_ben = await ben.reads("Shall it go live?")
    await asyncio.gather(ana.presses(of_ana, "Approve", "✅ Live"), ben.presses(of_ben, "Approve", "✅ Live"))
    assert NEW in await told_a_customer(home, HOURS)
    assert "two days" in await told_a_customer(home, "where is my order")


async def test_old_buttons_and_the_same_file_twice_are_told_in_plain_words(desk: Desk) -> None:
    first = desk.uploads(changed(TALK, OLD, NEW), "talk.yml", TALK)
    one = await desk.reads("Shall it go live?", first)
    second = desk.uploads(changed(TALK, OLD, NEW), "talk.yml", TALK)
    two = await desk.reads("Shall it go live?", second)
    await desk.presses(one, "Discard", "Discarded")
    assert "was discarded" in (await desk.presses(two, "Approve", "discarded")).text
    third = desk.uploads(changed(TALK, OLD, NEW), "talk.yml", TALK)
    three = await desk.reads("Shall it go live?", third)
    data = str(three.buttons()[0][0]["callback_data"])
    desk.world.press(ANA, three.message_id, ANA, data)
    desk.world.press(ANA, three.message_id, ANA, data)
    await desk.reads("It is live already")
    fourth = desk.uploads(changed(TALK, OLD, NEW), "talk.yml", TALK)
    await desk.reads("is exactly what is there already", fourth)
    live = next(m for m in desk.world.said(ANA) if "✅ Live" in m.text)
    undo = str(live.buttons()[0][0]["callback_data"])
    desk.world.press(ANA, live.message_id, ANA, undo)
    desk.world.press(ANA, live.message_id, ANA, undo)
    await desk.reads("was taken back. Send it again")
    assert desk.content(TALK) == SMALL_CONTENT[TALK]


async def test_what_was_changed_again_since_is_not_taken_back_blindly(desk: Desk) -> None:
    desk.uploads(changed(TALK, OLD, NEW), "talk.yml", TALK)
    live = await desk.presses(await desk.reads("Shall it go live?"), "Approve", "✅ Live")
    edit(desk.home.app.settings.content, TALK, "Hello {name}", "Good day {name}")
    await desk.presses(live, "Take it back", "has been changed again since")
    assert "Good day" in desk.content(TALK)


# --- restarts, and what stands in the way -----------------------------------------------------------------------------


async def test_a_restart_between_preview_and_approval_loses_nothing(tmp_path: Path) -> None:
    async with simulated() as simulator:
        write_content(tmp_path / "content", **{"standards.yml": STANDARDS})
        settings = settings_for(tmp_path, simulator, admins=ADMINS)
        async with running(settings, simulator) as before:
            Desk(before).uploads(changed(TALK, OLD, NEW), "talk.yml", TALK)
            preview = await Desk(before).reads("Shall it go live?")
        Desk(before).home.press(preview, "Approve", ANA)
        async with running(settings, simulator) as after:
            live = await Desk(after).reads("✅ Live")
            assert NEW in await told_a_customer(after, HOURS)
        async with running(settings, simulator) as later:
            await Desk(later).presses(live, "Take it back", "✅ Taken back")
            assert OLD in await told_a_customer(later, HOURS)


async def test_an_approval_that_was_cut_off_after_writing_is_finished_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with simulated() as simulator:
        write_content(tmp_path / "content", **{"standards.yml": STANDARDS})
        settings = settings_for(tmp_path, simulator, admins=ADMINS)
        async with running(settings, simulator) as before:
            Desk(before).uploads(changed(TALK, OLD, NEW), "talk.yml", TALK)
            preview = await Desk(before).reads("Shall it go live?")
            submission = str(preview.buttons()[0][0]["callback_data"]).rpartition(":")[2]
            with monkeypatch.context() as patched:
                patched.setattr(before.app.shelf, "put", _never)
                half = asyncio.create_task(before.app.workbench.approve(submission, "Ana (7001)"))
                await until(lambda: NEW in Desk(before).content(TALK))
                half.cancel()
                await asyncio.gather(half, return_exceptions=True)
        async with running(settings, simulator) as after:
            live = await Desk(after).presses(preview, "Approve", "✅ Live")
            await Desk(after).presses(live, "Take it back", "✅ Taken back")
            assert Desk(after).content(TALK) == SMALL_CONTENT[TALK]


async def test_what_can_not_be_learnt_is_put_back_and_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(_catalogue: object) -> None:
        raise UnderstandingError("There is too little memory.")

    desk.uploads(changed(TALK, OLD, NEW), "talk.yml", TALK)
    preview = await desk.reads("Shall it go live?")
    with monkeypatch.context() as patched:
        patched.setattr(desk.home.app.shelf, "put", fails)
        await desk.presses(preview, "Approve", "nothing was changed: There is too little memory.")
        assert desk.content(TALK) == SMALL_CONTENT[TALK]
    again = desk.uploads(changed(TALK, OLD, NEW), "talk.yml", TALK)
    await desk.presses(await desk.reads("Shall it go live?", again), "Approve", "✅ Live")


async def test_a_folder_that_can_not_be_written_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    desk.uploads(changed(TALK, OLD, NEW), "talk.yml", TALK)
    preview = await desk.reads("Shall it go live?")
    monkeypatch.setattr(versions, "restore", refused)
    await desk.presses(preview, "Approve", "can't be written (Read-only file system)")
    assert OLD in await told_a_customer(desk.home, HOURS)


async def _never(_catalogue: object) -> None:
    await asyncio.Event().wait()


async def test_broken_files_on_disk_are_told_and_a_good_upload_mends_them(desk: Desk) -> None:
    edit(desk.home.app.settings.content, TALK, "greeting: {title", "greeting {title")
    told = await desk.asks("/content", "can't go live as they are")
    assert f"{TALK}:2:" in told.text
    desk.uploads(changed(TALK, OLD, NEW), "talk.yml", TALK)
    made = await desk.presses(await desk.reads("Shall it go live?"), "Approve", "✅ Live")
    assert "had not been live are kept in" in made.text
    assert NEW in await told_a_customer(desk.home, HOURS)


async def test_going_back_to_an_earlier_version_is_asked_about_and_done(desk: Desk) -> None:
    desk.uploads(changed(TALK, OLD, NEW), "talk.yml", TALK)
    await desk.presses(await desk.reads("Shall it go live?"), "Approve", "✅ Live")
    asked = await desk.presses(await desk.asks("/content", "all of it is live"), "Go back", "changes this")
    assert "reply (en) opening_hours changed" in asked.text
    await desk.presses(asked, labels(asked)[0], "✅ Taken back")
    assert OLD in await told_a_customer(desk.home, HOURS)
    await desk.asks("/content history", "What was live, the newest first")
    await desk.asks("/content dance", "There is no /content dance")


async def test_all_that_admins_do_is_on_record(desk: Desk) -> None:
    desk.uploads(changed(TALK, OLD, NEW), "talk.yml", TALK)
    live = await desk.presses(await desk.reads("Shall it go live?"), "Approve", "✅ Live")
    await desk.presses(live, "Take it back", "✅ Taken back")
    events = [event async for event in desk.home.app.store.events() if event.name.startswith("content_")]
    assert [(event.name, event.by, event.facts["file"]) for event in events] == [
        (name, f"Ana ({ANA})", TALK) for name in ("content_sent", "content_live", "content_back")
    ]
    assert events[1].facts["version"] != events[2].facts["version"]


# --- who may ----------------------------------------------------------------------------------------------------------


async def test_a_customer_who_sends_such_a_file_or_command_is_a_customer(home: House) -> None:
    answer = await home.world.wait_for_reply(home.world.upload(MAJA, MAJA, changed(TALK, OLD, NEW), "talk.yml"))
    assert "What is it about?" in answer.text
    home.world.send(MAJA, MAJA, "/content get standards.yml")
    await home.until_customer_reads("A colleague will reply")
    assert not any(message.content.attachment for message in home.world.said(MAJA))
    assert (home.app.settings.content / TALK).read_text() == SMALL_CONTENT[TALK]


async def test_an_agent_who_is_no_admin_sends_the_customer_a_document(tmp_path: Path) -> None:
    async with house(tmp_path, admins=str(BEN)) as home:
        await home.customer_says("my lamp arrived broken")
        thread = await home.topic()
        kept = home.world.state.files.keep("talk.yml", None, changed(TALK, OLD, NEW).encode(), "document")
        document: dict[str, object] = {"type": "document", "file_id": kept.file_id}
        home.world.send(GROUP, ANA, media=document, caption=TALK, thread_id=thread)
        await home.world.wait_for(lambda: any(message.content.attachment for message in home.world.said(MAJA)))
        home.world.upload(ANA, ANA, changed(TALK, OLD, NEW), "talk.yml")
        await Desk(home).reads("What is it about?")
        assert (home.app.settings.content / TALK).read_text() == SMALL_CONTENT[TALK]


async def test_the_buttons_of_who_is_no_admin_any_more_do_nothing(tmp_path: Path) -> None:
    async with simulated() as simulator:
        write_content(tmp_path / "content", **{"standards.yml": STANDARDS})
        async with running(settings_for(tmp_path, simulator, admins=ADMINS), simulator) as before:
            Desk(before).uploads(changed(TALK, OLD, NEW), "talk.yml", TALK)
            preview = await Desk(before).reads("Shall it go live?")
        async with running(settings_for(tmp_path, simulator, admins=str(BEN)), simulator) as after:
            after.press(preview, "Approve", ANA)
            await after.world.wait_for(lambda: not preview.buttons(), timeout=20)
            assert Desk(after).content(TALK) == SMALL_CONTENT[TALK]


# --- proposed examples ------------------------------------------------------------------------------------------------


async def labelled(home: House, *texts: str) -> None:
    """Ana says of these messages that they are about opening hours."""
    for number, text in enumerate(texts, start=1):
        event = Event(home.clock.now(), f"{number}-1", "labelled", "Ben (7002)", proposed(text))
        await home.app.store.append([event])


def proposed(text: str) -> dict[str, str]:
    return {"intent": "opening_hours", "language": "en", "text": text}


async def test_a_proposed_example_is_approved_live_and_taken_back(desk: Desk) -> None:
    await labelled(desk.home, "do you work at night", "could I come at eight")
    talk = "intents/en/talk.yml"
    shown = await desk.asks("/proposals", "Proposed example 1 of 2, by Ben")
    assert labels(shown) == ["Approve", "Other intent", "Reject", "Next"]
    live = await desk.presses(shown, "Approve", "✅ Live now")
    assert "do you work at night" in desk.content(talk)
    assert "“do you work at night” is being learnt as an example of Opening hours" in shown.text
    assert labels(live) == ["Take it back", "Next"]
    await desk.presses(live, "Next", "Proposed example 1 of 1")
    await desk.presses(live, "Take it back", "✅ Taken back")
    assert desk.content(talk) == SMALL_CONTENT[talk]
    await desk.asks("/proposals", "Proposed example 1 of 2")
    assert is_documented("Proposed examples", desk.transcript(), PAGE)


async def test_a_proposal_is_put_away_and_taken_up_again_and_the_next_one_shown(desk: Desk) -> None:
    await labelled(desk.home, "do you work at night", "could I come at eight")
    shown = await desk.asks("/proposals", "Proposed example 1 of 2")
    desk.home.press(shown, "Next", ANA)
    await desk.reads("“could I come at eight”")
    desk.home.press(shown, "Reject", ANA)
    await desk.reads("Put away: “could I come at eight”")
    await desk.asks("/proposals", "Proposed example 1 of 1")
    desk.home.press(shown, "Take it back", ANA)
    await desk.reads("Proposed example 2 of 2")
    desk.home.press(shown, "Reject", ANA)
    await desk.reads("Put away")


async def test_a_proposal_may_be_an_example_of_something_else(desk: Desk) -> None:
    await labelled(desk.home, "did my thing leave already")
    shown = await desk.asks("/proposals", "Proposed example 1 of 1")
    desk.home.press(shown, "Other intent", ANA)
    await desk.reads("What is it about?")
    desk.home.press(shown, "Orders", ANA)
    await desk.world.wait_for(lambda: "Where is my order?" in labels(shown))
    live = await desk.presses(shown, "Where is my order?", "✅ Live now")
    assert "- did my thing leave already" in desk.content(ORDERS)
    await desk.asks("/proposals", "No example is proposed")
    await desk.presses(live, "Take it back", "✅ Taken back")
    await desk.asks("/proposals", "Proposed example 1 of 1")


async def test_a_proposal_that_cannot_be_added_says_why_and_is_shown_again(desk: Desk) -> None:
    await labelled(desk.home, "is {nobody} there")
    shown = await desk.asks("/proposals", "Proposed example 1 of 1")
    told = await desk.presses(shown, "Approve", "can't go live")
    assert "intents/en/talk.yml:" in told.text
    await desk.reads("Proposed example 1 of 1", told)
    data = "edit:add:0123456789abcdef"
    desk.world.state.updates.add("callback_query", "x", desk.home.clock.now(), pressed(shown, data))
    await desk.reads("Somebody has decided about this one already")


def pressed(message: Message, data: str) -> dict[str, object]:
    """A press on a button that is not there any more."""
    user = {"id": ANA, "is_bot": False, "first_name": "Ana"}
    return {"id": "77", "from": user, "message": message.as_json(), "chat_instance": "1", "data": data}
