"""A small content folder, valid as it is, that a test writes and then spoils.

Its words for the system are the shipped ones.
"""

from __future__ import annotations

from pathlib import Path

SHIPPED = Path(__file__).parent.parent / "responses" / "en"
CUES = Path(__file__).parent.parent / "intents" / "en" / "cues.yml"

SMALL_CONTENT: dict[str, str] = {
    "intents/orders.yml": r"""order_status:
  kind: question
  answer: order_status
  slots:
    order_id: {pattern: '[A-Z]{0,2}-?\d{5,10}', ask: ask_order_id}
  human: {when: [asked, second_time], team: logistics, within: 2h}
item_damaged:
  kind: complaint
  slots: {order_id: {pattern: '[A-Z]{0,2}-?\d{5,10}', ask: ask_order_id}}
""",
    "intents/talk.yml": """opening_hours:
  kind: question
  answer: opening_hours
greeting:
  kind: smalltalk
  answer: greeting
talk_to_human:
  kind: request
""",
    "intents/en/orders.yml": """order_status:
  examples:
    - where is my order
    - has my parcel been shipped yet
    - "track {order_id}"
    - when will my package come
    - what is happening with my delivery
  not: [how do I place an order]
  check: ["any news on my package?"]
item_damaged:
  examples:
    - my lamp arrived broken
    - the glass is cracked
    - the chair has a scratch on it
    - it came in pieces
    - what I got is damaged
  check: [the table has a broken leg]
""",
    "intents/en/talk.yml": """opening_hours:
  examples:
    [when are you open, what are your opening hours, are you open on sunday, how late are you open, do you open early]
  check: [until when are you open tomorrow]
greeting:
  examples: [hello, hi there, good morning, hey, good evening]
  check: [hello there]
talk_to_human:
  examples: [I want to talk to a person, get me a human, can someone call me, agent please, let me speak with somebody]
  check: [I need a real person]
""",
    "responses/brand.yml": """name: Lumen
tone: informal
never_say: [calm down]
""",
    "responses/en/orders.yml": """order_status:
  title: Where is my order?
  text: "Parcels arrive within three days, {name}."
item_damaged:
  title: Damaged item
  text: "I'm sorry your item arrived damaged, {name}."
ask_order_id: What is your order number?
""",
    "responses/en/talk.yml": """opening_hours: {title: Opening hours, text: "We are open on weekdays from 9 to 17."}
greeting: {title: Hello, text: "Hello {name}, this is {brand}."}
talk_to_human: {title: Talk to a person, text: "You'd like to talk to a person."}
""",
    "standards.yml": """languages: [en]
calendars:
  office:
    zone: Europe/Ljubljana
    open:
      mon-fri: ["09:00-17:00"]
    holidays: SI
promises:
  calendar: office
teams:
  support: {}
  logistics: {calendar: office}
""",
}


def write_content(folder: Path, **changes: str | bytes | None) -> Path:
    """Write the small content into ``folder``, and return it.

    ``changes`` map a file's path to its whole text instead (``**{"standards.yml": "…"}``), or to None to leave it out.
    """
    shipped = {f"responses/en/{path.name}": path.read_bytes() for path in SHIPPED.iterdir() if path.stem in _SYSTEM}
    shipped["intents/en/cues.yml"] = CUES.read_bytes()
    for name, text in {**shipped, **SMALL_CONTENT, **changes}.items():
        if text is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


_SYSTEM = ("system", "team", "admins", "time")


def edit(folder: Path, file: str, old: str, new: str) -> Path:
    """Replace ``old``, which must be there, by ``new`` in one file of ``folder``; return ``folder``."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder
