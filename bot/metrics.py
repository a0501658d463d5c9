"""What a monitoring system reads at ``/metrics``, in Prometheus's format."""

from __future__ import annotations

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.core.step import Step


class Metrics:
    """Counts what happens. Durations are in seconds."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._events = Counter("keepword_events", "Lines of the record, by name", ["name"], registry=self._registry)
        self._updates = Counter("keepword_updates", "Updates kept", ["new"], registry=self._registry)
        self._errors = Counter("keepword_errors", "Failures inside, by kind", ["kind"], registry=self._registry)
        self._acknowledged = Histogram(
            "keepword_acknowledge_seconds",
            "From an update's arrival until it is kept and its acknowledgement leaves",
            buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0),
            registry=self._registry,
        )
        self._answered = Histogram(
            "keepword_turn_seconds",
            "From the last message of a turn until what is done about it is committed",
            buckets=(0.5, 1, 1.5, 2, 3, 5, 10, 30),
            registry=self._registry,
        )
        self.aside = Counter(
            "keepword_set_aside",
            "Deliveries that were no updates (see `keepword aside`)",
            registry=self._registry,
        )
        self._lag = Histogram(
            "keepword_loop_lag_seconds",
            "How much later than asked for the event loop goes on",
            buckets=(0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.25, 1.0),
            registry=self._registry,
        )
        self.ready = Gauge("keepword_ready", "1 when the bot can answer", registry=self._registry)
        self.content = Gauge(
            "keepword_content_problems",
            "Problems in the edited content files, which are not live",
            registry=self._registry,
        )

    def acknowledged(self, seconds: float) -> None:
        self._acknowledged.observe(seconds)

    def lagged(self, seconds: float) -> None:
        self._lag.observe(seconds)

    def received(self, *, new: bool) -> None:
        self._updates.labels(new=str(new).lower()).inc()

    def committed(self, step: Step, now: datetime) -> None:
        for event in step.events:
            self._events.labels(name=event.name).inc()
            if event.name == "decided":
                waiting = [m.at for m in step.conversation.messages if m.author == "customer"]
                if waiting:
                    self._answered.observe((now - waiting[-1]).total_seconds())

    def failed(self, error: Exception) -> None:
        self._errors.labels(kind=type(error).__name__).inc()

    def text(self) -> bytes:
        return generate_latest(self._registry)
