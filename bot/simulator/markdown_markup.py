"""Telegram's MarkdownV2: a stricter Markdown, in which every special character is markup or escaped."""

from __future__ import annotations

from bot.simulator.entities import Entities, trimmed
from bot.simulator.errors import bad_request
from bot.simulator.wire import JsonObject, utf16_length

_RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
_PAIRS = {"||": "spoiler", "__": "underline", "*": "bold", "_": "italic", "~": "strikethrough"}
"""What begins and ends an entity; longer marks first."""


def from_markdown(source: str) -> tuple[str, Entities]:
    """Words and entities of MarkdownV2. 400 where the markup is wrong."""
    reader = _Reader(source)
    reader.read()
    return trimmed("".join(reader.words), reader.entities)


class _Reader:
    """Walks through the source once. ``open`` holds marks that wait for their end, each with where it began."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.words: list[str] = []
        self.length = 0
        self.open: list[tuple[str, int]] = []
        self.entities: list[JsonObject] = []
        self.quote: int | None = None

    def read(self) -> None:
        while self.at < len(self.source):
            self._step()
        self._end_quote()
        if self.open:
            name = _PAIRS.get(self.open[-1][0], "text_link").title().replace("_", "")
            raise bad_request(f"can't parse entities: Can't find end of {name} entity at byte offset {self._offset()}")

    def _step(self) -> None:
        character = self.source[self.at]
        if character == "\\" and self.at + 1 < len(self.source) and ord(self.source[self.at + 1]) < 127:
            self._say(self.source[self.at + 1])
            self.at += 2
        elif character == "\n":
            self._newline()
        elif character == "`":
            self._code()
        elif (character in "[]!" and self._link(character)) or self._quote_begins(character) or self._pair():
            return
        elif character in _RESERVED:
            raise bad_request(
                f"can't parse entities: Character '{character}' is reserved and must be escaped with the preceding '\\'"
            )
        else:
            self._say(character)
            self.at += 1

    def _say(self, words: str) -> None:
        self.words.append(words)
        self.length += utf16_length(words)

    def _add(self, type: str, since: int, **more: object) -> None:
        if self.length > since:
            self.entities.append({"type": type, "offset": since, "length": self.length - since, **more})

    def _newline(self) -> None:
        self.at += 1
        if self.quote is not None and not self.source.startswith(">", self.at):
            self._end_quote()
        self._say("\n")
        if self.quote is not None:
            self.at += 1

    def _quote_begins(self, character: str) -> bool:
        line_starts = self.at == 0 or self.source[self.at - 1] == "\n"
        if character != ">" or not line_starts or self.quote is not None:
            return False
        self.quote = self.length
        self.at += 1
        return True

    def _end_quote(self) -> None:
        if self.quote is not None:
            self._add("blockquote", self.quote)
            self.quote = None

    def _pair(self) -> bool:
        mark = next((mark for mark in _PAIRS if self.source.startswith(mark, self.at)), None)
        if mark is None:
            return False
        self.at += len(mark)
        if self.open and self.open[-1][0] == mark:
            self._add(_PAIRS[mark], self.open.pop()[1])
        else:
            self.open.append((mark, self.length))
        return True

    def _code(self) -> None:
        fence = "```" if self.source.startswith("```", self.at) else "`"
        inside = self.source[self.at + len(fence) :]
        parts: list[str] = []
        place = 0
        while not inside.startswith(fence, place):
            if place >= len(inside):
                kind = "Pre" if fence == "```" else "Code"
                raise bad_request(
                    f"can't parse entities: Can't find end of {kind} entity at byte offset {self._offset()}"
                )
            place += inside[place] == "\\" and place + 1 < len(inside)
            parts.append(inside[place])
            place += 1
        self.at += place + 2 * len(fence)
        body, since = "".join(parts), self.length
        first, newline, rest = body.partition("\n")
        if fence == "```" and newline and first.strip() and " " not in first:
            self._say(rest)
            self._add("pre", since, language=first)
            return
        self._say(body.removeprefix("\n") if fence == "```" else body)
        self._add("pre" if fence == "```" else "code", since)

    def _link(self, character: str) -> bool:
        """``[words](address)`` and ``![emoji](tg://emoji?id=…)``; False: it is no part of a link."""
        if character == "!" and not self.source.startswith("![", self.at):
            return False
        if character != "]":
            mark = "[" if character == "[" else "!["
            self.open.append((mark, self.length))
            self.at += len(mark)
            return True
        if not self.open or self.open[-1][0] not in {"[", "!["}:
            return False
        mark, since = self.open.pop()
        self.at += 1
        address = self._address()
        if mark == "![":
            self._add("custom_emoji", since, custom_emoji_id=address.rpartition("id=")[2])
        elif address:
            self._add("text_link", since, url=address)
        return True

    def _address(self) -> str:
        if not self.source.startswith("(", self.at):
            return ""
        end = self.source.find(")", self.at)
        if end < 0:
            raise bad_request(f"can't parse entities: Can't find end of a URL at byte offset {self._offset()}")
        address = self.source[self.at + 1 : end]
        self.at = end + 1
        return address.replace("\\", "")

    def _offset(self) -> int:
        return len(self.source[: self.at].encode())
