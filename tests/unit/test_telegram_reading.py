"""Reading updates: what people said and pressed, and nothing that strange JSON could break."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.conversation import Entity, Media
from bot.core.incoming import (
    AdminChoice,
    AdminMessage,
    AgentChoice,
    AgentMessage,
    AgentReaction,
    CustomerChoice,
    CustomerMessage,
    CustomerReaction,
    CustomerStanding,
    GroupMoved,
    GroupStanding,
    Ignored,
    Incoming,
    SentFile,
    TopicClosed,
    Update,
)
from bot.core.people import Agent, Customer, Role
from bot.telegram.reading import RIGHTS, TelegramChannel, lane_of

GROUP = -1001
BOT_ID = 42
CHANNEL = TelegramChannel(agents_chats={GROUP}, bot_id=BOT_ID, bot_username="ShopBot")

ANA: dict[str, Any] = {"id": 5001, "is_bot": False, "first_name": "Ana", "last_name": "Novak", "language_code": "sl"}
BOJAN: dict[str, Any] = {"id": 7, "is_bot": False, "first_name": "Bojan"}
PRIVATE: dict[str, Any] = {"id": 5001, "type": "private"}
FORUM: dict[str, Any] = {"id": GROUP, "type": "supergroup", "title": "Agents", "is_forum": True}
CUSTOMER = Customer(5001, "Ana Novak", None, "sl")


def read(raw: dict[str, Any]) -> Incoming:
    return CHANNEL.read(Update(1, lane_of(raw), datetime(2026, 1, 1, tzinfo=UTC), raw))


def from_customer(**fields: Any) -> dict[str, Any]:
    return {"update_id": 1, "message": {"message_id": 9, "chat": PRIVATE, "from": ANA, "date": 1, **fields}}


def from_agent(**fields: Any) -> dict[str, Any]:
    topic = {"message_thread_id": 77, "is_topic_message": True}
    return {"update_id": 1, "message": {"message_id": 9, "chat": FORUM, "from": BOJAN, "date": 1, **topic, **fields}}


def test_words_in_private_are_a_customers_message() -> None:
    assert read(from_customer(text="Where is it?")) == CustomerMessage(5001, 9, CUSTOMER, "Where is it?")


def test_an_edited_message_is_known_as_edited() -> None:
    raw = {"update_id": 1, "edited_message": from_customer(text="Where?")["message"]}
    assert read(raw) == CustomerMessage(5001, 9, CUSTOMER, "Where?", edited=True)


@pytest.mark.parametrize(
    ("fields", "media", "text"),
    [
        ({"photo": [{"file_id": "x"}], "caption": "broken"}, Media.PHOTO, "broken"),
        ({"voice": {"file_id": "x"}}, Media.VOICE, ""),
        ({"video_note": {"file_id": "x"}}, Media.VIDEO_NOTE, ""),
        ({"animation": {"file_id": "x"}, "document": {"file_id": "x"}}, Media.ANIMATION, ""),
        ({"document": {"file_id": "x"}}, Media.DOCUMENT, ""),
        ({"sticker": {"emoji": "👍"}}, Media.STICKER, ""),
        ({"location": {"latitude": 46.0, "longitude": 14.5}}, Media.LOCATION, ""),
        ({"contact": {"phone_number": "+38640123456", "first_name": "Ana"}}, Media.CONTACT, "+38640123456"),
        ({"contact": {"phone_number": "38640123456", "first_name": "Ana"}}, Media.CONTACT, "+38640123456"),
        ({"contact": {"phone_number": "040123456", "first_name": "Ana"}}, Media.CONTACT, "040123456"),
        ({"dice": {"emoji": "🎲", "value": 3}}, Media.DICE, "🎲 3"),
        (
            {"poll": {"question": "Which?", "options": [{"text": "Red"}, {"text": "Blue"}]}},
            Media.POLL,
            "Which?\n• Red\n• Blue",
        ),
        ({"checklist": {"title": "To do", "tasks": [{"id": 1, "text": "Call"}]}}, Media.CHECKLIST, "To do\n• Call"),
        ({"game": {"title": "Chess"}}, Media.GAME, "Chess"),
        ({"story": {"id": 1}}, Media.STORY, ""),
        ({"venue": {"title": "Shop"}, "location": {"latitude": 46.0, "longitude": 14.5}}, Media.VENUE, ""),
        ({"paid_media": {"star_count": 1}, "caption": "look"}, Media.PAID_MEDIA, "look"),
        ({"giveaway": {}}, Media.GIVEAWAY, ""),
        ({"invoice": {"title": "Lamp"}}, Media.INVOICE, ""),
        ({"hologram": {}}, Media.OTHER, ""),
    ],
)
def test_media_of_a_customer_is_named_and_its_caption_read(fields: dict[str, Any], media: Media, text: str) -> None:
    assert read(from_customer(**fields)) == CustomerMessage(5001, 9, CUSTOMER, text, media)


def test_a_reply_names_what_it_replies_to() -> None:
    said = read(from_customer(text="too slow", reply_to_message={"message_id": 7, "chat": PRIVATE, "date": 0}))
    assert said == CustomerMessage(5001, 9, CUSTOMER, "too slow", reply_to=7)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/start", "start"),
        ("/Start@shopbot from-the-web", "start"),
        ("/help\nplease", "help"),
        ("/start@other_bot", None),
        ("/", None),
        ("a /start", None),
        ("//note", None),
    ],
)
def test_a_command_is_the_word_after_the_slash_when_it_is_for_us(text: str, command: str | None) -> None:
    assert read(from_customer(text=text)) == CustomerMessage(5001, 9, CUSTOMER, text, command=command)


def test_half_a_surrogate_pair_does_not_travel_on() -> None:
    message = read(from_customer(text="hi \ud83d\x00"))
    assert isinstance(message, CustomerMessage)
    assert message.text.encode().decode() == "hi \ufffd"


def test_a_pressed_button_in_private_is_a_customers_choice() -> None:
    query = {"id": "c1", "from": ANA, "data": "i:warranty", "message": {"message_id": 9, "chat": PRIVATE, "date": 0}}
    raw = {"update_id": 1, "callback_query": query}
    assert read(raw) == CustomerChoice(5001, 9, CUSTOMER, "c1", "i:warranty")
    assert lane_of(raw) == "5001"


def test_words_in_a_topic_are_an_agents_message() -> None:
    assert read(from_agent(text="On it")) == AgentMessage(GROUP, 77, 9, Agent(7, "Bojan"), "On it")


def test_a_command_outside_of_the_topics_is_heard() -> None:
    message = {"message_id": 9, "chat": FORUM, "from": {**BOJAN, "username": "bojan"}, "text": "/away"}
    agent = Agent(7, "Bojan", username="bojan")
    assert read({"update_id": 1, "message": message}) == AgentMessage(GROUP, None, 9, agent, "/away", command="away")


def test_a_reply_thread_in_a_group_without_topics_is_no_topic() -> None:
    chat = {"id": GROUP, "type": "supergroup"}
    message = {"message_id": 9, "message_thread_id": 5, "chat": chat, "from": BOJAN, "text": "hm"}
    assert read({"update_id": 1, "message": message}) == Ignored("written outside the topics, in answer to nothing")


def test_a_button_on_a_card_is_an_agents_choice() -> None:
    message = {"message_id": 9, "chat": FORUM, "message_thread_id": 77, "date": 1}
    raw = {"update_id": 1, "callback_query": {"id": "c1", "from": BOJAN, "data": "claim", "message": message}}
    assert read(raw) == AgentChoice(GROUP, 77, 9, Agent(7, "Bojan"), "c1", "claim")
    assert lane_of(raw) == f"agents:{GROUP}:77"


def test_a_button_of_a_list_brings_along_what_asked_for_the_list() -> None:
    asked = {"message_id": 8, "from": BOJAN, "text": "/r refund amount=20"}
    message = {"message_id": 9, "chat": FORUM, "message_thread_id": 77, "date": 1, "reply_to_message": asked}
    raw = {
        "update_id": 1,
        "callback_query": {"id": "c1", "from": BOJAN, "data": "r.send.refund:1-1", "message": message},
    }
    expected = AgentChoice(GROUP, 77, 9, Agent(7, "Bojan"), "c1", "r.send.refund:1-1", 8, "/r refund amount=20")
    assert read(raw) == expected


def test_the_role_of_an_agent_comes_from_whom_we_are_given_and_not_from_the_message() -> None:
    channel = TelegramChannel(
        {GROUP}, BOT_ID, "ShopBot", role_of=lambda _chat, user: Role.ADMIN if user == 7 else Role.AGENT
    )
    raw = from_agent(text="On it")
    message = channel.read(Update(1, "", datetime(2026, 1, 1, tzinfo=UTC), raw))
    assert isinstance(message, AgentMessage)
    assert message.agent.role is Role.ADMIN


def test_an_anonymous_administrator_is_a_supervisor_known_by_the_groups_name() -> None:
    behind = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    message = read(from_agent(text="On it", **{"from": behind, "sender_chat": {"id": GROUP, "title": "Agents"}}))
    assert isinstance(message, AgentMessage)
    assert message.agent == Agent(GROUP, "Agents", Role.SUPERVISOR)


@pytest.mark.parametrize(
    "fields",
    [
        {"forum_topic_created": {"name": "x", "icon_color": 1}},
        {"pinned_message": {"message_id": 3}},
        {"text": "beep", "from": {"id": 8, "is_bot": True, "first_name": "Other"}},
        {"text": "beep", "from": {"id": BOT_ID, "is_bot": True, "first_name": "Shop"}},
        {"text": "news", "sender_chat": {"id": -5, "title": "Channel"}},
        {"text": "/claim@other_bot"},
    ],
)
def test_service_messages_bots_and_channels_in_the_agents_group_are_ignored(fields: dict[str, Any]) -> None:
    assert isinstance(read(from_agent(**fields)), Ignored)


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"update_id": 1, "poll": {"id": "x"}},
        {"update_id": 1, "message": []},
        {"update_id": 1, "message": {"chat": {"id": "5001", "type": "private"}}},
        {"update_id": 1, "message": {"message_id": 1, "chat": {"id": -9, "type": "group"}, "from": ANA, "text": "x"}},
        {"update_id": 1, "message": {"message_id": True, "chat": PRIVATE, "from": ANA, "text": "x"}},
        {"update_id": 1, "callback_query": {"id": "c", "from": ANA, "data": "x", "inline_message_id": "i"}},
        from_customer(pinned_message={"message_id": 3}),
        from_customer(text="beep", **{"from": {"id": 8, "is_bot": True}}),
    ],
)
def test_what_asks_nothing_of_us_is_ignored_with_a_reason(raw: dict[str, Any]) -> None:
    incoming = read(raw)
    assert isinstance(incoming, Ignored)
    assert incoming.reason


FIELDS = st.sampled_from(
    [
        "update_id",
        "message",
        "edited_message",
        "callback_query",
        "chat",
        "from",
        "id",
        "type",
        "text",
        "caption",
        "photo",
        "contact",
        "is_bot",
        "data",
        "message_id",
        "message_thread_id",
        "is_topic_message",
        "is_forum",
        "sender_chat",
        "first_name",
        "phone_number",
        "private",
    ]
)
SCALARS = (
    st.sampled_from([None, True, 0, 7, 5001, GROUP, 1.5, float("nan"), "", "/start", "\ud83d"])
    | st.integers()
    | st.text(max_size=5)
    | FIELDS
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(FIELDS, inner, max_size=4),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.dictionaries(FIELDS, JSON, max_size=6)
    | st.builds(lambda message: {"message": {"chat": PRIVATE, **message}}, st.dictionaries(FIELDS, JSON, max_size=8))
    | st.builds(lambda message: {"message": {"chat": FORUM, **message}}, st.dictionaries(FIELDS, JSON, max_size=8))
)
def test_any_json_at_all_can_be_read(raw: dict[str, Any]) -> None:
    assert isinstance(read(raw), CustomerMessage | CustomerChoice | AgentMessage | AgentChoice | Ignored)
    assert lane_of(raw)


# --- what a message is besides its words ------------------------------------------------------------------------------


def test_how_the_words_are_set_is_read_and_what_telegram_finds_by_itself_is_not() -> None:
    entities = [
        {"type": "bold", "offset": 0, "length": 2},
        {"type": "text_link", "offset": 3, "length": 4, "url": "https://shop.example"},
        {"type": "text_mention", "offset": 3, "length": 4, "user": {"id": 7}},
        {"type": "hashtag", "offset": 0, "length": 2},
        {"type": "italic", "offset": -1, "length": 2},
        {"type": "italic"},
        "nonsense",
    ]
    message = read(from_customer(text="We will", entities=entities))
    assert isinstance(message, CustomerMessage)
    assert message.entities == (
        Entity("bold", 0, 2),
        Entity("text_link", 3, 4, url="https://shop.example"),
        Entity("text_mention", 3, 4, user_id=7),
    )


def test_an_answer_says_what_it_answers_and_what_the_bot_had_written() -> None:
    asked = {"message_id": 5, "from": {"id": BOT_ID, "is_bot": True}, "text": "Which one?"}
    message = read(from_customer(text="The red one", reply_to_message=asked))
    assert isinstance(message, CustomerMessage)
    assert (message.reply_to, message.quoted) == (5, "Which one?")
    own = read(from_customer(text="The red one", reply_to_message={**asked, "from": ANA}))
    assert isinstance(own, CustomerMessage)
    assert (own.reply_to, own.quoted) == (5, "")


def test_in_a_topic_its_first_message_is_not_one_that_is_answered() -> None:
    root = {"message_id": 77, "forum_topic_created": {"name": "Ana"}}
    message = read(from_agent(text="Hello", reply_to_message=root))
    assert isinstance(message, AgentMessage)
    assert message.reply_to is None


def test_outside_of_topics_only_an_answer_may_be_about_a_case() -> None:
    outside = {"message_thread_id": None, "is_topic_message": None, "chat": {**FORUM, "is_forum": None}}
    assert isinstance(read(from_agent(**outside, text="Lunch?")), Ignored)
    message = read(from_agent(**outside, text="Sure", reply_to_message={"message_id": 5}))
    assert message == AgentMessage(GROUP, None, 9, Agent(7, "Bojan"), "Sure", reply_to=5)


def reaction(chat: dict[str, Any], new: list[dict[str, Any]], **who: Any) -> Incoming:
    return read({"update_id": 1, "message_reaction": {"chat": chat, "message_id": 9, "new_reaction": new, **who}})


def test_reactions_are_read_on_both_sides() -> None:
    heart = [{"type": "emoji", "emoji": "❤"}]
    assert reaction(PRIVATE, heart, user=ANA) == CustomerReaction(5001, 9, CUSTOMER, "❤")
    assert reaction(FORUM, heart, user=BOJAN) == AgentReaction(GROUP, 9, Agent(7, "Bojan"), "❤")
    assert reaction(FORUM, [], user=BOJAN) == AgentReaction(GROUP, 9, Agent(7, "Bojan"), "")
    own = [{"type": "custom_emoji", "custom_emoji_id": "1"}]
    assert reaction(PRIVATE, own, user=ANA) == CustomerReaction(5001, 9, CUSTOMER, "", custom=True)
    assert isinstance(reaction(FORUM, heart, user={**BOJAN, "is_bot": True}), Ignored)


def test_a_place_that_moves_is_no_news() -> None:
    moved = from_customer(location={"latitude": 46.0, "longitude": 14.5})["message"]
    assert isinstance(read({"update_id": 1, "edited_message": moved}), Ignored)


# --- who and what can be reached --------------------------------------------------------------------------------------


def standing(chat: dict[str, Any], **member: Any) -> Incoming:
    changed = {"chat": chat, "from": ANA, "new_chat_member": {"user": {"id": BOT_ID}, **member}}
    return read({"update_id": 1, "my_chat_member": changed})


def test_a_customer_blocks_the_bot_and_lets_it_in_again() -> None:
    assert standing(PRIVATE, status="kicked") == CustomerStanding(5001, reachable=False)
    assert standing(PRIVATE, status="member") == CustomerStanding(5001, reachable=True)


def test_what_the_bot_is_in_a_group_is_read_with_the_rights_it_lacks() -> None:
    rights = dict.fromkeys(RIGHTS, True)
    assert standing(FORUM, status="administrator", **rights) == GroupStanding(GROUP, present=True)
    less = {**rights, "can_manage_topics": False}
    assert standing(FORUM, status="administrator", **less) == GroupStanding(GROUP, True, ("can_manage_topics",))
    assert standing(FORUM, status="member") == GroupStanding(GROUP, True, tuple(RIGHTS))
    assert standing(FORUM, status="creator") == GroupStanding(GROUP, True)
    assert standing(FORUM, status="kicked") == GroupStanding(GROUP, False, tuple(RIGHTS))
    assert isinstance(standing({"id": -5, "type": "group"}, status="member"), Ignored)


def test_a_group_that_moves_and_a_topic_that_a_person_closes_are_news() -> None:
    assert read(from_agent(migrate_to_chat_id=-1002)) == GroupMoved(GROUP, -1002)
    assert read(from_agent(forum_topic_closed={})) == TopicClosed(GROUP, 77)
    ours = from_agent(forum_topic_closed={})
    ours["message"]["from"] = {"id": BOT_ID, "is_bot": True}
    assert isinstance(read(ours), Ignored)


# --- admins

ADMINS_CHANNEL = TelegramChannel({GROUP}, BOT_ID, "ShopBot", admins=frozenset({5001}))
YAML = {"file_id": "F", "file_name": "orders.yml", "file_size": 12}


def read_of_admin(raw: dict[str, Any]) -> Incoming:
    return ADMINS_CHANNEL.read(Update(1, lane_of(raw), datetime(2026, 1, 1, tzinfo=UTC), raw))


def test_an_admin_asks_for_the_content() -> None:
    assert read_of_admin(from_customer(text="/content get orders.yml")) == AdminMessage(
        5001, 9, CUSTOMER, "/content get orders.yml", "content"
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"document": YAML},
        {"document": {**YAML, "file_name": "orders.YAML"}},
        {"document": {**YAML, "file_name": "orders.txt"}, "caption": "intents/en/orders.yml"},
    ],
)
def test_an_admin_sends_a_file_of_the_content(fields: dict[str, Any]) -> None:
    said = read_of_admin(from_customer(**fields))
    assert isinstance(said, AdminMessage)
    assert said.file == SentFile("F", fields["document"]["file_name"], 12)


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "where is orders.yml"},
        {"text": "/start"},
        {"document": {"file_id": "F", "file_name": "photo.png"}},
        {"document": {"file_name": "orders.yml"}},
        {"photo": [{"file_id": "x"}], "caption": "orders.yml"},
    ],
)
def test_anything_else_that_an_admin_writes_is_a_customers_message(fields: dict[str, Any]) -> None:
    assert isinstance(read_of_admin(from_customer(**fields)), CustomerMessage)


@pytest.mark.parametrize("fields", [{"text": "/content"}, {"text": "/proposals"}, {"document": YAML}])
def test_the_same_of_anybody_else_is_a_customers_message(fields: dict[str, Any]) -> None:
    assert isinstance(read(from_customer(**fields)), CustomerMessage)


def test_a_button_about_the_content_is_an_admins_alone() -> None:
    query = {"id": "c", "from": ANA, "message": {"message_id": 3, "chat": PRIVATE}, "data": "edit:approve:x"}
    raw = {"update_id": 1, "callback_query": query}
    assert read_of_admin(raw) == AdminChoice(5001, 3, CUSTOMER, "c", "edit:approve:x")
    assert isinstance(read(raw), CustomerChoice)
    other = {"update_id": 1, "callback_query": {**query, "data": "intent:x"}}
    assert isinstance(read_of_admin(other), CustomerChoice)
