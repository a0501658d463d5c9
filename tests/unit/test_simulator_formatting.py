"""Words and their entities, as Telegram reads them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.errors import ApiError
from bot.simulator.formatting import read
from bot.simulator.wire import JsonObject, utf16_length


def _short(entities: tuple[JsonObject, ...]) -> list[tuple[object, ...]]:
    return [tuple(entity.values()) for entity in entities]


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("<b>bold</b> plain", "bold plain", [("bold", 0, 4)]),
        ("<i><b>both</b></i>", "both", [("bold", 0, 4), ("italic", 0, 4)]),
        ("a &lt;b&gt; &amp; c", "a <b> & c", []),
        ("👍 <u>x</u>", "👍 x", [("underline", 3, 1)]),
        ('<a href="https://a.b/?x=1&amp;y">here</a>', "here", [("text_link", "https://a.b/?x=1&y", 0, 4)]),
        ('<span class="tg-spoiler">s</span>', "s", [("spoiler", 0, 1)]),
        ('<pre><code class="language-py">x=1</code></pre>', "x=1", [("pre", 0, 3, "py")]),
        ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", 0, 1)]),
        ("  <b> padded </b>  ", "padded", [("bold", 0, 6)]),
        ("<code>/not</code> /yes", "/not /yes", [("code", 0, 4), ("bot_command", 5, 4)]),
    ],
)
def test_html_becomes_words_and_entities(html: str, text: str, entities: list[tuple[object, ...]]) -> None:
    words, found = read(html, "HTML", ())
    assert words == text
    assert _short(found) == entities


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<blink>x</blink>", 'Unsupported start tag "blink" at byte offset 0'),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("1 < 2", "Unclosed start tag at byte offset 2"),
        ("<span>x</span>", "must have class"),
    ],
)
def test_bad_html_is_refused_with_its_place(html: str, problem: str) -> None:
    with pytest.raises(ApiError) as refusal:
        read(html, "HTML", ())
    assert problem in refusal.value.description
    assert refusal.value.description.startswith("Bad Request: can't parse entities: ")


@pytest.mark.parametrize(
    ("markdown", "text", "entities"),
    [
        ("*bold* _it_ __under__", "bold it under", [("bold", 0, 4), ("italic", 5, 2), ("underline", 8, 5)]),
        ("~s~ ||h||", "s h", [("strikethrough", 0, 1), ("spoiler", 2, 1)]),
        (r"1\.5 \* 2", "1.5 * 2", []),
        ("[here](https://a.b)", "here", [("text_link", 0, 4, "https://a.b")]),
        ("`a*b`", "a*b", [("code", 0, 3)]),
        ("```py\nx=1```", "x=1", [("pre", 0, 3, "py")]),
        (">one\n>two\nthree", "one\ntwo\nthree", [("blockquote", 0, 7)]),
    ],
)
def test_markdown_becomes_words_and_entities(markdown: str, text: str, entities: list[tuple[object, ...]]) -> None:
    words, found = read(markdown, "MarkdownV2", ())
    assert words == text
    assert [entity for entity in _short(found) if entity[0] != "url"] == entities


@pytest.mark.parametrize(
    ("markdown", "problem"),
    [
        ("*open", "Can't find end of Bold entity"),
        ("ends.", "Character '.' is reserved and must be escaped"),
        ("`open", "Can't find end of Code entity"),
        ("[a](b", "Can't find end of a URL"),
    ],
)
def test_bad_markdown_is_refused(markdown: str, problem: str) -> None:
    with pytest.raises(ApiError) as refusal:
        read(markdown, "MarkdownV2", ())
    assert problem in refusal.value.description


def test_commands_links_and_mentions_are_found_in_plain_words() -> None:
    _, entities = read("/start@keepword_bot see www.example.com or write to a@b.si, @ana_x #shop", "", ())
    assert [entity["type"] for entity in entities] == ["bot_command", "url", "email", "mention", "hashtag"]


def test_entities_of_the_caller_must_lie_in_the_words() -> None:
    with pytest.raises(ApiError, match="outside of the text"):
        read("x", "", ({"type": "bold", "offset": 0, "length": 5},))


@given(st.text(max_size=60), st.sampled_from(["", "HTML", "MarkdownV2"]))
def test_any_text_is_read_or_refused_and_entities_lie_in_it(text: str, mode: str) -> None:
    words: str = ""
    entities: tuple[JsonObject, ...] = ()
    with suppress(ApiError):
        words, entities = read(text, mode, ())
    for entity in entities:
        offset, length = entity["offset"], entity["length"]
        assert isinstance(offset, int)
        assert isinstance(length, int)
        assert 0 <= offset < offset + length <= utf16_length(words)
