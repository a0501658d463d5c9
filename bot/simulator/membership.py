"""Who is what in the agents' group, in the words of the Bot API."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.simulator.errors import bad_request, forbidden
from bot.simulator.people import Part, Person
from bot.simulator.wire import JsonObject

RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members", "can_promote_members",
    "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories",
    "can_pin_messages", "can_manage_topics",
)  # fmt: skip
"""The rights of an administrator of a forum."""

STATUSES = ("administrator", "member", "left", "kicked")


def _granted() -> dict[str, bool]:
    return {right: right in {"can_manage_chat", "can_delete_messages", "can_pin_messages", "can_manage_topics",
                             "can_invite_users"} for right in RIGHTS}  # fmt: skip


@dataclass(slots=True)
class Membership:
    """What the bot is in the agents' group, and the rights it has while it is an administrator."""

    status: str = "administrator"
    rights: dict[str, bool] = field(default_factory=_granted)

    @property
    def present(self) -> bool:
        return self.status in {"administrator", "member"}

    def may(self, right: str) -> bool:
        """Whether the bot is an administrator with this right."""
        return self.status == "administrator" and self.rights.get(right, False)

    def require_presence(self) -> None:
        """403 where the bot is no longer in the group."""
        if not self.present:
            was = "was kicked from" if self.status == "kicked" else "is not a member of"
            raise forbidden(f"bot {was} the supergroup chat")

    def require(self, right: str, purpose: str) -> None:
        """400 in Telegram's words where the bot lacks ``right``; ``purpose`` as in "create a topic"."""
        self.require_presence()
        if not self.may(right):
            raise bad_request(f"not enough rights to {purpose}")

    def as_json(self, bot: Person) -> JsonObject:
        """A ``ChatMember`` of the Bot API."""
        return _member(bot, self.status, self.rights)


def member_json(person: Person) -> JsonObject:
    """A person of the simulator as a ``ChatMember`` of the group; customers are not in it."""
    status = {Part.ADMINISTRATOR: "administrator", Part.MEMBER: "member"}.get(person.part, "left")
    return _member(person, status, dict.fromkeys(RIGHTS, True))


def _member(person: Person, status: str, rights: dict[str, bool]) -> JsonObject:
    member: JsonObject = {"status": status, "user": person.as_user()}
    if status == "administrator":
        member |= {"can_be_edited": False, "is_anonymous": False, **rights}
    if status == "kicked":
        member["until_date"] = 0
    return member
