"""Reading the words of a call: plain with entities, HTML, or MarkdownV2."""

from __future__ import annotations

from bot.simulator.entities import Entities, given, plain
from bot.simulator.errors import bad_request
from bot.simulator.html_markup import from_html
from bot.simulator.markdown_markup import from_markdown


def read(text: str, parse_mode: str, entities: Entities) -> tuple[str, Entities]:
    """Words and entities as a call of the bot gives them. 400 for bad markup."""
    match parse_mode.lower():
        case "":
            return given(text, entities) if entities else plain(text)
        case "html":
            return from_html(text)
        case "markdownv2":
            return from_markdown(text)
        case _:
            raise bad_request(f"unsupported parse_mode {parse_mode}: the simulator reads HTML and MarkdownV2")
