// Right: the agents' group, with its topics and the one that is open.

import { api } from "./api.js";
import { Conversation } from "./conversation.js";
import { byId, drawIcons, h, icon, offer, paintAvatar, setText } from "./dom.js";
import { summary } from "./media.js";
import { ask, attempt, openMenu } from "./overlays.js";
import { chatKey } from "./store.js";
import { GENERAL, TopicList, paintTopic } from "./topics.js";

const EMPTY_TOPIC = { thread_id: GENERAL, title: "General", icon: null };

export class AgentsPane {
  #member = Number(sessionStorage.getItem("member")) || null;
  #topicId = sessionStorage.getItem("topic") === null ? null : Number(sessionStorage.getItem("topic"));

  constructor(store, changed) {
    this.store = store;
    this.changed = changed;
    this.pane = byId("agents");
    this.pinned = h(
      "button",
      {
        type: "button",
        class: "pinned-bar",
        hidden: true,
        data: { testid: "pinned" },
        onclick: () => this.conversation.list.jumpTo(this.pinned.dataset.message),
      },
    );
    this.closed = h(
      "div",
      { class: "closed-bar", hidden: true, data: { testid: "closed" } },
      h("span", { data: { icon: "lock" } }),
      h("span", {}, "This topic is closed."),
      h("button", { type: "button", class: "button", data: { testid: "reopen" }, onclick: () => this.#act("reopen") }, "Reopen"),
    );
    drawIcons(this.closed);
    byId("agents-chat").before(this.pinned);
    this.conversation = new Conversation({
      name: "agents",
      label: "an agent",
      chat: byId("agents-chat"),
      composer: byId("agents-composer"),
      store,
      changed,
      showNames: true,
      who: () => ({ key: this.key, chatId: store.group.id, threadId: this.#topicId || null, person: this.person }),
    });
    this.select = h("select", { data: { testid: "member-select" }, onchange: ({ target }) => this.#be(Number(target.value)) });
    this.avatar = h("span", { class: "avatar small", "aria-hidden": "true" });
    this.conversation.composer.form.prepend(
      this.closed,
      h(
        "div",
        { class: "as" },
        this.avatar,
        h("label", { class: "field-inline" }, h("span", { class: "as-label" }, "Writing as"), this.select),
        h("span", { class: "note-mark" }, icon("lock"), "Private note: the customer won't see it"),
      ),
    );
    this.topics = new TopicList(byId("topic-list"), { store, choose: (id) => this.choose(id) });
    byId("topic-back").addEventListener("click", () => this.#back());
    byId("topic-menu").addEventListener("click", ({ currentTarget }) => this.#topicMenu(currentTarget));
    byId("group-menu").addEventListener("click", ({ currentTarget }) => this.#groupMenu(currentTarget));
    for (const event of ["pointerleave", "focusout"]) byId("topic-list").addEventListener(event, changed);
  }

  get person() {
    const { members } = this.store;
    return members.find((member) => member.id === this.#member) ?? members[0];
  }

  get topic() {
    return this.#topicId === GENERAL ? EMPTY_TOPIC : this.store.topics.get(this.#topicId);
  }

  /** The conversation on screen; null while no topic is open. */
  get key() {
    return this.topic && this.store.group ? chatKey(this.store.group.id, this.#topicId) : null;
  }

  /** Unread messages in all topics. */
  get unread() {
    const general = this.store.unread.get(chatKey(this.store.group.id, GENERAL)) ?? 0;
    return [...this.store.topics.keys()].reduce(
      (sum, id) => sum + (this.store.unread.get(chatKey(this.store.group.id, id)) ?? 0),
      general,
    );
  }

  choose(id) {
    this.#topicId = id;
    if (id === null) sessionStorage.removeItem("topic");
    else sessionStorage.setItem("topic", String(id));
    this.changed();
  }

  /** The first case opens by itself where both panes fit: nobody can have been about to click there. */
  onTopic(topic) {
    const hasRoom = this.pane.offsetParent !== null && getComputedStyle(byId("topic-back")).display === "none";
    if (!this.topic && hasRoom && !topic.closed) this.choose(topic.thread_id);
  }

  draw() {
    const { store, topic } = this;
    setText(byId("group-title"), store.group.title);
    setText(byId("group-status"), `${store.members.length} ${store.members.length === 1 ? "member" : "members"} and the bot`);
    this.pane.classList.toggle("has-topic", Boolean(topic));
    this.topics.draw(this.#topicId);
    byId("topic").classList.toggle("is-idle", !topic);
    if (topic) this.#drawTopic(topic);
    else this.#drawIdle();
  }

  #drawTopic(topic) {
    const isTyping = this.store.isTyping(this.key);
    setText(byId("topic-title"), topic.title);
    setText(
      byId("topic-status"),
      isTyping ? "typing…" : topic.thread_id === GENERAL ? "For the whole group" : topic.closed ? "Closed" : "Open",
    );
    byId("topic-status").classList.toggle("typing", isTyping);
    byId("topic-menu").hidden = topic.thread_id === GENERAL;
    paintTopic(byId("topic-avatar"), topic);
    this.#drawPinned(topic);
    this.closed.hidden = !topic.closed;
    this.#drawMembers();
    const hint = topic.thread_id === GENERAL ? "Write to the group…" : "Reply, or // for a private note…";
    this.conversation.show(
      hint,
      () => [h("h3", {}, "Nothing here yet"), h("p", {}, "What is written in this topic appears here.")],
    );
  }

  #drawIdle() {
    this.pinned.hidden = true;
    const hasTopics = this.store.topics.size > 0;
    const words = hasTopics ? ["Choose a topic", "Each topic is one customer's case."] : [
      "The team's side",
      "Send a complaint or ask for a person as the customer, and the case appears here with its promise and its buttons.",
    ];
    this.conversation.list.show(
      `idle-${hasTopics}`,
      [],
      { viewerId: null, botId: null },
      () => [h("h3", {}, words[0]), h("p", {}, words[1])],
    );
  }

  #drawPinned(topic) {
    const message = topic.pinned_id && this.store.message(this.store.group.id, topic.pinned_id);
    this.pinned.hidden = !message;
    if (!message) return;
    const words = summary(message);
    if (this.pinned.dataset.words === words && this.pinned.dataset.message === String(message.message_id)) return;
    Object.assign(this.pinned.dataset, { words, message: String(message.message_id) });
    this.pinned.replaceChildren(
      icon("pin"),
      h("span", { class: "lines" }, h("span", { class: "name" }, "Pinned message"), h("span", { class: "words" }, words)),
    );
  }

  #drawMembers() {
    const options = this.store.members.map(({ id, name, role }) => [
      String(id),
      role === "administrator" ? `${name} (supervisor)` : name,
    ]);
    offer(this.select, options, String(this.person.id));
    paintAvatar(this.avatar, this.person.name, this.person.id);
  }

  #be(id) {
    this.#member = id;
    sessionStorage.setItem("member", String(id));
    this.changed();
  }

  #back() {
    const id = this.#topicId;
    this.choose(null);
    requestAnimationFrame(() => document.querySelector(`.topic-item[data-thread-id="${id}"]`)?.focus());
  }

  #topicMenu(anchor) {
    const { topic } = this;
    openMenu(anchor, [
      topic.closed
        ? { label: "Reopen the topic", icon: "chat", testid: "topic-reopen", act: () => this.#act("reopen") }
        : { label: "Close the topic", icon: "lock", testid: "topic-close", act: () => this.#act("close") },
      {
        label: "Delete the topic",
        hint: "With all its messages",
        icon: "trash",
        danger: true,
        testid: "topic-delete",
        act: () => this.#act("delete"),
      },
    ]);
  }

  #act(action) {
    return attempt(() => api.topic(this.#topicId, action));
  }

  #groupMenu(anchor) {
    openMenu(anchor, [
      { title: "Members" },
      ...this.store.members.map(({ id, name, role }) => ({
        label: name,
        hint: role === "administrator" ? "Supervisor" : "Agent",
        icon: "person",
        testid: "group-member",
        checked: id === this.person.id,
        act: () => this.#be(id),
      })),
      { title: "Group" },
      { label: "Add a member…", icon: "person-plus", testid: "add-member", act: () => this.#add() },
    ]);
  }

  async #add() {
    const answer = await ask({
      title: "Add a member",
      fields: [
        { name: "name", label: "Name", required: true },
        { name: "administrator", label: "Administrator of the group (a supervisor)", checkbox: true },
      ],
      submit: "Add",
    });
    if (!answer) return;
    const person = await attempt(() => api.addMember({ name: answer.name, administrator: Boolean(answer.administrator) }));
    if (person) this.#be(person.id);
  }
}
