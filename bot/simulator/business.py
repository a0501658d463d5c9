"""What people do in the chats of business accounts, in the simulated Telegram."""

from __future__ import annotations

from collections.abc import Callable

from bot.simulator import places
from bot.simulator.accounts import Account
from bot.simulator.chats import Content, Message, choices
from bot.simulator.entities import plain
from bot.simulator.errors import PageError
from bot.simulator.files import Attachment
from bot.simulator.people import Person
from bot.simulator.state import Placement, State
from bot.simulator.wire import JsonObject

Attach = Callable[[Person, JsonObject | None, JsonObject | None, JsonObject | None], Attachment | None]


class BusinessWorld:
    """Owners who connect the bot to their accounts, and those who write to them. Raises PageError for what can't be."""

    def __init__(self, state: State, attach: Attach) -> None:
        self._state = state
        self._attach = attach

    # owners

    def connect(self, owner_id: int, **rights: bool) -> Account:
        """A person connects the bot to their account, with the usual rights and these."""
        owner = places.person(self._state, owner_id)
        account = Account(f"connection-{len(self._state.accounts) + 1}", owner, self._state.now())
        account.rights |= rights
        self._state.accounts[account.id] = account
        self._tell(account)
        return account

    def change(self, account: Account, *, enabled: bool = True, **rights: bool) -> None:
        """The owner disconnects the bot, connects it again, or gives it other rights."""
        account.enabled = enabled
        account.rights |= rights
        self._tell(account)

    def _tell(self, account: Account) -> None:
        now = self._state.now()
        self._state.updates.add("business_connection", f"business:{account.id}", now, account.as_json())

    # writing

    def send(
        self,
        account: Account,
        customer_id: int,
        text: str = "",
        *,
        by_owner: bool = False,
        reply_to: Message | None = None,
        media: JsonObject | None = None,
        contact: JsonObject | None = None,
        location: JsonObject | None = None,
    ) -> Message:
        """A customer writes to the account, or its owner to them; with something attached, ``text`` is its caption."""
        customer = places.person(self._state, customer_id)
        sender = account.owner if by_owner else customer
        attachment = self._attach(sender, media, contact, location)
        if not text and not attachment:
            raise PageError("there is nothing to send: give text, media, contact or location")
        content = Content(*plain(text), attachment)
        return self._state.post(account.chat_with(customer), sender, content, Placement(reply_to=reply_to))

    def edit(self, message: Message, text: str) -> None:
        """Who wrote a message gives it new words."""
        message.content = Content(*plain(text), message.content.attachment)
        message.edited_at = self._state.now()
        self._state.edited(message)
        self._state.notify("edited_message", message)

    def delete(self, account: Account, *messages: Message) -> None:
        """Someone deletes messages of one chat, for both; of these Telegram tells the bot."""
        chat, ids = messages[0].chat, [message.message_id for message in messages]
        self._state.delete(chat, ids)
        payload: JsonObject = {"business_connection_id": account.id, "chat": chat.as_json(), "message_ids": list(ids)}
        if account.enabled:
            lane = f"business:{account.id}:{chat.id}"
            self._state.updates.add("deleted_business_messages", lane, self._state.now(), payload)

    def press(self, message: Message, label: str) -> str:
        """The customer presses the button with this label; the id of the callback that the bot should answer."""
        found = [
            str(button.get("callback_data")) for row in message.buttons() for button in row if button["text"] == label
        ]
        customer = message.chat.person
        if not found or found[0] not in choices(message) or customer is None:
            raise PageError(f"message {message.message_id} has no button {label!r}", 404)
        callback_id = self._state.next_callback(customer.id)
        payload: JsonObject = {
            "id": callback_id,
            "from": customer.as_user(),
            "message": message.as_json(),
            "chat_instance": str(8_000_000_000_000 + customer.id),
            "data": found[0],
        }
        self._state.updates.add("callback_query", f"callback:{customer.id}", self._state.now(), payload)
        return callback_id

    # looking

    def said(self, account: Account, customer_id: int) -> list[Message]:
        """What the bot has written to a customer on behalf of the account, oldest first."""
        chat = account.chats.get(customer_id)
        return [message for message in chat.messages.values() if message.sender.is_bot] if chat else []
