"""Telegram's limits on a clock that is moved by hand, and the rules for faults."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.simulator.errors import ApiError, PageError
from bot.simulator.faults import Faults, fault_from
from bot.simulator.limits import Limits
from tests.integration.simulated import SetClock


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def limits(clock: SetClock) -> Limits:
    limits = Limits(clock.now)
    limits.enforce = True
    return limits


def _refusal(limits: Limits, chat_id: int, cost: int = 1) -> int | None:
    """The ``retry_after`` of a refusal, or None."""
    try:
        limits.spend(chat_id, cost)
    except ApiError as error:
        refusal = error
    else:
        return None
    assert refusal.parameters is not None
    retry_after = refusal.parameters["retry_after"]
    assert isinstance(retry_after, int)
    assert (refusal.code, refusal.description) == (429, f"Too Many Requests: retry after {retry_after}")
    return retry_after


def test_off_until_enforced(clock: SetClock) -> None:
    limits = Limits(clock.now)
    assert [_refusal(limits, 1) for _ in range(100)] == [None] * 100


def test_private_chat_takes_a_short_burst_and_then_one_a_second(limits: Limits, clock: SetClock) -> None:
    assert [_refusal(limits, 1) for _ in range(6)] == [None] * 5 + [1]
    clock.advance(timedelta(seconds=1))
    assert [_refusal(limits, 1) for _ in range(2)] == [None, 1]


def test_group_takes_twenty_a_minute(limits: Limits, clock: SetClock) -> None:
    assert [_refusal(limits, -1) for _ in range(21)] == [None] * 20 + [60]
    clock.advance(timedelta(seconds=59))
    assert _refusal(limits, -1) == 1
    clock.advance(timedelta(seconds=1))
    assert _refusal(limits, -1) is None


def test_thirty_a_second_in_all(limits: Limits, clock: SetClock) -> None:
    assert [_refusal(limits, chat_id) for chat_id in range(1, 32)] == [None] * 30 + [1]
    clock.advance(timedelta(seconds=1))
    assert _refusal(limits, 31) is None


def test_albums_count_each_of_their_messages(limits: Limits) -> None:
    assert _refusal(limits, -1, 10) is None
    assert _refusal(limits, -1, 10) is None
    assert _refusal(limits, -1) == 60


def test_refused_messages_do_not_count(limits: Limits, clock: SetClock) -> None:
    for _ in range(50):
        _refusal(limits, -1)
    clock.advance(timedelta(minutes=1))
    assert _refusal(limits, -1) is None


def test_fault_meets_as_many_matching_calls_as_it_says() -> None:
    faults = Faults()
    faults.replace([fault_from({"method": "sendMessage", "chat_id": 5001, "times": 2, "error_code": 500})])
    calls = [("getMe", ""), ("sendMessage", "5002"), ("SendMessage", "5001"), ("sendMessage", "5001")]
    met = [faults.take(method, chat_id) is not None for method, chat_id in [*calls, ("sendMessage", "5001")]]
    assert met == [False, False, True, True, False]


@pytest.mark.parametrize(
    "rule",
    [{"when": "now"}, {"delay": -1}, {"delay": "long"}, {"drop": "sometimes"}, {"drop": "before", "delay": True}],
)
def test_faults_that_make_no_sense_are_refused(rule: dict[str, object]) -> None:
    with pytest.raises(PageError):
        fault_from(rule)
