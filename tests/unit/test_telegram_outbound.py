"""The sender: everything in the outbox arrives once, in order, or someone is told why not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.core.conversation import Conversation, Entity, Media, Ref
from bot.core.errors import ChatMovedError
from bot.core.outgoing import (
    AnswerCallback,
    Button,
    Card,
    ClearButtons,
    CloseTopic,
    Content,
    Copy,
    DeleteTopic,
    Delivery,
    Edit,
    Lane,
    LeaveTopic,
    OpenTopic,
    Outgoing,
    React,
    Receipt,
    RenameTopic,
    Retract,
    Revise,
    Text,
    To,
)
from bot.core.people import Customer
from bot.core.step import Step
from bot.telegram.carrier import Carrier
from bot.telegram.job import Job
from bot.telegram.outbound import TelegramSender
from tests.fake_telegram import FakeTelegram
from tests.fakes import FakeClock, FakeStore, FakeTimer

GROUP = -1001
CLOCK = FakeClock()


@dataclass
class House:
    """A sender with a store and a Telegram that are ours."""

    store: FakeStore = field(default_factory=FakeStore)
    telegram: FakeTelegram = field(default_factory=FakeTelegram)
    timer: FakeTimer = field(default_factory=FakeTimer)
    failures: list[tuple[Outgoing, Receipt]] = field(default_factory=list)
    moves: list[tuple[int, int]] = field(default_factory=list)
    crowds: list[int] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        self.sender = TelegramSender(
            self.telegram.bot(),
            self.store,
            CLOCK,
            failed=self._failed,
            moved=lambda old, new: self.moves.append((old, new)),
            crowded=self.crowds.append,
            timer=self.timer,
        )

    async def _failed(self, row: Outgoing, receipt: Receipt) -> None:
        self.failures.append((row, receipt))

    def row(self, content: Content, *, chat: int = 5001, to: To = To.CUSTOMER, lane: Lane = Lane.ANSWER) -> Outgoing:
        self.count += 1
        target = chat if to is To.CUSTOMER else GROUP
        return Outgoing(f"{chat}-1:1:{self.count}", f"{chat}-1", target, to, lane, content, CLOCK.now())

    async def commit(self, *rows: Outgoing, topic_id: int | None = None, card_id: int | None = None) -> None:
        for row in rows:
            chat = int(row.conversation_id.partition("-")[0])
            conversation = Conversation(
                row.conversation_id, chat, Customer(chat, "Ana"), CLOCK.now(), "en", agents_chat=GROUP
            )
            placed = replace(conversation, topic_id=topic_id, card_id=card_id)
            await self.store.commit(Step(placed, outbox=(row,)))
        self.sender.wake()

    def receipt(self, row: Outgoing) -> Receipt:
        return self.store.receipts[row.id][1]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[House]:
        await self.sender.start()
        try:
            yield self
        finally:
            await self.sender.stop()

    async def send(self, *rows: Outgoing, topic_id: int | None = None, card_id: int | None = None) -> None:
        await self.commit(*rows, topic_id=topic_id, card_id=card_id)
        async with self.running():
            assert await self.sender.drain(3600)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Logs with whole tracebacks take long to draw."""
    with capture_logs():
        yield


@pytest.fixture
def house() -> House:
    return House()


# what goes out


async def test_words_go_out_and_their_receipt_is_kept(house: House) -> None:
    row = house.row(Text("Hello", ((Button("Yes", "y"),),), reply_to=7))
    await house.send(row)
    (sent,) = house.telegram.asked_for("sendMessage")
    assert sent["chat_id"] == 5001
    assert sent["text"] == "Hello"
    assert sent["reply_parameters"] == {"message_id": 7, "allow_sending_without_reply": True}
    assert sent["reply_markup"] == {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}
    assert house.receipt(row) == Receipt(row.id, CLOCK.now(), Delivery.SENT, 5001, None, (101,))
    assert house.store.attempts == [row.id]
    assert not house.store.rows


async def test_a_long_text_goes_in_parts_with_the_buttons_under_the_last(house: House) -> None:
    row = house.row(Text(f"{'a ' * 2000}\n\n{'b ' * 2000}", ((Button("Yes", "y"),),), reply_to=7))
    await house.send(row)
    first, second = house.telegram.asked_for("sendMessage")
    assert set(first["text"]) == {"a", " "}
    assert "reply_markup" not in first
    assert first["reply_parameters"]
    assert "reply_parameters" not in second
    assert second["reply_markup"]
    assert house.receipt(row).message_ids == (101, 102)


async def test_a_part_that_went_is_not_sent_again(house: House) -> None:
    row = house.row(Text(f"{'a ' * 2000}\n\n{'b ' * 2000}"))
    await house.commit(row)
    async with house.running():
        house.telegram.refuse("sendMessage", 429, "Too Many Requests", retry_after=5)
        assert await house.sender.drain(3600)
    assert [text[0] for text in house.telegram.texts] == ["a", "a", "b"]
    assert house.receipt(row).message_ids == (101, 102)


async def test_a_copy_an_edit_and_buttons_taken_off_reach_the_customer(house: House) -> None:
    rows = [house.row(Copy(GROUP, 9)), house.row(Edit(5, "new", ())), house.row(ClearButtons(6))]
    await house.send(*rows)
    assert house.telegram.asked_for("copyMessage") == [{"chat_id": 5001, "from_chat_id": GROUP, "message_id": 9}]
    assert house.telegram.asked_for("editMessageText") == [{"text": "new", "chat_id": 5001, "message_id": 5}]
    assert house.telegram.asked_for("editMessageReplyMarkup") == [{"chat_id": 5001, "message_id": 6}]
    assert [house.receipt(row).message_ids for row in rows] == [(101,), (), ()]


@pytest.mark.parametrize(
    ("content", "method", "words"),
    [
        (Edit(5, "same"), "editMessageText", "Bad Request: message is not modified: specified new content is the same"),
        (ClearButtons(5), "editMessageReplyMarkup", "Bad Request: message is not modified"),
        (
            AnswerCallback("c", "ok"),
            "answerCallbackQuery",
            "Bad Request: query is too old and timed out",
        ),
    ],
)
async def test_what_is_so_already_counts_as_done(house: House, content: Content, method: str, words: str) -> None:
    row = house.row(content)
    house.telegram.refuse(method, 400, words)
    await house.send(row)
    assert house.receipt(row).delivery is Delivery.SENT
    assert not house.failures


# the case


async def test_a_case_gets_a_topic_a_pinned_card_and_what_follows_goes_there(house: House) -> None:
    topic = house.row(OpenTopic("Ana"), to=To.CASE)
    card = house.row(Card("who"), to=To.CASE)
    words = house.row(Copy(5001, 3), to=To.CASE)
    await house.send(topic, card, words)
    asked = [call.method for call in house.telegram.asked]
    assert asked == ["createForumTopic", "sendMessage", "pinChatMessage", "copyMessage"]
    assert house.telegram.asked_for("pinChatMessage")[0]["message_id"] == 102
    assert house.receipt(topic).thread_id == 101
    assert house.telegram.asked_for("sendMessage")[0]["message_thread_id"] == 101
    assert house.telegram.asked_for("copyMessage")[0]["message_thread_id"] == 101
    assert house.store.conversations["5001-1"].card_id == 102


async def test_a_topic_that_is_there_is_not_made_again(house: House) -> None:
    row = house.row(OpenTopic("Ana"), to=To.CASE)
    await house.send(row, topic_id=77)
    assert house.telegram.asked == []
    assert house.receipt(row).thread_id == 77


async def test_a_card_that_is_there_is_edited(house: House) -> None:
    row = house.row(Card("new"), to=To.CASE)
    await house.send(row, topic_id=77, card_id=8)
    assert house.telegram.asked_for("editMessageText")[0]["message_id"] == 8
    assert house.receipt(row).message_ids == ()


async def test_a_card_that_someone_deleted_is_posted_anew(house: House) -> None:
    row = house.row(Card("new"), to=To.CASE)
    house.telegram.refuse("editMessageText", 400, "Bad Request: message to edit not found")
    await house.send(row, topic_id=77, card_id=8)
    assert house.telegram.texts == ["new"]
    assert house.store.conversations["5001-1"].card_id != 8


async def test_a_card_that_cannot_be_pinned_is_still_a_card(house: House) -> None:
    row = house.row(Card("who"), to=To.CASE)
    house.telegram.refuse("pinChatMessage", 400, "Bad Request: not enough rights to pin a message")
    await house.send(row, topic_id=77)
    assert house.receipt(row).delivery is Delivery.SENT


async def test_of_several_cards_that_wait_only_the_newest_is_sent(house: House) -> None:
    cards = [house.row(Card(f"card {number}"), to=To.CASE) for number in range(5)]
    await house.send(*cards, topic_id=77, card_id=8)
    edits = [call["text"] for call in house.telegram.asked_for("editMessageText")]
    assert edits == ["card 4"]
    assert all(house.receipt(card).delivery is Delivery.SENT for card in cards)


async def test_closing_a_topic_that_was_deleted_is_no_failure(house: House) -> None:
    row = house.row(CloseTopic("✅ Ana"), to=To.CASE)
    house.telegram.refuse("editForumTopic", 400, "Bad Request: TOPIC_ID_INVALID")
    house.telegram.refuse("closeForumTopic", 400, "Bad Request: TOPIC_ID_INVALID")
    await house.send(row, topic_id=77)
    assert house.receipt(row).delivery is Delivery.SENT


async def test_without_topics_the_case_goes_on_in_the_groups_common_chat(house: House) -> None:
    topic = house.row(OpenTopic("Ana"), to=To.CASE)
    words = house.row(Text("Ana writes"), to=To.CASE)
    house.telegram.refuse("createForumTopic", 400, "Bad Request: the chat is not a forum")
    await house.send(topic, words)
    assert house.receipt(topic).problem == "NoTopicsError"
    assert "message_thread_id" not in house.telegram.asked_for("sendMessage")[0]
    assert house.receipt(words).delivery is Delivery.SENT


# refusals


async def test_a_customer_who_blocked_the_bot_is_reported_and_the_rest_goes_on(house: House) -> None:
    gone, other = house.row(Text("Hello")), house.row(Text("Hi"), chat=5002)
    house.telegram.refuse("sendMessage", 403, "Forbidden: bot was blocked by the user")
    await house.send(gone, other)
    receipt = house.receipt(gone)
    assert (receipt.delivery, receipt.problem) == (Delivery.FAILED, "CustomerGoneError")
    assert "blocked" in receipt.error
    assert house.failures == [(gone, receipt)]
    assert house.receipt(other).delivery is Delivery.SENT


async def test_a_deleted_topic_is_reported_as_such(house: House) -> None:
    row = house.row(Text("note"), to=To.CASE)
    house.telegram.refuse("sendMessage", 400, "Bad Request: message thread not found")
    await house.send(row, topic_id=77)
    assert house.receipt(row).problem == "TopicGoneError"


async def test_a_group_that_moved_is_followed(house: House) -> None:
    rows = [house.row(Text("one"), to=To.CASE), house.row(Text("two"), to=To.CASE)]
    house.telegram.refuse("sendMessage", 400, "group upgraded to a supergroup chat", migrate_to_chat_id=-1009)
    await house.send(*rows)
    assert [call["chat_id"] for call in house.telegram.asked_for("sendMessage")] == [GROUP, -1009, -1009]
    assert house.moves == [(GROUP, -1009)]
    assert house.receipt(rows[0]).chat_id == -1009


async def test_all_that_was_on_its_way_to_a_group_that_moved_follows_it(house: House) -> None:
    moves: list[tuple[int, int]] = []
    carrier = Carrier(house.telegram.bot(), house.store, house.timer, lambda old, new: moves.append((old, new)))
    rows = [house.row(Text("note"), to=To.CASE) for _ in range(2)]
    await house.commit(*rows)
    jobs = [Job(GROUP, (row,)) for row in rows]
    error = ChatMovedError("moved", -1009)
    assert [carrier.follow(job, error) for job in jobs] == [True, True]
    assert moves == [(GROUP, -1009)]
    await carrier.advance(jobs[0])
    assert house.telegram.asked_for("sendMessage")[0]["chat_id"] == -1009
    assert not carrier.follow(jobs[0], error)


async def test_a_failing_alarm_does_not_stop_the_sender(house: House) -> None:
    async def broken(_row: Outgoing, _receipt: Receipt) -> None:
        raise RuntimeError("no lamp")

    house.sender = TelegramSender(house.telegram.bot(), house.store, CLOCK, failed=broken, timer=house.timer)
    first, second = house.row(Text("one")), house.row(Text("two"))
    house.telegram.refuse("sendMessage", 400, "Bad Request: no")
    await house.send(first, second)
    assert house.receipt(second).delivery is Delivery.SENT


# slowing down and trying again


async def test_told_to_slow_down_it_waits_as_long_and_keeps_the_order(house: House) -> None:
    rows = [house.row(Text(f"{number}")) for number in range(3)]
    house.telegram.refuse("sendMessage", 429, "Too Many Requests", retry_after=9)
    await house.send(*rows)
    assert house.telegram.texts == ["0", "0", "1", "2"]
    assert house.timer.seconds >= 9


async def test_one_slow_chat_holds_up_no_other(house: House) -> None:
    slow, other = house.row(Text("slow")), house.row(Text("other"), chat=5002)
    house.telegram.refuse("sendMessage", 429, "Too Many Requests", retry_after=9)
    await house.send(slow, other)
    assert house.telegram.texts == ["slow", "other", "slow"]


async def test_refused_in_two_chats_it_pauses_everywhere(house: House) -> None:
    rows = [house.row(Text(f"{chat}"), chat=chat) for chat in (5001, 5002, 5003)]
    house.telegram.refuse("sendMessage", 429, "Too Many Requests", times=2, retry_after=9)
    await house.send(*rows)
    assert sorted(house.telegram.texts[:2]) == ["5001", "5002"]
    assert len(house.telegram.texts) == 5
    assert house.timer.seconds >= 9


async def test_a_group_told_to_slow_down_and_one_customer_do_not_stop_the_others(house: House) -> None:
    case, slow = house.row(Text("case"), to=To.CASE), house.row(Text("slow"))
    other = house.row(Text("other"), chat=5002, lane=Lane.FOLLOW_UP)
    house.telegram.refuse("sendMessage", 429, "Too Many Requests", times=2, retry_after=30)
    await house.send(case, slow, other)
    assert house.telegram.texts[2] == "other"


async def test_when_telegram_stumbles_it_is_tried_again_until_it_works(house: House) -> None:
    row = house.row(Text("Hello"))
    house.telegram.refuse("sendMessage", 502, "Bad Gateway", times=4)
    await house.send(row)
    assert len(house.telegram.texts) == 5
    assert house.receipt(row).delivery is Delivery.SENT
    assert house.timer.seconds > 3


async def test_an_answer_that_may_have_arrived_is_repeated(house: House) -> None:
    row = house.row(Text("Hello"))
    house.telegram.cut_off("sendMessage")
    await house.send(row)
    assert house.telegram.texts == ["Hello", "Hello"]
    assert house.receipt(row).delivery is Delivery.SENT


async def test_an_agents_words_that_may_have_arrived_are_not_repeated_but_reported(house: House) -> None:
    row = house.row(Copy(GROUP, 9), lane=Lane.AGENT)
    house.telegram.cut_off("copyMessage")
    await house.send(row)
    assert len(house.telegram.asked) == 1
    assert house.receipt(row).problem == "UnknownDelivery"
    assert house.failures[0][0] == row


async def test_a_store_that_cannot_write_is_waited_for_and_nothing_is_sent_twice(house: House) -> None:
    row = house.row(Text("Hello"))
    await house.commit(row)
    receive, tries = house.store.receive, 0

    async def stumbling(receipt: Receipt) -> None:
        nonlocal tries
        tries += 1
        house.store.broken = tries < 3
        await receive(receipt)

    house.store.receive = stumbling  # type: ignore[method-assign]  # a store that fails twice
    async with house.running():
        assert await house.sender.drain(3600)
    assert house.telegram.texts == ["Hello"]
    assert house.receipt(row).delivery is Delivery.SENT


async def test_a_store_that_cannot_note_the_attempt_is_waited_for(house: House) -> None:
    row = house.row(Text("Hello"))
    await house.commit(row)
    attempt, tries = house.store.attempt, 0

    async def stumbling(outgoing_id: str, *, wait: bool = False) -> None:
        nonlocal tries
        tries += 1
        house.store.broken = tries < 3
        await attempt(outgoing_id, wait=wait)

    house.store.attempt = stumbling  # type: ignore[method-assign]  # a store that fails twice
    async with house.running():
        assert await house.sender.drain(3600)
    assert house.telegram.texts == ["Hello"]


async def test_a_mistake_of_our_own_is_reported_and_holds_up_nothing(house: House) -> None:
    broken, fine = house.row(Text("Hello")), house.row(Text("Hi"))
    house.telegram.results["sendMessage"] = {"message_id": 5}
    await house.commit(broken)
    async with house.running():
        assert await house.sender.drain(3600)
        del house.telegram.results["sendMessage"]
        await house.commit(fine)
        assert await house.sender.drain(3600)
    assert house.receipt(broken).problem == "DeliveryError"
    assert house.receipt(fine).delivery is Delivery.SENT


async def test_a_token_that_was_revoked_is_waited_for(house: House) -> None:
    row = house.row(Text("Hello"))
    house.telegram.refuse("sendMessage", 401, "Unauthorized", times=2)
    await house.send(row)
    assert house.receipt(row).delivery is Delivery.SENT


# a restart


async def test_after_a_crash_answers_are_repeated_and_agents_words_are_not(house: House) -> None:
    answer, words = house.row(Text("It is on its way.")), house.row(Text("I will look"), lane=Lane.AGENT)
    case = house.row(Copy(5001, 3), to=To.CASE, lane=Lane.AGENT)
    await house.commit(answer, words, case, topic_id=77)
    for row in (answer, words, case):
        await house.store.attempt(row.id)
    async with house.running():
        assert await house.sender.drain(3600)
    assert house.telegram.texts == ["It is on its way."]
    assert len(house.telegram.asked_for("copyMessage")) == 1
    assert house.receipt(words).problem == "UnknownDelivery"
    assert house.failures[0][0] == words


async def test_a_row_is_sent_once_however_often_it_is_woken(house: House) -> None:
    rows = [house.row(Text(f"{number}"), chat=6000 + number) for number in range(20)]
    await house.commit(*rows)
    async with house.running():
        for _ in range(10):
            house.sender.wake()
            await house.timer.sleep(0.1)
        assert await house.sender.drain(3600)
    assert sorted(house.telegram.texts) == sorted(str(number) for number in range(20))


async def test_draining_gives_up_after_its_time(house: House) -> None:
    await house.commit(house.row(Text("Hello")))
    house.telegram.refuse("sendMessage", 502, "Bad Gateway", times=99)
    async with house.running():
        assert not await house.sender.drain(20)
    assert house.sender.waiting == 1


# urgency


async def test_the_urgent_overtake_the_rest_of_other_conversations(house: House) -> None:
    later = [house.row(Text("survey"), chat=7000 + number, lane=Lane.FOLLOW_UP) for number in range(40)]
    await house.commit(*later, house.row(Text("promise")))
    async with house.running():
        assert await house.sender.drain(3600)
    assert house.telegram.texts[0] == "promise"


async def test_a_button_is_answered_though_its_group_must_wait(house: House) -> None:
    rows = [house.row(Copy(5001, number), to=To.CASE) for number in range(30)]
    await house.commit(*rows, house.row(AnswerCallback("c1"), to=To.CASE, lane=Lane.ACKNOWLEDGE), topic_id=77)
    async with house.running():
        assert await house.sender.drain(3600)
    methods = [call.method for call in house.telegram.asked]
    assert methods.index("answerCallbackQuery") < 2
    assert house.timer.seconds > 60


async def test_a_message_is_acknowledged_with_eyes_and_typing(house: House) -> None:
    async with house.running():
        await house.sender.acknowledge(5001, 9)
        assert await house.sender.drain(10)
    seen, typing = house.telegram.asked
    assert seen.method == "setMessageReaction"
    assert seen.parameters["message_id"] == 9
    assert seen.parameters["reaction"] == [{"type": "emoji", "emoji": "👀"}]
    assert typing.parameters == {"chat_id": 5001, "action": "typing"}


async def test_an_acknowledgement_that_fails_troubles_nobody(house: House) -> None:
    house.telegram.refuse("setMessageReaction", 400, "Bad Request: REACTION_INVALID")
    house.telegram.cut_off("sendChatAction")
    async with house.running():
        await house.sender.acknowledge(5001, 9)
        assert await house.sender.drain(10)
    assert not house.failures
    assert house.sender.waiting == 0


async def test_it_is_at_work_between_start_and_stop(house: House) -> None:
    seen = [house.sender.alive]
    async with house.running():
        seen.append(house.sender.alive)
    assert [*seen, house.sender.alive] == [False, True, False]


async def test_an_outbox_that_cannot_be_read_is_read_again(house: House) -> None:
    row = house.row(Text("Hello"))
    await house.commit(row)
    house.store.broken = True
    async with house.running():
        await house.timer.sleep(2)
        house.store.broken = False
        assert await house.sender.drain(60)
    assert house.telegram.texts == ["Hello"]


# a flood


async def test_while_a_chat_must_wait_answers_to_it_become_one_message(house: House) -> None:
    rows = [house.row(Text(f"{number}.")) for number in range(6)]
    async with house.running():
        for row in rows:
            await house.commit(row)
            await house.timer.sleep(0.01)
        assert await house.sender.drain(3600)
    assert house.telegram.texts == ["0.", "1.", "2.", "3.\n\n4.\n\n5."]
    assert len({house.receipt(row).message_ids for row in rows[3:]}) == 1
    assert not house.store.rows
    assert set(house.store.attempts) == {row.id for row in rows}


async def test_a_customers_flood_takes_one_message_of_the_groups_budget(house: House) -> None:
    flood = [house.row(Copy(5001, number, text=f"line {number}"), to=To.CASE, lane=Lane.AGENT) for number in range(60)]
    card = house.row(Card("Ben"), chat=5002, to=To.CASE)
    await house.commit(*flood, card, topic_id=77)
    async with house.running():
        assert await house.sender.drain(3600)
    assert house.timer.seconds < 10
    copies = [call["message_id"] for call in house.telegram.asked_for("copyMessage")]
    lines = [line for text in house.telegram.texts for line in text.split("\n") if line.startswith("line")]
    assert [*(f"line {number}" for number in copies), *lines] == [f"line {number}" for number in range(60)]
    assert all(house.receipt(row).delivery is Delivery.SENT for row in flood)


async def test_another_case_is_carded_though_one_customer_floods_with_pictures(house: House) -> None:
    flood = [house.row(Copy(5001, number), to=To.CASE, lane=Lane.AGENT) for number in range(60)]
    await house.commit(*flood, house.row(Card("Ben"), chat=5002, to=To.CASE, lane=Lane.AGENT), topic_id=77)
    async with house.running():
        assert not await house.sender.drain(5)
    assert "Ben" in house.telegram.texts


async def test_a_card_that_waits_is_replaced_though_something_came_between(house: House) -> None:
    rows = [
        house.row(Card("old"), to=To.CASE),
        house.row(Copy(5001, 3), to=To.CASE, lane=Lane.AGENT),
        house.row(Card("new"), to=To.CASE),
    ]
    await house.send(*rows, topic_id=77)
    assert house.telegram.texts == ["new"]
    assert all(house.receipt(row).delivery is Delivery.SENT for row in rows)


async def test_of_titles_that_wait_only_the_last_is_given_and_a_closed_topic_keeps_its_own(house: House) -> None:
    rows = [
        house.row(RenameTopic("💬 Ana"), to=To.CASE),
        house.row(Card("card"), to=To.CASE),
        house.row(RenameTopic("💤 Ana"), to=To.CASE),
        house.row(CloseTopic("✅ Ana"), to=To.CASE),
        house.row(RenameTopic("🔵 Ana"), to=To.CASE),
    ]
    await house.send(*rows, topic_id=77)
    assert [call["name"] for call in house.telegram.asked_for("editForumTopic")] == ["💤 Ana", "✅ Ana", "🔵 Ana"]
    assert all(house.receipt(row).delivery is Delivery.SENT for row in rows)


async def test_without_topics_nothing_is_renamed(house: House) -> None:
    row = house.row(RenameTopic("💬 Ana"), to=To.CASE)
    await house.send(row)
    assert house.telegram.asked_for("editForumTopic") == []
    assert house.receipt(row).delivery is Delivery.SENT


async def test_a_case_leaves_a_topic_with_a_word_and_closes_it_even_if_someone_deleted_it(house: House) -> None:
    house.telegram.refuse("closeForumTopic", 400, "Bad Request: TOPIC_ID_INVALID")
    left = house.row(LeaveTopic(5, 6, "It has gone to logistics", "➡ Ana"), to=To.CASE)
    gone = house.row(DeleteTopic(8), to=To.CASE)
    await house.send(left, gone, topic_id=77)
    methods = ("sendMessage", "editForumTopic", "closeForumTopic", "deleteForumTopic")
    assert [house.telegram.asked_for(method)[0]["message_thread_id"] for method in methods] == [5, 5, 5, 8]
    assert house.telegram.asked_for("editMessageReplyMarkup")[0]["message_id"] == 6
    assert [house.receipt(row).delivery for row in (left, gone)] == [Delivery.SENT, Delivery.SENT]


async def test_the_card_of_a_new_topic_does_not_take_the_place_of_one_before_it(house: House) -> None:
    rows = [
        house.row(Card("old"), to=To.CASE),
        house.row(OpenTopic("Ana", again=True), to=To.CASE, lane=Lane.AGENT),
        house.row(Card("new"), to=To.CASE),
    ]
    await house.send(*rows, topic_id=77)
    told = [call.parameters.get("text", call.method) for call in house.telegram.asked]
    assert [text for text in told if text in {"old", "createForumTopic", "new"}] == ["old", "createForumTopic", "new"]


async def test_under_a_flood_the_last_of_a_customers_messages_is_acknowledged_for_all(house: House) -> None:
    await house.commit(*(house.row(Text("answer"), chat=7000 + number) for number in range(60)))
    async with house.running():
        while house.sender.waiting < 50:
            await house.timer.sleep(0.001)
        for message_id in range(10):
            await house.sender.acknowledge(5001, message_id)
        assert await house.sender.drain(3600)
    seen = [call["message_id"] for call in house.telegram.asked_for("setMessageReaction")]
    assert seen[-1] == 9
    assert len(seen) <= 2


async def test_an_acknowledgement_too_late_to_matter_takes_no_room(house: House) -> None:
    house.telegram.refuse("setMessageReaction", 429, "Too Many Requests", retry_after=100)
    async with house.running():
        await house.sender.acknowledge(5001, 9)
        assert await house.sender.drain(3600)
    assert len(house.telegram.asked_for("setMessageReaction")) == 1


async def test_agents_words_get_through_a_flood_of_answers(house: House) -> None:
    answers = [house.row(Text("answer"), chat=7000 + number) for number in range(600)]
    await house.commit(*answers, house.row(Copy(GROUP, 9), lane=Lane.AGENT))
    async with house.running():
        assert not await house.sender.drain(3)
    assert house.telegram.asked_for("copyMessage")


async def test_promises_go_before_answers_and_small_talk_waits(house: House) -> None:
    lanes = (Lane.SMALLTALK, Lane.ANSWER, Lane.PROMISE)
    rows = [house.row(Text(lane.name), chat=7000 + 100 * lane + n, lane=lane) for lane in lanes for n in range(40)]
    await house.commit(*rows)
    async with house.running():
        assert await house.sender.drain(3600)
    first, last = house.telegram.texts[:50], house.telegram.texts[-30:]
    assert first.count("PROMISE") >= 35
    assert set(last) == {"SMALLTALK"}


# the line is cut


async def test_while_the_line_is_cut_everything_waits_and_goes_on_when_it_is_back(house: House) -> None:
    rows = [house.row(Text(f"{number}"), chat=7000 + number) for number in range(5)]
    house.telegram.unplug(times=12)
    await house.commit(*rows)
    async with house.running():
        assert await house.sender.drain(3600)
    arrived = [text for text in house.telegram.texts if text in {"0", "1", "2", "3", "4"}]
    assert sorted(set(arrived)) == ["0", "1", "2", "3", "4"]
    assert 1 < house.timer.seconds < 30
    assert all(house.receipt(row).delivery is Delivery.SENT for row in rows)


async def test_agents_words_that_met_a_cut_line_are_sent_when_it_is_back(house: House) -> None:
    row = house.row(Copy(GROUP, 9), lane=Lane.AGENT)
    house.telegram.unplug(times=3)
    await house.send(row)
    assert house.receipt(row).delivery is Delivery.SENT


@pytest.mark.parametrize(("chance", "share"), [(0.0, 0.5), (1.0, 1.0)])
def test_waits_between_tries_double_and_are_never_all_the_same(chance: float, share: float) -> None:
    timer = FakeTimer()
    timer.chance = lambda: chance
    assert [timer.backoff(tries, longest=5) for tries in range(5)] == [share * span for span in (0.5, 1, 2, 4, 5)]


# a group that has too much to do


async def test_more_than_a_group_may_be_told_comes_late_the_urgent_first_and_is_noticed(house: House) -> None:
    cases = [house.row(Copy(5001 + number, 3), chat=5001 + number, to=To.CASE, lane=Lane.CARD) for number in range(60)]
    urgent = house.row(Text("This promise is about to be broken"), chat=4001, to=To.CASE, lane=Lane.PROMISE)
    await house.commit(*cases, urgent, topic_id=77)
    async with house.running():
        assert await house.sender.drain(3600)
    assert all(house.receipt(row).delivery is Delivery.SENT for row in (*cases, urgent))
    methods = [asked.method for asked in house.telegram.asked if asked.method in {"copyMessage", "sendMessage"}]
    assert methods.index("sendMessage") < 12
    assert set(house.crowds) == {GROUP}


async def test_a_group_that_is_told_what_it_may_be_is_not_crowded(house: House) -> None:
    await house.send(*(house.row(Copy(5001, number), to=To.CASE) for number in range(15)), topic_id=77)
    assert house.crowds == []


# albums and what is done to a message


def picture(house: House, number: int, album: str, **more: Any) -> Outgoing:
    return house.row(Copy(GROUP, number, media=Media.PHOTO, album=album), lane=Lane.AGENT, **more)


async def test_pictures_of_an_album_go_as_one_and_each_has_its_own_receipt(house: House) -> None:
    house.telegram.results["copyMessages"] = [{"message_id": 201}, {"message_id": 202}]
    first, second = picture(house, 7, "x"), picture(house, 8, "x")
    await house.send(first, second, house.row(Text("after")))
    (copied,) = house.telegram.asked_for("copyMessages")
    assert (copied["from_chat_id"], copied["message_ids"]) == (GROUP, [7, 8])
    assert [house.receipt(row).message_ids for row in (first, second)] == [(201,), (202,)]
    assert [asked.method for asked in house.telegram.asked][-1] == "sendMessage"


async def test_what_is_missing_of_an_album_is_told(house: House) -> None:
    house.telegram.results["copyMessages"] = [{"message_id": 201}]
    rows = [picture(house, 7, "x"), picture(house, 8, "x")]
    await house.send(*rows)
    assert [house.receipt(row).delivery for row in rows] == [Delivery.SENT, Delivery.FAILED]
    assert "only a part of this album" in house.receipt(rows[1]).error


async def test_a_change_finds_the_copy_that_went_before_it(house: House) -> None:
    of = Ref(GROUP, 9)
    words = house.row(Copy(GROUP, 9, text="helo"), lane=Lane.AGENT)
    changes: list[Content] = [Revise(of, "hello", (Entity("bold", 0, 5),)), React(of, "👍"), React(of, ""), Retract(of)]
    await house.send(words, *(house.row(content, lane=Lane.AGENT) for content in changes))
    (copy_id,) = house.receipt(words).message_ids
    (edited,) = house.telegram.asked_for("editMessageText")
    assert (edited["message_id"], edited["text"]) == (copy_id, "hello")
    assert edited["entities"] == [{"type": "bold", "offset": 0, "length": 5}]
    reactions = house.telegram.asked_for("setMessageReaction")
    assert [reaction["message_id"] for reaction in reactions] == [copy_id, copy_id]
    assert house.telegram.asked_for("deleteMessage") == [{"chat_id": 5001, "message_id": copy_id}]


async def test_a_change_of_what_never_went_is_refused_without_a_request(house: House) -> None:
    row = house.row(Revise(Ref(GROUP, 9), "hello"), lane=Lane.AGENT)
    await house.send(row)
    assert house.receipt(row).problem == "CounterpartGoneError"
    assert house.telegram.asked == []
    assert house.failures == [(row, house.receipt(row))]


async def test_a_caption_is_changed_as_a_caption(house: House) -> None:
    rows = [house.row(Copy(GROUP, 9, media=Media.PHOTO)), house.row(Revise(Ref(GROUP, 9), "new", media=Media.PHOTO))]
    await house.send(*rows)
    assert [asked["caption"] for asked in house.telegram.asked_for("editMessageCaption")] == ["new"]


async def test_without_a_topic_what_belongs_to_a_case_answers_its_card(house: House) -> None:
    await house.send(house.row(Text("Ana writes"), to=To.CASE), house.row(Copy(5001, 3), to=To.CASE), card_id=70)
    (said,), (copied,) = house.telegram.asked_for("sendMessage"), house.telegram.asked_for("copyMessage")
    assert said["reply_parameters"]["message_id"] == copied["reply_parameters"]["message_id"] == 70
