"""Who takes a case, who is called when nobody does, and what colleagues say about themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import alarm, answering, arrival, assignment, colleagues, handover, links, turn
from bot.core.content import Assign
from bot.core.conversation import Author, Conversation, Message, Phase, PromiseState, Way
from bot.core.decide import decide
from bot.core.draft import Context, Draft
from bot.core.incoming import AgentMessage
from bot.core.outgoing import Text
from bot.core.people import Agent, Person, Role
from bot.core.roster import KNOWN_FOR, Roster, holder_of, seen
from bot.core.step import Due, DueKind, Step
from bot.core.understanding import Severity
from tests.catalogues import (
    ANA,
    BEN,
    FRIDAY_EVENING,
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

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
BOSS = Person(7009, "Vida Zajc", "vida", Role.SUPERVISOR, supervises=(GROUP,), private=True)


def colleague(agent: Agent, **fields: Any) -> Person:
    return Person(agent.id, agent.name, groups=(GROUP,), seen_at=MONDAY - MINUTE, **fields)


def at(roster: Roster, now: datetime = MONDAY, assign: Assign = Assign.FEWEST_OPEN, **standards: Any) -> Context:
    return replace(context(now, assign=assign, **standards), roster=roster)


def complained(here: Context, before: Conversation | None = None) -> Step:
    held = arrival.receive(before or conversation(), wrote("it came broken"), 1, here).conversation
    meant = understood("item_damaged")
    step = turn.answer(held, decide(held, "it came broken", meant, catalogue()), meant, here)
    return replace(step, conversation=replace(step.conversation, topic_id=5))


def assigned(step: Step) -> str | None:
    return step.conversation.assigned.name if step.conversation.assigned else None


def ring(before: Conversation, kind: DueKind, here: Context) -> Step:
    subject = before.promise.id if before.promise else ""
    return alarm.ring(before, Due("row", here.now, kind, MAJA.id, before.id, subject), here)


def called(step: Step) -> list[str]:
    """Who is notified in the topic."""
    texts = [row.content for row in step.outbox if row.to == "case" and isinstance(row.content, Text)]
    return [mention.label for text in texts for mention in text.mentions]


def in_private(step: Step) -> list[tuple[int, str]]:
    return [
        (row.chat_id, row.content.text) for row in step.outbox if row.to == "colleague" and row.content.type == "text"
    ]


# --- given out --------------------------------------------------------------------------------------------------------


def test_a_case_is_given_to_who_has_the_fewest() -> None:
    roster = Roster([colleague(ANA), colleague(BEN)])
    roster.note(conversation(id="9-1", phase=Phase.HUMAN, agent=ANA), MONDAY)
    step = complained(at(roster))
    assert assigned(step) == "Ben Kralj"
    assert called(step) == ["Ben Kralj"]
    assert "👉 Ben Kralj is to take this case" in said_to_team(step)[-1]


def test_the_customer_does_not_hear_to_whom_it_was_given() -> None:
    assert "Ana" not in said_to_customer(complained(at(Roster([colleague(ANA)]))))[0]


def test_in_turn_it_goes_to_who_was_given_one_longest_ago() -> None:
    roster = Roster([colleague(ANA), colleague(BEN)])
    roster.note(conversation(id="8-1", phase=Phase.WAITING, assigned=BEN), MONDAY - HOUR)
    roster.note(conversation(id="8-1", phase=Phase.RESOLVED), MONDAY - HOUR)
    roster.note(conversation(id="9-1", phase=Phase.HUMAN, agent=ANA), MONDAY - 2 * HOUR)
    assert assigned(complained(at(roster, assign=Assign.ROUND_ROBIN))) == "Ana Kos"
    assert assigned(complained(at(roster, assign=Assign.FEWEST_OPEN))) == "Ben Kralj"


def test_nothing_is_given_out_unless_the_standards_say_so() -> None:
    assert assigned(complained(at(Roster([colleague(ANA)]), assign=Assign.NONE))) is None


def test_who_knows_the_customer_goes_before_who_speaks_their_language_and_that_before_who_has_less() -> None:
    ana, ben = colleague(ANA, languages=("en",)), colleague(BEN)
    roster = Roster([ana, ben])
    roster.note(conversation(id="9-1", phase=Phase.HUMAN, agent=ANA), MONDAY)
    assert assigned(complained(at(roster))) == "Ana Kos"
    assert assigned(complained(at(roster), conversation(last_agent=BEN))) == "Ben Kralj"
    roster.know(replace(ana, languages=("sl",)))
    assert assigned(complained(at(roster))) == "Ben Kralj"


@pytest.mark.parametrize(
    "fields",
    [{"away": True}, {"capacity": 0}, {"groups": (-1,)}, {"seen_at": MONDAY - KNOWN_FOR}],
    ids=["away", "full", "in another group", "not seen for long"],
)
def test_nothing_is_given_to_who_cannot_take_it(fields: dict[str, Any]) -> None:
    assert assigned(complained(at(Roster([replace(colleague(ANA), **fields)])))) is None


def test_a_case_that_comes_when_we_are_closed_is_given_out_as_we_open() -> None:
    roster = Roster(
        [
            colleague(
                ANA,
            )
        ]
    )
    roster.know(replace(colleague(ANA), seen_at=FRIDAY_EVENING))
    step = complained(at(roster, FRIDAY_EVENING))
    assert assigned(step) is None
    (row,) = [row for row in step.due if row.kind is DueKind.ASSIGN]
    opened = alarm.ring(step.conversation, row, at(roster, row.at))
    assert row.at == datetime.fromisoformat("2026-11-30T08:00:00+00:00")
    assert assigned(opened) == "Ana Kos"


def test_a_case_that_is_not_taken_goes_to_another_with_the_reminder() -> None:
    roster = Roster([colleague(ANA), colleague(BEN)])
    first = complained(at(roster))
    roster.note(first.conversation, MONDAY)
    second = ring(first.conversation, DueKind.REMIND, at(roster, MONDAY + HOUR))
    assert {assigned(first), assigned(second)} == {"Ana Kos", "Ben Kralj"}
    assert any("Ana Kos hasn't come to it" in text for text in said_to_team(second))


def test_who_has_it_alone_keeps_it_and_is_called_by_name() -> None:
    roster = Roster([colleague(ANA)])
    first = complained(at(roster))
    roster.note(first.conversation, MONDAY)
    second = ring(first.conversation, DueKind.REMIND, at(roster, MONDAY + HOUR))
    assert assigned(second) == "Ana Kos"
    assert called(second) == ["Ana Kos"]


def test_whoever_claims_it_has_it() -> None:
    first = complained(at(Roster([colleague(ANA)]))).conversation
    step = handover.agent_asked(first, handover.Wish("claim", BEN), 2, at(Roster()))
    assert (step.conversation.assigned, holder_of(step.conversation)) == (None, BEN.id)


OWNERS = st.lists(st.tuples(st.integers(1, 6), st.sampled_from(list(Phase)), st.sampled_from([None, ANA, BEN])))


@given(OWNERS)
def test_what_each_has_in_hand_is_what_the_conversations_say(changes: list[tuple[int, Phase, Agent | None]]) -> None:
    roster, last = Roster(), dict[str, Conversation]()
    for number, phase, agent in changes:
        case = conversation(id=f"{number}-1", phase=phase, agent=agent, assigned=agent)
        roster.note(case, MONDAY)
        last[case.id] = case
    for agent in (ANA, BEN):
        assert roster.in_hand(agent.id) == sum(holder_of(case) == agent.id for case in last.values())


PEOPLE = st.lists(
    st.builds(
        colleague,
        st.integers(1, 20).map(lambda number: Agent(number, f"Agent {number}")),
        away=st.booleans(),
        capacity=st.sampled_from([None, 0, 1, 5]),
        languages=st.sampled_from([(), ("en",), ("sl",)]),
    ),
    unique_by=lambda person: person.id,
)


@given(PEOPLE, st.sampled_from([Assign.FEWEST_OPEN, Assign.ROUND_ROBIN]), st.integers(1, 12))
def test_nobody_who_is_away_or_full_is_given_a_case_and_nobody_able_is_passed_over(
    people: list[Person], assign: Assign, cases: int
) -> None:
    roster = Roster(people)
    for number in range(cases):
        step = complained(at(roster, assign=assign), conversation(id=f"{number}-1"))
        able = [p for p in people if not p.away and roster.in_hand(p.id) < (10 if p.capacity is None else p.capacity)]
        given_to = step.conversation.assigned
        assert (given_to is None) == (not able)
        assert given_to is None or given_to.id in {person.id for person in able}
        roster.note(step.conversation, MONDAY + number * MINUTE)


# --- supervisors ------------------------------------------------------------------------------------------------------


def test_a_promise_at_risk_calls_the_supervisors_in_the_topic_and_in_private() -> None:
    here = at(Roster([BOSS]), MONDAY + 110 * MINUTE, Assign.NONE)
    step = ring(complained(context()).conversation, DueKind.AT_RISK, here)
    assert called(step) == ["@vida"]
    ((chat, text),) = in_private(step)
    assert chat == BOSS.id
    assert "Maja Novak · Item damaged: ↪ Nobody has answered yet." in text
    assert text.endswith("https://t.me/c/1000000001/5")
    assert "moved" in names(step)


def test_a_supervisor_who_never_wrote_to_the_bot_is_called_in_the_topic_alone() -> None:
    here = at(Roster([replace(BOSS, private=False)]), MONDAY + 110 * MINUTE, Assign.NONE)
    step = ring(complained(context()).conversation, DueKind.AT_RISK, here)
    assert called(step) == ["@vida"]
    assert in_private(step) == []


def test_the_second_slip_makes_the_case_one_supervisors_by_name() -> None:
    other = replace(BOSS, id=7008, name="Oto", username=None)
    roster = Roster([BOSS, other])
    roster.note(conversation(id="9-1", phase=Phase.HUMAN, agent=Agent(other.id, "Oto")), MONDAY)
    moved = ring(complained(context()).conversation, DueKind.AT_RISK, at(roster, MONDAY + 110 * MINUTE)).conversation
    assert moved.promise is not None
    slipped = ring(moved, DueKind.AT_RISK, at(roster, moved.promise.due_at - MINUTE))
    assert assigned(slipped) == "Vida Zajc"
    assert said_to_customer(slipped) == []
    assert any("@vida, this case is yours now" in text for text in said_to_team(slipped))
    roster.note(slipped.conversation, MONDAY)
    broken = ring(slipped.conversation, DueKind.PROMISE, at(roster, moved.promise.due_at))
    assert assigned(broken) == "Vida Zajc"


def test_where_all_supervisors_are_away_they_are_called_all_the_same() -> None:
    assert Roster([replace(BOSS, away=True)]).supervisors(GROUP) == [replace(BOSS, away=True)]
    assert Roster([replace(BOSS, away=True), replace(BOSS, id=1)]).supervisors(GROUP) == [replace(BOSS, id=1)]


def test_a_case_outside_a_supergroup_has_no_address() -> None:
    assert links.case_link(-500, 5) == links.case_link(None, None) == links.case_link(GROUP, None) == ""


# --- answered again ---------------------------------------------------------------------------------------------------


def in_talk(here: Context) -> Conversation:
    """Ana has answered, and Maja writes again at ``here.now``."""
    case = complained(context()).conversation
    done = handover.agent_wrote(case, AgentMessage(GROUP, 5, 31, ANA, "A new one comes"), 2, context(MONDAY + MINUTE))
    return arrival.receive(done.conversation, wrote("when?", 4), 3, here).conversation


def alone(now: datetime) -> Context:
    return at(Roster([colleague(ANA), BOSS]), now, Assign.NONE)


ASKED_AT = MONDAY + HOUR


def test_a_customer_who_writes_again_is_brought_to_mind_after_the_time_of_the_standards() -> None:
    case = in_talk(alone(ASKED_AT))
    step = ring(case, DueKind.ANSWER, alone(ASKED_AT + HOUR))
    assert called(step) == ["Ana Kos"]
    assert [row.at for row in step.due] == [ASKED_AT + 2 * HOUR]
    late = ring(case, DueKind.ANSWER, alone(ASKED_AT + 2 * HOUR))
    assert called(late) == ["@vida"]
    assert len(in_private(late)) == 1


def test_with_cases_given_out_it_goes_to_another_colleague_who_can_do_it() -> None:
    here = at(Roster([colleague(ANA), colleague(BEN)]), ASKED_AT + 2 * HOUR)
    step = ring(in_talk(alone(ASKED_AT)), DueKind.ANSWER, here)
    assert step.conversation.agent is not None
    assert (step.conversation.phase, step.conversation.agent.id) == (Phase.HUMAN, BEN.id)
    assert called(step) == ["Ben Kralj"]


def test_further_messages_do_not_put_it_off() -> None:
    case = in_talk(alone(ASKED_AT))
    again = arrival.receive(case, wrote("hello?", 5), 4, alone(ASKED_AT + 30 * MINUTE))
    assert [row.at for row in again.due if row.kind is DueKind.ANSWER] == [ASKED_AT + HOUR]


def test_what_the_bot_had_answered_before_a_colleague_took_the_case_is_not_waited_for() -> None:
    long_ago = Message(MONDAY - 5 * HOUR, Author.CUSTOMER, "are you open?")
    case = conversation(messages=(long_ago,), agents_chat=GROUP, topic_id=5)
    step = handover.agent_asked(case, handover.Wish("claim", ANA), 2, alone(MONDAY))
    assert [row.at for row in step.due] == [MONDAY + HOUR]
    assert called(ring(step.conversation, DueKind.ANSWER, alone(MONDAY + HOUR))) == ["Ana Kos"]


def test_a_claimed_case_with_a_promise_is_left_to_the_clock_of_the_promise() -> None:
    claimed = handover.agent_asked(complained(context()).conversation, handover.Wish("claim", ANA), 2, alone(MONDAY))
    assert ring(claimed.conversation, DueKind.ANSWER, alone(MONDAY + HOUR)).outbox == ()
    assert called(ring(claimed.conversation, DueKind.REMIND, alone(MONDAY + HOUR))) == ["Ana Kos"]


def test_a_call_is_an_answer() -> None:
    case = in_talk(alone(ASKED_AT))
    called_at = ASKED_AT + 10 * MINUTE
    call = replace(case.promises[0], way=Way.CALL, ended_at=called_at)
    assert answering.unanswered_since(replace(case, promises=(call,))) is None


def test_an_answer_ends_it_whoever_gave_it() -> None:
    case = in_talk(alone(ASKED_AT))
    answer = AgentMessage(GROUP, 5, 32, BEN, "Tomorrow")
    done = handover.agent_wrote(case, answer, 5, alone(ASKED_AT + 5 * MINUTE)).conversation
    step = ring(done, DueKind.ANSWER, alone(ASKED_AT + HOUR))
    assert (step.outbox, step.due, names(step)) == ((), (), [])


def test_a_row_that_comes_early_only_looks_again_later() -> None:
    step = ring(in_talk(alone(ASKED_AT)), DueKind.ANSWER, alone(ASKED_AT + MINUTE))
    assert step.outbox == ()
    assert [row.at for row in step.due] == [ASKED_AT + HOUR]


def test_time_when_we_are_closed_is_none() -> None:
    asked_at = datetime.fromisoformat("2026-11-27T15:50:00+00:00")  # ten minutes before closing
    case = in_talk(alone(asked_at))
    (row,) = arrival.receive(case, wrote("?", 6), 5, alone(asked_at)).due
    assert row.at == datetime.fromisoformat("2026-11-30T08:50:00+00:00")


TALK = st.lists(
    st.tuples(st.sampled_from([Author.CUSTOMER, Author.AGENT, Author.NOTE, Author.BOT]), st.integers(0, 90))
)


@given(TALK, st.integers(0, 600))
def test_how_long_a_customer_waited_is_derived_from_what_was_written(
    talk: list[tuple[Author, int]], after: int
) -> None:
    now, messages = MONDAY, list[Message]()
    for author, minutes in talk:
        now += minutes * MINUTE
        messages.append(Message(now, author, "words"))
    here = alone(now + after * MINUTE)
    case = conversation(phase=Phase.HUMAN, agent=ANA, agents_chat=GROUP, topic_id=5, messages=tuple(messages))
    step = ring(case, DueKind.ANSWER, here)
    last = max((place for place, m in enumerate(messages) if m.author is Author.AGENT), default=-1)
    open_ = [m.at for m in messages[last + 1 :] if m.author is Author.CUSTOMER]
    assert answering.unanswered_since(case) == (open_[0] if open_ else None)
    assert bool(step.due) == bool(open_)
    assert all(row.at > here.now for row in step.due)


# --- what colleagues say about themselves -----------------------------------------------------------------------------


def say(text: str, person: Person | None = None) -> tuple[str, Person]:
    before = person or colleague(ANA)
    return colleagues.say(before, text.partition(" ")[0].removeprefix("/"), text, context())


def test_colleagues_are_away_and_back() -> None:
    said, away = say("/away")
    assert away.away
    assert "/back" in said
    assert not say("/back", away)[1].away


def test_colleagues_say_which_languages_they_serve_and_how_much_they_take() -> None:
    said, person = say("/languages sl, en")
    assert person.languages == ("sl", "en")
    assert "Slovenian, English" in said
    said, person = say("/capacity 5")
    assert (person.capacity, "5 cases" in said) == (5, True)


@pytest.mark.parametrize(
    "text", ["/languages", "/languages klingon!", "/capacity", "/capacity many", "/capacity 99999"]
)
def test_what_cannot_be_read_is_explained_and_changes_nothing(text: str) -> None:
    said, person = say(text)
    assert person == colleague(ANA)
    assert "like this" in said


def test_back_in_a_case_hands_it_back_except_for_who_is_away() -> None:
    back = AgentMessage(GROUP, 5, 1, ANA, "/back", command="back")
    here, away = colleague(ANA), colleague(ANA, away=True)
    assert not colleagues.is_about_self(back, here, in_case=True)
    assert colleagues.is_about_self(back, away, in_case=True)
    assert colleagues.is_about_self(back, here, in_case=False)
    assert not colleagues.is_about_self(replace(back, command="claim"), here, in_case=True)


def test_who_works_in_a_group_is_known_from_then_on() -> None:
    met = seen(None, replace(ANA, role=Role.SUPERVISOR, username="ana"), GROUP, MONDAY)
    assert met == Person(ANA.id, ANA.name, "ana", Role.SUPERVISOR, (GROUP,), (GROUP,), seen_at=MONDAY)
    assert seen(met, replace(ANA, role=Role.SUPERVISOR), GROUP, MONDAY + MINUTE) == met
    assert seen(met, ANA, GROUP, MONDAY + 2 * HOUR).seen_at == MONDAY + 2 * HOUR


# --- much at once -----------------------------------------------------------------------------------------------------


def test_much_that_is_due_at_once_goes_by_the_queue_and_customers_go_before_reminders() -> None:
    first = complained(context()).conversation
    assert first.promise is not None
    calm = replace(first, id="1-1")
    urgent = replace(first, id="2-1", severity=Severity.URGENT)
    old = replace(first.promise, id="old", state=PromiseState.BROKEN, due_at=MONDAY + HOUR, ended_at=MONDAY + HOUR)
    failed = replace(first, id="3-1", promises=(old, first.promise))
    rows = [
        Due("r", MONDAY, DueKind.REMIND, 1, "2-1", "p"),
        *(Due(name, MONDAY, DueKind.PROMISE, 1, name, "p") for name in ("1-1", "2-1", "3-1", "gone-1")),
    ]
    ordered = alarm.in_order(rows, [calm, urgent, failed], MONDAY + 5 * HOUR)
    assert [row.id for row in ordered] == ["3-1", "2-1", "1-1", "gone-1", "r"]


def test_the_card_says_why_a_case_is_where_it_is() -> None:
    step = complained(context())
    assert "In turn, by the time that was promised." in said_to_team(step)[-1]


def test_nobody_is_chosen_without_a_group() -> None:
    draft = Draft(conversation(phase=Phase.WAITING), at(Roster([colleague(ANA)])))
    assert assignment.choose(draft) is None
