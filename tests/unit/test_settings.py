"""Settings: where they come from, what is refused and in which words, and that secrets stay secret."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.core.draft import Groups
from bot.core.errors import SettingsError
from bot.settings import PREFIX, Settings, host_and_port, read_settings

TOKEN = "123456789:AAbbccddeeffgghhiijjkkllmmnnooppqq1"
SECRET = "a-word_only-we-know"


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder and no settings in the environment."""
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """To set variables with."""
    return monkeypatch


def refusal(env: pytest.MonkeyPatch, **variables: str) -> str:
    """What is said to these variables."""
    for name, value in variables.items():
        env.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    return str(refused.value)


# --- where they come from


def test_without_any_setting_the_simulator_is_served_from_this_folder() -> None:
    settings = read_settings()
    assert settings.telegram_token is None
    assert settings.mode == "polling"
    assert settings.content == Path()
    assert settings.store_folder == Path("data")
    assert settings.groups == Groups()
    assert settings.admin_ids == ()


def test_a_variable_of_the_environment_is_read(env: pytest.MonkeyPatch) -> None:
    env.setenv("KEEPWORD_LISTEN", "0.0.0.0:9000")
    assert read_settings().listen == "0.0.0.0:9000"


def test_a_line_of_the_env_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# ours\nKEEPWORD_CONTENT=shop\n", "utf-8")
    assert read_settings().content == Path("shop")


def test_the_environment_goes_before_the_env_file_and_what_is_given_before_both(
    tmp_path: Path, env: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("KEEPWORD_CONTENT=file\nKEEPWORD_LOG=debug\n", "utf-8")
    env.setenv("KEEPWORD_CONTENT", "environment")
    assert read_settings().content == Path("environment")
    assert read_settings(content=Path("given")).content == Path("given")
    assert read_settings().log == "debug"


def test_an_env_file_as_windows_saves_it_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("KEEPWORD_CONTENT=trgovina-č\r\n".encode("utf-8-sig"))
    assert read_settings().content == Path("trgovina-č")


def test_an_env_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfeK\x00")
    with pytest.raises(SettingsError, match=r"\.env can't be read .*Save it as plain text in UTF-8"):
        read_settings()


def test_an_empty_variable_counts_as_not_set(env: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        env.setenv(PREFIX + name.upper(), "")
    assert read_settings() == Settings()


def test_variables_of_other_programs_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DATABASE_URL=elsewhere\nLISTEN=nonsense\n", "utf-8")
    assert read_settings().listen == "127.0.0.1:8080"


def test_settings_do_not_change_once_read() -> None:
    with pytest.raises(ValidationError):
        read_settings().listen = "0.0.0.0:1"  # type: ignore[misc]  # that it can't be set is the point


# --- what they mean


def test_one_group_serves_every_team(env: pytest.MonkeyPatch) -> None:
    env.setenv("KEEPWORD_AGENTS_CHAT", " -1001234567890 ")
    assert read_settings().groups == Groups(default=-1001234567890)


def test_teams_may_have_groups_of_their_own_and_the_first_serves_the_rest(env: pytest.MonkeyPatch) -> None:
    env.setenv("KEEPWORD_AGENTS_CHAT", "support=-1001, logistics = -1002,")
    groups = read_settings().groups
    assert groups.of("support") == -1001
    assert groups.of("logistics") == -1002
    assert groups.of("billing") == -1001


def test_a_team_may_have_several_groups_and_those_of_the_first_serve_the_rest(env: pytest.MonkeyPatch) -> None:
    env.setenv("KEEPWORD_AGENTS_CHAT", "support=-1001,support=-1003,logistics=-1002,logistics=-1001")
    groups = read_settings().groups
    assert groups.sharing("support") == groups.sharing("billing") == (-1001, -1003)
    assert groups.sharing("logistics") == (-1002, -1001)
    assert groups.all == {-1001, -1002, -1003}
    assert groups.moved(-1003, -1004).sharing("support") == (-1001, -1004)


def test_several_groups_may_share_the_cases_of_every_team(env: pytest.MonkeyPatch) -> None:
    env.setenv("KEEPWORD_AGENTS_CHAT", "-1001,-1002,-1001")
    assert read_settings().groups.sharing("logistics") == (-1001, -1002)


def test_admins_are_user_ids_separated_by_commas(env: pytest.MonkeyPatch) -> None:
    env.setenv("KEEPWORD_ADMINS", "17, 4,17,")
    assert read_settings().admin_ids == (17, 4)


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("localhost:0", ("localhost", 0)),
        ("[::1]:8080", ("::1", 8080)),
        ("0.0.0.0:65535", ("0.0.0.0", 65535)),
    ],
)
def test_an_address_has_a_host_and_a_port(address: str, parts: tuple[str, int]) -> None:
    assert host_and_port(address) == parts


def test_webhooks_need_no_settings_where_the_simulator_delivers_them(env: pytest.MonkeyPatch) -> None:
    env.setenv("KEEPWORD_MODE", "webhook")
    assert read_settings().mode == "webhook"


def test_webhooks_with_all_they_need_are_accepted(env: pytest.MonkeyPatch) -> None:
    for name, value in {
        "MODE": "webhook",
        "TELEGRAM_TOKEN": TOKEN,
        "WEBHOOK_URL": "https://bot.example.com/telegram/webhook",
        "WEBHOOK_SECRET": SECRET,
    }.items():
        env.setenv(PREFIX + name, value)
    settings = read_settings()
    assert settings.webhook_secret is not None
    assert settings.webhook_secret.get_secret_value() == SECRET


# --- what is refused, in which words


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("TELEGRAM_TOKEN", "AAbbccddeeff", "@BotFather gives one like 123456789:AA…, copy all of it"),
        ("TELEGRAM_TOKEN", f"bot{TOKEN}", "this is not a bot token"),
        ("TELEGRAM_API", "api.telegram.org", "a whole address, beginning with https://"),
        ("TELEGRAM_API", "https://api.telegram.org/bot/", "leave out /bot at the end"),
        ("MODE", "webhooks", "'polling' or 'webhook'"),
        ("LISTEN", "8080", "an address and a port, as in 127.0.0.1:8080"),
        ("LISTEN", "127.0.0.1", "an address and a port, as in 127.0.0.1:8080"),
        ("LISTEN", "http://127.0.0.1:8080", "an address and a port, as in 127.0.0.1:8080"),
        ("LISTEN", "127.0.0.1:65536", "an address and a port, as in 127.0.0.1:8080"),
        ("LISTEN", "127.0.0.1:²", "an address and a port, as in 127.0.0.1:8080"),
        ("SIMULATOR", ":8081", "an address and a port, as in 127.0.0.1:8080"),
        ("WEBHOOK_URL", "bot.example.com/telegram/webhook", "a whole address, beginning with https://"),
        ("WEBHOOK_SECRET", "with spaces and ÷", "1 to 256 letters, digits, _ and -"),
        ("WEBHOOK_SECRET", "x" * 257, "1 to 256 letters, digits, _ and -"),
        ("AGENTS_CHAT", "@our_group", "a group's id such as -1001234567890, or team=id,team=id"),
        ("AGENTS_CHAT", "support=", "a group's id such as -1001234567890, or team=id,team=id"),
        ("AGENTS_CHAT", "support=-1=-2", "a group's id such as -1001234567890, or team=id,team=id"),
        ("AGENTS_CHAT", "=-1001", "each team is named before its group's id"),
        ("AGENTS_CHAT", "-1001,support=-1002", "a group's id such as -1001234567890, or team=id,team=id"),
        ("ADMINS", "maja", "Telegram user ids (numbers), separated by commas"),
        ("ADMINS", "17;18", "Telegram user ids (numbers), separated by commas"),
        ("ADMINS", "²", "Telegram user ids (numbers), separated by commas"),
        ("STORE", "data", "write tinydb: and its name, as in tinydb:data"),
        ("STORE", "tinydb:", "write tinydb: and its name, as in tinydb:data"),
        ("STORE", "postgresql://localhost/keepword", "write tinydb: and its name, as in tinydb:data"),
        ("LOG", "loud", "'debug', 'info', 'warning' or 'error'"),
    ],
)
def test_a_wrong_value_is_refused_by_name_with_its_remedy(
    env: pytest.MonkeyPatch, name: str, value: str, remedy: str
) -> None:
    told = refusal(env, **{name: value})
    assert told.startswith(f"{PREFIX}{name}: ")
    assert remedy in told


def test_only_commas_name_no_group(env: pytest.MonkeyPatch) -> None:
    env.setenv("KEEPWORD_AGENTS_CHAT", " , ")
    assert read_settings().groups == Groups()


def test_webhooks_of_telegram_need_a_public_address(env: pytest.MonkeyPatch) -> None:
    told = refusal(env, MODE="webhook", TELEGRAM_TOKEN=TOKEN, WEBHOOK_SECRET=SECRET)
    assert told == "KEEPWORD_MODE=webhook needs KEEPWORD_WEBHOOK_URL, the public address Telegram is to call"


def test_webhooks_of_telegram_need_a_secret(env: pytest.MonkeyPatch) -> None:
    told = refusal(env, MODE="webhook", TELEGRAM_TOKEN=TOKEN, WEBHOOK_URL="https://bot.example.com/telegram/webhook")
    assert told == "KEEPWORD_MODE=webhook needs KEEPWORD_WEBHOOK_SECRET, a word that only Telegram and we know"


def test_all_that_is_wrong_is_told_at_once_a_line_each(env: pytest.MonkeyPatch) -> None:
    lines = refusal(env, LISTEN="here", ADMINS="maja", LOG="loud").splitlines()
    assert [line.partition(":")[0] for line in lines] == ["KEEPWORD_LISTEN", "KEEPWORD_ADMINS", "KEEPWORD_LOG"]


# --- what is secret stays secret


def test_secrets_do_not_show_in_the_settings_text(env: pytest.MonkeyPatch) -> None:
    env.setenv("KEEPWORD_TELEGRAM_TOKEN", TOKEN)
    env.setenv("KEEPWORD_WEBHOOK_SECRET", SECRET)
    settings = read_settings()
    shown = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert TOKEN not in shown
    assert SECRET not in shown


@pytest.mark.parametrize(
    "variables",
    [
        {"TELEGRAM_TOKEN": f"bot{TOKEN}"},
        {"TELEGRAM_TOKEN": TOKEN, "WEBHOOK_SECRET": f"{SECRET} and a space"},
        {"TELEGRAM_TOKEN": TOKEN, "WEBHOOK_SECRET": SECRET, "MODE": "webhook"},
    ],
)
def test_secrets_do_not_show_in_an_error_nor_in_its_traceback(
    env: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    for name, value in variables.items():
        env.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    told = "".join(traceback.format_exception(refused.value)) + repr(refused.value)
    assert TOKEN not in told
    assert SECRET not in told
