// One row of a conversation as elements. A row that changes is patched part by part: what did not change stays
// (a voice message goes on playing, a button keeps the focus).

import { h, icon, paintAvatar } from "./dom.js";
import { formatted } from "./entities.js";
import { mediaOf, summary } from "./media.js";
import { clock, exact } from "./time.js";

const NOTE = /^\/\//;
const PICTURES = new Set(["photo", "animation", "sticker"]);

/** A new element for `row`; `context` is `{showNames, message(id), pressing(message, data), people, viewerId}`. */
export function createRow(row, context) {
  if (row.type === "day") return h("li", { class: "day" }, h("span", {}, row.label));
  if (row.type === "service") return serviceRow(row.message);
  const element = bubbleRow(row, context);
  updateRow(element, row, context);
  return element;
}

function serviceRow(message) {
  return h(
    "li",
    { class: "service", data: { testid: "service", messageId: message.message_id } },
    h("span", { title: exact(message.at) }, message.service),
  );
}

function bubbleRow(row, context) {
  const part = (name, tag = "div") => h(tag, { class: name });
  const parts = {
    author: part("author"),
    quote: part("quote-slot"),
    media: part("media-slot"),
    text: part("text"),
    keyboard: part("keyboard"),
    reactions: part("reactions"),
  };
  const menu = h(
    "button",
    {
      type: "button",
      class: "icon-button row-menu",
      tabindex: "-1",
      "aria-label": "Message options",
      title: "React, reply, more",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      data: { act: "menu", testid: "message-menu" },
    },
    icon("smile"),
  );
  const bubble = h("div", { class: "bubble" }, parts.author, parts.quote, parts.media, parts.text);
  const stack = h("div", { class: "stack" }, bubble, parts.keyboard, parts.reactions);
  const avatar = context.showNames && h("span", { class: "avatar small", "aria-hidden": "true" });
  const first = row.messages[0];
  const element = h(
    "li",
    { tabindex: "-1", data: { testid: "message", key: row.key, messageId: first.message_id } },
    avatar,
    stack,
    menu,
  );
  element.parts = { ...parts, bubble, avatar, drawn: {} };
  return element;
}

/** Brings the element of a bubble level with `row`. */
export function updateRow(element, row, context) {
  if (row.type !== "bubble") return;
  const { messages } = row;
  const [first, last] = [messages[0], messages.at(-1)];
  const worded = messages.find((message) => message.text ?? message.caption) ?? first;
  const text = worded.text ?? worded.caption ?? "";
  const side = row.isOwn ? "own" : "other";
  element.className = [
    "row",
    side,
    row.isFirst && "first",
    row.isLast && "last",
    first.pinned && "pinned",
  ].filter(Boolean).join(" ");
  element.dataset.from = first.from.name;
  element.parts.bubble.className = bubbleClass(first, text, isNote(first, text, context));

  const draw = (name, input, build) => {
    const key = JSON.stringify(input);
    if (element.parts.drawn[name] === key) return;
    element.parts.drawn[name] = key;
    element.parts[name].replaceChildren(...build());
  };
  draw(
    "author",
    [context.showNames && !row.isOwn && row.isFirst, first.from, role(first, context)],
    () => authorOf(row, context),
  );
  if (context.showNames) drawAvatar(element.parts.avatar, row);
  draw("quote", quoted(first, context), () => quoteOf(first, context));
  draw(
    "media",
    messages.map((message) => message.media),
    () => (messages.some((message) => message.media) ? [mediaOf(messages.filter((message) => message.media))] : []),
  );
  draw(
    "text",
    [text, worded.entities, worded.caption_entities, last.at, last.edited_at, first.pinned, row.isOwn, row.isSeen],
    () => textOf(row, worded, text, row.isOwn && !context.showNames),
  );
  draw("keyboard", [last.buttons, context.pressing(last)], () => keyboardOf(last, context));
  draw(
    "reactions",
    [messages.flatMap((message) => message.reactions ?? []), context.viewerId],
    () => reactionsOf(messages, context),
  );
}

function bubbleClass({ media }, text, isANote) {
  const names = ["bubble"];
  if (media) names.push("has-media", `is-${media.type}`);
  if (media && !text) names.push("bare");
  if (PICTURES.has(media?.type)) names.push("is-over-picture");
  if (isANote) names.push("note");
  return names.join(" ");
}

/** In the group, `//` starts a note that stays among the agents. */
function isNote(message, text, context) {
  return context.showNames && !message.from.is_bot && NOTE.test(text);
}

function role(message, context) {
  if (message.from.is_bot) return "bot";
  return context.people.get(message.from.id)?.role === "administrator" ? "supervisor" : null;
}

function authorOf(row, context) {
  const [message] = row.messages;
  if (!context.showNames || row.isOwn || !row.isFirst) return [];
  const name = h(
    "span",
    { class: "name", data: { tint: message.from.is_bot ? "bot" : String(Math.abs(message.from.id) % 6) } },
    message.from.name,
  );
  const badge = role(message, context);
  return badge ? [name, h("span", { class: "role" }, badge)] : [name];
}

function drawAvatar(avatar, row) {
  const [{ from }] = row.messages;
  if (avatar.dataset.of === String(from.id)) return;
  avatar.dataset.of = String(from.id);
  avatar.classList.toggle("bot", from.is_bot);
  if (from.is_bot) avatar.replaceChildren(icon("check"));
  else paintAvatar(avatar, from.name, from.id);
}

function quoted(message, context) {
  if (!message.reply_to) return null;
  const original = context.message(replyId(message));
  return original ? [original.from?.name, summary(original)] : ["", "A message that is gone"];
}

export const replyId = (message) => message.reply_to?.message_id ?? message.reply_to;

function quoteOf(message, context) {
  const quote = quoted(message, context);
  if (!quote) return [];
  const [name, words] = quote;
  return [h(
    "button",
    { type: "button", class: "quote", tabindex: "-1", data: { act: "jump", testid: "quote", target: replyId(message) } },
    name && h("span", { class: "name" }, name),
    h("span", { class: "words" }, words),
  )];
}

function textOf(row, message, text, hasTicks) {
  const last = row.messages.at(-1);
  const edited = message.edited_at && h(
    "span",
    { class: "edited", title: `Edited ${exact(message.edited_at)}`, data: { testid: "edited" } },
    "edited",
  );
  const pin = row.messages[0].pinned && h("span", { class: "pin", title: "Pinned" }, icon("pin"));
  const time = h("time", { datetime: last.at, title: exact(last.at) }, clock(last.at));
  const meta = h("span", { class: "meta" }, pin, edited, time, hasTicks && ticks(row.isSeen));
  return [
    h("span", { class: "words", dir: "auto" }, text ? formatted(text, message.entities ?? message.caption_entities) : []),
    meta,
  ];
}

function ticks(isSeen) {
  const words = isSeen ? "Seen by the bot" : "Sent";
  return h(
    "span",
    { class: "ticks", title: words, data: { seen: String(isSeen) } },
    icon(isSeen ? "checks" : "check"),
    h("span", { class: "sr" }, words),
  );
}

function keyboardOf(message, context) {
  return (message.buttons ?? []).map((row) => h("div", { class: "keys" }, row.map((button) => keyOf(message, button, context))));
}

function keyOf(message, { text, data, url }, context) {
  if (url) return h(
    "a",
    { class: "key", href: url, target: "_blank", rel: "noopener noreferrer", data: { testid: "inline-button" } },
    text,
  );
  const isBusy = context.pressing(message) === data;
  return h(
    "button",
    {
      type: "button",
      class: "key",
      "aria-busy": isBusy ? "true" : null,
      data: { act: "press", testid: "inline-button", payload: data },
    },
    text,
  );
}

function reactionsOf(messages, context) {
  const counts = new Map();
  for (const { emoji, from_id: id } of messages.flatMap((message) => message.reactions ?? [])) {
    counts.set(emoji, [...(counts.get(emoji) ?? []), id]);
  }
  return [...counts].map(([emoji, ids]) => {
    const isMine = ids.includes(context.viewerId);
    const names = ids.map((id) => context.people.get(id)?.name ?? "Keepword").join(", ");
    const label = `${emoji} by ${names}. ${isMine ? "Take yours back" : "React with the same"}`;
    return h(
      "button",
      {
        type: "button",
        class: "reaction",
        tabindex: "-1",
        title: names,
        "aria-label": label,
        "aria-pressed": String(isMine),
        data: { act: "react", testid: "reaction", emoji },
      },
      emoji,
      ids.length > 1 && h("span", {}, String(ids.length)),
    );
  });
}

/** What a screen reader is told when this message arrives. */
export const spoken = (message) => `${message.from?.name ?? "Telegram"}: ${summary(message)}`;
