"""What agents do in a topic, and where a conversation may go."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import alarm, arrival, asked, handover, mirror, reach, turn
from bot.core.content import Assign
from bot.core.conversation import Author, Conversation, Media, Phase, PromiseState, Ref
from bot.core.decide import decide
from bot.core.draft import Context, Draft
from bot.core.errors import HandoverError
from bot.core.incoming import AgentMessage, CustomerChoice
from bot.core.outgoing import (
    AnswerCallback,
    Card,
    CloseTopic,
    Copy,
    Delivery,
    OpenTopic,
    Outgoing,
    React,
    Receipt,
    ReopenTopic,
)
from bot.core.people import Agent, Person
from bot.core.roster import Roster
from bot.core.step import Due, Step
from tests.catalogues import (
    ANA,
    BEN,
    GROUP,
    MAJA,
    MONDAY,
    catalogue,
    context,
    conversation,
    names,
    said_to_customer,
    said_to_team,
    understood,
    wrote,
)

LATER = context(MONDAY + timedelta(minutes=10))


def waiting() -> Conversation:
    held = arrival.receive(conversation(), wrote("it came broken"), 1, context()).conversation
    meant = understood("item_damaged")
    step = turn.answer(held, decide(held, "it came broken", meant, catalogue()), meant, context())
    return replace(step.conversation, topic_id=5)


def from_agent(text: str, agent: Agent = ANA, *, edited: bool = False) -> AgentMessage:
    return AgentMessage(GROUP, 5, 31, agent, text, edited=edited)


def answered(before: Conversation, text: str = "We'll send a new one", agent: Agent = ANA) -> Step:
    return handover.agent_wrote(before, from_agent(text, agent), 9, LATER)


def ask(before: Conversation, command: str, agent: Agent = ANA) -> Step:
    return handover.agent_asked(before, handover.Wish(command, agent, "callback"), 9, LATER)


def toast(step: Step) -> str:
    (said,) = [row.content.text for row in step.outbox if isinstance(row.content, AnswerCallback)]
    return said


def test_an_agents_words_reach_the_customer_and_keep_the_promise() -> None:
    step = answered(waiting())
    assert Copy(GROUP, 31, text="We'll send a new one") in [row.content for row in step.outbox if row.to == "customer"]
    (promise,) = step.conversation.promises
    assert (promise.state, promise.ended_by) == (PromiseState.KEPT, "Ana Kos (7001)")
    assert step.conversation.phase is Phase.HUMAN
    assert step.conversation.agent == ANA
    assert f"promise:{promise.id}" in step.done


def test_words_after_the_time_has_passed_do_not_keep_the_promise() -> None:
    late = handover.agent_wrote(waiting(), from_agent("sorry"), 9, context(MONDAY + timedelta(hours=3)))
    assert late.conversation.promises[0].state is PromiseState.BROKEN


def test_a_note_stays_among_colleagues() -> None:
    step = answered(waiting(), "// she is a regular")
    assert all(row.to == "case" for row in step.outbox)
    assert step.conversation.phase is Phase.WAITING
    assert (step.conversation.messages[-1].author, step.conversation.messages[-1].text) == (
        Author.NOTE,
        "she is a regular",
    )


def test_an_edit_of_what_never_went_is_not_passed_on_and_the_agent_hears_so() -> None:
    step = handover.agent_wrote(waiting(), from_agent("a new one!", edited=True), 9, LATER)
    assert said_to_customer(step) == []
    assert "never reached the customer" in said_to_team(step)[0]


def test_claiming_gives_the_case_to_the_agent_and_leaves_the_promise_open() -> None:
    step = ask(waiting(), "claim")
    assert (step.conversation.phase, step.conversation.agent) == (Phase.HUMAN, ANA)
    assert step.conversation.promise is not None
    assert said_to_customer(step) == ["Ana has your case now and is reading it."]
    assert "yours" in toast(step)


def test_a_claimed_case_cannot_be_claimed_again() -> None:
    claimed = ask(waiting(), "claim").conversation
    assert toast(ask(claimed, "claim", BEN)) == "Ana Kos has this case already."
    assert toast(ask(claimed, "claim")) == "You have this case already. Just write here."
    assert ask(claimed, "claim", BEN).conversation.agent == ANA


def test_a_colleague_may_write_in_a_case_that_another_has() -> None:
    claimed = ask(waiting(), "claim").conversation
    step = answered(claimed, agent=BEN)
    assert step.conversation.agent == ANA
    assert any(isinstance(row.content, Copy) for row in step.outbox)


def test_resolving_tells_the_customer_and_closes_the_topic() -> None:
    step = ask(answered(waiting()).conversation, "resolve")
    assert step.conversation.phase is Phase.RESOLVED
    assert step.conversation.resolved_at == LATER.now
    assert "Ana has marked this as solved" in said_to_customer(step)[0]
    assert [row.content.title for row in step.outbox if isinstance(row.content, CloseTopic)] == [
        "✅ Maja Novak · Item damaged"
    ]


def test_resolving_without_an_answer_is_on_record_as_such() -> None:
    step = ask(waiting(), "resolve")
    (event,) = [event for event in step.events if event.name == "resolved"]
    assert event.facts["answered"] == "False"


def test_a_resolved_case_is_over() -> None:
    over = ask(waiting(), "resolve").conversation
    for command in handover.COMMANDS:
        assert "This case is resolved. Nothing was sent." in toast(ask(over, command))
        assert said_to_customer(ask(over, command)) == []
    assert "Nothing was sent" in said_to_team(answered(over))[0]
    assert said_to_customer(answered(over)) == []


def test_handing_back_after_an_answer_lets_the_bot_answer_again() -> None:
    step = ask(answered(waiting()).conversation, "back")
    assert (step.conversation.phase, step.conversation.agent) == (Phase.BOT, None)
    assert "handed over to me" in said_to_customer(step)[0]


def test_handing_back_without_an_answer_puts_the_case_back_in_the_queue() -> None:
    step = ask(ask(waiting(), "claim").conversation, "back")
    assert step.conversation.phase is Phase.WAITING
    assert step.conversation.promise is not None
    assert "the promise stands, by 12:00 today" in toast(step)


def test_a_case_nobody_has_taken_cannot_be_handed_back() -> None:
    assert "the promise stands" in toast(ask(waiting(), "back"))
    assert "already" in toast(ask(conversation(agents_chat=GROUP), "back"))


def test_commands_do_what_the_buttons_do_and_answer_in_the_topic() -> None:
    wish = handover.Wish("claim", ANA)
    claimed = handover.agent_asked(waiting(), wish, 9, LATER)
    again = handover.agent_asked(claimed.conversation, wish, 10, LATER)
    unknown = handover.agent_asked(waiting(), handover.Wish("dance", ANA), 9, LATER)
    assert claimed.conversation.agent == ANA
    assert said_to_team(again) == ["You have this case already. Just write here."]
    assert said_to_team(unknown) == ["There is no /dance here. /help lists what there is."]


def test_what_the_customer_was_still_writing_is_left_to_the_agent() -> None:
    typing = arrival.receive(waiting(), wrote("and also", 8), 2, context()).conversation
    step = answered(typing)
    assert step.conversation.pending == ()
    assert "turn:5001-1" in step.done
    assert [m.text for m in step.conversation.messages if m.author is Author.CUSTOMER] == ["it came broken", "and also"]


def test_a_message_that_telegram_refused_is_told_to_the_team() -> None:
    sent = answered(waiting()).outbox[0]
    receipt = Receipt(
        sent.id, MONDAY, Delivery.FAILED, error="the customer has blocked the bot", problem="CustomerGone"
    )
    step = handover.undelivered(waiting(), sent, receipt, LATER)
    assert said_to_team(step) == ["✖ Not delivered: the customer has blocked the bot"]
    assert names(step) == ["undelivered"]


def test_a_customer_who_is_gone_marks_the_case_and_is_told_of_once() -> None:
    sent = answered(waiting()).outbox[0]
    receipt = Receipt(sent.id, MONDAY, Delivery.FAILED, error="Blocked.", problem="CustomerGoneError")
    first = handover.undelivered(waiting(), sent, receipt, LATER)
    assert said_to_team(first)[0].startswith("🚫 Nothing reaches this customer any more: Blocked.")
    assert "🚫 Out of reach: Blocked." in said_to_team(first)[1]
    second = handover.undelivered(first.conversation, sent, receipt, LATER)
    assert [row.content for row in second.outbox] == [React(Ref(GROUP, 31), "👎")]
    back = arrival.receive(second.conversation, wrote("I'm back", 9), 2, context())
    assert (back.conversation.unreachable, "can be reached again" in said_to_team(back)[0]) == ("", True)


def test_what_a_group_missed_is_shown_when_it_is_back() -> None:
    arrived = arrival.receive(waiting(), wrote("look", 8, media=Media.PHOTO), 2, context())
    copied = arrived.outbox[0]
    missed = handover.undelivered(arrived.conversation, copied, refused(copied, "NotInGroupError"), LATER)
    assert (missed.outbox, missed.conversation.missed) == ((), (8,))
    taken = handover.agent_asked(missed.conversation, handover.Wish("claim", ANA), 3, LATER).conversation
    step = reach.renew(taken, GROUP, LATER)
    assert step is not None
    assert [type(row.content) for row in step.outbox] == [Card, Copy]
    assert step.conversation.missed == ()


def test_a_topic_closed_by_a_person_is_opened_again_while_its_case_is_open() -> None:
    step = reach.topic_closed(waiting(), 4, LATER)
    assert step.outbox[0].content == ReopenTopic("🔵 Maja Novak · Item damaged")
    assert "so I have opened its topic again" in said_to_team(step)[0]
    over = ask(waiting(), "resolve").conversation
    assert reach.topic_closed(over, 4, LATER).outbox == ()


def test_a_card_that_telegram_refused_is_on_record_only() -> None:
    card = next(row for row in answered(waiting()).outbox if isinstance(row.content, Card))
    receipt = Receipt(card.id, MONDAY, Delivery.FAILED, error="no such topic")
    assert handover.undelivered(waiting(), card, receipt, LATER).outbox == ()


@pytest.mark.parametrize("phase", list(Phase))
def test_an_illegal_move_is_refused(phase: Phase) -> None:
    for target in Phase:
        draft = Draft(conversation(phase=phase), context())
        if target is phase or target in handover.LEGAL[phase]:
            handover.enter(draft, target)
            assert draft.conversation.phase is target
        else:
            with pytest.raises(HandoverError):
                handover.enter(draft, target)


def test_a_long_conversation_fits_on_the_card() -> None:
    case = waiting()
    for number in range(40):
        case = answered(case, f"{number} " + "blah " * 40).conversation
    step = ask(case, "back")
    (card,) = [row.content for row in step.outbox if isinstance(row.content, Card)]
    assert len(card.text) < 4096
    assert "39 blah" in card.text
    assert "…" in card.text


def refused(sent: Outgoing, problem: str) -> Receipt:
    return Receipt(sent.id, MONDAY, Delivery.FAILED, error="it is gone", problem=problem)


def test_a_deleted_topic_is_replaced_once_and_nothing_said_in_it_is_lost() -> None:
    arrived = arrival.receive(answered(waiting()).conversation, wrote("it floods!", 8), 2, context())
    (copied,) = arrived.outbox
    first = handover.undelivered(arrived.conversation, copied, refused(copied, "TopicGoneError"), LATER)
    assert [type(row.content) for row in first.outbox] == [OpenTopic, Card, Copy]
    assert first.outbox[0].content == OpenTopic("💬 Maja Novak · Item damaged", again=True)
    second = handover.undelivered(first.conversation, copied, refused(copied, "TopicGoneError"), LATER)
    assert [type(row.content) for row in second.outbox] == [Copy]


def test_a_deleted_topic_is_replaced_when_only_its_card_was_to_go_there() -> None:
    card = next(row for row in ask(waiting(), "claim").outbox if isinstance(row.content, Card))
    first = handover.undelivered(waiting(), card, refused(card, "TopicGoneError"), LATER)
    assert [type(row.content) for row in first.outbox] == [OpenTopic, Card]
    second = handover.undelivered(first.conversation, card, refused(card, "TopicGoneError"), LATER)
    assert second.outbox == ()


def test_a_case_of_a_group_that_moved_gets_one_topic_whatever_still_goes_to_the_old_one() -> None:
    arrived = arrival.receive(answered(waiting()).conversation, wrote("it floods!", 8), 2, context())
    (copied,) = arrived.outbox
    moved = reach.renew(arrived.conversation, GROUP - 1, LATER)
    assert moved is not None
    assert [type(row.content) for row in moved.outbox] == [OpenTopic, Card]
    late = handover.undelivered(moved.conversation, copied, refused(copied, "TopicGoneError"), LATER)
    assert [type(row.content) for row in late.outbox] == [Copy]


def test_what_cannot_be_copied_to_the_topic_is_told_in_words() -> None:
    arrived = arrival.receive(waiting(), wrote("see this", 8, media=Media.VIDEO_NOTE), 2, context())
    copied = arrived.outbox[0]
    step = handover.undelivered(arrived.conversation, copied, refused(copied, "DeliveryError"), LATER)
    assert said_to_team(step) == [
        "✖ The customer sent something (video note) that can't be shown here: it is gone. see this"
    ]


def test_an_album_sent_as_a_note_stays_among_colleagues_whole() -> None:
    marked = replace(from_agent("// internal"), album="a1")
    first = handover.agent_wrote(waiting(), marked, 9, LATER)
    rest = handover.agent_wrote(first.conversation, replace(from_agent(""), album="a1"), 10, LATER)
    other = handover.agent_wrote(rest.conversation, replace(from_agent(""), album="a2"), 11, LATER)
    assert all(row.to == "case" for row in (*first.outbox, *rest.outbox))
    assert any(row.to == "customer" for row in other.outbox)


def test_a_case_is_not_resolved_over_what_the_customer_is_just_writing() -> None:
    back = ask(answered(waiting()).conversation, "back").conversation
    writing = arrival.receive(back, wrote("and how do I return it", 8), 2, context()).conversation
    step = ask(writing, "resolve")
    assert toast(step) == "The customer is writing right now: read that first."
    assert step.conversation.is_open


def test_resolving_without_a_word_does_not_count_as_keeping_the_promise() -> None:
    (promise,) = ask(waiting(), "resolve").conversation.promises
    assert (promise.state, promise.ended_by) == (PromiseState.CANCELLED, "Ana Kos (7001)")


def test_who_writes_in_a_colleagues_case_hears_of_it_once() -> None:
    claimed = ask(waiting(), "claim").conversation
    first = answered(claimed, agent=BEN)
    second = answered(first.conversation, agent=BEN)
    assert "Ana Kos has this case. Your words were sent all the same." in said_to_team(first)
    assert "Ana Kos has this case. Your words were sent all the same." not in said_to_team(second)


def test_trouble_with_an_agents_words_is_told_in_the_topic() -> None:
    step = handover.not_sent(waiting(), "the disk is on fire", 9, LATER)
    assert "was not sent" in said_to_team(step)[0]
    assert step.update_id == 9


# --- any interleaving -------------------------------------------------------------------------------------------------

NAMES = [
    "message",
    "turn",
    "choose",
    "start",
    "human",
    "status",
    "agent",
    "note",
    "claim",
    "resolve",
    "back",
    "clock",
    "idle",
    "edit",
    "agent edit",
    "delete",
    "poll",
    "snooze",
    "rest.for.30",
    "rest.for.600",
    "unsnooze",
    "transfer",
    "team.logistics",
    "person.7002",
]
ACTIONS = st.lists(st.sampled_from(NAMES), max_size=25)
INTENTS = st.sampled_from(["opening_hours", "order_status", "item_damaged", "talk_to_human", "thanks", "none"])


@given(actions=ACTIONS, intents=st.lists(INTENTS, min_size=25, max_size=25), assign=st.sampled_from(list(Assign)))
def test_whatever_happens_states_move_legally_and_promises_end_once(
    actions: list[str], intents: list[str], assign: Assign
) -> None:
    now, before = MONDAY, conversation(topic_id=5)
    roster = Roster(
        Person(one.id, one.name, groups=(GROUP,), supervises=(GROUP,), seen_at=MONDAY) for one in (ANA, BEN)
    )
    rows: dict[str, Due] = {}
    for action, intent in zip(actions, intents, strict=False):
        now += timedelta(minutes=17)
        at = replace(context(now, assign=assign), roster=roster)
        step = _act(before, action, intent, rows, at)
        if step is None:
            continue
        after = step.conversation
        assert after.phase is before.phase or after.phase in handover.LEGAL[before.phase]
        assert after.steps == before.steps + 1
        _check_promises(before, after)
        for done in step.done:
            rows.pop(done, None)
        rows |= {row.id: row for row in step.due}
        assert after.promise is None or f"promise:{after.promise.id}" in rows
        assert after.phase is not Phase.WAITING or after.promise is not None or f"nag:{after.id}" in rows
        assert after.assigned is None or after.phase is Phase.WAITING
        assert after.agent is not None or after.phase is not Phase.HUMAN
        roster.note(after, now)
        before = after
        if not after.is_open:
            assert after.promise is None
            before, rows = replace(arrival.fresh(MAJA.id, MAJA, after, at), topic_id=6), {}


def _act(  # noqa: C901  # one line for each action
    before: Conversation, action: str, intent: str, rows: dict[str, Due], at: Context
) -> Step | None:
    match action:
        case "message":
            return arrival.receive(before, wrote("words", before.steps), 1, at)
        case "turn":
            if not before.pending:
                return None
            meant = understood(intent)
            return turn.answer(before, decide(before, "words", meant, at.catalogue), meant, at)
        case "choose":
            return asked.choose(before, CustomerChoice(MAJA.id, 3, MAJA, "c", f"intent:{intent}"), 1, at)
        case "start" | "human" | "status":
            return asked.command(before, wrote(f"/{action}", command=action), 1, at)
        case "edit":
            return mirror.customer_edited(before, wrote("other words", max(0, before.steps - 1), edited=True), 1, at)
        case "agent edit":
            return handover.agent_wrote(before, from_agent("other words", edited=True), 1, at)
        case "poll":
            return handover.agent_wrote(before, replace(from_agent("Which?"), media=Media.POLL), 1, at)
        case "delete":
            answer = replace(from_agent("/delete"), command="delete", reply_to=31)
            return handover.agent_asked(before, handover.Wish("delete", ANA, message=answer), 1, at)
        case "agent" | "note":
            return handover.agent_wrote(before, from_agent("// n" if action == "note" else "words"), 1, at)
        case "clock":
            due = min(rows.values(), key=lambda row: row.at, default=None)
            return alarm.ring(before, due, at) if due and due.at <= at.now else None
        case "idle":
            return arrival.end_idle(before, at) if arrival.is_over(before, at) else None
        case _:
            return handover.agent_asked(before, handover.Wish(action, ANA, "c"), 1, at)


def _check_promises(before: Conversation, after: Conversation) -> None:
    """None is ever deleted, each ends once and stays as it ended, at most the last is open."""
    assert len(after.promises) >= len(before.promises)
    for old, new in zip(before.promises, after.promises, strict=False):
        assert old == new or old.state is PromiseState.OPEN
    assert all(promise.state is not PromiseState.OPEN for promise in after.promises[:-1])
