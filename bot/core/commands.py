"""What can be asked for with a slash: by whom, where, and how it is described. Menus and ``/help`` are made of this.

To add a command, add a line to :data:`COMMANDS`, and its description under its key in ``responses/``. A colleague's
command that has no line here is answered as unknown, whatever the code could do with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.core.people import Role


class Where(StrEnum):
    """Where a command is understood."""

    PRIVATE = "private"
    """A customer's chat with the bot."""
    CASE = "case"
    """The topic of a case, or an answer to a message of one."""
    GROUP = "group"
    """Anywhere else in an agents' group."""
    STAFF = "staff"
    """A colleague's own chat with the bot."""


ANYWHERE = (Where.CASE, Where.GROUP, Where.STAFF)
"""Wherever colleagues are."""


@dataclass(frozen=True, slots=True)
class Command:
    """``about`` is the key of its description. ``who`` is the least that one has to be; None: a customer."""

    name: str
    about: str
    where: tuple[Where, ...] = (Where.CASE,)
    who: Role | None = Role.AGENT


def _customers(*names: str) -> tuple[Command, ...]:
    return tuple(Command(name, f"menu_{name}", (Where.PRIVATE,), None) for name in names)


COMMANDS: tuple[Command, ...] = (
    *_customers("start", "help", "human", "status", "time", "call", "cancel", "language", "mydata", "stop"),
    Command("claim", "team_menu_claim"),
    Command("resolve", "team_menu_resolve"),
    Command("back", "team_menu_back"),
    Command("called", "team_menu_called"),
    Command("delete", "team_menu_delete"),
    Command("snooze", "team_menu_snooze"),
    Command("unsnooze", "team_menu_unsnooze"),
    Command("transfer", "team_menu_transfer"),
    Command("assign", "team_menu_assign"),
    Command("block", "team_menu_block", who=Role.SUPERVISOR),
    Command("unblock", "team_menu_unblock", who=Role.SUPERVISOR),
    Command("r", "team_menu_r"),
    Command("m", "team_menu_m"),
    Command("tag", "team_menu_tag"),
    Command("untag", "team_menu_untag"),
    Command("tags", "team_menu_tags"),
    Command("status", "team_menu_status"),
    Command("summary", "team_menu_summary"),
    Command("who", "team_menu_who"),
    Command("history", "team_menu_history"),
    Command("queue", "team_menu_queue", ANYWHERE),
    Command("mine", "team_menu_mine", ANYWHERE),
    Command("away", "team_menu_away", ANYWHERE),
    Command("back", "team_menu_present", (Where.GROUP, Where.STAFF)),
    Command("languages", "team_menu_languages", ANYWHERE),
    Command("capacity", "team_menu_capacity", ANYWHERE),
    Command("team", "team_menu_team", ANYWHERE, Role.SUPERVISOR),
    Command("content", "team_menu_content", (Where.STAFF,), Role.ADMIN),
    Command("proposals", "team_menu_proposals", (Where.STAFF,), Role.ADMIN),
    Command("help", "team_menu_help", ANYWHERE),
)
"""All commands, in the order in which menus show them."""

_RANKS = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)


def find(name: str, where: Where) -> Command | None:
    """The command of this name that is understood there."""
    return next((command for command in COMMANDS if command.name == name and where in command.where), None)


def may(role: Role, command: Command) -> bool:
    """Whether a colleague of this role may ask for it."""
    return command.who is not None and _RANKS.index(role) >= _RANKS.index(command.who)


def of_customers() -> tuple[Command, ...]:
    """What customers may ask for."""
    return tuple(command for command in COMMANDS if command.who is None)


def of_colleague(role: Role, *where: Where) -> tuple[Command, ...]:
    """What a colleague of this role may ask for in any of these places; of several that share a name, the first."""
    found: dict[str, Command] = {}
    for command in COMMANDS:
        if may(role, command) and not set(where).isdisjoint(command.where):
            found.setdefault(command.name, command)
    return tuple(found.values())
