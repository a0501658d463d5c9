"""The admins' side of the story: they look at the content, send files of it, and approve what colleagues propose.

An update is dealt with once its outcome is committed. What takes long is done before that, outside the lease: a machine
that goes down in between finds the update again, and does what was left to do.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bot.cases import Cases
from bot.core import arrival, editor, proposing
from bot.core.draft import Draft
from bot.core.editing import Findings, NowLive, Preview, Stage, Submission
from bot.core.errors import ContentError, EditError, KeepwordError, StoreError
from bot.core.incoming import AdminChoice, AdminMessage
from bot.core.outgoing import AnswerCallback, ClearButtons, Lane, Text
from bot.core.proposals import Proposal
from bot.core.step import Step
from bot.ports import Store, Workbench
from bot.staff import Staff

Heard = AdminMessage | AdminChoice
Tell = Callable[[Draft], None]


class Admins:
    """Takes what admins ask of the content. Raises StoreError."""

    def __init__(self, store: Store, cases: Cases, staff: Staff, bench: Workbench | None) -> None:
        self._store = store
        self._cases = cases
        self._staff = staff
        self._bench = bench

    async def heard(self, said: Heard, update_id: int) -> None:
        """An admin wrote, sent a file or pressed a button."""
        if self._bench is None:
            await self._store.discard(update_id, "there is no content to edit here")
            return
        if (person := self._staff.roster.person(said.admin.id)) is not None:
            await self._staff.know(replace(person, private=True))
        if isinstance(said, AdminChoice):
            await self._say(said, None, lambda draft: _pressed(draft, said))
        await self._say(said, update_id, await self._outcome(self._bench, said))

    async def _outcome(self, bench: Workbench, said: Heard) -> Tell:
        try:
            return await _Hearing(bench, said, lambda tell: self._say(said, None, tell)).outcome()
        except StoreError:
            raise
        except KeepwordError as error:
            refused = error  # what `error` names is gone when it is told
            return lambda draft: _refuse(draft, refused)

    async def failed(self, said: Heard, error: str, update_id: int) -> None:
        """Something went wrong inside: say so."""
        await self._say(said, update_id, lambda draft: editor.say(draft, "admin_failed", error=error))

    async def _say(self, said: Heard, update_id: int | None, tell: Tell) -> None:
        context = self._cases.context()
        async with self._store.lease(said.chat_id) as last:
            draft = Draft(last or arrival.fresh(said.chat_id, said.admin, None, context), context)
            tell(draft)
            step = draft.finish(update_id)
            await self._cases.commit(step if update_id is None else _answering(step, said.message_id))


def _answering(step: Step, message_id: int) -> Step:
    """The outcome answers what was asked, so that it is found beside it however long it took."""
    rows = (
        replace(row, content=replace(row.content, reply_to=message_id)) if isinstance(row.content, Text) else row
        for row in step.outbox
    )
    return replace(step, outbox=tuple(rows))


def _pressed(draft: Draft, choice: AdminChoice) -> None:
    """Stop the spinner; what can't be pressed twice goes."""
    draft.to_customer(AnswerCallback(choice.callback_id), Lane.ACKNOWLEDGE)
    if _verb(choice)[0] in _ONCE:
        draft.to_customer(ClearButtons(choice.message_id), Lane.CARD)


_ONCE = (editor.APPROVE, editor.DISCARD, editor.UNDO, editor.GO_BACK, editor.LEAVE, editor.PLACE)


def _refuse(draft: Draft, error: KeepwordError) -> None:
    if isinstance(error, EditError) and isinstance(places := error.values.get("places"), tuple):
        editor.which_get(draft, places)
    else:
        editor.tell(draft, (editor.refusal(draft, error),))


def _verb(choice: AdminChoice) -> tuple[str, str, str]:
    _, _, rest = choice.data.partition(":")
    verb, _, what = rest.partition(":")
    first, _, second = what.partition(":")
    return verb, first, second


class _Hearing:
    """One thing that an admin asks for. ``meanwhile`` tells something before the outcome is known."""

    def __init__(self, bench: Workbench, said: Heard, meanwhile: Callable[[Tell], Awaitable[None]]) -> None:
        self._bench, self._said, self._meanwhile = bench, said, meanwhile
        self._admin, self._by = said.admin.id, f"{said.admin.name} ({said.admin.id})"

    async def outcome(self) -> Tell:
        """Do it; what to tell in the end. Raises KeepwordError that says why it can't be done."""
        if isinstance(self._said, AdminChoice):
            verb, first, second = _verb(self._said)
            return await self._proposal(verb, first, second) or await self._content(verb, first, second)
        if self._said.file is not None:
            sent = await self._bench.submit(self._said.file, self._said.text, self._admin, self._by)
            return await self._looked_over(sent)
        if self._said.command == editor.PROPOSALS:
            return await self._shown(None)
        verb, _, what = self._said.text.partition(" ")[2].strip().partition(" ")
        return await self._content(verb.lower() or "condition", what.strip(), "")

    # --- the content

    async def _content(self, verb: str, first: str, second: str) -> Tell:  # noqa: PLR0911  # one for each button
        bench = self._bench
        match verb:
            case "condition":
                found = await bench.condition()
                return lambda draft: editor.condition(draft, found)
            case editor.HISTORY:
                known = await bench.history()
                return lambda draft: editor.history(draft, known)
            case editor.BACK:
                target = await bench.earlier(first or None)
                return lambda draft: editor.ask_back(draft, target)
            case editor.LEAVE:
                return lambda draft: editor.say(draft, "admin_left")
            case editor.GET:
                fetched = await bench.fetch(first, self._admin)
                return lambda draft: editor.hand_out(draft, fetched)
            case editor.PLACE:
                return await self._looked_over(await bench.put_at(first, second, self._admin))
            case editor.DISCARD:
                put_away = await bench.discard(first)
                return lambda draft: self._discarded(draft, put_away)
            case editor.APPROVE | editor.UNDO | editor.GO_BACK:
                return await self._changed(verb, first)
            case _:
                asked = f"{verb} {first}".strip()
                return lambda draft: editor.say(draft, "admin_unknown", text=asked)

    async def _looked_over(self, sent: Submission) -> Tell:
        """What to say of a file that was sent, or that is not what it was made from any more."""
        if sent.stage is Stage.ASKED:
            return lambda draft: editor.which_place(draft, sent)
        found = await self._bench.look_over(sent.id)
        if found.same:
            return lambda draft: editor.say(draft, "admin_same", file=sent.place)
        if found.problems:
            return lambda draft: self._wrong(draft, found)
        await self._meanwhile(lambda draft: editor.trying(draft, found))
        tried = await self._bench.rehearse(sent.id)
        return lambda draft: self._previewed(draft, found, tried)

    async def _changed(self, verb: str, what: str) -> Tell:
        """Something goes live, or goes back to what was."""
        await self._meanwhile(lambda draft: editor.say(draft, "admin_learning_it"))
        if verb == editor.UNDO:
            undone = await self._bench.undo(what, self._by)
            return lambda draft: self._went_back(draft, undone)
        if verb == editor.GO_BACK:
            gone_back = await self._bench.go_back(what, self._by)
            return lambda draft: self._went_back(draft, gone_back)
        made = await self._bench.approve(what, self._by)
        if made is None:
            return await self._looked_over_again(what)
        return lambda draft: self._went_live(draft, made)

    async def _looked_over_again(self, submission_id: str) -> Tell:
        """Somebody was faster: the preview is made anew, on what they have made of the file."""
        found = await self._bench.look_over(submission_id)
        if found.problems:
            return lambda draft: self._wrong(draft, found)
        tried = await self._bench.rehearse(submission_id)
        return lambda draft: self._previewed(draft, found, tried)

    # --- proposed examples

    async def _proposal(self, verb: str, key: str, what: str) -> Tell | None:  # noqa: PLR0911  # one for each button
        """None: it is about something else."""
        if verb in (proposing.SHOW, editor.PROPOSALS):
            return await self._shown(key or None, after=verb == editor.PROPOSALS and bool(key))
        if verb not in proposing.VERBS:
            return None
        if verb == proposing.READMIT:
            await self._bench.reject(key, rejected=False)
            return await self._shown(key)
        one = await self._one(key)
        match verb:
            case proposing.ADD | proposing.IS:
                return await self._learnt(one, what or None)
            case proposing.REJECT:
                await self._bench.reject(key)
                return lambda draft: self._rejected(draft, one)
            case proposing.AREA:
                return lambda draft: proposing.ask_intent(draft, one, what, self._message)
            case _:
                return lambda draft: proposing.ask_area(draft, one, self._message)

    async def _one(self, key: str) -> Proposal:
        one = next((one for one in await self._bench.proposals() if one.key == key), None)
        if one is None:
            raise EditError("admin_proposal_decided")
        return one

    async def _shown(self, key: str | None, *, after: bool = False) -> Tell:
        waiting = await self._bench.proposals()
        instead = self._message if key else 0
        return lambda draft: proposing.show(draft, waiting, key, after=after, instead=instead)

    async def _learnt(self, one: Proposal, intent: str | None) -> Tell:
        await self._meanwhile(lambda draft: proposing.being_learnt(draft, one, intent or one.intent, self._message))
        try:
            made = await self._bench.learn(one.key, intent, self._by)
        except ContentError as error:
            return self._not_learnt(one, error, await self._bench.proposals())
        return lambda draft: self._went_live(draft, made)

    def _not_learnt(self, one: Proposal, error: ContentError, waiting: Sequence[Proposal]) -> Tell:
        """Why, and the proposal once more."""

        def told(draft: Draft) -> None:
            _refuse(draft, error)
            proposing.show(draft, waiting, one.key)

        return told

    @property
    def _message(self) -> int:
        return self._said.message_id if isinstance(self._said, AdminChoice) else 0

    # --- on record, and told

    def _wrong(self, draft: Draft, found: Findings) -> None:
        self._record(draft, "content_wrong", found.submission, problems=len(found.problems))
        editor.wrong(draft, found)

    def _previewed(self, draft: Draft, found: Findings, tried: Preview) -> None:
        self._record(draft, "content_sent", found.submission, changed=len(tried.changed))
        editor.preview(draft, found, tried)

    def _discarded(self, draft: Draft, sent: Submission) -> None:
        self._record(draft, "content_discarded", sent)
        editor.say(draft, "admin_discarded")

    def _went_live(self, draft: Draft, made: NowLive) -> None:
        self._record(draft, "content_live", made.submission, version=made.version, changes="; ".join(made.changes))
        of_proposal = made.submission is not None and made.submission.proposal
        editor.live(draft, made, *([editor.button(draft, "next", editor.PROPOSALS)] if of_proposal else []))

    def _went_back(self, draft: Draft, made: NowLive) -> None:
        self._record(draft, "content_back", made.submission, version=made.version, changes="; ".join(made.changes))
        editor.back(draft, made)

    def _rejected(self, draft: Draft, one: Proposal) -> None:
        draft.record("proposal_rejected", by=self._by, intent=one.intent, text=one.text)
        proposing.rejected(draft, one, self._message)

    def _record(self, draft: Draft, name: str, sent: Submission | None, **facts: object) -> None:
        draft.record(
            name, by=self._by, file=sent.place if sent else None, submission=sent.id if sent else None, **facts
        )
