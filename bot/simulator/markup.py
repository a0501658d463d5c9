"""Buttons and keyboards: what Telegram takes as ``reply_markup``."""

from __future__ import annotations

from bot.simulator.errors import bad_request
from bot.simulator.wire import JsonObject, text_of

_ACTIONS = ("callback_data", "url", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
            "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay")  # fmt: skip
_LOOKS = ("text", "style", "icon_custom_emoji_id")
_KEYBOARDS = {"inline_keyboard", "keyboard", "remove_keyboard", "force_reply"}


def checked(markup: JsonObject | None) -> JsonObject | None:
    """The markup if it is sound; None if there is none, or if it has no buttons at all. 400 says what is wrong."""
    if not markup:
        return None
    if not _KEYBOARDS & set(markup):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in markup:
        return markup
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('can\'t parse inline keyboard: field "inline_keyboard" must be an Array of Arrays')
    kept = [row for row in rows if row]
    for row in kept:
        for button in row:
            _check(button)
    if sum(len(row) for row in kept) > 100:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return {"inline_keyboard": kept} if kept else None


def inline_only(markup: JsonObject | None) -> JsonObject | None:
    """As :func:`checked`, for edits: they take inline keyboards alone."""
    if markup and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return checked(markup)


def _check(button: object) -> None:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    if not text_of(button, "text").strip():
        raise bad_request("can't parse inline keyboard button: text must be non-empty")
    unknown = set(button) - set(_ACTIONS) - set(_LOOKS)
    if unknown:
        raise bad_request(f"can't parse inline keyboard button: unknown field {', '.join(sorted(unknown))}")
    actions = [name for name in _ACTIONS if name in button]
    if len(actions) != 1:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if actions == ["callback_data"] and not 1 <= len(text_of(button, "callback_data").encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if actions == ["url"] and "." not in text_of(button, "url") and "://" not in text_of(button, "url"):
        raise bad_request("BUTTON_URL_INVALID")
