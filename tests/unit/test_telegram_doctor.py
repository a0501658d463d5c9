"""The doctor, the menus, the roles: what is wrong is found, with a remedy."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.people import Role
from bot.telegram.commands import Menus, show_commands
from bot.telegram.doctor import Finding, diagnose
from bot.telegram.roles import Roles
from tests.fake_telegram import TOKEN, FakeTelegram

GROUP = -1001
FORUM = -1001234567890
ME = {"id": 42, "is_bot": True, "first_name": "Shop", "username": "ShopBot"}
URL = "https://shop.example/telegram/webhook"


def administrator(**rights: bool) -> dict[str, Any]:
    may = {"can_manage_topics": True, "can_pin_messages": True, "can_delete_messages": True, **rights}
    others = (
        "can_be_edited is_anonymous can_manage_chat can_manage_video_chats can_restrict_members can_promote_members "
        "can_change_info can_invite_users can_post_stories can_edit_stories can_delete_stories"
    )
    return {"status": "administrator", "user": ME, **dict.fromkeys(others.split(), False), **may}


def group(**fields: Any) -> dict[str, Any]:
    known = {"id": GROUP, "type": "supergroup", "title": "Agents", "is_forum": True}
    gifts = dict.fromkeys(
        ["unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"], False
    )
    return {**known, "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts, **fields}


def webhook(url: str = "", **fields: Any) -> dict[str, Any]:
    return {"url": url, "has_custom_certificate": False, "pending_update_count": 3, **fields}


@pytest.fixture
def telegram() -> FakeTelegram:
    telegram = FakeTelegram()
    telegram.results = {
        "getMe": {**ME, "can_join_groups": True, "can_read_all_group_messages": False},
        "getChat": group(),
        "getChatMember": administrator(),
        "getWebhookInfo": webhook(),
    }
    return telegram


async def problems(
    telegram: FakeTelegram, webhook_url: str | None = None, chats: tuple[int, ...] = (GROUP,)
) -> list[Finding]:
    found = [finding for finding in await diagnose(telegram.bot(), chats, webhook_url) if not finding.ok]
    assert all(finding.remedy for finding in found)
    return found


async def test_where_all_is_well_there_is_nothing_to_do(telegram: FakeTelegram) -> None:
    findings = await diagnose(telegram.bot(), [GROUP], None)
    assert all(finding.ok for finding in findings)
    assert any("@ShopBot" in finding.what for finding in findings)


@pytest.mark.parametrize(("messages", "found"), [(899_999, 0), (900_000, 1), (1_200_000, 1)])
async def test_a_group_that_has_had_nearly_as_many_messages_as_telegram_keeps_is_to_be_followed_by_another(
    telegram: FakeTelegram, messages: int, found: int
) -> None:
    pinned = {"message_id": messages, "date": 1, "chat": {"id": FORUM, "type": "supergroup"}}
    telegram.results["getChat"] = group(id=FORUM, pinned_message=pinned)
    findings = await problems(telegram, chats=(FORUM,))
    assert len(findings) == found
    assert all(f"{messages:,} messages" in finding.what for finding in findings)
    assert all("Make another group" in finding.remedy for finding in findings)


async def test_a_refused_token_is_the_only_finding_and_is_not_shown(telegram: FakeTelegram) -> None:
    telegram.refuse("getMe", 401, "Unauthorized")
    (finding,) = await problems(telegram)
    assert "KEEPWORD_TELEGRAM_TOKEN" in finding.remedy
    assert TOKEN not in f"{finding}"


async def test_an_unreachable_telegram_is_the_only_finding(telegram: FakeTelegram) -> None:
    telegram.cut_off("getMe")
    (finding,) = await problems(telegram)
    assert "KEEPWORD_TELEGRAM_API" in finding.remedy


@pytest.mark.parametrize(
    ("method", "result", "words"),
    [
        ("getMe", {**ME, "can_join_groups": False}, "may not be added"),
        ("getChat", group(is_forum=False), "no topics"),
        ("getChat", group(has_protected_content=True), "forbids that what is in it is copied"),
        ("getChatMember", administrator(can_manage_topics=False), "may not manage topics"),
        ("getChatMember", administrator(can_pin_messages=False), "may not pin messages"),
        ("getWebhookInfo", webhook(URL), "to a webhook"),
    ],
)
async def test_each_thing_that_is_wrong_is_found(
    telegram: FakeTelegram, method: str, result: dict[str, Any], words: str
) -> None:
    telegram.results[method] = result
    (finding,) = await problems(telegram)
    assert words in finding.what


async def test_a_mere_member_is_told_to_become_administrator_also_to_read_what_agents_write(
    telegram: FakeTelegram,
) -> None:
    telegram.results["getChatMember"] = {"status": "member", "user": ME}
    first, second = await problems(telegram)
    assert "not an administrator" in first.what
    assert "Privacy mode" in second.what


async def test_a_group_that_cannot_be_seen_and_none_at_all(telegram: FakeTelegram) -> None:
    telegram.refuse("getChat", 400, "Bad Request: chat not found")
    assert "cannot be seen" in (await problems(telegram))[0].what
    telegram.refuse("getChat", 502, "Bad Gateway")
    assert "could not be checked" in (await problems(telegram))[0].what
    assert "no agents' group" in (await problems(telegram, chats=()))[0].what


async def test_a_group_that_has_moved_is_found_with_its_new_id(telegram: FakeTelegram) -> None:
    telegram.refuse("getChat", 400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1002)
    (finding,) = await problems(telegram)
    assert ("has another id" in finding.what, "-1002" in finding.remedy) == (True, True)


async def test_an_admin_who_never_wrote_to_the_bot_cannot_be_told_of_troubles(telegram: FakeTelegram) -> None:
    found = await diagnose(telegram.bot(), [], None, admins=[9])
    assert any(finding.ok and "admin 9 can be told" in finding.what for finding in found)
    telegram.refuse("getChat", 400, "Bad Request: chat not found")
    bad = [finding for finding in await diagnose(telegram.bot(), [], None, admins=[9]) if "admin 9" in finding.what]
    assert [("/start" in finding.remedy, finding.ok) for finding in bad] == [(True, False)]


async def test_the_webhook_must_be_ours_and_work(telegram: FakeTelegram) -> None:
    assert "nowhere" in (await problems(telegram, URL))[0].what
    telegram.results["getWebhookInfo"] = webhook(URL)
    assert await problems(telegram, URL) == []
    telegram.results["getWebhookInfo"] = webhook(URL, last_error_date=1760000000, last_error_message="401 Unauthorized")
    assert "401 Unauthorized" in (await problems(telegram, URL))[0].what
    telegram.refuse("getWebhookInfo", 502, "Bad Gateway")
    assert "could not be checked" in (await problems(telegram, URL))[0].what


MENUS = Menus(
    {"help": "What I can do"}, {"claim": "Take it"}, {"claim": "Take it", "team": "Who is here"}, {9: {"mine": "Yours"}}
)


async def test_the_menus_are_those_of_customers_and_of_each_group(telegram: FakeTelegram) -> None:
    await show_commands(telegram.bot(), MENUS, [GROUP], "en")
    private, agents, supervisors, own = telegram.asked_for("setMyCommands")
    assert private["commands"] == [{"command": "help", "description": "What I can do"}]
    assert private["scope"] == {"type": "all_private_chats"}
    assert agents["scope"] == {"type": "chat", "chat_id": GROUP}
    assert agents["language_code"] == "en"
    assert supervisors["scope"] == {"type": "chat_administrators", "chat_id": GROUP}
    assert [command["command"] for command in supervisors["commands"]] == ["claim", "team"]
    assert own["scope"] == {"type": "chat", "chat_id": 9}


async def test_a_menu_that_cannot_be_set_is_no_reason_to_stop(telegram: FakeTelegram) -> None:
    telegram.refuse("setMyCommands", 400, "Bad Request: chat not found", times=4)
    await show_commands(telegram.bot(), MENUS, [GROUP])
    assert len(telegram.asked_for("setMyCommands")) == 4


async def test_administrators_are_supervisors_admins_are_admins_and_all_others_agents(telegram: FakeTelegram) -> None:
    roles = Roles(admins={9})
    telegram.results["getChatAdministrators"] = [{**administrator(), "user": {**ME, "id": 7, "is_bot": False}}]
    await roles.refresh(telegram.bot(), [GROUP])
    assert [roles(GROUP, user) for user in (7, 8, 9)] == [Role.SUPERVISOR, Role.AGENT, Role.ADMIN]
    assert roles(-5, 7) is Role.AGENT
    assert [(person.id, person.supervises) for person in roles.supervisors()] == [(7, (GROUP,))]
    telegram.refuse("getChatAdministrators", 502, "Bad Gateway")
    await roles.refresh(telegram.bot(), [GROUP])
    assert roles(GROUP, 7) is Role.SUPERVISOR
