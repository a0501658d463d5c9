"""Methods about business accounts that the bot is connected to."""

from __future__ import annotations

from bot.simulator.accounts import connected
from bot.simulator.errors import bad_request
from bot.simulator.methods.handler import Handlers
from bot.simulator.parameters import Arguments
from bot.simulator.state import State


def _get_connection(state: State, arguments: Arguments) -> object:
    account = state.accounts.get(arguments.text("business_connection_id"))
    if account is None:
        raise bad_request("business connection not found")
    return account.as_json()


def _read(state: State, arguments: Arguments) -> object:
    account, number = connected(state, arguments), arguments.text("chat_id")
    account.require("can_read_messages")
    chat = account.chats.get(int(number)) if number.isdecimal() else None
    message_id = arguments.integer("message_id") or 0
    if chat is None or message_id not in chat.messages:
        raise bad_request("message to read not found")
    account.require_activity(chat, state.now())
    account.read.add((chat.id, message_id))
    state.events.publish("business", lambda: {"read": message_id})
    return True


def _delete(state: State, arguments: Arguments) -> object:
    account = connected(state, arguments)
    ids = arguments.integers("message_ids")
    if not 1 <= len(ids) <= 100:
        raise bad_request("message identifiers are not specified" if not ids else "too many messages to delete")
    found = [(chat, one) for chat in account.chats.values() for one in ids if one in chat.messages]
    if not found:
        raise bad_request("message to delete not found")
    for chat, one in found:
        own = chat.messages[one].sender is state.bot
        if not (own and account.rights.get("can_delete_sent_messages")):
            account.require("can_delete_all_messages")
        state.delete(chat, [one])
    return True


HANDLERS: Handlers = {
    "getBusinessConnection": _get_connection,
    "readBusinessMessage": _read,
    "deleteBusinessMessages": _delete,
}
