"""The bot answers on behalf of business accounts that it is connected to, over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.conversation import Conversation, Phase
from bot.simulator.accounts import Account
from bot.simulator.chats import Message
from tests.content_samples import write_content
from tests.integration.house import STANDARDS, House, RunningClock, running, settings_for
from tests.integration.simulated import ANA, GROUP, MAJA, simulated

OLGA, BOSS = 5002, 5003
"""The owner of a business account, and an admin."""

BROKEN = "my lamp arrived broken"


class Shop(House):
    """A house that is connected to Olga's account."""

    account: Account

    def writes(self, text: str = "", account: Account | None = None, **more: object) -> Message:
        """Maja writes to the account."""
        return self.world.business.send(account or self.account, MAJA, text, **more)  # type: ignore[arg-type]  # checked there

    async def reads(self, part: str, account: Account | None = None) -> Message:
        """What Maja reads in the account's chat."""

        def found() -> Message | None:
            said = self.world.business.said(account or self.account, MAJA)
            return next((m for m in reversed(said) if part in m.text), None)

        return await self.world.wait_for(found, timeout=20)

    async def tells(self, person: int, part: str) -> None:
        """The bot tells this person so in its own chat with them."""
        await self.until(lambda: [message for message in self.world.said(person) if part in message.text])

    async def until(self, condition: Callable[[], object]) -> None:
        await self.world.wait_for(lambda: bool(condition()), timeout=20)

    async def promised(self) -> int:
        """Maja complains to the account; the topic of her case."""
        self.writes(BROKEN)
        await self.reads("A colleague will reply to you here by")
        return await self.topic()

    async def case(self) -> Conversation:
        """The last conversation of Maja's with the account."""
        found = [each for each in await self.app.store.open_conversations() if each.through is not None]
        return found[-1]

    async def handled(self) -> None:
        """Until the bot has dealt with all that was written."""
        async with asyncio.timeout(20):
            while True:
                if not len(self.world.state.updates) and not await self.app.store.unhandled():
                    return
                await asyncio.sleep(0.01)

    async def quiet(self) -> None:
        await asyncio.sleep(0)
        assert await self.app.sender.drain(20)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    write_content(tmp_path / "content", **{"standards.yml": STANDARDS})
    clock = RunningClock()
    async with simulated(clock) as simulator:
        for name in ("Olga", "Boss"):
            simulator.world.add_customer(name).started = True
        async with running(settings_for(tmp_path, simulator, admins=str(BOSS)), simulator, clock) as home:
            found = Shop(home.app, simulator, clock)
            found.account = home.world.business.connect(OLGA)
            yield found


# --- the same story --------------------------------------------------------------------------------------------------


async def test_a_question_is_answered_in_the_owners_name_and_marked_as_read(shop: Shop) -> None:
    asked = shop.writes("when are you open")
    answer = await shop.reads("We are open on weekdays")
    assert answer.as_json()["from"] == shop.account.owner.as_user()
    await shop.until(lambda: (MAJA, asked.message_id) in shop.account.read)
    assert not shop.world.said(MAJA), "the bot has not written to her in its own name"


async def test_a_complaint_is_promised_and_an_agent_answers_from_the_topic(shop: Shop) -> None:
    thread = await shop.promised()
    assert "💼 in the chats of Olga" in shop.card(thread).text
    shop.agent_says(thread, "A new one leaves today.")
    copy = await shop.reads("A new one leaves today.")
    assert copy.as_json()["from"] == shop.account.owner.as_user()
    shop.writes("thank you!", reply_to=copy)
    thanks = await shop.until_topic_reads(thread, "thank you!")
    assert thanks.reply_to is not None
    assert thanks.reply_to.text == "A new one leaves today."
    shop.press(shop.card(thread), "Resolve", ANA)
    await shop.reads("Ana has marked this as solved.")


async def test_pictures_places_and_contacts_go_both_ways_without_being_copied(shop: Shop) -> None:
    thread = await shop.promised()
    shop.writes("the crack", media={"type": "photo"})
    assert (await shop.until_topic_reads(thread, "the crack")).content.attachment is not None
    shop.writes(location={"latitude": 46.05, "longitude": 14.5})
    shop.writes(contact={"phone_number": "+38640123456", "first_name": "Maja"})
    shop.writes(media={"type": "sticker"})
    await shop.until(lambda: {"location", "contact", "sticker"} <= kinds(shop.world.said(GROUP, thread)))
    shop.world.send(GROUP, ANA, thread_id=thread, media={"type": "document"}, caption="the form")
    assert (await shop.reads("the form")).content.attachment is not None
    shop.world.send(GROUP, ANA, thread_id=thread, media={"type": "voice"})
    await shop.until(lambda: "voice" in kinds(shop.world.business.said(shop.account, MAJA)))
    shop.world.album(GROUP, ANA, [{"type": "photo", "caption": "front"}, {"type": "photo"}], thread_id=thread)
    front = await shop.reads("front")
    await shop.until(lambda: len(album(shop.world.business.said(shop.account, MAJA), front)) == 2)


def kinds(messages: list[Message]) -> set[str]:
    return {message.content.attachment.kind for message in messages if message.content.attachment}


def album(messages: list[Message], first: Message) -> list[Message]:
    return [message for message in messages if message.media_group_id == first.media_group_id]


async def test_edits_go_both_ways_and_what_an_agent_deletes_goes(shop: Shop) -> None:
    thread = await shop.promised()
    mine = shop.agent_says(thread, "It leaves todai.")
    copy = await shop.reads("It leaves todai.")
    shop.world.edit(GROUP, mine.message_id, ANA, "It leaves today.")
    await shop.until(lambda: copy.text == "It leaves today.")
    hers = shop.writes("thanks a lott")
    seen = await shop.until_topic_reads(thread, "thanks a lott")
    shop.world.business.edit(hers, "thanks a lot")
    await shop.until(lambda: seen.text == "thanks a lot")
    shop.world.send(GROUP, ANA, "/delete", thread_id=thread, reply_to=mine.message_id)
    await shop.until(lambda: copy.message_id not in copy.chat.messages)


async def test_a_reaction_of_an_agents_is_refused_in_words(shop: Shop) -> None:
    thread = await shop.promised()
    shop.agent_says(thread, "Hello Maja")
    await shop.reads("Hello Maja")
    shop.writes("good evening")
    seen = await shop.until_topic_reads(thread, "good evening")
    await shop.quiet()
    shop.world.react(GROUP, seen.message_id, ANA, "👍")
    await shop.until_topic_reads(thread, "In the chats of a business account a bot can't react.")


async def test_buttons_work_in_the_chats_of_an_account(shop: Shop) -> None:
    shop.writes("qwertz uiop")
    asked = await shop.reads("I'm not sure that I understood.")
    shop.world.business.press(asked, "Ask a colleague")
    await shop.reads("A colleague will reply to you here by")


async def test_a_number_to_call_is_typed_where_no_button_can_share_it(shop: Shop) -> None:
    await shop.promised()
    shop.writes("/call")
    await shop.reads("On which number may a colleague call you? Please type it here.")


async def test_colleagues_hear_of_what_a_customer_deletes(shop: Shop) -> None:
    thread = await shop.promised()
    shop.agent_says(thread, "Yes?")
    await shop.reads("Yes?")
    hers = shop.writes("you are all idiots")
    await shop.until_topic_reads(thread, "you are all idiots")
    shop.world.business.delete(shop.account, hers)
    await shop.until_topic_reads(thread, "🗑 Deleted in the chat: you are all idiots")


# --- whose conversation it is ----------------------------------------------------------------------------------------


async def test_the_bot_and_two_accounts_are_three_conversations_with_one_customer(shop: Shop) -> None:
    other = shop.world.business.connect(BOSS)
    await shop.customer_says(BROKEN)
    shop.writes(BROKEN)
    await shop.reads("A colleague will reply")
    shop.writes(BROKEN, account=other)
    await shop.reads("A colleague will reply", account=other)
    await shop.until(lambda: len(shop.world.state.group.topics) == 3)
    found = await shop.app.store.open_conversations()
    assert len({each.chat_id for each in found}) == 3
    assert {each.customer.id for each in found} == {MAJA}
    threads = {each.through.owner if each.through else "": each.topic_id for each in found}
    shop.agent_says(threads["Olga"] or 0, "only through Olga")
    await shop.reads("only through Olga")
    await shop.quiet()
    assert not [m for m in shop.world.said(MAJA) if "only through" in m.text]
    assert not [m for m in shop.world.business.said(other, MAJA) if "only through" in m.text]


async def test_a_case_goes_on_when_the_owner_connects_the_bot_anew(shop: Shop) -> None:
    thread = await shop.promised()
    shop.world.business.change(shop.account, enabled=False)
    await shop.until_topic_reads(thread, "Olga has disconnected the bot from their account.")
    again = shop.world.business.connect(OLGA)
    again.chats, again.numbers = shop.account.chats, shop.account.numbers
    for chat in again.chats.values():
        chat.connection_id = again.id
    await shop.until_topic_reads(thread, "The customer can be reached again.")
    shop.writes("still there?", account=again)
    await shop.until_topic_reads(thread, "still there?")
    shop.agent_says(thread, "Yes, sorry")
    await shop.reads("Yes, sorry", account=again)


# --- the owner writes too --------------------------------------------------------------------------------------------


async def test_the_owner_who_answers_keeps_the_promise_and_the_bot_is_quiet(shop: Shop) -> None:
    thread = await shop.promised()
    shop.writes("I'll bring you a new one myself", by_owner=True)
    await shop.until_topic_reads(thread, "💼 Olga wrote in the chat: I'll bring you a new one myself")
    case = await shop.case()
    assert case.promises[-1].ended_by == f"Olga ({OLGA})"
    assert case.phase is Phase.HUMAN
    before = len(shop.world.business.said(shop.account, MAJA))
    shop.writes("when are you open")
    await shop.until_topic_reads(thread, "when are you open")
    await shop.quiet()
    assert len(shop.world.business.said(shop.account, MAJA)) == before


async def test_an_owner_who_writes_first_has_the_chat_to_themself_until_it_has_rested(shop: Shop) -> None:
    shop.writes("hello Maja, how was the fair?", by_owner=True)
    shop.writes("when are you open")
    await shop.until(lambda: len(shop.account.chats[MAJA].messages) == 2)
    shop.writes("on saturday too", by_owner=True)
    await shop.handled()
    await shop.quiet()
    assert not shop.world.business.said(shop.account, MAJA)
    assert not shop.world.state.group.topics, "what an owner writes to a friend is nobody else's"
    shop.pass_time(timedelta(days=3))
    shop.writes("when are you open")
    await shop.reads("We are open on weekdays")


async def test_a_customer_whom_the_owner_leaves_waiting_comes_to_the_colleagues(shop: Shop) -> None:
    shop.writes("hello Maja", by_owner=True)
    shop.writes("can you help me?")
    await shop.until(lambda: len(shop.account.chats[MAJA].messages) == 2)
    await shop.handled()
    shop.pass_time(timedelta(hours=5))
    thread = await shop.topic()
    assert "can you help me?" in shop.card(thread).text


# --- what goes wrong -------------------------------------------------------------------------------------------------


async def test_after_24_hours_the_agent_is_told_why_nothing_arrives_and_the_next_message_opens_the_window(
    shop: Shop,
) -> None:
    thread = await shop.promised()
    shop.clock.advance(timedelta(hours=25))
    shop.agent_says(thread, "Sorry, are you there?")
    await shop.until_topic_reads(thread, "The customer last wrote more than 24 hours ago")
    shop.writes("yes, I am")
    await shop.until_topic_reads(thread, "The customer can be reached again.")
    shop.agent_says(thread, "Good!")
    await shop.reads("Good!")


async def test_without_the_right_to_reply_owner_and_admin_are_told_and_the_case_comes_to_the_colleagues(
    shop: Shop,
) -> None:
    shop.world.business.change(shop.account, can_reply=False)
    for person in (OLGA, BOSS):
        await shop.tells(person, "I may not reply")
    shop.writes("when are you open")
    thread = await shop.topic()
    await shop.until(lambda: "does not let the bot reply" in shop.card(thread).text)
    assert (await shop.case()).promise is not None
    shop.world.business.change(shop.account, can_reply=True)
    await shop.until_topic_reads(thread, "The customer can be reached again.")
    shop.agent_says(thread, "At nine")
    await shop.reads("At nine")


async def test_an_account_whose_connection_was_never_told_is_asked_for(shop: Shop) -> None:
    account = Account("connection-9", shop.world.person(BOSS), shop.clock.now())
    shop.world.state.accounts[account.id] = account
    shop.writes("when are you open", account=account)
    await shop.reads("We are open on weekdays", account=account)
    assert any(call["method"] == "getBusinessConnection" for call in shop.simulator.api.calls.after(0))


async def test_owner_and_admins_hear_once_that_the_bot_answers_in_an_account(shop: Shop) -> None:
    for person in (OLGA, BOSS):
        await shop.tells(person, "I answer now in")
    shop.world.business.change(shop.account)
    await shop.quiet()
    assert len([m for m in shop.world.said(OLGA) if "I answer now in" in m.text]) == 1
