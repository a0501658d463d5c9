// The box one writes in: text, files, a reply or an edit. Each conversation keeps its own draft.

import { h, icon } from "./dom.js";
import { summary } from "./media.js";
import { openMenu, attempt } from "./overlays.js";
import { api } from "./api.js";

const MOST_FILES = 10; // Telegram's most in one album.
const SAMPLES = [
  { label: "Photo", icon: "image", testid: "sample-photo", media: "photo" },
  { label: "Voice message", icon: "mic", testid: "sample-voice", media: "voice" },
  { label: "Video", icon: "video", testid: "sample-video", media: "video" },
  { label: "Document", icon: "file", testid: "sample-document", media: "document" },
];

const emptyDraft = () => ({ text: "", replyTo: null, editing: null, files: [] });

export class Composer {
  #drafts = new Map();
  #key = null;
  #isSending = false;

  /**
   * `on` holds `send({text, replyTo, files})`, `edit(message, text)`, `sample(kind)` and `editLast()`, the first two
   * answering whether it went well; `name` starts the test ids.
   */
  constructor(root, { name, label, on }) {
    this.on = on;
    this.label = label;
    this.input = h(
      "textarea",
      {
        id: `${name}-input`,
        rows: "1",
        "aria-label": label,
        maxlength: "4096",
        autocomplete: "off",
        data: { testid: `${name}-composer` },
      },
    );
    this.picker = h("input", { type: "file", multiple: true, hidden: true, data: { testid: `${name}-file` } });
    const attach = h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": "Attach",
        title: "Attach",
        "aria-haspopup": "menu",
        "aria-expanded": "false",
        data: { testid: `${name}-attach` },
      },
      icon("attach"),
    );
    this.sendButton = h(
      "button",
      {
        type: "submit",
        class: "icon-button send",
        "aria-label": "Send",
        title: "Send (Enter)",
        data: { testid: `${name}-send` },
      },
      icon("send"),
    );
    this.strip = h("div", { class: "strip" });
    this.form = h(
      "form",
      { class: "composer" },
      this.strip,
      h("div", { class: "composer-line" }, attach, this.input, this.sendButton),
      this.picker,
    );
    root.append(this.form);
    attach.addEventListener("click", () => this.#attachMenu(attach));
    this.#listen();
  }

  get #draft() {
    return this.#drafts.get(this.#key) ?? this.#drafts.set(this.#key, emptyDraft()).get(this.#key);
  }

  /** Turns to the conversation `key`, with whatever was begun there. */
  turnTo(key, placeholder) {
    if (this.input.placeholder !== placeholder) this.input.placeholder = placeholder;
    if (key === this.#key) return;
    // What was begun before there was a conversation belongs to the first one.
    if (this.#key === null && this.#drafts.has(null)) this.#drafts.set(key, this.#draft).delete(null);
    this.#key = key;
    this.#paint();
  }

  forgetAll() {
    this.#drafts.clear();
    this.#paint();
  }

  replyTo(message) {
    Object.assign(this.#draft, { replyTo: message, editing: null });
    this.#paint();
    this.input.focus();
  }

  edit(message) {
    Object.assign(this.#draft, { editing: message, replyTo: null, files: [], text: message.text ?? message.caption ?? "" });
    this.#paint();
    this.input.focus();
    this.input.setSelectionRange(this.input.value.length, this.input.value.length);
  }

  #listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.input.addEventListener("input", () => {
      this.#draft.text = this.input.value;
      this.#fit();
    });
    this.input.addEventListener("keydown", (event) => this.#keyed(event));
    this.input.addEventListener(
      "paste",
      (event) => event.clipboardData.files.length && this.#take(event.clipboardData.files, event),
    );
    this.form.addEventListener("dragover", (event) => event.preventDefault());
    this.form.addEventListener("drop", (event) => this.#take(event.dataTransfer.files, event));
    this.picker.addEventListener("change", () => {
      this.#take(this.picker.files);
      this.picker.value = "";
    });
  }

  #keyed(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "Escape" && (this.#draft.editing || this.#draft.replyTo)) {
      this.#stopAnswering();
    } else if (event.key === "ArrowUp" && this.input.value === "" && !this.#draft.editing) {
      event.preventDefault();
      this.on.editLast();
    }
  }

  #stopAnswering() {
    const { editing } = this.#draft;
    Object.assign(this.#draft, { editing: null, replyTo: null, ...(editing && { text: "" }) });
    this.#paint();
    this.input.focus();
  }

  #attachMenu(anchor) {
    const sample = ({ media, ...item }) => ({ ...item, act: () => this.on.sample(media) });
    openMenu(anchor, [
      {
        label: "Photo or file…",
        hint: "Up to 10 at once",
        icon: "attach",
        testid: "attach-file",
        act: () => this.picker.click(),
      },
      { title: "Send a sample" },
      ...SAMPLES.map(sample),
      { label: "Album of three photos", icon: "image", testid: "sample-album", act: () => this.on.sample("album") },
      { label: "Location", icon: "place", testid: "sample-location", act: () => this.on.sample("location") },
      { label: "Contact", icon: "person", testid: "sample-contact", act: () => this.on.sample("contact") },
    ]);
  }

  async #take(files, event) {
    event?.preventDefault();
    const draft = this.#draft;
    for (const file of [...files].slice(0, MOST_FILES - draft.files.length)) {
      const kept = await attempt(() => api.upload(file));
      if (kept) draft.files.push({ type: kept.type, file_id: kept.file_id, name: kept.name });
    }
    this.#paint();
    this.input.focus();
  }

  async #submit() {
    const draft = this.#draft;
    const text = this.input.value.trim();
    if (this.#isSending || (!text && draft.files.length === 0)) return;
    this.#isSending = true;
    this.#drafts.set(this.#key, emptyDraft());
    this.#paint();
    const went = draft.editing ? await this.on.edit(
      draft.editing,
      text,
    ) : await this.on.send({ text, replyTo: draft.replyTo, files: draft.files });
    this.#isSending = false;
    if (!went && this.#draft.text === "") this.#drafts.set(this.#key, { ...draft, text });
    if (!went) this.#paint();
  }

  #paint() {
    const { text, replyTo, editing, files } = this.#draft;
    if (this.input.value !== text) this.input.value = text;
    const about = editing ?? replyTo;
    const rows = [];
    if (about) {
      const title = editing ? "Editing" : `Reply to ${about.from.name}`;
      rows.push(this.#stripRow(editing ? "edit" : "reply", title, summary(about), () => this.#stopAnswering()));
    }
    files.forEach((file, index) => rows.push(this.#stripRow(
      file.type === "photo" ? "image" : "file",
      file.name,
      "",
      () => this.#drop(index),
    )));
    this.strip.replaceChildren(...rows);
    this.sendButton.setAttribute("aria-label", editing ? "Save" : "Send");
    this.#fit();
  }

  #drop(index) {
    this.#draft.files.splice(index, 1);
    this.#paint();
  }

  #stripRow(symbol, title, words, remove) {
    const close = h(
      "button",
      { type: "button", class: "icon-button", "aria-label": `Remove: ${title}`, onclick: remove },
      icon("close"),
    );
    return h(
      "div",
      { class: "strip-row", data: { testid: "strip-row" } },
      icon(symbol),
      h("div", { class: "lines" }, h("span", { class: "name" }, title), words && h("span", { class: "small" }, words)),
      close,
    );
  }

  /** As high as its text, up to what the style allows; tinted while it holds a note. */
  #fit() {
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight}px`;
    this.form.classList.toggle("is-note", this.input.value.startsWith("//"));
    this.form.classList.toggle("is-empty", this.input.value.trim() === "" && this.#draft.files.length === 0);
  }
}
