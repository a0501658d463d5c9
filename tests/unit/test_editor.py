"""What admins read about the content: not too long whatever there is to say, with buttons that Telegram takes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import editor, proposing
from bot.core.decide import Act
from bot.core.draft import Draft
from bot.core.editing import Changed, Condition, Findings, Lived, NowLive, Preview, Stage, Submission
from bot.core.errors import ContentError, EditError, KeepwordError, UnderstandingError
from bot.core.outgoing import Content, Edit, Keyboard, Text
from bot.core.proposals import Proposal
from bot.core.rehearsal import Outcome
from bot.core.understanding import Severity
from tests.catalogues import MONDAY, context, conversation

SENT = Submission(
    "0123456789ab", "orders.yml", "intents/en/orders.yml", "Ana Kos (7)", MONDAY, Stage.WAITING, places=("a", "b")
)
PROBLEM = "intents/en/orders.yml:3:5: This is wrong. Write it right."
ACTS = st.sampled_from(list(Act))


def draft() -> Draft:
    return Draft(conversation(), context())


def said(of: Draft) -> Content:
    (row,) = of.finish().outbox
    return row.content


def text(of: Draft) -> str:
    content = said(of)
    assert isinstance(content, Text | Edit)
    return content.text


def buttons(of: Draft) -> list[str]:
    content = said(of)
    assert isinstance(content, Text | Edit)
    return [button.label for row in content.keyboard for button in row]


def fits(keyboard: Keyboard) -> bool:
    return all(len(button.data.encode()) <= 64 for row in keyboard for button in row)


def outcome(act: Act, words: str) -> Outcome:
    return Outcome(act, ("order_status",), Severity.CALM, (words,))


def test_good_content_is_told_with_its_version_since_when_and_by_whom() -> None:
    told = draft()
    editor.condition(told, Condition("3f2a9c1b0000", MONDAY, "Ana Kos (7)", (), is_live=True, proposals=2))
    assert "✅ The content is good" in text(told)
    assert "Version 3f2a9c1b, live since 23 Nov" in text(told)
    assert "by Ana Kos." in text(told)
    assert buttons(told) == ["History", "Go back", "Proposed examples (2)"]


def test_what_is_wrong_comes_first_and_what_is_being_learnt_is_said() -> None:
    bad, learning = draft(), draft()
    editor.condition(bad, Condition("3f", None, "", (PROBLEM,) * 20, is_live=False, proposals=0))
    editor.condition(learning, Condition("3f", None, "", (), is_live=False, proposals=0))
    assert text(bad).startswith("⚠️")
    assert PROBLEM in text(bad)
    assert "… and 12 more" in text(bad)
    assert "are being learnt" in text(learning)


def test_the_history_offers_each_other_version_once() -> None:
    known = [Lived(version, MONDAY + timedelta(hours=9 - at), "", ("x",)) for at, version in enumerate("aba")]
    told, only = draft(), draft()
    editor.history(told, known)
    editor.history(only, known[:1])
    assert buttons(told) == ["Go back to b"]
    assert "nothing to go back to" in text(only)


def test_a_message_that_is_answered_in_other_words_shows_both() -> None:
    told = draft()
    changed = Changed("where?", outcome(Act.ANSWER, "old words"), outcome(Act.ANSWER, "new words"))
    editor.preview(told, Findings(SENT, changes=("a",)), Preview(3, (changed,), (("any news?", "order_status"),)))
    assert "old words" in text(told)
    assert "→ new words" in text(told)
    assert "Check sentences that would be misunderstood from now on (1)" in text(told)
    assert buttons(told) == ["Approve", "Discard"]


def test_nothing_changed_and_nothing_tried_are_told_apart() -> None:
    same, none = draft(), draft()
    editor.preview(same, Findings(SENT), Preview(3))
    editor.preview(none, Findings(SENT), Preview(0))
    assert "answered as before" in text(same)
    assert "no messages yet" in text(none)
    assert "only notes or layout" in text(none)


@given(
    st.lists(st.tuples(st.text(max_size=900), ACTS, ACTS), max_size=30), st.lists(st.text(max_size=300), max_size=30)
)
def test_a_preview_fits_two_messages_whatever_changes(rows: list[tuple[str, Act, Act]], told: list[str]) -> None:
    changed = tuple(Changed(what, outcome(old, what), outcome(new, what)) for what, old, new in rows)
    shown = draft()
    editor.preview(shown, Findings(SENT, changes=tuple(told), hints=tuple(told)), Preview(len(rows), changed))
    content = said(shown)
    assert isinstance(content, Text)
    assert fits(content.keyboard)
    assert len(content.text) < 4 * 4096


@pytest.mark.parametrize(
    ("error", "part"),
    [
        (EditError("admin_too_large", limit=2), "larger than the 2 MB"),
        (ContentError((PROBLEM,)), PROBLEM),
        (UnderstandingError("There is too little memory."), "nothing was changed: There is too little memory."),
    ],
)
def test_why_something_is_not_done_is_said_in_plain_words(error: KeepwordError, part: str) -> None:
    assert part in editor.refusal(draft(), error)


def test_where_edits_are_that_were_in_the_way_is_told() -> None:
    told = draft()
    editor.live(told, NowLive("3f2a9c1b", ("a",), SENT, aside="data/aside"))
    assert "kept in data/aside" in text(told)
    assert buttons(told) == ["Take it back"]


# --- proposals

PROPOSALS = tuple(
    Proposal(number, "order_status", "en", f"has {number} left", "Ben Zajc (8)", MONDAY.isoformat())
    for number in (1, 2, 3)
)


def shown(key: str | None, *, after: bool = False) -> str:
    told = draft()
    proposing.show(told, PROPOSALS, key, after=after)
    return text(told)


def test_proposals_are_shown_one_after_another_and_round_again() -> None:
    keys = [one.key for one in PROPOSALS]
    assert "has 1 left" in shown(None)
    assert "has 2 left" in shown(keys[0], after=True)
    assert "has 1 left" in shown(keys[2], after=True)
    assert "has 3 left" in shown(keys[2])
    assert "has 1 left" in shown("gone", after=True)


def test_one_proposal_has_no_next_and_none_says_where_they_come_from() -> None:
    one, none = draft(), draft()
    proposing.show(one, PROPOSALS[:1])
    proposing.show(none, ())
    assert buttons(one) == ["Approve", "Other intent", "Reject"]
    assert "This was about…" in text(none)


def test_another_intent_is_chosen_by_its_area_from_all_but_its_own() -> None:
    areas, intents = draft(), draft()
    proposing.ask_area(areas, PROPOSALS[0], 3)
    area = context().catalogue.intents["order_status"].area
    proposing.ask_intent(intents, PROPOSALS[0], area, 3)
    assert buttons(areas)[-1] == "Back"
    assert editor.title(draft(), "order_status") not in buttons(intents)
    content = said(intents)
    assert isinstance(content, Edit)
    assert fits(content.keyboard)
