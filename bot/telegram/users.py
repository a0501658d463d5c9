"""People, as Telegram names them."""

from __future__ import annotations

from bot.core.people import Customer
from bot.telegram.raw import Raw, number, words


def customer_of(user: Raw) -> Customer | None:
    """Who writes to us; None: nobody, or a bot."""
    user_id = number(user, "id")
    if user_id is None or user.get("is_bot"):
        return None
    return Customer(user_id, name_of(user), words(user, "username"), words(user, "language_code"))


def name_of(user: Raw) -> str:
    """What to call someone: by their name, else by their username, else by their id."""
    names = [words(user, "first_name"), words(user, "last_name")]
    return " ".join(name for name in names if name) or words(user, "username") or str(number(user, "id"))
