"""A store against a model made of plain dicts and lists, through restarts and crashes at any moment."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.core.conversation import Conversation, Phase
from bot.core.errors import StoreError
from bot.core.incoming import Update
from bot.core.outgoing import Card, Copy, Delivery, OpenTopic, Outgoing, Receipt, Text, To
from bot.core.people import Person
from bot.core.step import Due, Event, Step
from bot.ports import Cursor
from tests.contract.builders import AGENTS, after, all_of, commit, conversation, due, event, failed, row, sent, update
from tests.contract.conftest import Backend, TinyBackend

T = TypeVar("T")

CHATS = (1, 2, 3)
WORDS = st.sampled_from(("Where is it?", "Где?", "📦\n\t"))
COPIED = (5001, 55)
"""The message that is copied in the tests, by its chat."""
CONTENTS = st.sampled_from((Text("Words"), OpenTopic("Topic"), Card("Card"), Copy(*COPIED)))
FACTS = ("offset", "group")
HALF_WRITES = st.sampled_from((b"", b"\0" * 7, b"garbage", b"deadbeef 5\n12345"))


class StoreAgainstModel(RuleBasedStateMachine):
    """Rules are what the flow and the sender do; the invariants are what everyone reads."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.backend: Backend = TinyBackend(Path(self.folder.name) / "data")
        self.store = self.run(self.backend.open())
        self.known: set[int] = set()
        self.unhandled: dict[int, Update] = {}
        self.conversations: dict[str, Conversation] = {}
        self.due_rows: dict[str, Due] = {}
        self.outbox: dict[str, tuple[Outgoing, Delivery]] = {}
        self.sent: dict[int, list[tuple[Outgoing, Receipt]]] = {}
        self.copied: list[tuple[Outgoing, Receipt]] = []
        self.people: dict[int, Person] = {}
        self.facts: dict[str, str | None] = {}
        self.events: list[Event] = []
        self.leased: dict[int, Conversation | None] = {}
        self.message_id = 100
        self.follow_from_the_start()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(coroutine)

    def teardown(self) -> None:
        self.run(self.store.close())
        self.run(self.loop.shutdown_default_executor())
        self.loop.close()
        self.folder.cleanup()

    def follow_from_the_start(self) -> None:
        """As a sender does: a cursor, and what was read with it."""
        self.cursor, self.followed = Cursor(), list[str]()

    # --- what happens

    @rule(update_id=st.integers(1, 6), text=WORDS)
    def accept(self, update_id: int, text: str) -> None:
        is_new = self.run(self.store.accept(update(update_id, text)))
        assert is_new == (update_id not in self.known)
        if is_new:
            self.unhandled[update_id] = update(update_id, text)
        self.known.add(update_id)

    @rule(update_id=st.integers(1, 6))
    def discard(self, update_id: int) -> None:
        self.run(self.store.discard(update_id, "nothing to do"))
        self.unhandled.pop(update_id, None)

    @rule(
        chat_id=st.sampled_from(CHATS),
        phase=st.sampled_from(Phase),
        text=WORDS,
        contents=st.lists(CONTENTS, min_size=1, max_size=3),
        minutes=st.lists(st.integers(1, 5), max_size=2, unique=True),
        done=st.integers(1, 5),
        update_id=st.none() | st.integers(1, 6),
        twice=st.booleans(),
    )
    def commit(
        self, chat_id: int, phase: Phase, text: str, contents: list[Any], minutes: list[int], done: int,
        update_id: int | None, twice: bool,
    ) -> None:  # fmt: skip
        before = self.last(chat_id)
        if before is None or not before.is_open:
            number = int(before.id.rpartition("-")[2]) + 1 if before else 1
            before = conversation(chat_id, number)
        talk = replace(before, phase=phase, intent=text, steps=before.steps + 1)
        step = Step(
            talk,
            events=(event(talk, "said", text=text),),
            outbox=tuple(row(talk, place, content, To.CASE) for place, content in enumerate(contents)),
            due=tuple(due(f"{chat_id}:{minute}", minute, talk) for minute in minutes),
            done=(f"{chat_id}:{done}",),
            update_id=update_id,
        )
        self.run(commit(self.store, step))
        if twice:
            self.run(commit(self.store, step))
        self.take(step)

    def take(self, step: Step) -> None:
        self.conversations[step.conversation.id] = step.conversation
        self.events += step.events
        self.outbox |= {outgoing.id: (outgoing, Delivery.PENDING) for outgoing in step.outbox}
        for key in step.done:
            self.due_rows.pop(key, None)
        self.due_rows |= {found.id: found for found in step.due}
        if step.update_id is not None:
            self.known.add(step.update_id)
            self.unhandled.pop(step.update_id, None)

    @precondition(lambda self: self.outbox)
    @rule(joined=st.booleans())
    def send_everything(self, joined: bool) -> None:
        for key in tuple(self.outbox):
            self.deliver(key, arrives=True, stale=False, joined=joined)

    @precondition(lambda self: self.outbox)
    @rule(data=st.data(), arrives=st.booleans(), stale=st.booleans(), joined=st.booleans())
    def send(self, data: st.DataObject, arrives: bool, stale: bool, joined: bool) -> None:
        self.deliver(data.draw(st.sampled_from(sorted(self.outbox))), arrives=arrives, stale=stale, joined=joined)

    def deliver(self, key: str, *, arrives: bool, stale: bool, joined: bool) -> None:
        outgoing, _ = self.outbox[key]
        talk = self.conversations[outgoing.conversation_id]
        stale_step = Step(replace(talk, failures=talk.failures + 1), (event(talk, "stale"),))
        self.message_id += not joined
        receipt = sent(outgoing, self.message_id, chat_id=AGENTS, thread_id=7) if arrives else failed(outgoing)

        async def send_while_leased() -> None:
            async with self.store.lease(outgoing.chat_id):
                await self.store.attempt(outgoing.id)
                await self.store.receive(receipt)
                if stale and self.last(talk.chat_id) == talk:
                    await self.store.commit(stale_step)

        is_last = self.last(talk.chat_id) == talk
        self.run(send_while_leased())
        del self.outbox[outgoing.id]
        if stale and is_last:
            self.take(stale_step)
        if arrives:
            self.sent.setdefault(self.message_id, []).append((outgoing, receipt))
            self.copied += [(outgoing, receipt)] if isinstance(outgoing.content, Copy) else []
            self.place(outgoing, self.message_id)

    def place(self, outgoing: Outgoing, message_id: int) -> None:
        talk = self.conversations[outgoing.conversation_id]
        if isinstance(outgoing.content, OpenTopic):
            card_id = talk.card_id if talk.topic_id == 7 else None
            talk = replace(talk, agents_chat=AGENTS, topic_id=7, card_id=card_id)
        elif isinstance(outgoing.content, Card):
            talk = replace(talk, card_id=message_id)
        self.conversations[talk.id] = talk

    @precondition(lambda self: any(state is Delivery.PENDING for _, state in self.outbox.values()))
    @rule(data=st.data())
    def attempt(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.outbox)))
        self.run(self.store.attempt(key))
        self.outbox[key] = (self.outbox[key][0], Delivery.ATTEMPTED)

    @rule(user_id=st.integers(1, 2), capacity=st.none() | st.integers(0, 3), away=st.booleans())
    def meet(self, user_id: int, capacity: int | None, away: bool) -> None:
        self.people[user_id] = Person(user_id, f"Agent {user_id}", capacity=capacity, away=away)
        self.run(self.store.put_person(self.people[user_id]))

    @rule(name=st.sampled_from(FACTS), value=st.none() | WORDS)
    def note(self, name: str, value: str | None) -> None:
        self.run(self.store.note(name, value))
        self.facts[name] = value

    @rule(text=WORDS)
    def append(self, text: str) -> None:
        lines = [Event(after(1), "", "counted", facts={"text": text})]
        self.run(self.store.append(lines))
        self.events += lines

    @rule(chat_id=st.sampled_from(CHATS), update_id=st.integers(1, 9), text=WORDS)
    def ask_too_much_of_the_disk(self, chat_id: int, update_id: int, text: str) -> None:
        talk = self.last(chat_id) or conversation(chat_id)
        step = Step(replace(talk, intent=text, failures=99), (event(talk, "refused"),), (row(talk, 9),), done=("1:1",))
        refused: list[Coroutine[Any, Any, Any]] = [
            commit(self.store, step),
            self.store.note(FACTS[0], "refused"),
            self.store.put_person(Person(1, "refused")),
            self.store.append([Event(after(1), "", "refused")]),
        ]
        if update_id not in self.known:
            refused.append(self.store.accept(update(update_id, text)))
        with self.backend.refusing():
            for attempted in refused:
                with pytest.raises(StoreError):
                    self.run(attempted)

    @rule()
    def tidy(self) -> None:
        self.run(self.backend.tidy(self.store))

    @rule()
    def restart(self) -> None:
        self.run(self.store.close())
        self.store = self.run(self.backend.open())
        self.follow_from_the_start()

    @rule(halfway=HALF_WRITES)
    def crash(self, halfway: bytes) -> None:
        self.run(self.store.outbox())  # an attempt is not waited for: this is
        crashed = self.backend.crashed(halfway)
        self.run(self.store.close())
        self.backend = crashed
        self.store = self.run(self.backend.open())
        self.follow_from_the_start()

    @rule()
    def follow(self) -> None:
        new = [outgoing.id for outgoing, _ in self.run(self.store.outbox(self.cursor))]
        assert new == [key for key in self.outbox if key not in self.followed]
        self.followed += new

    # --- what everyone reads

    def last(self, chat_id: int) -> Conversation | None:
        ids = [talk.id for talk in self.conversations.values() if talk.chat_id == chat_id]
        return self.conversations[max(ids, key=lambda key: int(key.rpartition("-")[2]))] if ids else None

    @invariant()
    def the_inbox_is_the_same(self) -> None:
        assert self.run(self.store.unhandled()) == tuple(self.unhandled[key] for key in sorted(self.unhandled))

    @invariant()
    def conversations_are_the_same(self) -> None:
        opened = {talk.id: talk for talk in self.run(self.store.open_conversations())}
        assert opened == {key: talk for key, talk in self.conversations.items() if talk.is_open}
        for chat_id in CHATS:
            past = [talk for talk in self.conversations.values() if talk.chat_id == chat_id and not talk.is_open]
            assert list(self.run(self.store.past_conversations(chat_id))) == past
            assert self.run(self.leased_now(chat_id)) == self.last(chat_id)

    async def leased_now(self, chat_id: int) -> Conversation | None:
        async with self.store.lease(chat_id) as found:
            return found

    @invariant()
    def the_outbox_is_the_same(self) -> None:
        assert self.run(self.store.outbox()) == tuple(self.outbox.values())

    @invariant()
    def what_is_due_is_the_same(self) -> None:
        at = [found.at for found in self.run(self.store.due(after(3)))]
        assert at == sorted(found.at for found in self.due_rows.values() if found.at <= after(3))
        assert set(self.run(self.store.due(after(99)))) == set(self.due_rows.values())
        assert self.run(self.store.next_due()) == min((found.at for found in self.due_rows.values()), default=None)

    @invariant()
    def the_record_is_the_same(self) -> None:
        assert self.run(all_of(self.store.events())) == self.events

    @invariant()
    def the_message_map_is_the_same(self) -> None:
        for message_id, joined in self.sent.items():
            assert self.run(self.store.counterpart(AGENTS, message_id)) == joined[0]
            assert list(self.run(self.store.joined(AGENTS, message_id))) == joined
        assert list(self.run(self.store.copies(*COPIED))) == self.copied

    @invariant()
    def colleagues_and_facts_are_the_same(self) -> None:
        assert {person.id: person for person in self.run(self.store.people())} == self.people
        assert all(self.run(self.store.known(name)) == self.facts.get(name) for name in FACTS)


TestStoreAgainstModel = StoreAgainstModel.TestCase
TestStoreAgainstModel.settings = settings(
    max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
