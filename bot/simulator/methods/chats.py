"""Methods that look at chats, members and files."""

from __future__ import annotations

from bot.simulator.errors import bad_request
from bot.simulator.files import LARGEST_DOWNLOAD
from bot.simulator.membership import member_json
from bot.simulator.methods.handler import Handlers
from bot.simulator.parameters import Arguments
from bot.simulator.people import Part, Person
from bot.simulator.reactions import ALLOWED, reaction_types
from bot.simulator.state import State
from bot.simulator.wire import JsonObject

_NO_GIFTS = dict.fromkeys(
    ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
)


def _get_chat(state: State, arguments: Arguments) -> object:
    chat = state.chat(arguments.text("chat_id"))
    if chat.is_group:
        state.membership.require_presence()
    pinned = next(reversed(chat.pinned.values()), None)
    full: JsonObject = {
        **chat.as_json(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": _NO_GIFTS,
    }
    if pinned:
        full["pinned_message"] = pinned.as_json()
    if chat.is_group:
        full["available_reactions"] = reaction_types(sorted(ALLOWED))
    return full


def _members(state: State) -> list[Person]:
    return [person for person in state.people.values() if person.part in {Part.MEMBER, Part.ADMINISTRATOR}]


def _require_group(state: State, arguments: Arguments, refusal: str) -> None:
    if not state.chat(arguments.text("chat_id")).is_group:
        raise bad_request(refusal)
    state.membership.require_presence()


def _get_member(state: State, arguments: Arguments) -> object:
    chat = state.chat(arguments.text("chat_id"))
    person = state.people.get(arguments.integer("user_id") or 0)
    if chat.person is not None:
        if person is None or person not in (chat.person, state.bot):
            raise bad_request("member not found")
        return {"status": "member", "user": person.as_user()}
    state.membership.require_presence()
    if person is None:
        raise bad_request("invalid user_id specified")
    return state.membership.as_json(person) if person is state.bot else member_json(person)


def _get_administrators(state: State, arguments: Arguments) -> object:
    _require_group(state, arguments, "there are no administrators in the private chat")
    people = [member_json(person) for person in _members(state) if person.part is Part.ADMINISTRATOR]
    mine = [state.membership.as_json(state.bot)] if state.membership.status == "administrator" else []
    return people + mine


def _get_member_count(state: State, arguments: Arguments) -> object:
    if not state.chat(arguments.text("chat_id")).is_group:
        return 2
    state.membership.require_presence()
    return len(_members(state)) + 1


def _leave(state: State, arguments: Arguments) -> object:
    _require_group(state, arguments, "chat member status can't be changed in private chats")
    before = state.membership.as_json(state.bot)
    state.membership.status = "left"
    state.tell_membership(state.group, state.bot, before, state.membership.as_json(state.bot))
    return True


def _get_file(state: State, arguments: Arguments) -> object:
    file = state.files.find(arguments.text("file_id"))
    if len(file.data) > LARGEST_DOWNLOAD:
        raise bad_request("file is too big")
    return {**file.handle(), "file_path": file.path}


HANDLERS: Handlers = {
    "getChat": _get_chat,
    "getChatMember": _get_member,
    "getChatAdministrators": _get_administrators,
    "getChatMemberCount": _get_member_count,
    "leaveChat": _leave,
    "getFile": _get_file,
}
