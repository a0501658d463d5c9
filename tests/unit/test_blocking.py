"""A customer who abuses is blocked by whoever is in charge, and nobody else."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.core import aftercare, arrival, handover
from bot.core.conversation import Conversation, Phase, PromiseState, Ref
from bot.core.draft import Context
from bot.core.incoming import AgentMessage, CustomerChoice, CustomerReaction, Update
from bot.core.outgoing import AnswerCallback, Card, CloseTopic, React
from bot.core.people import Agent, Person, Role
from bot.core.roster import Roster
from bot.core.step import Due, DueKind, Step
from tests.catalogues import ANA, BEN, GROUP, MAJA, MONDAY, context, names, said_to_customer, said_to_team, wrote
from tests.unit.test_handover import waiting
from tests.unit.test_life import Life

NOW = MONDAY + timedelta(minutes=10)


def at() -> Context:
    """Ana is a supervisor, and Ben is not."""
    ana = Person(ANA.id, ANA.name, role=Role.SUPERVISOR, groups=(GROUP,), supervises=(GROUP,), seen_at=MONDAY)
    return replace(context(NOW), roster=Roster([ana, Person(BEN.id, BEN.name, groups=(GROUP,), seen_at=MONDAY)]))


def press(case: Conversation, command: str, agent: Agent = ANA) -> Step:
    return handover.agent_asked(case, handover.Wish(command, agent, "c", pressed=77), 9, at())


def toast(step: Step) -> str:
    (said,) = [row.content.text for row in step.outbox if isinstance(row.content, AnswerCallback)]
    return said


def test_who_is_in_charge_is_asked_first_and_then_it_is_done() -> None:
    asked = press(waiting(), "block")
    assert toast(asked).startswith("Block this customer?")
    assert not asked.conversation.customer.blocked
    done = press(waiting(), "block.now")
    assert (done.conversation.customer.blocked, done.conversation.phase) == (True, Phase.RESOLVED)
    assert done.conversation.promises[0].state is PromiseState.CANCELLED
    assert said_to_customer(done) == [
        "We are ending this conversation here: no reply will follow, and nobody reads what you write from now on."
    ]
    assert [row.content.title for row in done.outbox if isinstance(row.content, CloseTopic)] == [
        "🚫 Maja Novak · Item damaged"
    ]
    (card,) = [row.content for row in done.outbox if isinstance(row.content, Card)]
    assert [button.label for row in card.keyboard for button in row] == ["Unblock"]


def test_nobody_else_can_whatever_their_message_claims() -> None:
    for claimed in (BEN, replace(BEN, role=Role.ADMIN), Agent(9, "Somebody", Role.ADMIN)):
        for command in ("block", "block.now", "unblock"):
            step = press(waiting(), command, claimed)
            assert not step.conversation.customer.blocked
            assert "Only supervisors and admins" in toast(step)


def test_an_administrator_who_writes_as_the_group_can() -> None:
    message = AgentMessage(GROUP, 5, 31, Agent(GROUP, "Agents", Role.SUPERVISOR), "/block threats", command="block")
    step = handover.agent_asked(waiting(), handover.Wish("block", message.agent, message=message), 9, at())
    assert step.conversation.customer.blocked
    (event,) = [event for event in step.events if event.name == "blocked"]
    assert event.facts == {"why": "threats"}


def test_the_next_conversation_knows_it_too() -> None:
    over = press(waiting(), "block.now").conversation
    assert arrival.fresh(MAJA.id, MAJA, over, at()).customer.blocked


def test_taking_it_back_is_told_to_both() -> None:
    over = press(waiting(), "block.now").conversation
    step = press(over, "unblock")
    assert not step.conversation.customer.blocked
    assert "You can write to us again, Maja." in said_to_customer(step)[0]
    assert toast(press(step.conversation, "unblock")) == "This customer is not blocked."
    assert toast(press(over, "block")) == "This customer is blocked already."
    assert "✅ Resolved" in said_to_team(step)[0]


def test_who_is_blocked_is_not_asked_how_it_was() -> None:
    over = press(waiting(), "block.now").conversation
    due = Due("survey:5001-1", NOW, DueKind.SURVEY, MAJA.id, over.id)
    step = aftercare.ring(over, due, over, at())
    assert (step.outbox, names(step)) == ((), ["not_asked"])


def test_whatever_a_blocked_customer_does_reaches_neither_team_nor_bot() -> None:
    async def live() -> None:
        life = Life()
        await life.do("a complaint is solved", "", "")
        await life.do("says", "it broke again", "item_damaged")
        await life.do("time", "1", "")
        person = Person(ANA.id, ANA.name, role=Role.SUPERVISOR, groups=(GROUP,), supervises=(GROUP,), seen_at=MONDAY)
        await life.flow.meet([person])
        await life.agent("block.now", replace(ANA, role=Role.SUPERVISOR))
        done, said = len(life.steps), len(life.steps[-1].conversation.messages)
        await life.do("restart", "", "")
        await life.hear(wrote("you fools", 900))
        await life.hear(wrote("/human", 901, command="human"))
        await life.hear(wrote("you utter fools", 900, edited=True))
        await life.hear(CustomerReaction(MAJA.id, 50, MAJA, "👎"))
        await life.hear(CustomerChoice(MAJA.id, 50, MAJA, "c", "human"))
        await life.do("time", "9000", "")
        assert life.failures == []
        sent = [row for step in life.steps[done:] for row in step.outbox]
        assert [row.content for row in sent if isinstance(row.content, React)] == [
            React(Ref(MAJA.id, 900), ""),
            React(Ref(MAJA.id, 901), ""),
        ]
        assert {row.to for row in sent} == {"customer"}
        assert len(sent) == 3
        assert life.last is not None
        assert len(life.last.messages) == said
        told = [event.facts.get("text") for event in life.store.record if event.name == "turned_away"]
        assert told == ["you fools", "/human", "you utter fools", None]
        assert life.flow.seen(Update(999, "lane", MONDAY, {"said": wrote("fools", 902)})) is None
        assert life.store.updates == {}

    asyncio.run(live())
