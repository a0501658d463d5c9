"""Troubles of a group are told once to whom can repair them, and a group that moved is followed."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from bot.core.draft import Groups
from bot.core.incoming import GroupMoved, GroupStanding
from bot.core.outgoing import Delivery, Receipt
from bot.telegram.healing import Healer, where_they_are
from tests.catalogues import MONDAY
from tests.fake_telegram import FakeTelegram
from tests.fakes import FakeStore

GROUP = -1001
BOSS = 9
ME = {"id": 42, "is_bot": True, "first_name": "Shop", "username": "ShopBot"}
LESS = GroupStanding(GROUP, present=True, missing=("can_manage_topics",))
ALL = GroupStanding(GROUP, present=True)
GONE = GroupStanding(GROUP, present=False)


@dataclass
class Ward:
    """A healer, and all that came of it."""

    telegram: FakeTelegram = field(default_factory=FakeTelegram)
    store: FakeStore = field(default_factory=FakeStore)
    renewed: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.healer = self.another()

    def another(self) -> Healer:
        """As after a restart."""
        return Healer(self.telegram.bot(), self.store, [BOSS], say=self._say, renew=self._renew)

    def _say(self, key: str, values: dict[str, object]) -> str:
        return f"{key} {values}"

    async def _renew(self, old: int, new: int) -> None:
        self.renewed.append((old, new))

    async def look(self) -> None:
        """As at the start."""
        bot = self.telegram.bot()
        await bot.initialize()
        await Healer(bot, self.store, [BOSS], say=self._say, renew=self._renew).look([GROUP])

    def told(self, trouble: str) -> list[int]:
        sent = self.telegram.asked_for("sendMessage")
        return [message["chat_id"] for message in sent if message["text"].startswith(f"team_heal_{trouble} ")]


@pytest.fixture
def ward() -> Ward:
    return Ward()


def refused(problem: str, chat_id: int = GROUP) -> Receipt:
    return Receipt("5001-1:1:0", MONDAY, Delivery.FAILED, chat_id, error="Why.", problem=problem)


@pytest.mark.parametrize(
    ("problem", "trouble", "people"),
    [
        ("NoTopicsError", "no_topics", [GROUP, BOSS]),
        ("RightsError", "no_right", [GROUP, BOSS]),
        ("ForumFullError", "full", [GROUP, BOSS]),
        ("NotInGroupError", "not_there", [BOSS]),
    ],
)
async def test_what_is_wrong_with_a_group_is_told_once(
    ward: Ward, problem: str, trouble: str, people: list[int]
) -> None:
    for healer in (ward.healer, ward.healer, ward.another()):
        await healer.failed(refused(problem))
    assert ward.told(trouble) == people


async def test_what_is_no_groups_trouble_is_told_to_nobody(ward: Ward) -> None:
    await ward.healer.failed(refused("CustomerGoneError", 5001))
    await ward.healer.failed(refused("DeliveryError"))
    await ward.healer.failed(refused("RightsError", 5001))
    assert ward.telegram.asked == []


async def test_an_admin_who_cannot_be_told_keeps_nobody_from_being_told(ward: Ward) -> None:
    ward.telegram.refuse("sendMessage", 403, "Forbidden: bot is not a member of the supergroup chat")
    await ward.healer.failed(refused("RightsError"))
    assert ward.told("no_right") == [GROUP, BOSS]


async def test_a_right_that_is_lacking_is_told_again_only_after_it_was_given(ward: Ward) -> None:
    for standing in (LESS, LESS, ALL, ALL, LESS):
        await ward.healer.heard(standing)
    assert ward.told("no_right") == [GROUP, BOSS] * 2
    assert ward.renewed == [(GROUP, GROUP)]


async def test_a_group_that_takes_the_bot_back_has_its_cases_shown_anew(ward: Ward) -> None:
    for standing in (GONE, GONE, ALL):
        await ward.healer.heard(standing)
    assert (ward.told("not_there"), ward.renewed) == ([BOSS], [(GROUP, GROUP)])


async def test_a_group_that_moved_is_followed_once_however_often_one_hears_of_it(ward: Ward) -> None:
    await ward.healer.heard(GroupMoved(GROUP, -1002))
    await ward.healer.follow(GROUP, -1002)
    assert (ward.renewed, ward.told("moved")) == ([(GROUP, -1002)], [-1002, BOSS])


def as_administrator(**rights: bool) -> dict[str, object]:
    others = (
        "can_be_edited is_anonymous can_manage_chat can_manage_video_chats can_restrict_members can_promote_members "
        "can_change_info can_invite_users can_post_stories can_edit_stories can_delete_stories"
    )
    may = {"can_manage_topics": True, "can_pin_messages": True, "can_delete_messages": True, **rights}
    return {"status": "administrator", "user": ME, **dict.fromkeys(others.split(), False), **may}


def as_group(*, topics: bool) -> dict[str, object]:
    gifts = ["unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"]
    return {
        "id": GROUP,
        "type": "supergroup",
        "title": "Agents",
        "is_forum": topics,
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


async def test_at_the_start_each_group_is_looked_at(ward: Ward) -> None:
    ward.telegram.results |= {"getChat": as_group(topics=False), "getChatMember": as_administrator()}
    await ward.look()
    await ward.look()
    assert (ward.told("no_topics"), ward.renewed) == ([GROUP, BOSS], [])
    ward.telegram.results["getChat"] = as_group(topics=True)
    await ward.look()
    assert ward.renewed == [(GROUP, GROUP)]
    ward.telegram.results["getChatMember"] = as_administrator(can_manage_topics=False)
    await ward.look()
    assert ward.told("no_right") == [GROUP, BOSS]


async def test_a_group_that_cannot_be_seen_at_the_start_or_has_moved_is_told_of_and_followed(ward: Ward) -> None:
    ward.telegram.refuse("getChat", 400, "Bad Request: chat not found")
    await ward.look()
    assert ward.told("not_there") == [BOSS]
    ward.telegram.refuse("getChat", 400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1002)
    await ward.look()
    assert ward.renewed == [(GROUP, -1002)]
    ward.telegram.refuse("getChat", 502, "Bad Gateway")
    await ward.look()
    assert len(ward.renewed) == 1


async def test_after_a_restart_groups_are_where_they_have_moved_to(ward: Ward) -> None:
    await ward.store.note("moved:-1001", "-1002")
    await ward.store.note("moved:-1002", "-1003")
    await ward.store.note("moved:-7", "-7")
    groups = await where_they_are(Groups(GROUP, {"shop": GROUP, "logistics": -7}), ward.store)
    assert groups == Groups(-1003, {"shop": -1003, "logistics": -7})
