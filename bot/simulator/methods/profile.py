"""Methods about the bot itself: who it is, its commands, names and descriptions, by language."""

from __future__ import annotations

import json
import re
from functools import partial

from bot.simulator.errors import bad_request
from bot.simulator.membership import RIGHTS
from bot.simulator.methods.handler import Handlers
from bot.simulator.parameters import Arguments
from bot.simulator.state import State
from bot.simulator.wire import JsonObject, objects_of, text_of

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_SCOPES = {"default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat", "chat_administrators",
           "chat_member"}  # fmt: skip
_LONGEST = {"name": 64, "description": 512, "short_description": 120}


def _get_me(state: State, _arguments: Arguments) -> object:
    return {
        **state.bot.as_user(),
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def _done(_state: State, _arguments: Arguments) -> object:
    return True


def _commands_key(state: State, arguments: Arguments) -> tuple[str, str, str]:
    """Commands are kept by scope and language. 400 for a scope that isn't one."""
    scope = arguments.object("scope") or {"type": "default"}
    if text_of(scope, "type") not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    if "chat_id" in scope:
        state.chat(str(scope["chat_id"]))
    return "commands", json.dumps(scope, sort_keys=True), _language(arguments)


def _language(arguments: Arguments) -> str:
    language = arguments.text("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad_request("invalid language_code specified")
    return language


def _set_commands(state: State, arguments: Arguments) -> object:
    commands = objects_of(arguments.values, "commands")
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not _COMMAND.fullmatch(text_of(command, "command").removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(text_of(command, "description")) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    state.profile[_commands_key(state, arguments)] = commands
    return True


def _get_commands(state: State, arguments: Arguments) -> object:
    return state.profile.get(_commands_key(state, arguments), [])


def _delete_commands(state: State, arguments: Arguments) -> object:
    state.profile.pop(_commands_key(state, arguments), None)
    return True


def _set_words(field: str, state: State, arguments: Arguments) -> object:
    words = arguments.text(field)
    if len(words) > _LONGEST[field]:
        raise bad_request(f"bot {field.replace('_', ' ')} is too long")
    state.profile[field, "", _language(arguments)] = words
    return True


def _get_words(field: str, state: State, arguments: Arguments) -> object:
    default = state.profile.get((field, "", ""), state.bot.name if field == "name" else "")
    return {field: state.profile.get((field, "", _language(arguments))) or default}


def _rights_key(arguments: Arguments) -> tuple[str, str, str]:
    return "rights", "channels" if arguments.flag("for_channels") else "groups", ""


def _set_rights(state: State, arguments: Arguments) -> object:
    state.profile[_rights_key(arguments)] = arguments.object("rights") or {}
    return True


def _get_rights(state: State, arguments: Arguments) -> object:
    granted = state.profile.get(_rights_key(arguments), {})
    none: JsonObject = dict.fromkeys(("is_anonymous", *RIGHTS), False)
    return {**none, **(granted if isinstance(granted, dict) else {})}


HANDLERS: Handlers = {
    "getMe": _get_me,
    "logOut": _done,
    "close": _done,
    "setMyCommands": _set_commands,
    "getMyCommands": _get_commands,
    "deleteMyCommands": _delete_commands,
    "setMyDefaultAdministratorRights": _set_rights,
    "getMyDefaultAdministratorRights": _get_rights,
    "setMyName": partial(_set_words, "name"),
    "getMyName": partial(_get_words, "name"),
    "setMyDescription": partial(_set_words, "description"),
    "getMyDescription": partial(_get_words, "description"),
    "setMyShortDescription": partial(_set_words, "short_description"),
    "getMyShortDescription": partial(_get_words, "short_description"),
}
