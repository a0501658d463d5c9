// The menu of things that go wrong with the real Telegram, to try at will.

import { api } from "./api.js";
import { ask, attempt, openMenu, toast } from "./overlays.js";

const FAULTS = [
  {
    label: "429: too many requests",
    hint: "Telegram asks the bot to wait 5 seconds",
    testid: "fault-429",
    rule: { error_code: 429, description: "Too Many Requests: retry after 5", parameters: { retry_after: 5 } },
  },
  {
    label: "500: Telegram is down",
    hint: "An error on Telegram's side",
    testid: "fault-500",
    rule: { error_code: 500, description: "Internal Server Error" },
  },
  {
    label: "The network drops before",
    hint: "Nothing is sent, nobody answers",
    testid: "fault-before",
    rule: { drop: "before" },
  },
  {
    label: "The network drops after",
    hint: "It is sent, but the bot doesn't hear so",
    testid: "fault-after",
    rule: { drop: "after" },
  },
  { label: "Five seconds late", hint: "Telegram is slow", testid: "fault-slow", rule: { delay: 5 } },
];

/** Opens the menu at `anchor`; `afterReset(state)` is called once everything has started over. */
export function simulateMenu(anchor, store, afterReset) {
  const { enforce } = store.limits;
  openMenu(anchor, [
    { title: "Telegram's limits" },
    {
      label: "Enforce limits",
      hint: "30 messages a second in all, 20 a minute in the group",
      testid: "limits",
      checked: enforce,
      act: () => setLimits(store, !enforce),
    },
    { title: "The bot's next message meets" },
    ...FAULTS.map((fault) => ({ ...fault, icon: "bolt", act: () => arm(fault) })),
    { title: "Everything" },
    {
      label: "Start over…",
      hint: "One customer, an empty group",
      icon: "restart",
      danger: true,
      testid: "start-over",
      act: () => startOver(afterReset),
    },
  ]);
}

async function setLimits(store, enforce) {
  const done = await attempt(() => api.limits(enforce));
  if (done === undefined) return;
  store.limits = { ...store.limits, enforce };
  toast(enforce ? "Telegram's limits are on: a bot in a hurry now gets 429." : "Telegram's limits are off.");
}

async function arm({ label, rule }) {
  const done = await attempt(() => api.faults([{ method: "sendMessage", times: 1, ...rule }]));
  if (done !== undefined) toast(`Armed: ${label}. Write something, and watch the bot cope.`);
}

async function startOver(afterReset) {
  const answer = await ask({
    title: "Start over?",
    words: "Customers, messages and topics here are removed. What the bot itself has on record stays.",
    submit: "Start over",
    danger: true,
  });
  if (!answer) return;
  const state = await attempt(() => api.reset());
  if (state) afterReset(state);
}
