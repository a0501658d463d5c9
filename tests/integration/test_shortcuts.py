"""Canned replies, macros and tags, as an agent uses them in a topic: over HTTP, against the simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.conversation import Author, Phase, PromiseState
from bot.simulator.chats import Message
from tests.content_samples import edit
from tests.integration.house import STANDARDS, House, house
from tests.integration.simulated import ANA, BEN, GROUP, MAJA, until

CANNED = """refund:
  title: Refund made
  keywords: [money back]
  text: "Hi {name}, {agent} of {brand} here: {amount} is on its way back to you."
order_late:
  title: Order is late
  text: "Order {order_id} comes {day}, {name}."
sorry: "Sorry about that, {name}."
""" + "".join(f'reply_{number}: "Number {number}"\n' for number in range(5))

MACROS = """refunded:
  title: Refunded, solved
  steps:
    - reply: refund
    - note: The customer wanted their money back.
    - tag: [refund, vip]
    - resolve
"""


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    words = tmp_path / "content" / "responses"
    (words / "en").mkdir(parents=True)
    (words / "en" / "canned.yml").write_text(CANNED, encoding="utf-8")
    (words / "macros.yml").write_text(MACROS, encoding="utf-8")
    async with house(tmp_path, standards=STANDARDS + "currency: EUR\n") as home:
        yield home


async def case(home: House) -> int:
    """Maja complains; the thread of the topic that is made for it."""
    await home.customer_says("my lamp arrived broken")
    return await home.topic()


def labels(message: Message) -> list[str]:
    return [str(button["text"]) for row in message.buttons() for button in row]


async def sent(home: House, thread: int, command: str, words: str) -> tuple[Message, Message]:
    """An agent writes a command; that message, and the customer's copy of what it asked for."""
    asked = home.agent_says(thread, command)
    return asked, await home.until_customer_reads(words)


# --- canned replies ---------------------------------------------------------------------------------------------------


async def test_a_canned_reply_keeps_the_promise_and_the_topic_shows_what_was_sent(home: House) -> None:
    thread = await case(home)
    asked, copy = await sent(home, thread, "/r refund amount=20", "on its way back")
    assert copy.text == "Hi Maja, Ana of Lumen here: €20.00 is on its way back to you."
    shown = await home.until_topic_reads(thread, "Sent, “Refund made”")
    assert shown.text == f"✔ Sent, “Refund made”:\n{copy.text}"
    assert shown.reply_to is asked
    conversation = await home.conversation()
    assert (conversation.phase, conversation.promises[0].state) == (Phase.HUMAN, PromiseState.KEPT)
    assert (conversation.messages[-1].author, conversation.messages[-1].text) == (Author.AGENT, copy.text)
    await home.world.wait_for(lambda: "Ana has this case" in home.card(thread).text)


async def test_editing_the_command_changes_the_customers_copy_and_delete_takes_it_back(home: House) -> None:
    thread = await case(home)
    asked, copy = await sent(home, thread, "/r refund amount=20", "on its way back")
    shown = await home.until_topic_reads(thread, "Sent, “Refund made”")
    home.world.edit(GROUP, asked.message_id, ANA, "/r refund amount=30")
    await home.until_customer_reads("€30.00 is on its way")
    home.world.edit(GROUP, asked.message_id, ANA, "Your money is on its way.")
    await home.until_customer_reads("Your money is on its way.")
    assert copy.text == "Your money is on its way."
    home.world.send(GROUP, ANA, "/delete", thread_id=thread, reply_to=shown.message_id)
    await home.until_topic_reads(thread, "the customer no longer sees this message")
    await home.world.wait_for(lambda: copy.message_id not in {said.message_id for said in home.world.said(MAJA)})


async def test_what_the_customer_does_to_a_canned_reply_reaches_the_message_that_asked_for_it(home: House) -> None:
    thread = await case(home)
    asked, copy = await sent(home, thread, "/r sorry", "Sorry about that")
    home.world.react(MAJA, copy.message_id, MAJA, "❤")
    await home.world.wait_for(lambda: any("❤" in emoji for emoji in asked.reactions.values()))
    home.world.send(MAJA, MAJA, "it's fine", reply_to=copy.message_id)
    answer = await home.until_topic_reads(thread, "it's fine")
    assert answer.reply_to is asked


async def test_what_is_missing_is_named_and_the_agent_supplies_it(home: House) -> None:
    thread = await case(home)
    said = len(home.world.said(MAJA))
    asked = home.agent_says(thread, "/r order_late day=tomorrow")
    refusal = await home.until_topic_reads(thread, "was not sent")
    assert refusal.text == (
        "“Order is late” was not sent: I don't know {order_id} here. "
        "Write it yourself: /r order_late day=tomorrow order_id=…"
    )
    assert len(home.world.said(MAJA)) == said
    home.world.edit(GROUP, asked.message_id, ANA, "/r order_late day=tomorrow order_id=LO-12345")
    await home.until_customer_reads("Order LO-12345 comes tomorrow, Maja.")


async def test_a_search_offers_what_may_be_meant_and_a_press_sends_it(home: House) -> None:
    thread = await case(home)
    home.agent_says(thread, "/r refnd amount=20")
    found = await home.until_topic_reads(thread, "Canned replies like “refnd”")
    assert labels(found) == ["Refund made", "✎ Edit first"]
    assert "▸ Refund made · /r refund\nHi Maja, Ana of Lumen here: €20.00 is on its way back to you." in found.text
    home.press(found, "✎ Edit first", ANA)
    block = await home.until_topic_reads(thread, "touch the block")
    assert [entity["type"] for entity in block.content.entities] == ["pre"]
    home.press(found, "Refund made", BEN)
    await home.until_customer_reads("Hi Maja, Ben of Lumen here: €20.00 is on its way")
    await home.world.wait_for(lambda: found.text.startswith("✔ Sent, “Refund made”:") and not found.buttons())


async def test_all_of_them_are_offered_on_pages(home: House) -> None:
    thread = await case(home)
    home.agent_says(thread, "/r")
    found = await home.until_topic_reads(thread, "Canned replies.")
    assert labels(found)[-1] == "›"
    home.press(found, "›", ANA)
    await home.world.wait_for(lambda: labels(found) == ["Reply 3", "✎ Edit first", "Reply 4", "✎ Edit first", "‹"])


async def test_an_edit_of_the_file_is_live_at_once(home: House, tmp_path: Path) -> None:
    thread = await case(home)
    before = home.app.shelf.current().catalogue.version
    edit(tmp_path / "content", "responses/en/canned.yml", "Sorry about that", "So sorry about that")
    await until(lambda: home.app.shelf.current().catalogue.version != before, 20)
    await sent(home, thread, "/r sorry", "So sorry about that, Maja.")


# --- macros and tags --------------------------------------------------------------------------------------------------


async def test_a_macro_replies_notes_tags_and_resolves_in_one_go(home: House) -> None:
    thread = await case(home)
    home.agent_says(thread, "/m refunded")
    await home.until_topic_reads(thread, "Nothing of “Refunded, solved” was done.")
    assert (await home.conversation()).tags == ()
    home.agent_says(thread, "/m")
    found = await home.until_topic_reads(thread, "Macros.")
    assert "reply “Refund made” → note" in found.text
    home.agent_says(thread, "/m refunded amount=20")
    await home.until_customer_reads("Ana has marked this as solved")
    done = await home.until_topic_reads(thread, "✔ Refunded, solved")
    assert done.text.startswith("✔ Refunded, solved: “Refund made” sent, a note written, tagged refund, vip, resolved.")
    closed = await home.conversation()
    assert (closed.phase, closed.tags) == (Phase.RESOLVED, ("refund", "vip"))
    await home.world.wait_for(lambda: "🏷 refund, vip" in home.card(thread).text)
    assert [m.text for m in home.world.said(MAJA)][-2:] == [
        "Hi Maja, Ana of Lumen here: €20.00 is on its way back to you.",
        "Ana has marked this as solved. If anything is still open, just write.",
    ]


async def test_tags_stand_on_the_card_and_the_nearest_is_offered(tmp_path: Path) -> None:
    async with house(tmp_path, standards=STANDARDS + "tags: [vip, refund]\n") as home:
        thread = await case(home)
        home.agent_says(thread, "/tag refund vpi")
        offer = await home.until_topic_reads(thread, "Did you mean one of these?")
        home.press(offer, "vip", BEN)
        await home.world.wait_for(lambda: "🏷 refund, vip" in home.card(thread).text)
        await home.world.wait_for(lambda: not offer.buttons())
        home.agent_says(thread, "/untag refund")
        await home.until_topic_reads(thread, "🏷 Tags: vip")


async def test_the_menu_of_the_group_lists_the_commands(home: House) -> None:
    def listed() -> set[str]:
        calls = [call for call in home.simulator.api.calls.after(0) if call["method"] == "setMyCommands"]
        return {word for call in calls for word in ('"r"', '"m"', '"tag"', '"untag"', '"tags"') if word in str(call)}

    await until(lambda: len(listed()) == 5, 20)
