"""A case is passed on, to a colleague or a team: with its promise, its messages and a word why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core import alarm, arrival, handover, priority
from bot.core.content import Team
from bot.core.conversation import GONE, Author, Conversation, Entity, Media, Phase, PromiseState
from bot.core.draft import Context, Groups
from bot.core.incoming import AgentMessage
from bot.core.outgoing import AnswerCallback, Card, Copy, LeaveTopic, OpenTopic, ShowButtons, Text
from bot.core.people import Agent, Person
from bot.core.report import By, Record
from bot.core.roster import Roster
from bot.core.step import DueKind, Step
from bot.core.workload import Workload
from tests.catalogues import (
    ANA,
    BEN,
    GROUP,
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
from tests.unit.test_handover import answered, waiting
from tests.unit.test_turn import take_turn

OTHER = -1001000000002
TEAMS = {name: Team(name, "office") for name in ("support", "logistics", "billing")}
MINUTE = timedelta(minutes=1)
NOW = MONDAY + 10 * MINUTE
CLEO = Agent(7003, "Cleo Zupan", username="cleo")


def at(groups: Groups | None = None, now: Any = NOW, **people: Any) -> Context:
    known = [Person(one.id, one.name, one.username, groups=(GROUP,), seen_at=MONDAY) for one in (ANA, BEN, CLEO)]
    known = [replace(one, **people.get(one.name.split()[0].lower(), {})) for one in known]
    return Context(now, catalogue(teams=TEAMS), groups or Groups(GROUP), roster=Roster(known))


def press(case: Conversation, command: str, context: Context | None = None) -> Step:
    return handover.agent_asked(case, handover.Wish(command, ANA, "c", pressed=77), 9, context or at())


def typed(case: Conversation, text: str, context: Context | None = None, **more: Any) -> Step:
    message = AgentMessage(GROUP, 5, 31, ANA, text, command=text[1:].split(maxsplit=1)[0], **more)
    wish = handover.Wish(message.command or "", ANA, message=message)
    return handover.agent_asked(case, wish, 9, context or at())


def contents(step: Step, kind: type) -> list[Any]:
    return [row.content for row in step.outbox if isinstance(row.content, kind)]


def toast(step: Step) -> str:
    (said,) = contents(step, AnswerCallback)
    return str(said.text)


def mine() -> Conversation:
    return answered(waiting()).conversation


# --- to a colleague ---------------------------------------------------------------------------------------------------


def test_teams_and_colleagues_who_are_there_are_offered() -> None:
    (shown,) = contents(press(mine(), "transfer", at(ben={"away": True})), ShowButtons)
    assert [button.label for row in shown.keyboard for button in row] == [
        "👥 logistics",
        "👥 billing",
        "👤 Cleo Zupan",
        "‹ Back",
    ]


def test_a_colleague_has_the_case_from_then_on_and_is_called_with_the_reason() -> None:
    step = typed(mine(), "/transfer @cleo she knows lamps")
    assert (step.conversation.phase, step.conversation.agent) == (Phase.HUMAN, CLEO)
    called = next(one for one in contents(step, Text) if one.mentions)
    assert called.text == "👉 @cleo, Ana Kos has passed this case on to you.\n“she knows lamps”"
    note = step.conversation.messages[-1]
    assert (note.author, note.text, note.name) == (Author.NOTE, "she knows lamps", "Ana Kos")
    assert said_to_customer(step) == []


@pytest.mark.parametrize("named", ["ben", "Ben", "Ben Kralj", "ben kralj", "@Ben"])
def test_a_colleague_is_found_by_any_of_their_names(named: str) -> None:
    assert typed(mine(), f"/assign {named}").conversation.agent == BEN


def test_who_has_no_username_is_found_by_the_mention_itself() -> None:
    entity = Entity("text_mention", 8, 9, user_id=BEN.id)
    assert typed(mine(), "/assign Ben Kralj please", entities=(entity,)).conversation.agent == BEN


def test_a_case_that_waits_is_for_the_colleague_to_take() -> None:
    step = press(waiting(), f"person.{BEN.id}")
    assert (step.conversation.phase, step.conversation.assigned) == (Phase.WAITING, BEN)
    assert step.conversation.promises == waiting().promises


def test_who_takes_it_themselves_tells_who_had_it() -> None:
    step = typed(replace(mine(), agent=BEN), "/assign me")
    assert step.conversation.agent == ANA
    assert "Ben Kralj, Ana Kos has taken this case over from you." in said_to_team(step)


def test_nobody_is_given_a_case_who_is_away_unknown_or_has_it() -> None:
    assert "is away" in said_to_team(typed(mine(), "/assign ben", at(ben={"away": True})))[0]
    assert "support, logistics, billing, @cleo, Ana Kos, Ben Kralj" in said_to_team(typed(mine(), "/assign dora"))[0]
    assert said_to_team(typed(mine(), "/assign me")) == ["You have this case already. Just write here."]
    assert "already" in toast(press(conversation(agents_chat=GROUP), f"person.{BEN.id}"))


def test_two_of_the_same_first_name_are_not_taken_for_one_another() -> None:
    assert "I know nobody" in said_to_team(typed(mine(), "/assign ben", at(cleo={"name": "Ben Novak"})))[0]


# --- to a team --------------------------------------------------------------------------------------------------------


def test_a_promise_goes_along_with_the_time_that_it_had() -> None:
    step = press(waiting(), "team.logistics")
    (before,), (after,) = waiting().promises, step.conversation.promises
    assert after == replace(before, team="logistics")
    assert (step.conversation.phase, step.conversation.assigned, step.conversation.agent) == (Phase.WAITING, None, None)
    assert "handed_on" in names(step)
    assert said_to_customer(step) == []


def test_the_team_reads_that_it_is_theirs_and_why() -> None:
    step = typed(mine(), "/transfer Logistics parcel lost")
    assert "👥 logistics: Ana Kos has passed this case on to you. Press Claim, or just write here.\n“parcel lost”" in (
        said_to_team(step)
    )
    assert "➡ Passed on by Ana Kos to logistics “parcel lost”" in contents(step, Card)[-1].text


def test_what_is_promised_to_nobody_is_watched_until_the_team_takes_it() -> None:
    step = press(mine(), "team.logistics")
    (row,) = [due for due in step.due if due.kind is DueKind.REMIND]
    assert priority.reason(step.conversation, NOW) is priority.Reason.PASSED_ON
    rung = alarm.ring(step.conversation, row, at(now=row.at))
    assert "⚠️ This case was passed on to logistics, and nobody has taken it yet. Please take it, or see who does." in (
        said_to_team(rung)
    )
    assert [due.id for due in rung.due] == [row.id]
    taken = handover.agent_asked(step.conversation, handover.Wish("claim", BEN, "c"), 10, at()).conversation
    assert alarm.ring(taken, row, at(now=row.at)).outbox == ()


def test_a_team_that_has_it_or_that_there_is_none_of_is_refused() -> None:
    assert toast(press(waiting(), "team.support")) == "support has this case already."
    assert "I know nobody" in toast(press(waiting(), "team.nonsense"))


def test_a_group_of_its_own_gets_a_new_topic_and_the_old_one_says_where_it_went() -> None:
    step = press(replace(waiting(), card_id=6), "team.logistics", at(Groups(GROUP, {"logistics": OTHER})))
    rows = [(row.chat_id, type(row.content)) for row in step.outbox if row.to == "case"]
    assert (GROUP, LeaveTopic) in rows
    (left,) = contents(step, LeaveTopic)
    assert (left.topic_id, left.card_id, left.title) == (5, 6, "➡ Maja Novak · logistics")
    assert "in whose group it goes on" in left.text
    there = [kind for chat, kind in rows if chat == OTHER]
    assert there[:2] == [OpenTopic, Card]
    places = (step.conversation.agents_chat, step.conversation.topic_id, step.conversation.card_id)
    assert places == (OTHER, GONE, GONE)


def test_pictures_and_what_the_card_has_no_room_for_are_shown_in_the_new_topic() -> None:
    case = mine()
    for number in range(40):
        case = answered(case, f"{number} " + "blah " * 40).conversation
    case = arrival.receive(case, wrote("look", 8, media=Media.PHOTO), 2, at()).conversation
    step = press(case, "team.logistics", at(Groups(GROUP, {"logistics": OTHER})))
    assert Copy(5001, 8, text="look", media=Media.PHOTO) in contents(step, Copy)
    whole = max((one.text for one in contents(step, Text)), key=len)
    assert "it came broken" in whole
    assert "39 blah" in whole


def test_a_colleague_of_another_group_has_it_there() -> None:
    groups = Groups(GROUP, {"logistics": OTHER})
    step = typed(waiting(), "/assign cleo", at(groups, cleo={"groups": (OTHER,)}))
    assert (step.conversation.agents_chat, step.conversation.assigned) == (OTHER, CLEO)
    assert step.conversation.promises[0].team == "logistics"
    nowhere = typed(waiting(), "/assign cleo", at(groups, cleo={"groups": (-100777,)}))
    assert "works in another group" in said_to_team(nowhere)[0]
    assert nowhere.conversation.agents_chat == GROUP


# --- the figures ------------------------------------------------------------------------------------------------------


def test_queue_and_figures_count_it_for_the_team_that_has_it() -> None:
    made = take_turn(conversation(topic_id=5), "it came broken", understood("item_damaged"), context())
    passed = press(made.conversation, "team.logistics")
    kept = handover.agent_wrote(passed.conversation, AgentMessage(GROUP, 5, 40, BEN, "done"), 11, at())
    workload, report = Workload(), Record("Europe/Ljubljana")
    for event in (*made.events, *passed.events):
        workload.hear(event, catalogue(teams=TEAMS).standards)
    assert (workload.waiting("support"), workload.waiting("logistics")) == (0, 1)
    for event in (*made.events, *passed.events, *kept.events):
        report.hear(event)
    figures = report.figures(By.TEAM)
    assert figures["logistics"].kept == 1
    assert kept.conversation.promises[0].state is PromiseState.KEPT
