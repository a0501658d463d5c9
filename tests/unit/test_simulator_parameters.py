"""The table of methods, held against python-telegram-bot's own signatures."""

from __future__ import annotations

import inspect
import re

import pytest
from telegram import Bot

from bot.simulator.errors import ApiError
from bot.simulator.methods import HANDLERS
from bot.simulator.parameters import METHODS, Upload, canonical, read

_OF_THE_LIBRARY = {
    "self", "read_timeout", "write_timeout", "connect_timeout", "pool_timeout", "api_kwargs",
    "allow_sending_without_reply", "reply_to_message_id", "disable_web_page_preview", "filename", "location", "venue",
    "contact",
}  # fmt: skip
"""What python-telegram-bot's methods take for convenience and never send under that name."""

_NOT_SENT = {"sendMediaGroup": {"caption", "parse_mode", "caption_entities"}}
_OF_DELIVERY = {"getUpdates", "setWebhook", "deleteWebhook", "getWebhookInfo"}


def _snake(name: str) -> str:
    return re.sub(r"([A-Z])", r"_\1", name).lower()


@pytest.mark.parametrize("method", METHODS)
def test_table_knows_the_parameters_of_python_telegram_bot(method: str) -> None:
    signature = inspect.signature(getattr(Bot, _snake(method)))
    sent = set(signature.parameters) - _OF_THE_LIBRARY - _NOT_SENT.get(method, set())
    assert {word.rstrip("!") for word in METHODS[method].split()} == sent


def test_every_method_of_the_table_has_its_handler() -> None:
    assert set(HANDLERS) | _OF_DELIVERY == set(METHODS)


def test_method_names_are_read_in_any_case() -> None:
    assert canonical("SENDmessage") == "sendMessage"


def test_unknown_method_is_not_found() -> None:
    with pytest.raises(ApiError) as refusal:
        canonical("sendCoffee")
    assert (refusal.value.code, refusal.value.description) == (404, "Not Found: method not found")


def test_unknown_parameter_is_named() -> None:
    with pytest.raises(ApiError, match='unknown parameter "colour" of sendMessage'):
        read("sendMessage", {"chat_id": "1", "text": "x", "colour": "red"}, {})


@pytest.mark.parametrize(
    ("method", "raw", "words"),
    [
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": "1"}, "message text is empty"),
        ("deleteMessage", {"chat_id": "1"}, "message identifier is not specified"),
        ("sendPhoto", {"chat_id": "1"}, "there is no photo in the request"),
        ("sendVenue", {"chat_id": "1", "latitude": "1", "longitude": "1", "title": "x"}, "address is not specified"),
        ("deleteMessage", {"chat_id": "1", "message_id": "first"}, "can't parse parameter"),
        ("sendMessage", {"chat_id": "1", "text": "x", "reply_markup": "{"}, "can't parse parameter"),
        ("sendMessage", {"chat_id": "1", "text": "x", "protect_content": "perhaps"}, "can't parse parameter"),
    ],
)
def test_missing_and_malformed_parameters_are_refused(method: str, raw: dict[str, object], words: str) -> None:
    with pytest.raises(ApiError, match=words):
        read(method, raw, {})


def test_values_are_read_alike_from_forms_and_from_json() -> None:
    form = read("setWebhook", {"url": "u", "max_connections": "5", "allowed_updates": '["message"]'}, {})
    json = read("setWebhook", {"url": "u", "max_connections": 5, "allowed_updates": ["message"]}, {})
    assert form.values == json.values == {"url": "u", "max_connections": 5, "allowed_updates": ["message"]}


def test_files_that_other_parameters_attach_are_no_unknown_parameters() -> None:
    uploads = {"attached1": Upload("a.png", "image/png", b"x")}
    assert read("sendMediaGroup", {"chat_id": "1", "media": "[]"}, uploads).uploads == uploads
