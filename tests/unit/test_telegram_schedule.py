"""Budgets and the schedule: never faster than allowed, the urgent first, everyone's order kept."""

import heapq
import math
from collections.abc import Hashable
from random import Random
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.telegram.budget import Budget, Rate, Rates, Spent
from bot.telegram.schedule import Schedule, Turn

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


# taking turns


def test_one_who_has_much_to_say_takes_turns_with_the_others() -> None:
    plan = schedule(chat=Rate(60, 60.0, 1))
    for number in range(100):
        plan.put("flooding", -1, 2, f"flood {number}", 0.0)
    plan.put("ana", -1, 2, "ana 0", 0.0)
    plan.put("ana", -1, 2, "ana 1", 0.0)
    assert [item for _, item in run(plan, until=4)] == ["flood 0", "ana 0", "flood 1", "ana 1", "flood 2"]


def test_what_belongs_together_is_one_turn() -> None:
    plan = schedule(chat=Rate(60, 60.0, 1))
    for case in ("a", "b"):
        for part in ("topic", "card"):
            plan.put(case, -1, 2, f"{part} {case}", 0.0, joins=f"{case}:1")
        plan.put(case, -1, 2, f"more {case}", 0.0, joins=f"{case}:2")
    assert [item for _, item in run(plan)] == ["topic a", "card a", "topic b", "card b", "more a", "more b"]


def test_a_refused_head_keeps_its_turn() -> None:
    plan = schedule(chat=Rate(60, 60.0, 1))
    plan.put("a", -1, 1, "a", 0.0)
    plan.put("b", -1, 1, "b", 0.0)
    refused = plan.take(0.0)
    assert refused is not None
    plan.pause(-1, until=9.0)
    plan.again(refused.key, at=0.0, now=0.0)
    assert run(plan) == [(9.0, "a"), (10.0, "b")]


def test_what_did_not_go_costs_nothing() -> None:
    plan = schedule(overall=Rate(1, 1.0, 1))
    for name in ("a", "b"):
        plan.put(name, name, 1, name, 0.0)
    turn = plan.take(0.0)
    assert turn is not None
    plan.done(turn.key, 0.0, went=False)
    assert run(plan) == [(0.0, "b")]


def test_a_flood_of_the_most_urgent_leaves_every_lane_its_share() -> None:
    shares = {2: 0.2, 5: 0.05}
    plan = Schedule[int](FREE.budget(), lambda place: None, shares)
    for number in range(2000):
        for lane in (0, 2, 5):
            plan.put((lane, number), (lane, number), lane, lane, 0.0)
    first = [plan.take(0.0) for _ in range(1000)]
    served = [turn.item for turn in first if turn is not None]
    assert served.count(2) >= 199
    assert served.count(5) >= 49
    assert served.count(0) >= 749


@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True),
    st.dictionaries(st.integers(0, 6), st.floats(0.05, 0.14), min_size=7),
)
@settings(deadline=None)
def test_no_lane_that_waits_goes_without_its_share(lanes: list[int], shares: dict[int, float]) -> None:
    plan = Schedule[int](FREE.budget(), lambda place: None, shares)
    for lane in lanes:
        for number in range(300):
            plan.put((lane, number), (lane, number), lane, lane, 0.0)
    served = []
    for _ in range(300):
        turn = plan.take(0.0)
        assert turn is not None
        served.append(turn.item)
    for lane in lanes:
        assert served.count(lane) >= int(300 * shares[lane]) - len(lanes)


# what Telegram sees

LATE = 0.15


@given(st.integers(1, 5), st.integers())
def test_however_requests_jitter_no_window_of_telegrams_holds_more_than_the_limit(burst: int, seed: int) -> None:
    limit, random = 10, Random(seed)
    budget = Budget(limit, 1.0, burst, late=LATE)
    now, counted, under_way = 0.0, list[float](), list[tuple[float, Spent]]()
    for _ in range(150):
        delay = random.choice((0.0, LATE, random.uniform(0, LATE)))
        now = max(now, budget.free_at())
        for answer in [one for one in under_way if one[0] <= now]:
            under_way.remove(answer)
            budget.settle(answer[1], answer[0])
        spent = budget.spend(now)
        counted.append(now + random.uniform(0, delay))
        under_way.append((now + delay, spent))
    counted.sort()
    assert all(later - earlier > 1.0 - 1e-6 for earlier, later in zip(counted, counted[limit:], strict=False))


class Receiver:
    """Telegram as the schedule meets it: each request takes some time, and some are refused for a while."""

    def __init__(self, plan: Schedule[tuple[int, int]], random: Random) -> None:
        self.plan, self.random = plan, random
        self.now = 0.0
        self.under_way: list[tuple[float, int, Turn[tuple[int, int]]]] = []
        self.counted: list[tuple[float, int]] = []
        self.done: list[tuple[int, int]] = []
        self.serial = 0

    def step(self) -> bool:
        """Whatever comes next; False: there is nothing more to come."""
        turn = self.plan.take(self.now)
        if turn is not None:
            delay = self.random.uniform(0, LATE)
            self.counted.append((self.now + self.random.uniform(0, delay), cast("int", turn.place)))
            self.serial += 1
            heapq.heappush(self.under_way, (self.now + delay, self.serial, turn))
            return True
        wait = self.plan.wait(self.now)
        ends = self.under_way[0][0] if self.under_way else math.inf
        until = min(ends, math.inf if wait is None else self.now + max(wait, 1e-9))
        self.now = until if until < math.inf else self.now
        if ends <= self.now:
            self._answer(heapq.heappop(self.under_way)[2])
        return until < math.inf

    def _answer(self, turn: Turn[tuple[int, int]]) -> None:
        fate = self.random.random()
        if fate < 0.1:
            self.plan.pause(turn.place, self.now + 3.0)
        if fate < 0.2:
            self.plan.again(turn.key, self.now + (2.0 if fate > 0.15 else 0.0), self.now)
        else:
            self.done.append(turn.item)
            self.plan.done(turn.key, self.now)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 6), st.booleans()), min_size=1, max_size=80),
    st.integers(),
)
def test_whatever_is_put_all_of_it_arrives_in_order_and_within_every_limit(
    rows: list[tuple[int, int, bool]], seed: int
) -> None:
    overall, chat = Rate(5, 1.0, 2, LATE), Rate(4, 4.0, 2, LATE)
    shares = {1: 0.2, 2: 0.2, 3: 0.1, 4: 0.1, 5: 0.05, 6: 0.05}
    plan = Schedule[tuple[int, int]](overall.budget(), lambda place: chat.budget(), shares)
    telegram = Receiver(plan, Random(seed))
    expected: dict[int, list[tuple[int, int]]] = {}
    for number, (queue, lane, at_once) in enumerate(rows):
        plan.put(queue, queue % 3, lane, (queue, number), telegram.now)
        expected.setdefault(queue, []).append((queue, number))
        if not at_once:
            telegram.step()
    while len(plan):
        assert telegram.step()
    for queue, items in expected.items():
        assert [item for item in telegram.done if item[0] == queue] == items
    for limit, span, times in (
        (5, 1.0, sorted(at for at, _ in telegram.counted)),
        *((4, 4.0, sorted(at for at, to in telegram.counted if to == place)) for place in range(3)),
    ):
        assert all(later - earlier > span - 1e-6 for earlier, later in zip(times, times[limit:], strict=False))
