// Telegram's message entities as elements. Offsets count UTF-16 units, as JavaScript's strings do.

import { h } from "./dom.js";

const LINK = /https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]]/g;

const outside = (href, nodes) => h("a", { href, target: "_blank", rel: "noopener noreferrer" }, nodes);
const safe = (url) => (/^(https?|tg|mailto|tel):/i.test(url) ? url : `https://${url}`);

const BUILDERS = {
  bold: (nodes) => h("strong", {}, nodes),
  italic: (nodes) => h("em", {}, nodes),
  underline: (nodes) => h("u", {}, nodes),
  strikethrough: (nodes) => h("s", {}, nodes),
  code: (nodes) => h("code", {}, nodes),
  pre: (nodes) => h("pre", {}, nodes),
  blockquote: (nodes) => h("blockquote", {}, nodes),
  expandable_blockquote: (nodes) => h("blockquote", {}, nodes),
  spoiler: (nodes) => h("span", { class: "spoiler", tabindex: "0", title: "Hidden until pointed at" }, nodes),
  text_link: (nodes, entity) => outside(safe(entity.url), nodes),
  url: (nodes, _, text) => outside(safe(text), nodes),
  email: (nodes, _, text) => outside(`mailto:${text}`, nodes),
  phone_number: (nodes, _, text) => outside(`tel:${text}`, nodes),
};

const mark = (nodes) => h("span", { class: "mention" }, nodes);

/** The text with its entities, as a list of nodes. Entities may nest; plain web addresses become links by themselves. */
export function formatted(text, entities = []) {
  const sorted = [...(entities ?? [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return build(text, sorted, 0, text.length, linked);
}

function build(text, entities, from, to, plain) {
  const nodes = [];
  let at = from;
  let index = 0;
  while (index < entities.length) {
    const entity = entities[index++];
    const start = Math.max(entity.offset, at);
    const end = Math.min(entity.offset + entity.length, to);
    const inner = [];
    while (index < entities.length && entities[index].offset < end) inner.push(entities[index++]);
    if (start >= end) continue;
    nodes.push(...plain(text.slice(at, start)));
    const builder = BUILDERS[entity.type] ?? mark;
    nodes.push(builder(build(text, inner, start, end, asIs), entity, text.slice(start, end)));
    at = end;
  }
  return [...nodes, ...plain(text.slice(at, to))];
}

const asIs = (text) => [text];

function linked(text) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    nodes.push(text.slice(at, match.index), outside(match[0], [match[0]]));
    at = match.index + match[0].length;
  }
  return [...nodes, text.slice(at)];
}
