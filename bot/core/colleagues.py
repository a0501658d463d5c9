"""What colleagues say about themselves: that they are away or back, which languages they serve, how much they take."""

from __future__ import annotations

from bot.core import words
from bot.core.conversation import Conversation
from bot.core.draft import Context, Draft
from bot.core.errors import HandoverError
from bot.core.incoming import AgentMessage
from bot.core.outgoing import Lane, Text
from bot.core.people import Person
from bot.core.roster import COMMANDS, told
from bot.core.step import Step

_SAID = {"away": "team_away", "back": "team_present", "languages": "team_languages", "capacity": "team_capacity"}


def is_about_self(message: AgentMessage, person: Person, *, in_case: bool) -> bool:
    """Whether a message in a group is one of these commands.

    In a case's topic ``/back`` hands the case back to the bot, except for who is away: then it says that they are back.
    """
    if message.edited or message.command not in COMMANDS:
        return False
    return message.command != "back" or person.away or not in_case


def say(person: Person, command: str, text: str, context: Context) -> tuple[str, Person]:
    """What to answer to a command (``text`` is all that was written), and what we know of the person from now on."""
    catalogue = context.catalogue
    language = catalogue.standards.default_language
    try:
        known = told(person, command, text.partition(" ")[2].strip())
    except HandoverError as error:
        return words.render(catalogue, language, str(error)), person
    named = ", ".join(words.language_name(code, language) for code in known.languages)
    if command == "languages" and not named:
        return words.render(catalogue, language, "team_languages_how"), person
    cases = 0 if known.capacity is None else known.capacity
    return words.render(catalogue, language, _SAID[command], languages=named, cases=cases), known


def answer_in_private(conversation: Conversation, said: Text, update_id: int | None, context: Context) -> Step:
    """Answer a colleague who wrote to the bot; it is no part of what they may ask for as a customer."""
    draft = Draft(conversation, context)
    draft.to_customer(said, Lane.ANSWER)
    return draft.finish(update_id)


def answer_in_case(conversation: Conversation, said: Text, update_id: int | None, context: Context) -> Step:
    """Answer a colleague in the topic where they said it."""
    draft = Draft(conversation, context)
    draft.to_case(said, Lane.AGENT)
    return draft.finish(update_id)
