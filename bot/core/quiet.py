"""The hours in which we don't write to a customer of our own accord, and don't offer to call: by their own clock."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.core.content import Standards
from bot.core.hours import zone_named
from bot.core.people import Customer

_DAY = timedelta(days=1)


def zone_of(customer: Customer, standards: Standards) -> str:
    """The zone of the customer's clock, as far as it is known."""
    return customer.zone or standards.zone


def is_quiet(at: datetime, customer: Customer, standards: Standards) -> bool:
    """Whether ``at`` is within the standards' quiet hours. Their beginning is, their end is not."""
    if standards.quiet is None:
        return False
    begins, ends = standards.quiet
    clock = at.astimezone(zone_named(zone_of(customer, standards))).time()
    return begins <= clock < ends if begins < ends else clock >= begins or clock < ends


def after_quiet(at: datetime, customer: Customer, standards: Standards) -> datetime:
    """The first instant at or after ``at`` that is not quiet: ``at`` itself, or the end of the quiet hours, in UTC."""
    if standards.quiet is None or not is_quiet(at, customer, standards):
        return at
    ends = standards.quiet[1]
    local = at.astimezone(zone_named(zone_of(customer, standards)))
    day = local.date() if local.time() < ends else local.date() + _DAY
    end = datetime.combine(day, ends, local.tzinfo).astimezone(at.tzinfo)
    return _past_gap(end, ends, customer, standards)


def _past_gap(end: datetime, ends: time, customer: Customer, standards: Standards) -> datetime:
    """Where the clock is changed just then, the end may still read as quiet: then it comes within the hour."""
    for minutes in range(0, 181, 15):
        later = end + timedelta(minutes=minutes)
        if not is_quiet(later, customer, standards):
            return later
    raise AssertionError(f"quiet hours end at {ends}")
