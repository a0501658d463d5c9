"""What a customer had erased is nowhere any more: not in the store, nor in any file that it keeps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.core.conversation import Author, Conversation, Message, Phase, Promise, PromiseState
from bot.core.outgoing import Text
from bot.core.people import Customer
from bot.core.step import DueKind, Step
from bot.ports import Store
from tests.contract.builders import NOON, after, all_of, commit, conversation, due, event, row, sent, update
from tests.contract.conftest import TinyBackend

SECRETS = ("Zdenka Skrivnost", "zdenka_s", "+38640111222", "my secret cough", "LO-99881", "we whisper back")
WHO = Customer(5001, SECRETS[0], SECRETS[1], "sl")
ASKED = after(30)


def past(ordinal: int = 1, **fields: object) -> Conversation:
    """A resolved conversation full of what must go."""
    lines = (Message(NOON, Author.CUSTOMER, SECRETS[3]), Message(NOON, Author.BOT, SECRETS[5]))
    kept = Promise("5001-1/1", NOON, after(60), "office", "support", "order_status", "by noon", PromiseState.KEPT)
    full = replace(
        conversation(ordinal=ordinal, phase=Phase.RESOLVED, messages=lines, promises=(kept,), intent="order_status"),
        customer=WHO,
        slots={"phone": SECRETS[2], "order_id": SECRETS[4]},
        resolved_at=after(2),
    )
    return replace(full, **fields)  # type: ignore[arg-type]  # any fields of it


async def keep(store: Store, one: Conversation) -> None:
    """The conversation with its record and what was sent in it."""
    said = row(one, content=Text(SECRETS[5]))
    facts = {"text": SECRETS[3], "intent": "order_status", "quoted": SECRETS[4]}
    await store.accept(update(ordinal_of(one), SECRETS[3]))
    await commit(store, Step(one, (event(one, "received", **facts),), (said,), update_id=ordinal_of(one)))
    await store.receive(sent(said, 7))


def ordinal_of(one: Conversation) -> int:
    return int(one.id.rpartition("-")[2])


async def erase(store: Store, chat_id: int = 5001) -> None:
    async with store.lease(chat_id):
        await store.erase(chat_id, ASKED)


def found_in(folder: Path) -> list[str]:
    """Each secret that some file still holds."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [f"{secret} in {path}" for path in files for secret in SECRETS if secret.encode() in path.read_bytes()]


async def test_no_file_holds_what_was_erased(store: Store, backend: TinyBackend) -> None:
    await keep(store, past(1))
    await backend.tidy(store)  # the first is in a case file, and its record in the archive
    await keep(store, past(2))
    assert found_in(backend.folder)
    await erase(store)
    assert found_in(backend.folder) == []
    await backend.tidy(store)
    assert found_in(backend.folder) == []


async def test_it_is_gone_after_a_crash_too(store: Store, backend: TinyBackend) -> None:
    await keep(store, past())
    await erase(store)
    again = await backend.crashed().open()
    (left,) = await again.past_conversations(5001)
    await again.close()
    assert (left.messages, left.slots, left.customer.name) == ((), {}, "")


async def test_what_is_left_are_figures(store: Store) -> None:
    await keep(store, past())
    await erase(store)
    (left,) = await store.past_conversations(5001)
    assert (left.intent, left.phase, left.erased_at, left.promises[0].state) == (
        "order_status",
        Phase.RESOLVED,
        ASKED,
        PromiseState.KEPT,
    )
    assert await all_of(store.events("5001-1"), lambda one: (one.name, one.facts)) == [
        ("received", {"intent": "order_status"})
    ]


async def test_the_message_map_knows_nothing_of_it(store: Store) -> None:
    await keep(store, past())
    await erase(store)
    assert await store.counterpart(5001, 7) is None


async def test_others_keep_everything(store: Store, backend: TinyBackend) -> None:
    other = replace(past(), id="5002-1", chat_id=5002, customer=replace(WHO, id=5002))
    await keep(store, past())
    await keep(store, other)
    await backend.tidy(store)
    await erase(store)
    assert await store.conversation("5002-1") == other
    facts = await all_of(store.events("5002-1"), lambda one: one.facts["text"])
    assert facts == [SECRETS[3]]


async def test_an_open_conversation_stays_as_it_is(store: Store) -> None:
    await keep(store, past())
    open_one = replace(past(2), phase=Phase.BOT, resolved_at=None)
    await commit(store, Step(open_one))
    await erase(store)
    assert await store.conversation("5001-2") == open_one


async def test_that_it_was_erased_may_still_be_on_its_way(store: Store) -> None:
    last = past(steps=4)
    early, late = row(replace(last, steps=3), content=Text(SECRETS[5])), row(last, content=Text("It is erased."))
    await commit(store, Step(last, outbox=(early, late)))
    await erase(store)
    assert [one for one, _ in await store.outbox()] == [late]


async def test_a_step_in_the_same_lease_brings_nothing_back(store: Store, backend: TinyBackend) -> None:
    await keep(store, past())
    await backend.tidy(store)
    async with store.lease(5001) as last:
        assert last is not None
        await store.commit(Step(last, due=(due("erase:5001-1", 30, last, DueKind.ERASE),)))
        await store.erase(5001, ASKED)
        left = await store.conversation("5001-1")
        assert left is not None
        await store.commit(Step(left, done=("erase:5001-1",)))
    await backend.tidy(store)
    assert found_in(backend.folder) == []
    assert await store.next_due() is None


async def test_what_was_set_aside_of_the_customer_is_blank(store: Store, backend: TinyBackend) -> None:
    await keep(store, past())
    await store.set_aside(f'{{"chat": 5001, "text": "{SECRETS[3]}"', "broken")
    await store.accept(update(9, SECRETS[3]))
    await store.discard(9, f"failed: {SECRETS[3]}")
    await erase(store)
    assert found_in(backend.folder) == []


async def test_erasing_twice_and_erasing_nothing_do_no_harm(store: Store) -> None:
    await erase(store)
    await keep(store, past())
    await erase(store)
    (once,) = await store.past_conversations(5001)
    await erase(store)
    assert await store.past_conversations(5001) == (once,)
