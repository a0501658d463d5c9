"""How the bot hears of updates: long polling, or a webhook that it names."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.simulator.errors import bad_request, conflict
from bot.simulator.parameters import Arguments
from bot.simulator.state import State
from bot.simulator.webhook import Hook, Webhook
from bot.simulator.wire import JsonObject

LONGEST_POLL = 50
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


@dataclass(frozen=True, slots=True)
class Described:
    """A result that Telegram sends with a description beside it."""

    result: object
    description: str


class Delivery:
    """The methods about updates. Only one way of delivery is open at a time, and only one poll."""

    def __init__(self, state: State, webhook: Webhook) -> None:
        self._state = state
        self._webhook = webhook
        self._poll: asyncio.Future[None] | None = None

    @property
    def polled(self) -> bool:
        """Whether a poll waits now."""
        return self._poll is not None

    async def get_updates(self, arguments: Arguments) -> object:
        """The updates from ``offset`` on, waiting up to ``timeout`` seconds for one. Confirms all before ``offset``."""
        if self._webhook.hook:
            raise conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        updates = self._state.updates
        self._terminate_poll("other getUpdates request; make sure that only one bot instance is running")
        if arguments.has("allowed_updates"):
            updates.allow(arguments.strings("allowed_updates"))
        updates.confirm(arguments.integer("offset") or 0)
        limit = min(100, max(1, arguments.integer("limit") or 100))
        if not len(updates) and (seconds := min(arguments.integer("timeout") or 0, LONGEST_POLL)) > 0:
            await self._wait(seconds)
        return [update.as_json() for update in updates.first(limit)]

    def _terminate_poll(self, by: str) -> None:
        poll, self._poll = self._poll, None
        if poll and not poll.done():
            poll.set_exception(conflict(f"terminated by {by}"))

    def end_poll(self) -> None:
        """Let a poll that waits answer now, with nothing."""
        if self._poll and not self._poll.done():
            self._poll.set_result(None)

    async def _wait(self, seconds: int) -> None:
        """Until an update arrives, the time is over, or another poll begins (409)."""
        updates = self._state.updates
        mine = self._poll = asyncio.get_running_loop().create_future()
        updates.on_update = lambda _update: self.end_poll()
        try:
            async with asyncio.timeout(seconds):
                await mine
        except TimeoutError:
            return
        finally:
            if self._poll is mine:
                self._poll, updates.on_update = None, None

    def set_webhook(self, arguments: Arguments) -> object:
        """From now on updates go to ``url``, those that are pending too. An empty ``url`` ends it."""
        url = arguments.text("url")
        if not url:
            return self.delete_webhook(arguments)
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
            raise bad_request("bad webhook: an HTTPS URL must be provided for webhook")
        secret = arguments.text("secret_token")
        if secret and not _SECRET.fullmatch(secret):
            raise bad_request("secret token contains unallowed characters")
        if arguments.has("allowed_updates"):
            self._state.updates.allow(arguments.strings("allowed_updates"))
        if arguments.flag("drop_pending_updates"):
            self._state.updates.clear()
        self._terminate_poll("setWebhook request")
        connections = min(100, max(1, arguments.integer("max_connections") or 40))
        hook = Hook(url, secret, connections)
        if hook == self._webhook.hook:
            return Described(True, "Webhook is already set")
        self._webhook.point_to(hook)
        return Described(True, "Webhook was set")

    def delete_webhook(self, arguments: Arguments) -> object:
        """Updates wait to be polled from now on."""
        if arguments.flag("drop_pending_updates"):
            self._state.updates.clear()
        was = self._webhook.hook
        self._webhook.point_to(None)
        return Described(True, "Webhook was deleted" if was else "Webhook is already deleted")

    def webhook_info(self, _arguments: Arguments) -> object:
        """Where updates go, how many wait, and what went wrong last."""
        hook, trouble = self._webhook.hook, self._webhook.trouble
        info: JsonObject = {
            "url": hook.url if hook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._state.updates),
        }
        if hook:
            info["max_connections"] = hook.max_connections
        if self._state.updates.allowed:
            info["allowed_updates"] = list(self._state.updates.allowed)
        if hook and trouble:
            info |= {"last_error_date": int(trouble.at.timestamp()), "last_error_message": trouble.reason}
        return info
