"""Buttons and keyboards that Telegram refuses."""

from __future__ import annotations

import pytest

from bot.simulator.errors import ApiError
from bot.simulator.markup import checked, inline_only
from bot.simulator.wire import JsonObject

CLAIM = {"text": "Claim", "callback_data": "c:1"}


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ({"buttons": []}, "object expected as reply markup"),
        ({"inline_keyboard": "none"}, "must be an Array of Arrays"),
        ({"inline_keyboard": [CLAIM]}, "must be an Array of Arrays"),
        ({"inline_keyboard": [["Claim"]]}, "must be an Object"),
        ({"inline_keyboard": [[{**CLAIM, "text": " "}]]}, "text must be non-empty"),
        ({"inline_keyboard": [[{**CLAIM, "colour": "red"}]]}, "unknown field colour"),
        ({"inline_keyboard": [[{"text": "Claim"}]]}, "Text buttons are unallowed"),
        ({"inline_keyboard": [[{**CLAIM, "url": "https://example.org"}]]}, "Text buttons are unallowed"),
        ({"inline_keyboard": [[{"text": "Claim", "url": "nowhere"}]]}, "BUTTON_URL_INVALID"),
        ({"inline_keyboard": [[CLAIM] * 101]}, "REPLY_MARKUP_TOO_LONG"),
    ],
)
def test_unsound_markup_is_refused(markup: JsonObject, words: str) -> None:
    with pytest.raises(ApiError, match=words):
        checked(markup)


@pytest.mark.parametrize("markup", [None, {}, {"inline_keyboard": []}, {"inline_keyboard": [[]]}])
def test_markup_without_buttons_is_none(markup: JsonObject | None) -> None:
    assert checked(markup) is None


def test_edits_take_inline_keyboards_alone() -> None:
    assert inline_only({"inline_keyboard": [[CLAIM], []]}) == {"inline_keyboard": [[CLAIM]]}
    with pytest.raises(ApiError, match="inline keyboard expected"):
        inline_only({"keyboard": [["Yes"]]})
