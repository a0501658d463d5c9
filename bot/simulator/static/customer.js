// Left: the phone of one customer.

import { api } from "./api.js";
import { Conversation } from "./conversation.js";
import { byId, h, offer, paintAvatar, setText } from "./dom.js";
import { ask, attempt, openMenu } from "./overlays.js";
import { chatKey } from "./store.js";

const LANGUAGES = [
  ["en", "English"],
  ["sl", "Slovenian"],
  ["hr", "Croatian"],
  ["sr", "Serbian"],
  ["de", "German"],
  ["it", "Italian"],
  ["el", "Greek"],
];

const EXAMPLES = [
  { name: "A question", words: "Where is my order A-10234?", say: ["Where is my order A-10234?"] },
  { name: "Another question", words: "Are you open on Saturday?", say: ["Are you open on Saturday?"] },
  {
    name: "A complaint",
    words: "The lamp arrived broken and nobody picks up the phone!",
    say: ["The lamp arrived broken and nobody picks up the phone!"],
  },
  { name: "A person, please", words: "Can I talk to a real person?", say: ["Can I talk to a real person?"] },
  {
    name: "Several at once",
    words: "hi · I ordered a kettle last week · it still isn't here",
    say: ["hi", "I ordered a kettle last week", "it still isn't here"],
  },
];
const BETWEEN_MS = 350;

const languageOf = (code) => LANGUAGES.find(([known]) => known === code)?.[1] ?? code?.toUpperCase();
const firstName = (person) => person.name.split(" ")[0];

export class CustomerPane {
  #chosen = Number(sessionStorage.getItem("customer")) || null;

  constructor(store, changed) {
    this.store = store;
    this.changed = changed;
    this.conversation = new Conversation({
      name: "customer",
      label: "the customer",
      chat: byId("customer-chat"),
      composer: byId("customer-composer"),
      store,
      changed,
      showNames: false,
      who: () => ({ key: this.key, chatId: this.person?.chat_id, threadId: null, person: this.person }),
    });
    byId("customer-select").addEventListener("change", ({ target }) => this.choose(Number(target.value)));
    byId("add-customer").addEventListener("click", () => this.#add());
    byId("customer-menu").addEventListener("click", ({ currentTarget }) => this.#menu(currentTarget));
    this.keys = h("div", { class: "reply-keys", data: { testid: "reply-keys" } });
    this.conversation.composer.form.append(this.keys);
    byId("unblock").addEventListener("click", () => this.#block(false));
  }

  get person() {
    const { customers } = this.store;
    return customers.find((customer) => customer.id === this.#chosen) ?? customers[0];
  }

  /** The conversation on screen; null before there are customers. */
  get key() {
    return this.person ? chatKey(this.person.chat_id, null) : null;
  }

  /** Unread messages in every customer's chat. */
  get unread() {
    return this.store.customers.reduce((sum, { chat_id: id }) => sum + (this.store.unread.get(chatKey(id, null)) ?? 0), 0);
  }

  choose(id) {
    this.#chosen = id;
    sessionStorage.setItem("customer", String(id));
    this.changed();
  }

  draw() {
    const { person, store } = this;
    if (!person) return;
    this.#drawSelect();
    paintAvatar(byId("customer-avatar"), person.name, person.id);
    setText(byId("customer-title"), store.bot.name);
    const isTyping = store.isTyping(this.key);
    setText(byId("customer-status"), isTyping ? "typing…" : "bot");
    byId("customer-status").classList.toggle("typing", isTyping);
    byId("customer-blocked").hidden = !person.blocked;
    byId("customer-composer").hidden = Boolean(person.blocked);
    this.#drawReplyKeys();
    this.conversation.show(`Write as ${firstName(person)}…`, () => this.#empty());
  }

  /** The buttons that the bot put in place of the phone's keyboard, until it takes them away. */
  #drawReplyKeys() {
    const last = this.store.messages(this.key).findLast((message) => message.keyboard);
    const rows = Array.isArray(last?.keyboard) ? last.keyboard : [];
    const drawn = JSON.stringify(rows);
    if (this.keys.dataset.drawn === drawn) return;
    this.keys.dataset.drawn = drawn;
    const key = (button) => h(
      "button",
      { type: "button", class: "key", data: { testid: "reply-key" }, onclick: () => this.#answer(button) },
      button.text,
    );
    this.keys.replaceChildren(...rows.map((row) => h("div", { class: "keys" }, row.map(key))));
  }

  #answer(button) {
    if (button.request_contact) return this.conversation.sample("contact");
    if (button.request_location) return this.conversation.sample("location");
    return this.conversation.send({ text: button.text });
  }

  #drawSelect() {
    const options = this.store.customers.map((customer) => {
      const unread = this.store.unread.get(chatKey(customer.chat_id, null));
      const words = [customer.name, languageOf(customer.language_code)].filter(Boolean).join(" · ");
      return [String(customer.id), unread && customer.id !== this.person.id ? `${words} · ${unread} new` : words];
    });
    offer(byId("customer-select"), options, String(this.person.id));
  }

  #empty() {
    const { bot } = this.store;
    return [
      h("h3", {}, `Write to ${bot.name} as ${firstName(this.person)}`),
      h("p", {}, "Type anything below, or try one of these:"),
      h(
        "ul",
        { class: "examples" },
        EXAMPLES.map((example) => h(
          "li",
          {},
          h(
            "button",
            { type: "button", class: "example", data: { testid: "example" }, onclick: () => this.#say(example.say) },
            h("span", { class: "small" }, example.name),
            example.words,
          ),
        )),
      ),
    ];
  }

  async #say(lines) {
    const { person } = this;
    for (const [index, text] of lines.entries()) {
      if (index) await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
      const sent = await attempt(() => api.send({ chat_id: person.chat_id, from_id: person.id, text }));
      if (!sent) return;
      this.conversation.list.toBottom();
    }
  }

  #menu(anchor) {
    const { person } = this;
    openMenu(anchor, [
      { title: "Try an example" },
      ...EXAMPLES.map(({ name, words, say }) => ({
        label: name,
        hint: words,
        icon: "chat",
        testid: "menu-example",
        act: () => this.#say(say),
      })),
      { title: `As ${firstName(person)}` },
      person.blocked
        ? { label: "Unblock the bot", icon: "check", testid: "unblock-bot", act: () => this.#block(false) }
        : { label: "Block the bot", icon: "block", testid: "block-bot", danger: true, act: () => this.#block(true) },
    ]);
  }

  #block(blocked) {
    return attempt(() => api.block(this.person.id, blocked));
  }

  async #add() {
    const answer = await ask({
      title: "Add a customer",
      fields: [
        { name: "name", label: "Name", required: true },
        { name: "language_code", label: "Language of their Telegram", options: LANGUAGES },
      ],
      submit: "Add",
    });
    if (!answer) return;
    const person = await attempt(() => api.addCustomer(answer));
    if (person) this.choose(person.id);
  }
}
