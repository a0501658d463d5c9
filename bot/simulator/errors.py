"""What the simulator refuses: calls of the bot as Telegram words it, and calls of the page.

::

    KeepwordError
    ├── ApiError       an answer {"ok": false, …} of the Bot API
    └── PageError      an answer {"error": …} of the page's interface
"""

from __future__ import annotations

from bot.core.errors import KeepwordError
from bot.simulator.wire import JsonObject


class ApiError(KeepwordError):
    """The Bot API says no: ``code`` is the HTTP status and error code, ``description`` Telegram's own words."""

    def __init__(self, code: int, description: str, parameters: JsonObject | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def answer(self) -> JsonObject:
        """The body of the answer."""
        body: JsonObject = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


class PageError(KeepwordError):
    """A person on the page tried what can't be done; ``status`` is 400 (wrong) or 404 (not there)."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def bad_request(reason: str) -> ApiError:
    """400, in Telegram's wording."""
    return ApiError(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> ApiError:
    """403, in Telegram's wording."""
    return ApiError(403, f"Forbidden: {reason}")


def conflict(reason: str) -> ApiError:
    """409, in Telegram's wording."""
    return ApiError(409, f"Conflict: {reason}")


def too_many_requests(retry_after: int) -> ApiError:
    """429: try again in ``retry_after`` seconds."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})


def too_large() -> ApiError:
    """413: the file is larger than Telegram takes from a bot."""
    return ApiError(413, "Request Entity Too Large")
