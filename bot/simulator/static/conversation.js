// What both sides share: a list of messages, a composer, and what one may do with a message.

import { api } from "./api.js";
import { Composer } from "./composer.js";
import { MessageList } from "./messages.js";
import { attempt, openMenu, toast } from "./overlays.js";

const REACTIONS = ["👍", "👎", "❤", "🔥", "🎉", "😢"];
const PRESS_TIMEOUT_MS = 10_000;
const LJUBLJANA = { latitude: 46.05108, longitude: 14.50513 };

export class Conversation {
  #pressed = new Map();
  #answered = new Map();

  /** `who()` answers `{key, chatId, threadId, person}`: the conversation on screen and who writes there. */
  constructor({ name, label, chat, composer, store, who, showNames, changed }) {
    this.store = store;
    this.who = who;
    this.showNames = showNames;
    this.changed = changed;
    this.list = new MessageList(chat, {
      testid: `${name}-messages`,
      label: `Messages of ${label}`,
      on: {
        menu: (message, anchor) => this.#menu(message, anchor),
        react: (message, emoji) => this.#react(message, emoji),
        press: (message, data) => this.#press(message, data),
      },
    });
    this.composer = new Composer(composer, {
      name,
      label: `Message as ${label}`,
      on: {
        send: (draft) => this.send(draft),
        edit: (message, text) => this.#edit(message, text),
        sample: (kind) => this.sample(kind),
        editLast: () => this.#editLast(),
      },
    });
  }

  /** Draws the conversation; `empty` answers what to show where there are no messages. */
  show(placeholder, empty) {
    const { key, chatId, person } = this.who();
    const context = {
      viewerId: person?.id,
      botId: this.store.bot.id,
      people: this.store.people,
      showNames: this.showNames,
      message: (id) => this.store.message(chatId, id),
      pressing: (message) => this.#pressed.get(`${message.chat_id}/${message.message_id}`),
    };
    this.list.show(key, this.store.messages(key), context, empty);
    this.composer.turnTo(key, placeholder);
  }

  /** Sends a text, files, or both; answers whether that went well. */
  async send({ text, replyTo = null, files = [] }) {
    const words = text || undefined;
    const base = { ...this.#base(), reply_to: replyTo?.message_id };
    this.list.toBottom();
    const items = files.map(({ type, file_id: id }) => ({ type, file_id: id }));
    const sent = await attempt(() => {
      if (items.length === 0) return api.send({ ...base, text: words });
      if (isAlbum(items)) return api.album({
        ...this.#base(),
        items: items.map((item, index) => (index ? item : { ...item, caption: words })),
      });
      return sendEach(items, base, words);
    });
    return sent !== undefined;
  }

  /** The bot answered a press: its button is free again. */
  onCallback({ callback_id: id }) {
    const release = this.#answered.get(id);
    if (release) release();
    else this.#answered.set(id, null); // It was answered before the press itself returned.
  }

  #base() {
    const { chatId, threadId, person } = this.who();
    return { chat_id: chatId, from_id: person.id, thread_id: threadId ?? undefined };
  }

  async #edit(message, text) {
    const { chatId, person } = this.who();
    const edit = { chat_id: chatId, message_id: message.message_id, from_id: person.id, text };
    return (await attempt(() => api.edit(edit))) !== undefined;
  }

  #editLast() {
    const { key, person } = this.who();
    const last = this.store.messages(key).findLast((message) => isEditable(message, person));
    if (last) this.composer.edit(last);
  }

  /** Sends a small something of a kind: a type of media, `album`, `location` or `contact`. */
  sample(kind) {
    const base = this.#base();
    this.list.toBottom();
    const photo = { type: "photo" };
    return attempt(() => {
      if (kind === "album") return api.album({ ...base, items: [photo, photo, photo] });
      if (kind === "location") return api.send({ ...base, location: LJUBLJANA });
      if (kind === "contact") return api.send({
        ...base,
        contact: { phone_number: "+386 40 123 456", first_name: this.who().person.name },
      });
      return api.send({ ...base, media: { type: kind } });
    });
  }

  #menu(message, anchor) {
    const { person } = this.who();
    const words = message.text ?? message.caption;
    openMenu(anchor, [
      { emojis: REACTIONS, chosen: this.#mine(message), act: (emoji) => this.#react(message, emoji) },
      { label: "Reply", icon: "reply", testid: "reply", act: () => this.composer.replyTo(message) },
      isEditable(message, person) && { label: "Edit", icon: "edit", testid: "edit", act: () => this.composer.edit(message) },
      words && {
        label: "Copy the text",
        icon: "copy",
        testid: "copy",
        act: () => attempt(() => navigator.clipboard.writeText(words)),
      },
    ]);
  }

  #mine(message) {
    const { person } = this.who();
    return message.reactions?.find((reaction) => reaction.from_id === person.id)?.emoji;
  }

  #react(message, emoji) {
    const { chatId, person } = this.who();
    const wanted = this.#mine(message) === emoji ? "" : emoji;
    return attempt(() => api.react({ chat_id: chatId, message_id: message.message_id, from_id: person.id, emoji: wanted }));
  }

  async #press(message, data) {
    const { chatId, person } = this.who();
    const name = `${chatId}/${message.message_id}`;
    const release = () => {
      clearTimeout(timer);
      if (this.#pressed.delete(name)) this.changed();
    };
    const timer = setTimeout(() => {
      if (this.#pressed.has(name)) toast("The bot hasn't answered this button. Is it running?", "problem");
      release();
    }, PRESS_TIMEOUT_MS);
    this.#pressed.set(name, data);
    this.changed();
    const press = await attempt(() => api.press({ chat_id: chatId, message_id: message.message_id, from_id: person.id, data }));
    if (press === undefined || this.#answered.has(press.callback_id)) release();
    else this.#answered.set(press.callback_id, release);
  }
}

/** Telegram groups pictures with films, and files or songs only with their like. */
function isAlbum(items) {
  const kinds = new Set(items.map(({ type }) => (type === "video" ? "photo" : type)));
  return items.length > 1 && kinds.size === 1 && ["photo", "audio", "document"].includes([...kinds][0]);
}

async function sendEach(items, base, caption) {
  const sent = [];
  for (const [
    index,
    media,
  ] of items.entries()) sent.push(await api.send({ ...base, media, caption: index ? undefined : caption }));
  return sent;
}

function isEditable(message, person) {
  const hasWords = (message.text ?? message.caption ?? null) !== null;
  return message.from?.id === person.id && !message.service && hasWords;
}
