"""The table of commands: what is handled stands in it, menus and /help are made of it, rights go by it."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from pathlib import Path

import bot.core
from bot.core import asked, handover, helping, inquiries, roster
from bot.core.commands import COMMANDS, Where, find, may, of_colleague, of_customers
from bot.core.people import Person, Role
from tests.catalogues import GROUP, catalogue

KNOWN = {command.name for command in COMMANDS}
ROOM = Path(bot.core.__file__).parents[1]
SUBJECTS = {"wish.command", "message.command", "command", "name"}
"""What a command is called where it is looked at."""


def matched(file: Path) -> set[str]:
    """The commands that a module tells apart with ``match``."""
    matches = [node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Match)]
    cases = [case for node in matches if ast.unparse(node.subject) in SUBJECTS for case in node.cases]
    values = [node.value for case in cases for node in ast.walk(case.pattern) if isinstance(node, ast.MatchValue)]
    return {str(value.value) for value in values if isinstance(value, ast.Constant)}


def handled() -> set[str]:
    """Every command that the code can do something with."""
    modules = [importlib.import_module(f"bot.core.{module.name}") for module in pkgutil.iter_modules(bot.core.__path__)]
    named = [getattr(module, "COMMANDS", ()) for module in modules]
    listed = {name for names in named for name in names if isinstance(name, str)}
    return listed.union(*(matched(file) for file in (*ROOM.glob("*.py"), *(ROOM / "core").glob("*.py"))))


def test_a_command_that_is_handled_stands_in_the_table() -> None:
    assert handled() - KNOWN == set()


def test_a_command_that_stands_in_the_table_is_handled() -> None:
    assert KNOWN - handled() == set()


def test_customers_find_all_that_they_may_ask_for_and_nothing_else() -> None:
    assert {command.name for command in of_customers()} == asked.COMMANDS


def test_telegram_takes_every_name_and_every_description() -> None:
    for menu in (
        helping.customers_menu(catalogue(), "en"),
        *(helping.colleagues_menu(role, catalogue(), private=private) for role in Role for private in (True, False)),
    ):
        assert 1 <= len(menu) <= 100
        assert all(re.fullmatch(r"[a-z0-9_]{1,32}", name) for name in menu)
        assert all(1 <= len(text) <= 256 for text in menu.values())


def test_nobody_is_offered_what_they_may_not_do() -> None:
    agents, supervisors = (helping.colleagues_menu(role, catalogue()) for role in (Role.AGENT, Role.SUPERVISOR))
    assert set(supervisors) - set(agents) == {"team", "block", "unblock"}
    assert not may(Role.AGENT, COMMANDS[0])
    assert not any(may(role, command) for role in Role for command in of_customers())


def test_each_role_may_do_all_that_the_ones_before_it_may() -> None:
    agent, supervisor, admin = (of_colleague(role, *Where) for role in Role)
    assert set(agent) <= set(supervisor) <= set(admin)


def test_back_hands_a_case_back_in_its_topic_and_says_that_one_is_back_elsewhere() -> None:
    here, there = find("back", Where.CASE), find("back", Where.GROUP)
    assert here is not None
    assert there is not None
    assert (here.about, there.about) == ("team_menu_back", "team_menu_present")


def test_help_names_all_that_one_may_do_here_and_in_a_case() -> None:
    said = helping.answer(Role.AGENT, Where.GROUP, catalogue())
    assert "/claim – Take this case" in said
    assert "/back – Hand it back to the bot" in said
    assert "/back – I'm back: give me cases again" in said
    assert "/team" not in said
    assert "/team" in helping.answer(Role.SUPERVISOR, Where.STAFF, catalogue())


def test_only_colleagues_who_have_started_the_bot_have_a_menu_of_their_own() -> None:
    people = [
        Person(1, "Ana", groups=(GROUP,), private=True),
        Person(2, "Ben", groups=(GROUP,)),
        Person(3, "Left", private=True),
    ]
    menus = helping.private_menus(people, catalogue())
    assert set(menus) == {1}
    assert menus[1]["mine"] == "The cases that are mine"
    assert menus[1]["human"] == "Talk to a person"


def test_what_may_be_asked_in_a_case_is_in_the_table_for_cases() -> None:
    for name in (*inquiries.COMMANDS, *handover.COMMANDS, *(roster.COMMANDS - {"back"})):
        assert find(name, Where.CASE) is not None, name
