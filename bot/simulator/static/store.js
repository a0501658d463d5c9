// What the page knows: people, topics and messages. Plain data; the views read it and are told when it changes.

const TYPING_MS = 5000;

/** Messages of one conversation: a private chat, or a topic of the group (0: its General topic). */
export const chatKey = (chatId, threadId) => `${chatId}:${threadId ?? 0}`;

export class Store {
  bot = null;
  group = null;
  limits = { enforce: false };
  people = new Map();
  topics = new Map();
  unread = new Map();
  #chats = new Map();
  #where = new Map();
  #typing = new Map();
  #listeners = new Set();

  /** Calls `listener(event)` after every change; the event is null when everything changed. */
  subscribe(listener) {
    this.#listeners.add(listener);
  }

  load(state) {
    this.bot = state.bot;
    this.group = state.group;
    this.limits = state.limits;
    this.people = new Map([...state.customers, ...state.group.members].map((person) => [person.id, person]));
    this.topics = new Map(state.topics.map((topic) => [topic.thread_id, topic]));
    this.#chats.clear();
    this.#where.clear();
    this.#typing.clear();
    for (const message of state.messages) this.#put(message);
    for (const key of this.unread.keys()) if (!this.#chats.has(key)) this.unread.delete(key);
    this.#tell(null);
  }

  get customers() {
    return [...this.people.values()].filter((person) => person.role === "customer");
  }

  get members() {
    return [...this.people.values()].filter((person) => person.role === "member" || person.role === "administrator");
  }

  messages(key) {
    return this.#chats.get(key) ?? [];
  }

  message(chatId, messageId) {
    const key = this.#where.get(`${chatId}/${messageId}`);
    return key && this.messages(key).find((message) => message.message_id === messageId);
  }

  isTyping(key) {
    return (this.#typing.get(key) ?? 0) > Date.now();
  }

  markRead(key) {
    if (this.unread.delete(key)) this.#tell({ type: "read" });
  }

  apply(event) {
    this[`on_${event.type}`]?.(event);
    this.#tell(event);
  }

  on_message({ message }) {
    const key = chatKey(message.chat_id, message.thread_id);
    const isNew = !this.#where.has(`${message.chat_id}/${message.message_id}`);
    this.#put(message);
    if (message.from?.is_bot) this.#typing.delete(key);
    if (isNew && !message.service) this.unread.set(key, (this.unread.get(key) ?? 0) + 1);
  }

  on_edited({ message }) {
    this.#put(message);
  }

  on_deleted({ chat_id: chatId, message_ids: ids }) {
    for (const id of ids) this.#remove(chatId, id);
  }

  on_topic({ topic }) {
    this.topics.set(topic.thread_id, topic);
  }

  on_topic_deleted({ thread_id: threadId }) {
    this.topics.delete(threadId);
    const key = chatKey(this.group.id, threadId);
    this.#chats.delete(key);
    this.unread.delete(key);
  }

  on_person({ person }) {
    this.people.set(person.id, person);
  }

  on_typing({ chat_id: chatId, thread_id: threadId }) {
    this.#typing.set(chatKey(chatId, threadId), Date.now() + TYPING_MS);
    setTimeout(() => this.#tell({ type: "typing_over" }), TYPING_MS + 20);
  }

  #put(message) {
    const key = chatKey(message.chat_id, message.thread_id);
    const chat = this.#chats.get(key) ?? this.#chats.set(key, []).get(key);
    const place = this.#placeOf(chat, message.message_id);
    const known = chat[place]?.message_id === message.message_id;
    chat.splice(place, known ? 1 : 0, message);
    this.#where.set(`${message.chat_id}/${message.message_id}`, key);
  }

  #placeOf(chat, messageId) {
    let place = chat.length;
    while (place > 0 && chat[place - 1].message_id >= messageId) place -= 1;
    return place;
  }

  #remove(chatId, messageId) {
    const name = `${chatId}/${messageId}`;
    const chat = this.#chats.get(this.#where.get(name));
    this.#where.delete(name);
    const place = chat?.findIndex((message) => message.message_id === messageId) ?? -1;
    if (place >= 0) chat.splice(place, 1);
  }

  #tell(event) {
    for (const listener of this.#listeners) listener(event);
  }
}
