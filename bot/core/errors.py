"""Everything that Keepword raises on purpose, as one tree.

::

    KeepwordError                  a message for the person who can act on it
    ├── ContentError               a content file is wrong: carries its problems
    ├── RenderError                a reply could not be put into words
    ├── CalendarError              a calendar never opens, or its times make no sense
    ├── PromiseError               a promise that has ended was to end again
    ├── HandoverError              this person may not do that now; says why
    ├── VersionError               a version of the content is not to be had, or not to be gone back to now
    ├── EditError              an admin's edit of the content can't be taken as it is
    ├── SettingsError              a setting is missing or wrong; names it
    ├── StoreError                 the store cannot keep what it was given
    │   ├── StoreLockedError       another process has this store open
    │   └── StoreDamagedError      a file of the store cannot be read
    ├── UnderstandingError         the pipeline cannot be trained, loaded or used
    └── DeliveryError              Telegram refused a message for good; says why
        ├── CustomerGoneError      blocked the bot, or the account was deleted
        ├── UnsendableError        it can never go as it is; says what to do instead
        ├── CounterpartGoneError   what was to be changed on the other side is not there
        ├── TopicGoneError         the topic in the agents' group was deleted
        ├── ChatMovedError         the group became a supergroup: carries its new id
        ├── ForumFullError         a group holds no further topics
        └── RightsError            the bot lacks a right; names it
            ├── NoTopicsError      the group has no topics
            └── NotInGroupError    the bot is not in the group
"""

from __future__ import annotations


class KeepwordError(Exception):
    """Base of all errors raised on purpose. Its text tells a person what to do next."""


class ContentError(KeepwordError):
    """Content files were refused.

    ``problems`` holds lines of the form ``file:line:column: what, and the remedy``.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class RenderError(KeepwordError):
    """A reply is missing, or one of its placeholders has no value."""


class CalendarError(KeepwordError):
    """A calendar has no open time within its horizon, or contradicts itself."""


class PromiseError(KeepwordError):
    """A promise ends once: this one had ended before."""


class HandoverError(KeepwordError):
    """A person tried what is not theirs to do, or not possible in this phase."""


class VersionError(KeepwordError):
    """A version of the content cannot be found, or going back to it now would lose something; says what to do."""


class EditError(KeepwordError):
    """An admin's edit of the content can't be taken as it is.

    ``key`` names the reply that says why and what to do, ``values`` are for its placeholders.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class SettingsError(KeepwordError):
    """A setting is missing or cannot be used; the text names it and the remedy."""


class StoreError(KeepwordError):
    """What was given could not be made durable, or could not be read back."""


class StoreLockedError(StoreError):
    """Another process holds this store."""


class StoreDamagedError(StoreError):
    """A file of the store cannot be read beyond what a repair may drop."""


class UnderstandingError(KeepwordError):
    """The pipeline could not be trained, loaded or used."""


class DeliveryError(KeepwordError):
    """Telegram refused a message for good: trying again would not help."""


class CustomerGoneError(DeliveryError):
    """The customer blocked the bot, or the account no longer exists."""


class UnsendableError(DeliveryError):
    """A message can't go as it is, however often it is tried: it is too long, or was deleted."""


class CounterpartGoneError(DeliveryError):
    """What was to be changed on the other side never came there, or is no longer known."""


class TopicGoneError(DeliveryError):
    """The topic in the agents' group was deleted."""


class ChatMovedError(DeliveryError):
    """The group was upgraded to a supergroup."""

    def __init__(self, message: str, new_chat_id: int) -> None:
        super().__init__(message)
        self.new_chat_id = new_chat_id


class RightsError(DeliveryError):
    """The bot lacks a right in a chat; the text names the right and how to grant it."""


class NoTopicsError(RightsError):
    """The agents' group has no topics."""


class NotInGroupError(RightsError):
    """The bot is not in the agents' group."""


class ForumFullError(DeliveryError):
    """A group holds no further topics."""
