"""Files of the content that admins send: what was sent, what came of looking at it, and what is live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.rehearsal import Outcome

COMMANDS = ("content", "proposals")
"""What admins may ask with a slash, in private, besides what other colleagues may."""


class Stage(StrEnum):
    """How far a submission has come."""

    ASKED = "asked"
    """It is not known yet which file it is to be."""
    WAITING = "waiting"
    """For the admin to approve or discard it."""
    LIVE = "live"
    DISCARDED = "discarded"
    TAKEN_BACK = "taken back"


@dataclass(frozen=True, slots=True)
class Submission:
    """A file that was sent as ``name``, to be the content file ``place``. ``by`` names who sent it, with their id.

    ``base`` is the hash of the file that it was made from (empty: of none), ``places`` are those that it may be where
    that is not known. ``version`` is that of the content it made, once it is live; ``proposal`` the key of the example
    that it adds, if it does.
    """

    id: str
    name: str
    place: str
    by: str
    at: datetime
    stage: Stage
    base: str = ""
    places: tuple[str, ...] = ()
    version: str = ""
    proposal: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What there is to say of a submission: ``problems`` that keep it from going live (``file:line:column: what, and
    the remedy``), else what it changes and what is worth knowing.

    ``overtaken`` says that the file was changed by somebody else since this one was begun, ``same`` that it holds what
    is there already.
    """

    submission: Submission
    problems: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    overtaken: bool = False
    same: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """A message that would be dealt with differently."""

    text: str
    before: Outcome
    after: Outcome


@dataclass(frozen=True, slots=True)
class Preview:
    """So many messages were tried; what would change, and which ``check`` sentences would be misunderstood that are not
    now, or that are new. Of ``failing`` each is a sentence with the intent that it stands under.
    """

    tried: int
    changed: tuple[Changed, ...] = ()
    failing: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """How the content is: the version that is live, since when (None: not known) and by whom; what is wrong with the
    files as they are; whether they are what is live; how many examples are proposed.
    """

    version: str
    since: datetime | None
    by: str
    problems: tuple[str, ...]
    is_live: bool
    proposals: int


@dataclass(frozen=True, slots=True)
class Lived:
    """Content that went live ``at`` this time; ``changes`` is what was different from what was live before."""

    version: str
    at: datetime
    by: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NowLive:
    """Content that is live now. ``submission`` made it, if one did; ``aside`` is where edits are that were in its
    way.
    """

    version: str
    changes: tuple[str, ...]
    submission: Submission | None = None
    aside: str = ""
    before: bool = False
    """It was live already when this was asked for."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The text of a content file, for an admin to edit."""

    place: str
    text: str
