// The list of topics. Newest first, but while one points at it or moves in it nothing changes place.

import { h, icon, setText } from "./dom.js";
import { summary } from "./media.js";
import { chatKey } from "./store.js";
import { brief, exact } from "./time.js";

export const GENERAL = 0;

export class TopicList {
  #items = new Map();
  #order = [];

  constructor(root, { store, choose }) {
    this.store = store;
    this.choose = choose;
    this.open = h("ul", { class: "topic-items", "aria-label": "Open topics" });
    this.closedTitle = h("h3", { class: "list-title" }, "Closed");
    this.closed = h("ul", { class: "topic-items", "aria-label": "Closed topics" });
    this.general = h("ul", { class: "topic-items general", "aria-label": "The group's own topic" });
    this.empty = h(
      "div",
      { class: "list-empty" },
      h("p", {}, "No cases yet."),
      h("p", { class: "small" }, "When a customer needs a person, Keepword opens a topic here."),
    );
    root.append(this.empty, this.open, this.closedTitle, this.closed, this.general);
    this.root = root;
    root.addEventListener("keydown", (event) => this.#keyed(event));
  }

  draw(chosen) {
    const topics = [...this.store.topics.values()];
    this.#sort(topics);
    const place = (list, wanted) => {
      const elements = wanted.map((topic) => this.#item(topic, chosen));
      const isSame = elements.length === list.children.length && elements.every((one, index) => list.children[index] === one);
      if (!isSame) list.replaceChildren(...elements);
    };
    const sorted = this.#order.map((id) => this.store.topics.get(id)).filter(Boolean);
    place(this.open, sorted.filter((topic) => !topic.closed));
    place(this.closed, sorted.filter((topic) => topic.closed));
    place(this.general, [{ thread_id: GENERAL, title: "General", icon: null }]);
    this.empty.hidden = topics.length > 0;
    this.closedTitle.hidden = this.closed.children.length === 0;
    for (const id of this.#items.keys()) if (id !== GENERAL && !this.store.topics.has(id)) this.#items.delete(id);
  }

  #sort(topics) {
    topics.sort((a, b) => this.#lastAt(b) - this.#lastAt(a) || b.thread_id - a.thread_id);
    const newest = topics.map((topic) => topic.thread_id);
    const isInUse = this.root.matches(":hover") || this.root.matches(":focus-within");
    this.#order = isInUse ? [...new Set([...this.#order, ...newest])] : newest;
  }

  #lastAt(topic) {
    const last = this.store.messages(chatKey(this.store.group.id, topic.thread_id)).at(-1);
    return Date.parse(last?.at ?? topic.last_at);
  }

  #item(topic, chosen) {
    const id = topic.thread_id;
    const element = this.#items.get(id) ?? this.#create(id);
    this.#items.set(id, element);
    const parts = element.parts;
    const key = chatKey(this.store.group.id, id);
    const last = this.store.messages(key).findLast((message) => !message.service) ?? this.store.messages(key).at(-1);
    const unread = this.store.unread.get(key) ?? 0;
    const at = last?.at ?? topic.last_at;
    setText(parts.title, topic.title);
    setText(parts.words, last ? preview(last) : "Nothing yet");
    setText(parts.time, at ? brief(at) : "");
    if (at) parts.time.title = exact(at);
    setText(parts.count, unread ? String(unread) : "");
    parts.count.hidden = unread === 0;
    setText(parts.unread, unread ? `, ${unread} unread` : "");
    paintTopic(parts.avatar, topic);
    parts.lock.hidden = !topic.closed;
    parts.button.setAttribute("aria-current", String(id === chosen));
    return element;
  }

  #create(id) {
    const parts = {
      avatar: h("span", { class: "avatar", "aria-hidden": "true" }),
      title: h("span", { class: "name" }),
      words: h("span", { class: "words" }),
      time: h("time", {}),
      count: h("span", { class: "count", "aria-hidden": "true" }),
      unread: h("span", { class: "sr" }),
      lock: h("span", { class: "lock", title: "Closed" }, icon("lock")),
    };
    parts.button = h(
      "button",
      {
        type: "button",
        class: "topic-item",
        data: { testid: id === GENERAL ? "topic-general" : "topic-item", threadId: String(id) },
        onclick: () => this.choose(id),
      },
      parts.avatar,
      h(
        "span",
        { class: "lines" },
        h("span", { class: "line" }, parts.lock, parts.title, parts.unread, parts.time),
        h("span", { class: "line" }, parts.words, parts.count),
      ),
    );
    const element = h("li", {}, parts.button);
    element.parts = parts;
    return element;
  }

  #keyed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const buttons = [...this.root.querySelectorAll(".topic-item")];
    const goal = buttons[buttons.indexOf(document.activeElement) + step];
    if (!goal) return;
    event.preventDefault();
    goal.focus();
  }
}

function preview(message) {
  if (message.service) return message.service;
  return message.from.is_bot ? summary(message) : `${message.from.name.split(" ")[0]}: ${summary(message)}`;
}

/** A topic's own icon where it has one, else the first letter of its title on its colour. */
export function paintTopic(avatar, topic) {
  const symbol = typeof topic.icon === "string" && /\p{Extended_Pictographic}/u.test(topic.icon) ? topic.icon : null;
  const drawn = JSON.stringify([symbol, topic.title, topic.thread_id]);
  if (avatar.dataset.drawn === drawn) return;
  avatar.dataset.drawn = drawn;
  avatar.classList.add("square");
  avatar.classList.toggle("pictured", symbol !== null);
  avatar.dataset.tint = String(topic.thread_id % 6);
  const letter = topic.title.match(/\p{L}|\p{N}/u)?.[0].toUpperCase();
  avatar.replaceChildren(topic.thread_id === GENERAL ? icon("hash") : (symbol ?? letter ?? "#"));
}
