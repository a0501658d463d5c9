"""What Telegram's errors mean, in words for the person who can act on them."""

import aiohttp
import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.core.errors import (
    ChatMovedError,
    CustomerGoneError,
    DeliveryError,
    ForumFullError,
    NotInGroupError,
    NoTopicsError,
    RightsError,
    TopicGoneError,
    UnsendableError,
)
from bot.telegram.failures import may_have_arrived, problem

ANA, GROUP = 5001, -1001


@pytest.mark.parametrize(
    ("error", "chat", "kind", "words"),
    [
        (Forbidden("Forbidden: bot was blocked by the user"), ANA, CustomerGoneError, "blocked"),
        (Forbidden("Forbidden: user is deactivated"), ANA, CustomerGoneError, "no longer exists"),
        (Forbidden("Forbidden: bot can't initiate conversation with a user"), ANA, CustomerGoneError, "started"),
        (BadRequest("Bad Request: chat not found"), ANA, CustomerGoneError, "no longer knows"),
        (BadRequest("Bad Request: message thread not found"), GROUP, TopicGoneError, "deleted"),
        (BadRequest("Bad Request: TOPIC_DELETED"), GROUP, TopicGoneError, "deleted"),
        (BadRequest("Bad Request: the chat is not a forum"), GROUP, NoTopicsError, "turn on Topics"),
        (BadRequest("Bad Request: TOPICS_TOO_MUCH"), GROUP, ForumFullError, "no further topics"),
        (BadRequest("Bad Request: TOPIC_CLOSED"), GROUP, RightsError, "administrator"),
        (BadRequest("Bad Request: not enough rights to create a topic"), GROUP, RightsError, "administrator"),
        (Forbidden("Forbidden: bot was kicked from the supergroup chat"), GROUP, NotInGroupError, "add it"),
        (BadRequest("Bad Request: chat not found"), GROUP, NotInGroupError, "add it"),
        (BadRequest("Bad Request: message to copy not found"), ANA, UnsendableError, "deleted before"),
        (BadRequest("Bad Request: strange thing"), ANA, DeliveryError, "strange thing"),
    ],
)
def test_a_refusal_has_a_kind_and_plain_words(
    error: TelegramError, chat: int, kind: type[DeliveryError], words: str
) -> None:
    found = problem(error, chat)
    assert type(found) is kind
    assert words.lower() in str(found).lower()


def test_a_group_that_moved_carries_its_new_id() -> None:
    found = problem(ChatMigrated(-1009), GROUP)
    assert isinstance(found, ChatMovedError)
    assert found.new_chat_id == -1009
    assert "-1009" in str(found)


@pytest.mark.parametrize("error", [NetworkError("Bad Gateway"), TimedOut(), InvalidToken(), RetryAfter(3)])
def test_what_may_pass_is_worth_another_try(error: TelegramError) -> None:
    assert problem(error, ANA) is None


def caused(error: TelegramError, cause: Exception) -> TelegramError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "maybe"),
    [
        (caused(NetworkError("x"), aiohttp.ServerDisconnectedError()), True),
        (caused(TimedOut(), TimeoutError()), True),
        (caused(TimedOut(), aiohttp.SocketTimeoutError()), True),
        (caused(TimedOut(), aiohttp.ConnectionTimeoutError()), False),
        (TelegramError("Invalid server response"), True),
        (NetworkError("Bad Gateway"), False),
        (BadRequest("no"), False),
        (Forbidden("no"), False),
        (RetryAfter(3), False),
    ],
)
def test_only_a_request_without_an_answer_may_have_arrived(error: TelegramError, maybe: bool) -> None:
    assert may_have_arrived(error) is maybe
