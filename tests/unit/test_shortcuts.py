"""Canned replies, macros and tags: what goes to the customer, what colleagues read, and that nothing is half-done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import handover, macros, shortcuts
from bot.core.content import CannedReply, Macro, MacroStep, Reply, Team
from bot.core.conversation import Author, Conversation, Media, Message, Phase, PromiseState, Ref
from bot.core.draft import Context, Groups
from bot.core.incoming import AgentChoice, AgentMessage
from bot.core.outgoing import (
    AnswerCallback,
    Card,
    ClearButtons,
    CloseTopic,
    Copy,
    Edit,
    Lane,
    Outgoing,
    Revise,
    Text,
    To,
)
from bot.core.people import Agent, Customer
from bot.core.step import Step
from tests.catalogues import ANA, BEN, GROUP, MAJA, MONDAY, catalogue, context, names, said_to_customer
from tests.unit.test_handover import waiting

EN = {
    "refund": ("Refund made", "Hi {name}, {agent} of {brand}: {amount} is on its way."),
    "order_late": ("Order is late", "Order {order_id} comes {day}."),
    "checking": ("I'm looking into it", "You'll hear from me {promise}."),
    "sorry": ("Our mistake", "Sorry, {name}."),
    "booked": ("Booked", "It is booked for {date}."),
}
SL = {"refund": ("Denar vrnjen", "{name}, nakazali smo ti {amount}.")}
MACROS = (
    Macro(
        "refunded",
        "Refunded",
        (step := MacroStep("reply", ("refund",)), MacroStep("tag", ("vip",)), MacroStep("resolve")),
    ),
    Macro("noted", "Noted", (MacroStep("note", ("Look at this.",)), MacroStep("claim"))),
)
LATER = MONDAY + timedelta(minutes=10)


def canned(texts: dict[str, tuple[str, str]]) -> dict[str, CannedReply]:
    return {name: CannedReply(Reply(name, {"other": text}, title)) for name, (title, text) in texts.items()}


def at(**standards: Any) -> Context:
    base = context(LATER, languages=("en", "sl"), **standards)
    known = replace(base.catalogue, canned={"en": canned(EN), "sl": canned(SL)}, macros={m.name: m for m in MACROS})
    return replace(base, catalogue=known)


def asks(text: str, agent: Agent = ANA, message_id: int = 31, **more: Any) -> AgentMessage:
    command = text.partition(" ")[0].removeprefix("/")
    return AgentMessage(GROUP, 5, message_id, agent, text, command=command, **more)


def ask(before: Conversation, text: str, where: Context | None = None, **more: Any) -> Step:
    return shortcuts.asked(before, asks(text, **more), 9, where or at())


def press(before: Conversation, data: str, asked: str = "/r", agent: Agent = ANA, where: Context | None = None) -> Step:
    choice = AgentChoice(GROUP, 5, 40, agent, "c", f"{data}:{before.id}", answers=31, answered=asked)
    return shortcuts.chose(before, choice, 9, where or at())


def sent(step: Step) -> list[str]:
    """What goes to the customer as an agent's words."""
    return [row.content.text for row in step.outbox if row.to is To.CUSTOMER and isinstance(row.content, Copy)]


def told(step: Step) -> str:
    """What colleagues read of it, besides the card."""
    return "\n".join(
        row.content.text for row in step.outbox if row.to is To.CASE and isinstance(row.content, Text | Edit)
    )


def picker(step: Step) -> tuple[str, list[str]]:
    [(text, keyboard)] = [
        (row.content.text, row.content.keyboard) for row in step.outbox if isinstance(row.content, Text | Edit)
    ]
    return text, [button.data.partition(":")[0] for line in keyboard for button in line]


# --- canned replies ---------------------------------------------------------------------------------------------------


def test_a_canned_reply_goes_as_the_agents_own_words() -> None:
    step = ask(waiting(), "/r refund amount=20", at(currency="EUR"))
    typed = handover.agent_wrote(
        waiting(), AgentMessage(GROUP, 5, 31, ANA, "Hi Maja, Ana of Lumen: €20.00 is on its way."), 9, at()
    )
    assert sent(step) == sent(typed) == ["Hi Maja, Ana of Lumen: €20.00 is on its way."]
    assert step.conversation == typed.conversation
    assert [(event.name, event.by) for event in step.events] == [(event.name, event.by) for event in typed.events]
    assert step.events[0].facts["canned"] == "refund"
    assert step.conversation.promises[0].state is PromiseState.KEPT
    assert told(step) == "✔ Sent, “Refund made”:\nHi Maja, Ana of Lumen: €20.00 is on its way."


def test_its_words_stand_for_the_message_that_asked_for_it() -> None:
    step = ask(waiting(), "/r sorry", reply_to=17)
    [copy] = [row.content for row in step.outbox if isinstance(row.content, Copy)]
    assert copy == Copy(GROUP, 31, Ref(GROUP, 17), "Sorry, Maja.", spoken=True)


def test_what_nothing_is_known_for_is_named_and_nothing_is_sent() -> None:
    step = ask(waiting(), "/r order_late day=“on Friday”")
    assert sent(step) == []
    assert told(step) == (
        "“Order is late” was not sent: I don't know {order_id} here. "
        'Write it yourself: /r order_late day="on Friday" order_id=…'
    )
    assert step.conversation == replace(waiting(), steps=step.conversation.steps)


def test_what_the_case_knows_is_filled_in_and_the_agent_goes_before_it() -> None:
    case = replace(waiting(), slots={"order_id": "12345", "date": "2026-12-03"})
    assert sent(ask(case, "/r order_late day=soon")) == ["Order 12345 comes soon."]
    assert sent(ask(case, '/r Order late day="next week" order_id=777')) == ["Order 777 comes next week."]
    assert sent(ask(case, "/r booked")) == ["It is booked for 3 December 2026."]


def test_the_time_that_was_promised_is_filled_in_as_the_customer_reads_it() -> None:
    assert sent(ask(waiting(), "/r checking")) == ["You'll hear from me by 12:00 today."]
    answered = ask(waiting(), "/r checking").conversation
    assert "I don't know {promise} here" in told(ask(answered, "/r checking", message_id=32))


def test_an_amount_is_the_agents_to_say_whatever_the_customer_claims() -> None:
    case = replace(waiting(), slots={"amount": "99 EUR"})
    assert "I don't know {amount} here" in told(ask(case, "/r refund"))


def test_a_slip_in_a_placeholders_name_sends_nothing() -> None:
    case = waiting()
    step = ask(case, "/r refund amonut=20")
    assert (sent(step), told(step)) == (
        [],
        "“Refund made” was not sent: it has no place for amonut. It takes {amount}.",
    )
    assert (
        told(ask(case, "/r sorry amount=20"))
        == "“Our mistake” was not sent: it has no place for amount. Write only /r sorry"
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("20", "€20.00"),
        ("12,5", "€12.50"),
        ("20€", "€20.00"),
        ('"49.90 EUR"', "€49.90"),
        ("300rsd", "RSD300"),
        ("half", "half"),
    ],
)
def test_an_amount_is_written_as_the_customer_writes_it(written: str, read: str) -> None:
    [text] = sent(ask(waiting(), f"/r refund amount={written}", at(currency="EUR")))
    assert text == f"Hi Maja, Ana of Lumen: {read} is on its way."


def test_a_bare_amount_without_a_currency_of_ours_stays_as_it_is() -> None:
    assert sent(ask(waiting(), "/r refund amount=20")) == ["Hi Maja, Ana of Lumen: 20 is on its way."]


def test_it_goes_in_the_customers_language_and_else_in_ours_with_a_word_to_the_agent() -> None:
    case = replace(waiting(), language="sl")
    assert sent(ask(case, "/r refund amount=20", at(currency="EUR"))) == ["Maja, nakazali smo ti 20,00\xa0€."]
    other = ask(case, "/r sorry")
    assert sent(other) == ["Sorry, Maja."]
    assert told(other).startswith("✔ Sent, “Our mistake”. There is none in Slovenian yet, so it went in English:")


def test_a_customer_whose_name_cannot_be_said_is_not_called_by_it() -> None:
    case = replace(waiting(), customer=Customer(MAJA.id, "💫"))
    assert sent(ask(case, "/r sorry")) == ["Sorry."]


def test_braces_in_what_an_agent_supplies_mean_nothing() -> None:
    assert sent(ask(waiting(), "/r order_late order_id={name} day={{x}}")) == ["Order {name} comes {{x}}."]


def test_in_a_resolved_case_nothing_is_sent() -> None:
    over = handover.agent_asked(waiting(), handover.Wish("resolve", ANA), 9, at()).conversation
    assert "Nothing was sent" in told(ask(over, "/r sorry"))
    assert "Nothing was sent" in told(press(over, "r.send.sorry"))


def test_as_the_caption_of_a_picture_it_is_refused_in_words() -> None:
    step = ask(waiting(), "/r sorry", media=Media.PHOTO)
    assert (sent(step), "in a message of its own" in told(step)) == ([], True)


def test_editing_the_command_changes_what_the_customer_reads() -> None:
    case = ask(waiting(), "/r refund amount=20").conversation
    step = ask(case, "/r refund amount=30", edited=True)
    assert step.outbox[0].content == Revise(Ref(GROUP, 31), "Hi Maja, Ana of Lumen: 30 is on its way.")
    assert told(step) == "✎ The customer now reads:\nHi Maja, Ana of Lumen: 30 is on its way."
    assert step.conversation.messages[-1].text == "Hi Maja, Ana of Lumen: 30 is on its way."
    assert "the customer still reads what was sent" in told(ask(case, "/r rfund", edited=True))


def test_editing_it_to_plain_words_changes_what_the_customer_reads_too() -> None:
    case = ask(waiting(), "/r sorry").conversation
    step = handover.agent_wrote(case, AgentMessage(GROUP, 5, 31, ANA, "So sorry!", edited=True), 9, at())
    assert [row.content for row in step.outbox] == [Revise(Ref(GROUP, 31), "So sorry!")]


def test_a_refused_command_is_sent_once_it_is_edited_right() -> None:
    case = ask(waiting(), "/r refund").conversation
    assert sent(ask(case, "/r refund amount=20", edited=True)) == ["Hi Maja, Ana of Lumen: 20 is on its way."]


def test_an_answer_to_what_we_said_of_it_means_the_message_itself() -> None:
    said = Outgoing("1", "5001-1", GROUP, To.CASE, Lane.AGENT, Text("✔ Sent", reply_to=31), MONDAY)
    assert shortcuts.meant(asks("/delete", reply_to=50), said).reply_to == 31
    assert shortcuts.meant(asks("/delete", reply_to=50), None).reply_to == 50


# --- the picker -------------------------------------------------------------------------------------------------------


def test_without_a_name_all_are_offered_a_page_at_a_time() -> None:
    many = {f"reply_{number:02}": (f"Reply {number}", "Words") for number in range(14)}
    where = at()
    where = replace(where, catalogue=replace(where.catalogue, canned={"en": canned(many)}))
    first = picker(ask(waiting(), "/r", where))
    assert (first[1][0], first[1][-1]) == ("r.send.reply_00", "r.page.1")
    last = picker(press(waiting(), "r.page.2", where=where))
    assert last[1] == ["r.send.reply_12", "r.show.reply_12", "r.send.reply_13", "r.show.reply_13", "r.page.1"]


def test_a_search_shows_what_may_be_meant_with_a_preview_in_the_customers_language() -> None:
    text, buttons = picker(ask(replace(waiting(), language="sl"), "/r refnd"))
    assert buttons == ["r.send.refund", "r.show.refund"]
    assert "▸ Refund made · /r refund\nMaja, nakazali smo ti {amount}." in text
    assert picker(ask(waiting(), "/r denar"))[0].startswith("No canned reply is like “denar”. These are all of them:")


def test_a_press_sends_it_with_what_was_supplied_and_the_list_says_what_was_sent() -> None:
    step = press(waiting(), "r.send.refund", "/r refnd amount=20")
    assert sent(step) == ["Hi Maja, Ana of Lumen: 20 is on its way."]
    edits = [row.content for row in step.outbox if isinstance(row.content, Edit)]
    assert edits == [Edit(40, "✔ Sent, “Refund made”:\nHi Maja, Ana of Lumen: 20 is on its way.")]
    assert step.conversation.messages[-1].ref == 31


def test_it_goes_in_the_name_of_who_presses() -> None:
    step = press(waiting(), "r.send.refund", "/r x amount=20", BEN)
    assert (sent(step), step.conversation.agent) == (["Hi Maja, Ben of Lumen: 20 is on its way."], BEN)


def test_a_list_sends_once() -> None:
    case = press(waiting(), "r.send.sorry").conversation
    again = press(case, "r.send.sorry", agent=BEN)
    assert (sent(again), "used already" in told(again)) == ([], True)


def test_a_press_of_what_lacks_something_says_how_to_supply_it() -> None:
    step = press(waiting(), "r.send.refund")
    [toast] = [row.content.text for row in step.outbox if isinstance(row.content, AnswerCallback)]
    assert (
        toast
        == told(step)
        == "“Refund made” was not sent: I don't know {amount} here. Write it yourself: /r refund amount=…"
    )


def test_edit_first_gives_the_words_in_a_block_to_copy() -> None:
    step = press(waiting(), "r.show.refund", "/r refnd amount=20")
    [shown] = [row.content for row in step.outbox if isinstance(row.content, Text)]
    [block] = shown.entities
    assert block.type == "pre"
    assert shown.text.encode("utf-16-le")[2 * block.offset : 2 * (block.offset + block.length)].decode("utf-16-le") == (
        "Hi Maja, Ana of Lumen: 20 is on its way."
    )
    assert sent(step) == []


def test_a_reply_that_an_admin_has_taken_away_meanwhile_is_not_sent() -> None:
    assert "no canned reply “old” any more" in told(press(waiting(), "r.send.old"))


def test_without_any_it_says_who_can_write_some() -> None:
    where = replace(at(), catalogue=catalogue())
    assert "responses/en/canned.yml" in told(ask(waiting(), "/r", where))
    assert "responses/macros.yml" in told(ask(waiting(), "/m", where))


# --- tags -------------------------------------------------------------------------------------------------------------


def test_tags_are_put_on_and_taken_off_and_stand_on_the_card_and_the_record() -> None:
    step = ask(waiting(), "/tag #VIP, refund vip")
    assert step.conversation.tags == ("vip", "refund")
    assert [(event.name, event.by, event.facts) for event in step.events] == [
        ("tagged", "Ana Kos (7001)", {"tag": "vip"}),
        ("tagged", "Ana Kos (7001)", {"tag": "refund"}),
    ]
    assert any("🏷 vip, refund" in row.content.text for row in step.outbox if isinstance(row.content, Card))
    off = ask(step.conversation, "/untag vip")
    assert (off.conversation.tags, names(off)) == (("refund",), ["untagged"])
    assert told(ask(off.conversation, "/tags")).startswith("🏷 Tags: refund\n")


def test_a_tag_that_is_there_already_is_not_put_on_record_again() -> None:
    case = ask(waiting(), "/tag vip").conversation
    assert names(ask(case, "/tag vip")) == []


def test_where_tags_are_declared_the_nearest_is_offered_on_a_button() -> None:
    where = at(tags=("vip", "refund"))
    step = ask(waiting(), "/tag vpi refund", where)
    assert step.conversation.tags == ("refund",)
    [offer] = [row.content for row in step.outbox if isinstance(row.content, Text) and row.content.keyboard]
    assert (offer.text, offer.keyboard[0][0].data) == (
        "There is no tag “vpi”. Did you mean one of these?",
        "tag.vip:5001-1",
    )
    pressed = press(step.conversation, "tag.vip", where=where)
    assert pressed.conversation.tags == ("refund", "vip")
    assert ClearButtons(40) in [row.content for row in pressed.outbox]


def test_what_can_be_no_tag_changes_nothing() -> None:
    step = ask(waiting(), "/tag vip <script>")
    assert (step.conversation.tags, "can't be a tag" in told(step)) == ((), True)
    assert "no such tag" in told(ask(waiting(), "/untag vip"))


def test_a_resolved_case_may_still_be_tagged() -> None:
    over = handover.agent_asked(waiting(), handover.Wish("resolve", ANA), 9, at()).conversation
    assert ask(over, "/tag vip").conversation.tags == ("vip",)


# --- macros -----------------------------------------------------------------------------------------------------------


def test_a_macro_does_all_of_it_in_one_step_and_says_so_in_a_line() -> None:
    step = ask(waiting(), "/m refunded amount=20")
    assert sent(step) == ["Hi Maja, Ana of Lumen: 20 is on its way."]
    assert "Ana has marked this as solved" in said_to_customer(step)[0]
    assert (step.conversation.phase, step.conversation.tags) == (Phase.RESOLVED, ("vip",))
    assert step.conversation.promises[0].state is PromiseState.KEPT
    assert any(isinstance(row.content, CloseTopic) for row in step.outbox)
    assert told(step).split("\n")[0] == "✔ Refunded: “Refund made” sent, tagged vip, resolved."
    assert names(step)[-1] == "macro"


def test_a_macro_of_which_one_thing_cannot_be_done_does_nothing() -> None:
    step = ask(waiting(), "/m refunded")
    assert told(step) == (
        "Nothing of “Refunded” was done. “Refund made” was not sent: I don't know {amount} here. "
        "Write it yourself: /r refund amount=…"
    )
    assert (step.events, step.conversation.tags, step.conversation.phase) == ((), (), Phase.WAITING)


def test_a_macro_is_found_and_run_by_a_button() -> None:
    text, buttons = picker(ask(waiting(), "/m note"))
    assert (buttons, "▸ Noted · /m noted\nnote Look at this. → claim" in text) == (["m.run.noted"], True)
    step = press(waiting(), "m.run.noted", "/m note")
    assert (step.conversation.phase, step.conversation.agent) == (Phase.HUMAN, ANA)
    assert [line.text for line in step.conversation.messages if line.author is Author.NOTE] == ["Look at this."]


def test_editing_the_command_does_not_run_a_macro_twice() -> None:
    case = replace(ask(waiting(), "/m refunded amount=20").conversation, phase=Phase.HUMAN)
    step = ask(case, "/m refunded amount=30", edited=True)
    assert (sent(step), "run by this message already" in told(step)) == ([], True)


def test_a_macro_that_claims_may_be_run_by_who_has_the_case() -> None:
    claimed = handover.agent_asked(waiting(), handover.Wish("claim", ANA), 8, at()).conversation
    assert told(ask(claimed, "/m noted")).startswith("✔ Noted: a note written, the case is yours.")
    assert told(ask(claimed, "/m noted", agent=BEN)).startswith("Nothing of “Noted” was done. Ana Kos has this case")


def test_a_macro_does_not_resolve_over_what_the_customer_is_just_writing() -> None:
    writing = replace(waiting(), pending=(Message(LATER, Author.CUSTOMER, "wait", ref=8),), pending_since=LATER)
    step = ask(writing, "/m refunded amount=20")
    assert (sent(step), step.conversation.is_open) == ([], True)
    assert told(step) == "The customer is writing right now: read that first."


def with_macro(*steps: MacroStep) -> Context:
    where = at()
    teams = {name: Team(name, "office") for name in ("support", "logistics")}
    standards = replace(where.catalogue.standards, teams=teams)
    macros = {"any": Macro("any", "Any", steps)}
    return replace(where, catalogue=replace(where.catalogue, standards=standards, macros=macros))


def test_a_macro_lets_a_case_rest() -> None:
    step = ask(waiting(), "/m any", with_macro(MacroStep("reply", ("sorry",)), MacroStep("snooze", ("30m",))))
    assert told(step).startswith("✔ Any: “Our mistake” sent, asleep until 10:40.")
    snoozed = step.conversation.snoozed
    assert snoozed is not None
    assert snoozed.by == ANA


def test_a_macro_that_would_rest_beyond_a_promise_does_nothing() -> None:
    step = ask(waiting(), "/m any", with_macro(MacroStep("tag", ("vip",)), MacroStep("snooze", ("3d",))))
    assert told(step).startswith("Nothing of “Any” was done. ")
    assert (step.conversation.tags, step.conversation.snoozed) == ((), None)


def test_a_macro_passes_a_case_on_and_one_that_is_there_stays() -> None:
    where = with_macro(MacroStep("tag", ("vip",)), MacroStep("transfer", ("logistics",)))
    step = ask(waiting(), "/m any", where)
    assert "✔ Any: tagged vip, passed to logistics." in told(step)
    passed = step.conversation.passed
    assert passed is not None
    assert passed.team == "logistics"
    again = ask(step.conversation, "/m any", where)
    assert "✔ Any: tagged vip, passed to logistics." in told(again)
    assert "passed_on" not in names(again)


def test_what_a_macro_did_is_told_where_the_case_has_gone() -> None:
    elsewhere = GROUP - 1
    where = replace(with_macro(MacroStep("transfer", ("logistics",))), groups=Groups(GROUP, {"logistics": elsewhere}))
    step = ask(waiting(), "/m any", where)
    last = step.outbox[-1]
    assert (last.chat_id, getattr(last.content, "reply_to", 0)) == (elsewhere, None)
    pressed = press(waiting(), "m.run.any", "/m", where=where)
    (edit,) = [row for row in pressed.outbox if isinstance(row.content, Edit)]
    assert (edit.chat_id, edit.to) == (GROUP, To.TEAM)


def test_editing_a_macros_command_to_plain_words_changes_what_the_customer_reads() -> None:
    case = replace(ask(waiting(), "/m refunded amount=20").conversation, phase=Phase.HUMAN)
    step = handover.agent_wrote(case, AgentMessage(GROUP, 5, 31, ANA, "In a week.", edited=True), 9, at())
    assert [row.content for row in step.outbox] == [Revise(Ref(GROUP, 31), "In a week.")]


STEPS = st.sampled_from(
    [
        MacroStep("reply", ("sorry",)),
        MacroStep("reply", ("order_late",)),
        MacroStep("note", ("n",)),
        MacroStep("tag", ("vip",)),
        MacroStep("untag", ("vip",)),
        MacroStep("claim"),
        MacroStep("snooze", ("30m",)),
        MacroStep("transfer", ("logistics",)),
        MacroStep("back"),
        MacroStep("resolve"),
    ]
)


@settings(deadline=None)
@given(steps=st.lists(STEPS, min_size=1, max_size=5), knows=st.booleans(), claimed=st.booleans())
def test_whatever_a_macro_does_it_does_all_of_it_or_nothing(steps: list[MacroStep], knows: bool, claimed: bool) -> None:
    case = replace(waiting(), slots={"order_id": "12345", "day": "soon"} if knows else {})
    if claimed:
        case = handover.agent_asked(case, handover.Wish("claim", BEN), 8, at()).conversation
    step = ask(case, "/m any", with_macro(*steps))
    if "Nothing of “Any” was done." in told(step):
        assert replace(step.conversation, steps=case.steps) == case
        assert (step.events, step.due, step.done) == ((), (), ())
        assert all(row.to is To.CASE for row in step.outbox)
    else:
        assert "✔ Any: " in told(step)
        assert len(sent(step)) == sum(each.kind == "reply" for each in steps)


@settings(max_examples=50, deadline=None)
@given(text=st.text(max_size=60))
def test_any_words_behind_a_command_are_answered(text: str) -> None:
    for command in shortcuts.COMMANDS:
        assert told(ask(waiting(), f"/{command} {text}"))


def test_every_step_of_a_macro_has_its_words() -> None:
    for kind in macros.STEPS:
        assert catalogue().reply("en", f"team_did_{kind}")
