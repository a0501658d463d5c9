// A conversation on screen: rows kept by key, the newest in view unless one is reading further up.

import { createRow, spoken, updateRow } from "./bubble.js";
import { announce, h, icon } from "./dom.js";
import { rowsOf } from "./rows.js";

const WINDOW = 200; // Rows in the page at first; more are added on the way up, so that a long chat stays light.
const NEAR_TOP_PX = 400;
const AT_BOTTOM_PX = 40;
const FAR_PX = 400;

export class MessageList {
  #rows = new Map();
  #key = null;
  #lastId = 0;
  #limit = WINDOW;
  #isStuck = true;
  #fresh = 0;
  #shown = null;

  /** `on` holds what rows ask for: `menu(message, anchor)`, `press(message, data)`, `react(message, emoji)`. */
  constructor(root, { testid, label, on }) {
    this.on = on;
    this.list = h("ol", { class: "messages", data: { testid } });
    this.empty = h("div", { class: "empty", hidden: true });
    this.scroller = h("div", { class: "scroller", role: "region", "aria-label": label, tabindex: "-1" }, this.empty, this.list);
    this.pill = h(
      "button",
      { type: "button", class: "pill", hidden: true, data: { testid: "new-messages" }, onclick: () => this.toBottom() },
    );
    this.region = h("p", { class: "sr", "aria-live": "polite" });
    root.append(this.scroller, this.pill, this.region);
    this.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.list.addEventListener("click", (event) => this.#clicked(event));
    this.list.addEventListener("contextmenu", (event) => this.#contextMenu(event));
    this.list.addEventListener("keydown", (event) => this.#keyed(event));
    const sizes = new ResizeObserver(() => this.#isStuck && !this.#isAiming() && this.#scrollDown());
    sizes.observe(this.list);
    sizes.observe(this.scroller);
  }

  /** Shows `messages` of the conversation `key`; `empty` is what to show instead when there are none. */
  show(key, messages, context, empty) {
    if (key !== this.#key) this.#open(key, messages);
    this.#shown = { messages, context };
    const rows = rowsOf(messages, context.viewerId, context.botId);
    this.list.hidden = rows.length === 0;
    this.#showEmpty(rows.length === 0 && `${key}/${context.viewerId}`, empty);
    const arrived = this.#arrivals(messages);
    if (!this.#isStuck) this.#limit += arrived.length;
    this.#keepingPlace(() => this.#draw(rows, context));
    this.#tellOf(arrived, context.viewerId);
  }

  /** Goes to the newest message, and stays there. */
  toBottom() {
    this.#isStuck = true;
    this.#fresh = 0;
    this.#scrollDown();
    this.#paintPill();
  }

  /** Brings a message into view and lights it up for a moment. */
  jumpTo(messageId) {
    this.#limit = Math.max(this.#limit, this.#shown.messages.length);
    this.#redraw();
    const element = this.list.querySelector(`[data-message-id="${messageId}"]`);
    if (!element) return;
    this.#isStuck = false;
    element.scrollIntoView({ block: "center" });
    element.classList.remove("lit");
    void element.offsetWidth; // Restarts the animation.
    element.classList.add("lit");
    element.focus({ preventScroll: true });
  }

  /** Draws the empty place once for each conversation, so that what one is about to click stays there. */
  #showEmpty(name, build) {
    this.empty.hidden = !name;
    if (this.empty.dataset.name === String(name)) return;
    this.empty.dataset.name = String(name);
    this.empty.replaceChildren(...(name ? build() : []));
  }

  #open(key, messages) {
    this.#key = key;
    this.#limit = WINDOW;
    this.#fresh = 0;
    this.#isStuck = true;
    this.#lastId = messages.at(-1)?.message_id ?? 0;
    this.#rows.clear();
    this.list.replaceChildren();
  }

  #arrivals(messages) {
    const arrived = messages.filter((message) => message.message_id > this.#lastId);
    this.#lastId = Math.max(this.#lastId, messages.at(-1)?.message_id ?? 0);
    return arrived;
  }

  #tellOf(arrived, viewerId) {
    const others = arrived.filter((message) => message.from?.id !== viewerId && !message.service);
    if (others.length) announce(this.region, others.map(spoken).join(". "));
    if (!this.#isStuck) this.#fresh += others.length;
    this.#paintPill();
  }

  /** Runs `change`; then the bottom is in view again, or else what was at the top of the view is still there. */
  #keepingPlace(change) {
    const anchor = this.#isStuck ? null : this.#firstInView();
    const before = anchor?.getBoundingClientRect().top;
    const isHeld = this.#isStuck && this.#isAiming();
    change();
    if (isHeld && this.#toGo() > 1) this.#isStuck = false;
    if (this.#isStuck) this.#scrollDown();
    else if (anchor?.isConnected) this.scroller.scrollTop += anchor.getBoundingClientRect().top - before;
  }

  #draw(rows, context) {
    const shown = rows.slice(-this.#limit);
    const keys = new Set(shown.map((row) => row.key));
    for (const [key, { element }] of this.#rows) {
      if (keys.has(key)) continue;
      element.remove();
      this.#rows.delete(key);
    }
    let next = this.list.firstChild;
    for (const row of shown) {
      const known = this.#rows.get(row.key);
      const element = known?.element ?? createRow(row, context);
      const stamp = stampOf(row, context);
      if (known && !isSame(known, row, stamp)) updateRow(element, row, context);
      this.#rows.set(row.key, { element, row, stamp });
      if (element === next) next = next.nextSibling;
      else this.list.insertBefore(element, next);
    }
    this.#makeReachable();
  }

  #redraw() {
    const { messages, context } = this.#shown;
    this.#keepingPlace(() => this.#draw(rowsOf(messages, context.viewerId, context.botId), context));
  }

  /** One row is a stop of the Tab key: the focused one, or else the newest. */
  #makeReachable() {
    const old = this.list.querySelector('.row[tabindex="0"]');
    const focused = this.list.querySelector(".row:focus");
    const newest = focused ?? [...this.list.querySelectorAll(".row")].at(-1);
    if (old === newest) return;
    old?.setAttribute("tabindex", "-1");
    newest?.setAttribute("tabindex", "0");
  }

  // --- where one is

  /** Pixels between the view and the newest message. */
  #toGo() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  #scrollDown() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  #scrolled() {
    this.#isStuck = this.#toGo() < AT_BOTTOM_PX;
    if (this.#isStuck) this.#fresh = 0;
    this.#paintPill();
    if (this.scroller.scrollTop < NEAR_TOP_PX && this.#shown && this.#rows.size >= this.#limit) {
      this.#limit += WINDOW;
      this.#redraw();
    }
  }

  /** True while the pointer rests on a button of ours that was not pressed yet: then nothing may move. */
  #isAiming() {
    return this.list.querySelector(".key:hover:not([data-pressed])") !== null;
  }

  #firstInView() {
    const top = this.scroller.getBoundingClientRect().top;
    for (const element of this.list.children) if (element.getBoundingClientRect().bottom > top) return element;
    return null;
  }

  #paintPill() {
    this.pill.hidden = this.#fresh === 0 && this.#toGo() < FAR_PX;
    const words = this.#fresh ? `${this.#fresh} new ${this.#fresh === 1 ? "message" : "messages"}` : "Newest";
    if (this.pill.dataset.words === words) return;
    this.pill.dataset.words = words;
    this.pill.replaceChildren(icon("down"), words);
  }

  // --- what one does

  #rowOf(element) {
    return this.#rows.get(element.closest(".row")?.dataset.key)?.row;
  }

  #clicked(event) {
    const target = event.target.closest("[data-act]");
    const row = this.#rowOf(event.target);
    if (!row) return;
    if (!target) {
      this.#tapped(event, row);
      return;
    }
    const [first, last] = [row.messages[0], row.messages.at(-1)];
    if (target.dataset.act === "menu") this.on.menu(first, target);
    else if (target.dataset.act === "jump") this.jumpTo(target.dataset.target);
    else if (target.dataset.act === "react") this.on.react(first, target.dataset.emoji);
    else if (target.dataset.act === "press" && target.getAttribute("aria-busy") !== "true") {
      target.dataset.pressed = "";
      if (this.#toGo() < FAR_PX) this.toBottom(); // What comes of it is to be seen.
      this.on.press(last, target.dataset.payload);
    }
  }

  /** With a finger there is nothing to hover: a tap on the bubble opens its menu. */
  #tapped(event, row) {
    const bubble = event.target.closest(".bubble");
    const isFinger = matchMedia("(hover: none)").matches;
    const isElsewhere = !bubble || event.target.closest("a, button, input, video, .spoiler");
    if (!isFinger || isElsewhere || !getSelection().isCollapsed) return;
    this.on.menu(row.messages[0], bubble.closest(".row").querySelector(".row-menu"));
  }

  #contextMenu(event) {
    if (event.target.closest("a, img, video") || !getSelection().isCollapsed) return;
    const row = this.#rowOf(event.target);
    if (!row) return;
    event.preventDefault();
    this.on.menu(row.messages[0], event.target.closest(".row").querySelector(".row-menu"));
  }

  #keyed(event) {
    if (!event.target.matches(".row")) return;
    const rows = [...this.list.querySelectorAll(".row")];
    const index = rows.indexOf(event.target);
    const goal = { ArrowUp: index - 1, ArrowDown: index + 1, Home: 0, End: rows.length - 1 }[event.key];
    if (goal === undefined) {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.on.menu(this.#rowOf(event.target).messages[0], event.target.querySelector(".row-menu"));
      return;
    }
    event.preventDefault();
    if (!rows[goal]) return;
    event.target.setAttribute("tabindex", "-1");
    rows[goal].setAttribute("tabindex", "0");
    rows[goal].focus();
  }
}

/** What a row's looks depend on besides its messages. */
function stampOf(row, { viewerId, pressing }) {
  return row.type === "bubble" ? [
    viewerId,
    row.isOwn,
    row.isFirst,
    row.isLast,
    row.isSeen,
    pressing(row.messages.at(-1)),
  ].join() : "";
}

/** True where nothing can have changed; a reply may, by its original. */
function isSame(known, row, stamp) {
  if (row.type !== "bubble") return true;
  const { messages } = known.row;
  if (known.stamp !== stamp || messages.length !== row.messages.length) return false;
  return row.messages.every((message, index) => message === messages[index] && !message.reply_to);
}
