"""What the customer wishes about a promise: another time, a call, nothing any more; by buttons, commands or words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.core import case, offers, promising, quiet, reopening, snoozing, times, words
from bot.core.conversation import Conversation, Phase, Promise, PromiseState, Way
from bot.core.draft import Context, Draft
from bot.core.incoming import CustomerChoice
from bot.core.outgoing import AnswerCallback, Button, ClearButtons, Keyboard, Lane, ShowButtons, Text
from bot.core.people import CUSTOMER_NAME
from bot.core.promise import calendar_named
from bot.core.step import Step

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Pressed:
    """What a button says: the wish, the promise that it is about, and when a chosen time begins."""

    verb: str
    promise: str
    start: datetime | None = None


def is_wish(choice: CustomerChoice) -> bool:
    """Whether it is one of these buttons."""
    return choice.data.startswith(f"{offers.MARK}:")


def case_of(choice: CustomerChoice) -> str | None:
    """The id of the conversation whose promise is to hold again; None: it is another button."""
    pressed = _pressed(choice.data) if is_wish(choice) else None
    return pressed.promise.rpartition("/")[0] if pressed and pressed.verb == offers.UNDO else None


def choose(conversation: Conversation, choice: CustomerChoice, update_id: int | None, context: Context) -> Step:
    """The customer pressed a button below a promise. One that no longer applies says so, and changes nothing."""
    draft = Draft(conversation, context)
    pressed = _pressed(choice.data)
    standing = conversation.promise
    if pressed is None or standing is None or standing.id != pressed.promise or not conversation.is_open:
        passed(draft, choice)
        return draft.finish(update_id)
    if not _do(draft, pressed, choice):
        passed(draft, choice)
    return draft.finish(update_id)


def _pressed(data: str) -> _Pressed | None:
    _, verb, promise_id, *more = [*data.split(":"), "", ""][:4]
    if verb == offers.AT:
        return _Pressed(verb, promise_id, datetime.fromtimestamp(int(more[0]) * 60, UTC)) if _minute(more[0]) else None
    known = (offers.LATER, offers.CALL, offers.HERE, offers.CANCEL, offers.UNDO, offers.BACK)
    return _Pressed(verb, promise_id) if verb in known else None


def _minute(text: str) -> bool:
    return text.isdecimal() and len(text) < 10


def passed(draft: Draft, choice: CustomerChoice) -> None:
    """Say that a button no longer applies, and take it away."""
    draft.to_customer(AnswerCallback(choice.callback_id, draft.words("button_passed")), Lane.ACKNOWLEDGE)
    draft.to_customer(ClearButtons(choice.message_id), Lane.CARD)


def _do(draft: Draft, pressed: _Pressed, choice: CustomerChoice) -> bool:
    """Carry a wish out; False: it can't be had any more."""
    match pressed.verb:
        case offers.LATER:
            _answer(draft, choice, times_to_choose(draft))
        case offers.BACK:
            _answer(draft, choice, offers.buttons(draft))
        case offers.AT:
            return _at(draft, pressed, choice)
        case offers.CALL:
            if promising.PHONE in draft.conversation.slots:
                _answer(draft, choice, ())
            else:  # until there is a number, what was promised stands, and so do its buttons
                _heard(draft, choice)
            call(draft)
        case offers.HERE:
            _answer(draft, choice, ())
            here(draft)
        case _:
            _answer(draft, choice, ())
            cancel(draft)
    return True


def _answer(draft: Draft, choice: CustomerChoice, keyboard: Keyboard) -> None:
    """Stop the button's spinner, and show what may be pressed next."""
    _heard(draft, choice)
    shown = ShowButtons(choice.message_id, keyboard) if keyboard else ClearButtons(choice.message_id)
    draft.to_customer(shown, Lane.ANSWER if keyboard else Lane.CARD)


def _heard(draft: Draft, choice: CustomerChoice) -> None:
    draft.record("chose", by=CUSTOMER_NAME, data=choice.data)
    draft.to_customer(AnswerCallback(choice.callback_id), Lane.ACKNOWLEDGE)


# --- when -------------------------------------------------------------------------------------------------------------


def times_to_choose(draft: Draft) -> Keyboard:
    """Times on buttons, and a way back."""
    standing = draft.conversation.promise
    assert standing is not None
    standards, customer = draft.context.catalogue.standards, draft.conversation.customer
    calendar = calendar_named(standards, standing.calendar)
    found = times.offered(calendar, customer, standards, draft.now, _honest(draft.conversation, standing))
    rows = [(Button(_label(draft, window), _at_data(standing, window)),) for window in found]
    back = Button(draft.words("wish_back"), offers.data(offers.BACK, standing.id))
    return (*rows, (back,))


def _honest(conversation: Conversation, standing: Promise) -> datetime:
    """What we would promise by ourselves: the last time that the customer did not choose."""
    by_id = {promise.id: promise for promise in conversation.promises}
    while standing.not_before is not None and standing.instead_of in by_id:
        standing = by_id[standing.instead_of]
    return standing.due_at


def _label(draft: Draft, window: times.Window) -> str:
    catalogue, conversation = draft.context.catalogue, draft.conversation
    zone = quiet.zone_of(conversation.customer, catalogue.standards)
    text = words.window(catalogue, conversation.language, *window, draft.now, zone)
    return text[:1].upper() + text[1:]


def _at_data(standing: Promise, window: times.Window) -> str:
    return offers.data(offers.AT, standing.id, int(window[0].timestamp()) // 60)


def _at(draft: Draft, pressed: _Pressed, choice: CustomerChoice) -> bool:
    """The promise becomes one at the chosen time."""
    standing, start = draft.conversation.promise, pressed.start
    assert standing is not None
    assert start is not None
    standards, window = draft.context.catalogue.standards, (start, start + HOUR)
    calendar = calendar_named(standards, standing.calendar)
    can_be_had = times.is_offered(window, calendar, draft.conversation.customer, standards, draft.now)
    if not can_be_had or window[1] < _honest(draft.conversation, standing):
        return False
    _answer(draft, choice, ())
    promising.exchange(draft, window=window)
    _agreed(draft)
    return True


def later(draft: Draft) -> None:
    """The customer would rather have it at another time: offer some."""
    standing = draft.conversation.promise
    assert standing is not None
    text = words.compose(draft.words("ask_time"), promising.sentence(draft, standing))
    draft.say(text, times_to_choose(draft))


def _agreed(draft: Draft, *, hide_keyboard: bool = False) -> None:
    """Say what holds now, to the customer and to the team."""
    standing = draft.conversation.promise
    assert standing is not None
    text = words.compose(draft.words("agreed"), promising.sentence(draft, standing))
    if hide_keyboard:
        draft.say_with(Text(draft.words("phone_noted"), hide_keyboard=True))
        text = promising.sentence(draft, standing)
    draft.say(text, offers.buttons(draft), Lane.PROMISE)
    by = case.promised(draft, standing)
    if standing.way is Way.CALL:
        phone = draft.conversation.slots.get(promising.PHONE, "")
        draft.to_case(Text(draft.team_words("team_wish_call", by=by, phone=phone)), Lane.AGENT)
    else:
        draft.to_case(Text(draft.team_words("team_wish_here", by=by)), Lane.AGENT)
    case.show_card(draft)


# --- how --------------------------------------------------------------------------------------------------------------


def _ask_for_phone(draft: Draft) -> None:
    """With a button that shares it, where Telegram shows one: not in the chats of business accounts."""
    if draft.conversation.through is not None:
        draft.say(draft.words("ask_phone_typed"))
    else:
        draft.say_with(Text(draft.words("ask_phone"), share_contact=draft.words("share_phone")))


def call(draft: Draft) -> None:
    """The customer would rather be called, on the number that they gave; without one, ask for it."""
    if promising.PHONE not in draft.conversation.slots:
        _ask_for_phone(draft)
        draft.change(phone_asked=True)
        draft.record("phone_asked")
        return
    was_asked = draft.conversation.phone_asked
    draft.change(phone_asked=False)
    standing = draft.conversation.promise
    assert standing is not None
    if standing.way is not Way.CALL:
        promising.exchange(draft, way=Way.CALL)
    _agreed(draft, hide_keyboard=was_asked)


def not_a_phone(draft: Draft) -> None:
    """What the customer typed is no number that could be called."""
    draft.say_with(Text(draft.words("phone_wrong"), share_contact=draft.words("share_phone")))


def here(draft: Draft) -> None:
    """The customer would rather read it here after all."""
    standing = draft.conversation.promise
    assert standing is not None
    if standing.way is not Way.HERE:
        promising.exchange(draft, way=Way.HERE)
    _agreed(draft)


# --- not any more -----------------------------------------------------------------------------------------------------


def cancel(draft: Draft) -> None:
    """The customer needs no one any more. A colleague who has the case keeps it; otherwise it is closed."""
    conversation = draft.conversation
    standing = conversation.promise
    promising.withdraw(draft, CUSTOMER_NAME)
    snoozing.end(draft, CUSTOMER_NAME)
    draft.change(phone_asked=False)
    if conversation.phase is Phase.WAITING:
        draft.change(phase=Phase.BOT if conversation.pending else Phase.RESOLVED)
    draft.say(draft.words("withdrawn"), offers.undo(draft, standing.id) if standing else ())
    draft.to_case(Text(draft.team_words("team_withdrawn")), Lane.AGENT)
    if draft.conversation.is_open:
        case.show_card(draft)
    else:
        draft.change(resolved_at=draft.now)
        draft.record("resolved", by=CUSTOMER_NAME, because="withdrawn")
        case.close_case(draft)


def ask_whether_to_cancel(draft: Draft) -> None:
    """By their words the customer may not need it any more: a press is surer than a guess, and nothing changes yet."""
    standing = draft.conversation.promise
    assert standing is not None
    button = Button(draft.words("wish_cancel"), offers.data(offers.CANCEL, standing.id))
    keep = Button(draft.words("wish_back"), offers.data(offers.BACK, standing.id))
    draft.say(draft.words("ask_withdraw", by=promising.said(draft, standing)), ((button,), (keep,)))
    case.show_card(draft)


def undo(
    conversation: Conversation, last: Conversation, choice: CustomerChoice, update_id: int | None, context: Context
) -> Step:
    """They need it after all: what was promised holds again, or a new time if that is too near by now.

    ``conversation`` is the one it was promised in, ``last`` the customer's last one, perhaps the same.
    """
    pressed = _pressed(choice.data)
    draft = Draft(last, context) if last.is_open else reopening.fresh(last, context)
    cancelled = conversation.promises[-1] if conversation.promises else None
    if cancelled is None or pressed is None or not _can_be_undone(cancelled, pressed.promise, conversation, last):
        draft = Draft(last, context)
        passed(draft, choice)
        return draft.finish(update_id)
    if draft.conversation.id != conversation.id:
        reopening.take_up(draft, conversation)
    _answer(draft, choice, ())
    reopening.promise_again(draft, cancelled)
    return draft.finish(update_id)


def _can_be_undone(cancelled: Promise, promise_id: str, conversation: Conversation, last: Conversation) -> bool:
    """Once, by the customer whose it was, and while nobody else is awaited."""
    withdrawn = cancelled.state is PromiseState.CANCELLED and cancelled.ended_by == CUSTOMER_NAME
    free = last.id == conversation.id or (last.phase in (Phase.BOT, Phase.RESOLVED) and not last.promises)
    return withdrawn and cancelled.id == promise_id and free and last.chat_id == conversation.chat_id
