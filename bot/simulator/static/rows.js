// From messages to the rows of a conversation: days, service lines, and bubbles that belong together. Pure.

import { day } from "./time.js";

const TOGETHER_MS = 5 * 60_000;

const isAlbum = (a, b) => Boolean(a?.media_group_id) && a.media_group_id === b?.media_group_id;

/**
 * Rows, oldest first: `{type: "day", key, label}`, `{type: "service", key, message}` or
 * `{type: "bubble", key, messages, isOwn, isFirst, isLast, isSeen}`, where an album is one bubble, `isFirst` and
 * `isLast` say where a run of bubbles by one person begins and ends, and `isSeen` that the bot has taken notice.
 */
export function rowsOf(messages, viewerId, botId) {
  const seenUpTo = lastSeen(messages, botId);
  const rows = [];
  let today = null;
  for (const message of messages) {
    const label = day(message.at);
    if (label !== today) rows.push({ type: "day", key: `day-${label}`, label });
    today = label;
    const last = rows.at(-1);
    if (message.service) rows.push({ type: "service", key: `m${message.message_id}`, message });
    else if (last.type === "bubble" && isAlbum(last.messages.at(-1), message)) last.messages.push(message);
    else rows.push(bubble(message, viewerId, seenUpTo));
  }
  rows.forEach((row, index) => row.type === "bubble" && place(row, rows[index - 1], rows[index + 1]));
  return rows;
}

function bubble(message, viewerId, seenUpTo) {
  return {
    type: "bubble",
    key: `m${message.message_id}`,
    messages: [message],
    isOwn: message.from.id === viewerId,
    isSeen: message.message_id <= seenUpTo,
  };
}

function place(row, before, after) {
  row.isFirst = !belong(before, row);
  row.isLast = !belong(row, after);
}

function belong(a, b) {
  if (a?.type !== "bubble" || b?.type !== "bubble") return false;
  const [earlier, later] = [a.messages.at(-1), b.messages[0]];
  return earlier.from.id === later.from.id && Date.parse(later.at) - Date.parse(earlier.at) < TOGETHER_MS;
}

/** The bot has seen every message up to the last one that it reacted to or wrote after. */
function lastSeen(messages, botId) {
  const isNoticed = ({ from, reactions }) => from?.id === botId || reactions?.some((one) => one.from_id === botId);
  const seen = messages.findLast(isNoticed);
  return seen?.message_id ?? 0;
}
