"""``/help`` for colleagues, and the descriptions in Telegram's menus: both made from the table of commands."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core import words
from bot.core.commands import Command, Where, of_colleague, of_customers
from bot.core.content import Catalogue
from bot.core.people import Person, Role


def answer(role: Role, where: Where, catalogue: Catalogue) -> str:
    """What a colleague of this role can do here, and what elsewhere."""
    language = catalogue.standards.default_language
    anywhere = of_colleague(role, Where.GROUP if where is Where.CASE else where)
    in_case = [command for command in of_colleague(role, Where.CASE) if command not in anywhere]
    parts = [
        f"{words.render(catalogue, language, 'team_help_case')}\n{_listed(in_case, catalogue)}",
        f"{words.render(catalogue, language, 'team_help_anywhere')}\n{_listed(anywhere, catalogue)}",
    ]
    return words.compose(words.render(catalogue, language, f"team_help_{role.value}"), *parts)


def _listed(commands: Iterable[Command], catalogue: Catalogue) -> str:
    language = catalogue.standards.default_language
    return "\n".join(f"/{command.name} – {words.render(catalogue, language, command.about)}" for command in commands)


def described(commands: Iterable[Command], catalogue: Catalogue, language: str) -> dict[str, str]:
    """Each command's description in a language, as a menu shows it."""
    return {command.name: words.render(catalogue, language, command.about) for command in commands}


def customers_menu(catalogue: Catalogue, language: str) -> dict[str, str]:
    """What customers find in their menu."""
    return described(of_customers(), catalogue, language)


def colleagues_menu(role: Role, catalogue: Catalogue, *, private: bool = False) -> dict[str, str]:
    """What colleagues find in theirs: in their group, or in their own chat with the bot.

    In their own chat they may be a customer too, to try what customers see.
    """
    language = catalogue.standards.default_language
    if not private:
        return described(of_colleague(role, Where.CASE, Where.GROUP), catalogue, language)
    ours = described(of_colleague(role, Where.STAFF), catalogue, language)
    return {**ours, **{name: text for name, text in customers_menu(catalogue, language).items() if name not in ours}}


def private_menus(people: Iterable[Person], catalogue: Catalogue) -> dict[int, dict[str, str]]:
    """What each colleague who has started the bot finds in their own chat with it, by user id."""
    return {
        person.id: colleagues_menu(person.highest, catalogue, private=True)
        for person in people
        if person.private and person.is_colleague
    }
