"""What colleagues ask about a case, as they read it; and what /team shows and changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core import inquiries, linked, staffing
from bot.core.conversation import (
    Aftercare,
    Author,
    Conversation,
    Media,
    Message,
    Phase,
    Promise,
    PromiseState,
    Unsent,
    Way,
)
from bot.core.draft import Context
from bot.core.people import Agent, Person, Role
from bot.core.roster import Roster
from tests.catalogues import ANA, BEN, GROUP, MAJA, MONDAY, catalogue, context, conversation

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LATER = context(MONDAY + 10 * MINUTE)


def promise(**more: object) -> Promise:
    base = Promise("5001-1/1", MONDAY, MONDAY + timedelta(hours=2), "office", "support", "asked", "by 12:00 today")
    return replace(base, **more)  # type: ignore[arg-type]


def said(author: Author, text: str, minutes: int = 0, name: str = "", **more: object) -> Message:
    return Message(MONDAY + minutes * MINUTE, author, text, name, **more)  # type: ignore[arg-type]


def waiting(**more: object) -> Conversation:
    asked = said(Author.CUSTOMER, "it came broken")
    given = {"phase": Phase.WAITING, "intent": "item_damaged", "promises": (promise(),), "messages": (asked,)}
    return conversation(**{"agents_chat": GROUP, "topic_id": 5, **given, **more})


def asked(command: str, case: Conversation, *past: Conversation, at: Context = LATER) -> str:
    return linked.parsed(inquiries.answer(command, case, past, at))[0]


# --- /status


def test_status_says_who_has_it_what_was_promised_with_what_is_left_and_what_is_next() -> None:
    assert asked("status", waiting()).split("\n") == [
        "Nobody has this case yet.",
        "⏰ Reply promised by 12:00 today (in 110 min)",
        "Next: take it with /claim, or just write to the customer.",
    ]


def test_status_counts_what_the_customer_did_not_get() -> None:
    lost = waiting(unsent=(Unsent("1.0", "Hello"), Unsent("2.0", "Are you there?")))
    assert asked("status", lost).split("\n")[-1].startswith("✖ Messages that the customer didn't get: 2.")


def test_the_summary_says_how_the_case_is_tagged() -> None:
    assert asked("summary", waiting(tags=("vip", "late"))).split("\n")[1] == "🏷 vip, late"
    assert "🏷" not in asked("summary", waiting())


def test_status_of_a_claimed_case_says_since_when_the_customer_waits() -> None:
    said_ = asked("status", waiting(phase=Phase.HUMAN, agent=ANA, promises=())).split("\n")
    assert said_ == [
        "👤 Ana Kos has this case",
        "No promise is open.",
        "Next: write to the customer, who wrote 10 min ago.",
    ]
    answered = (said(Author.CUSTOMER, "broken"), said(Author.AGENT, "sorry", 1, "Ana Kos"))
    assert "has had an answer" in asked("status", waiting(phase=Phase.HUMAN, agent=ANA, promises=(), messages=answered))


def test_status_names_what_did_not_arrive() -> None:
    stuck = waiting(unreachable="The customer has blocked the bot.", missed=(8, 9))
    assert "🚫 Out of reach: The customer has blocked the bot." in asked("status", stuck)
    assert "could not be shown here: 2" in asked("status", stuck)


def test_status_of_a_promised_call_has_the_number() -> None:
    case = waiting(promises=(promise(way=Way.CALL),), slots={"phone": "+386 40 123 456"})
    assert "📞 By phone: +386 40 123 456" in asked("status", case)


def test_status_when_nobody_is_needed() -> None:
    assert asked("status", conversation()).startswith("The bot has this conversation already.")
    assert asked("status", waiting(phase=Phase.RESOLVED, promises=())) == "✅ Resolved"


# --- /summary


def test_summary_has_what_they_want_in_their_words_what_was_said_and_promised_and_the_details() -> None:
    case = waiting(
        phase=Phase.HUMAN,
        agent=ANA,
        slots={"order_id": "123456"},
        promises=(promise(state=PromiseState.KEPT, ended_at=MONDAY + 5 * MINUTE, ended_by="Ana Kos (7001)"),),
        messages=(
            said(Author.CUSTOMER, "it came broken"),
            said(Author.BOT, "A colleague will reply"),
            said(Author.AGENT, "We'll send another", 5, "Ana Kos"),
            said(Author.NOTE, "she is a regular", 6, "Ben Kralj"),
            said(Author.CUSTOMER, "/status", 7),
        ),
    )
    assert asked("summary", case).split("\n") == [
        "🔵 Calm · Not understood: Item damaged",
        "The customer wrote:",
        "“it came broken” (10:00)",
        "Order id: 123456",
        "Last from us, Ana Kos: “We'll send another” (10:05)",
        "✔ Promise kept by Ana Kos at 10:05",
        "🔒 Ben Kralj: “she is a regular” (10:06)",
    ]


def test_summary_of_many_messages_has_the_first_and_the_last() -> None:
    case = waiting(messages=tuple(said(Author.CUSTOMER, f"line {number}", number) for number in range(9)))
    quoted = [line for line in asked("summary", case).split("\n") if line.startswith(("“", "…"))]
    assert quoted == ["“line 0” (10:00)", "…", "“line 7” (10:07)", "“line 8” (10:08)"]


def test_summary_names_what_is_no_words() -> None:
    case = waiting(messages=(said(Author.CUSTOMER, "look", media=Media.PHOTO),))
    assert "“[photo] look” (10:00)" in asked("summary", case)


WORDS = st.lists(st.text(max_size=99) | st.sampled_from(["😀" * 2048, "x" * 4096]), max_size=30)


@given(WORDS, WORDS)
def test_summary_is_one_message_however_much_was_written(theirs: list[str], ours: list[str]) -> None:
    lines = [said(Author.CUSTOMER, text) for text in theirs] + [said(Author.NOTE, text, name="Ana") for text in ours]
    assert linked.units(asked("summary", waiting(messages=tuple(lines)))) <= linked.LIMIT


# --- /who and /history


def before(ordinal: int, days: int, **more: object) -> Conversation:
    base = waiting(phase=Phase.RESOLVED, promises=(), opened_at=MONDAY - days * DAY, topic_id=ordinal)
    return replace(base, id=f"5001-{ordinal}", **more)  # type: ignore[arg-type]


NOW = replace(waiting(), id="5001-9")
PAST = (
    before(1, 30, agent=ANA, after=Aftercare(rating=5)),
    before(2, 20, promises=(promise(state=PromiseState.BROKEN),), agent=BEN),
    before(3, 10, promises=(promise(state=PromiseState.CANCELLED),)),
    before(4, 5, topic_id=None),
)


def test_who_says_name_language_since_when_cases_ratings_and_what_was_broken() -> None:
    assert asked("who", NOW, *PAST).split("\n") == [
        "Maja Novak (@maja) · 5001",
        "Writes English (Telegram set to en)",
        "With us since 24 Oct 2026, cases: 5",
        "Rated us: 5 ★",
        "✖ Promises to this customer that we broke: 1",
    ]


def test_who_says_that_they_are_out_of_reach_or_want_no_messages() -> None:
    shy = replace(NOW, customer=replace(MAJA, follow_ups=False), unreachable="Blocked.")
    assert "🚫 Out of reach: Blocked." in asked("who", shy)
    assert "Wants no unprompted messages from us" in asked("who", shy)


def test_history_lists_the_earlier_cases_the_last_first_with_outcome_and_link() -> None:
    assert asked("history", NOW, *PAST).split("\n") == [
        "Earlier cases: 4",
        "18 Nov 2026 · Item damaged · the bot alone",
        "13 Nov 2026 · Item damaged · needed nobody any more",
        "3 Nov 2026 · Item damaged · a promise was broken",
        "24 Oct 2026 · Item damaged · solved by Ana Kos · 5 ★",
    ]
    _, entities = linked.parsed(inquiries.answer("history", NOW, PAST, LATER))
    assert [entity.url.rpartition("/")[2] for entity in entities] == ["3", "2", "1"]


def test_a_first_case_has_no_history_not_even_itself() -> None:
    assert asked("history", NOW, NOW) == "This is the customer's first case."


def test_a_long_history_is_cut_to_one_message_and_says_how_much_is_left_out() -> None:
    many = [before(number, 1, agent=Agent(1, "A" * 60)) for number in range(1, 200)]
    lines = asked("history", replace(NOW, id="5001-900"), *many).split("\n")
    assert lines[-1] == f"… and {199 - (len(lines) - 2)} more"
    assert linked.units("\n".join(lines)) <= linked.LIMIT


# --- /team

BOSS = Person(1, "Ana Kos", "ana", Role.SUPERVISOR, (GROUP,), (GROUP,), seen_at=MONDAY)
CLERK = Person(2, "Ben Kralj", None, Role.AGENT, (GROUP,), languages=("sl",), capacity=3, seen_at=MONDAY)
OTHER = Person(3, "Ben Bevk", "bevk", Role.AGENT, (GROUP,))


def team(words: str, *people: Person) -> tuple[str, Person | None]:
    at = Context(MONDAY, catalogue(), roster=Roster(people or (BOSS, CLERK)))
    return staffing.answer(staffing.Asked(words, (GROUP,)), at)


def test_team_lists_role_presence_load_and_languages() -> None:
    assert team("/team")[0].split("\n")[:2] == [
        "Ana Kos (@ana) · supervisor · here · 0 of 10 in hand",
        "Ben Kralj · agent · here · 0 of 3 in hand · Slovenian",
    ]


def test_team_appoints_a_supervisor_and_takes_it_back() -> None:
    told, appointed = team("/team Ben Kralj supervisor")
    assert told.startswith("Noted: Ben Kralj · supervisor")
    assert appointed is not None
    assert (appointed.role_in(GROUP), appointed.role_in(-5)) == (Role.SUPERVISOR, Role.AGENT)
    _, again = team("/team @ben agent", BOSS, appointed)
    assert again is not None
    assert again.role_in(GROUP) is Role.AGENT


def test_team_says_for_a_colleague_what_they_could_say_themselves() -> None:
    assert team("/team @ana away")[1] == replace(BOSS, away=True)
    assert team("/team ben back", BOSS, replace(CLERK, away=True))[1] == CLERK
    assert team("/team Ben languages sl en")[1] == replace(CLERK, languages=("sl", "en"))
    assert team("/team ben capacity 5")[1] == replace(CLERK, capacity=5)


def test_team_changes_nothing_where_that_is_not_ours_to_say() -> None:
    assert "settings" in team("/team Ana agent")[0]
    assert "KEEPWORD_ADMINS" in team("/team Ben admin")[0]
    assert "nobody here called Zoran" in team("/team Zoran away")[0]
    assert "Several are called Ben" in team("/team Ben away", CLERK, OTHER)[0]
    assert "To change something" in team("/team Ben fly")[0]
    assert "/capacity 5" in team("/team Ben capacity many")[0]
    for words in ("Ana agent", "Ben admin", "Zoran away", "Ben fly", "Ben capacity many"):
        assert team(f"/team {words}")[1] is None
