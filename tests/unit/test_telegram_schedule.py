"""Budgets and the schedule: never faster than allowed, the urgent first, everyone's order kept."""

from collections.abc import Hashable

from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.budget import Budget, Rate, Rates
from bot.telegram.schedule import Schedule

FREE = Rate(10**6, 1.0, 10**6)


def schedule(overall: Rate = FREE, chat: Rate = FREE) -> Schedule[str]:
    return Schedule(overall.budget(), lambda place: chat.budget() if isinstance(place, int) else None)


def run(plan: Schedule[str], until: float = 1e9) -> list[tuple[float, str]]:
    """Serve everything, each at once when its turn comes; what went when."""
    now, sent = 0.0, []
    while now <= until:
        turn = plan.take(now)
        if turn is not None:
            sent.append((now, turn.item))
            plan.done(turn.key, now)
            continue
        wait = plan.wait(now)
        if wait is None:
            break
        now += wait
    return sent


def test_a_budget_lets_a_burst_through_and_then_keeps_the_pace() -> None:
    budget = Budget(limit=60, span=60.0, burst=3)
    times: list[float] = []
    for _ in range(5):
        now = max(times[-1] if times else 0.0, budget.free_at())
        budget.spend(now)
        times.append(now)
    assert times == [0, 0, 0, 1, 2]


@given(
    limit=st.integers(1, 30),
    burst=st.integers(1, 10),
    rests=st.lists(st.floats(0, 20), min_size=40, max_size=50),
)
def test_no_window_ever_holds_more_than_the_limit(limit: int, burst: int, rests: list[float]) -> None:
    budget, now, times = Budget(limit, 10.0, min(burst, limit)), 0.0, []
    for rest in rests:
        now = max(now + (rest if rest > 15 else 0), budget.free_at())
        budget.spend(now)
        times.append(now)
    for index in range(len(times) - limit):
        assert times[index + limit] - times[index] >= 10.0 - 1e-6


def test_groups_and_private_chats_have_budgets_of_their_own() -> None:
    rates = Rates()
    group, private = rates.of_chat(-100), rates.of_chat(5001)
    for _ in range(3):
        group.spend(0.0)
        private.spend(0.0)
    assert private.free_at() == 1.0
    assert group.free_at() <= 0.0


def test_a_queue_keeps_its_order_whatever_the_lanes() -> None:
    plan = schedule()
    for number, lane in enumerate((3, 1, 4, 0)):
        plan.put("a", 1, lane, f"a{number}", 0.0)
    assert [item for _, item in run(plan)] == ["a0", "a1", "a2", "a3"]


def test_the_most_urgent_queue_goes_first_and_lends_its_urgency_to_its_head() -> None:
    plan = schedule()
    plan.put("card", 1, 3, "card", 0.0)
    plan.put("answer", 2, 1, "answer", 0.0)
    plan.put("mixed", 3, 4, "mixed head", 0.0)
    plan.put("mixed", 3, 0, "mixed urgent", 0.0)
    assert [item for _, item in run(plan)] == ["mixed head", "mixed urgent", "answer", "card"]


def test_an_urgent_one_behind_ten_thousand_waits_for_one_slot_only() -> None:
    plan = schedule(overall=Rate(30, 1.0, 1))
    for number in range(10_000):
        plan.put(number, number, 4, f"{number}", 0.0)
    assert plan.take(0.0) is not None
    plan.put("urgent", -5, 0, "urgent", 0.01)
    assert plan.take(0.01) is None
    turn = plan.take(0.01 + (plan.wait(0.01) or 0.0))
    assert turn is not None
    assert turn.item == "urgent"


def test_ten_thousand_chats_are_served_at_the_overall_rate() -> None:
    plan = schedule(overall=Rate(30, 1.0, 1), chat=Rate(60, 60.0, 3))
    for number in range(1_000):
        plan.put(number, number, 1, f"{number}", 0.0)
    sent = run(plan)
    assert len(sent) == 1_000
    assert 33.2 < sent[-1][0] < 33.4
    assert len(plan) == 0


def test_a_busy_chat_does_not_hold_up_the_others() -> None:
    plan = schedule(chat=Rate(60, 60.0, 1))
    for number in range(3):
        plan.put(("case", number), -1, 1, f"group {number}", 0.0)
    plan.put("ana", 1, 1, "ana", 0.0)
    assert run(plan) == [(0.0, "group 0"), (0.0, "ana"), (1.0, "group 1"), (2.0, "group 2")]


def test_within_a_group_the_most_urgent_case_goes_first() -> None:
    plan = schedule(chat=Rate(60, 60.0, 1))
    plan.put("first", -1, 3, "card", 0.0)
    plan.put("second", -1, 3, "second card", 0.0)
    plan.put("third", -1, 2, "words", 0.0)
    assert [item for _, item in run(plan)] == ["words", "card", "second card"]


def test_a_queue_stands_still_until_its_head_is_dealt_with() -> None:
    plan = schedule()
    plan.put("a", 1, 1, "a0", 0.0)
    plan.put("a", 1, 1, "a1", 0.0)
    assert plan.take(0.0) is not None
    assert plan.take(0.0) is None
    assert plan.wait(0.0) is None
    plan.again("a", at=5.0, now=0.0)
    assert plan.take(0.0) is None
    assert plan.wait(0.0) == 5.0
    assert run(plan) == [(5.0, "a0"), (5.0, "a1")]


def test_a_paused_place_waits_and_the_others_go_on() -> None:
    plan = schedule()
    plan.put("a", 1, 1, "a", 0.0)
    plan.put("b", 2, 1, "b", 0.0)
    plan.pause(1, until=7.0)
    assert run(plan) == [(0.0, "b"), (7.0, "a")]


def test_a_pause_of_everything_holds_up_everything() -> None:
    plan = schedule()
    plan.put("a", 1, 0, "a", 0.0)
    plan.pause_all(until=3.0)
    assert run(plan) == [(3.0, "a")]


def test_the_tail_is_what_may_still_be_replaced() -> None:
    plan = schedule()
    assert plan.tail("a") is None
    plan.put("a", 1, 1, "a0", 0.0)
    assert plan.tail("a") == "a0"
    plan.take(0.0)
    assert plan.tail("a") is None
    plan.put("a", 1, 1, "a1", 0.0)
    assert plan.tail("a") == "a1"


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 4), st.floats(0, 3)), min_size=1, max_size=60
    )
)
def test_everything_is_sent_once_and_in_order_within_the_limits(rows: list[tuple[int, int, int, float]]) -> None:
    overall, chat = Rate(5, 1.0, 2), Rate(4, 4.0, 2)
    plan = schedule(overall, chat)
    now, pending, sent = 0.0, list(enumerate(rows)), []
    expected: dict[Hashable, list[str]] = {}
    while pending or len(plan):
        while pending and (pending[0][1][3] + now <= now or not len(plan) or len(pending) % 3):
            number, (key, place, lane, _) = pending.pop(0)
            queue = (key, place)
            plan.put(queue, place, lane, f"{number}", now)
            expected.setdefault(queue, []).append(f"{number}")
        turn = plan.take(now)
        if turn is not None:
            sent.append((now, turn.key, turn.place, turn.item))
            plan.done(turn.key, now)
        else:
            wait = plan.wait(now)
            assert wait is not None
            now += max(wait, 1e-9)
    for name, items in expected.items():
        assert [item for _, key, _, item in sent if key == name] == items
    times = [at for at, *_ in sent]
    assert all(later - earlier >= 1.0 - 1e-6 for earlier, later in zip(times, times[5:], strict=False))
