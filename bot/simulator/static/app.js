// The page: puts the parts together and redraws them when something changed.

import { AgentsPane } from "./agents.js";
import { CustomerPane } from "./customer.js";
import { byId, drawIcons, icon, setText } from "./dom.js";
import { Live } from "./live.js";
import { toast } from "./overlays.js";
import { simulateMenu } from "./simulate.js";
import { Store } from "./store.js";

const CONNECTING_AFTER_MS = 400;

const store = new Store();
const changed = onceAFrame(draw);
const customer = new CustomerPane(store, changed);
const agents = new AgentsPane(store, changed);
const panes = { customer, agents };

/** Many changes in one frame are one drawing. */
function onceAFrame(work) {
  let isAsked = false;
  return () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      work();
    });
  };
}

function draw() {
  if (!store.bot) return;
  for (const [name, pane] of Object.entries(panes)) {
    if (isVisible(name) && pane.key) store.unread.delete(pane.key);
    pane.draw();
    paintCount(byId(`tab-${name}`).querySelector(".count"), pane.unread);
  }
}

const isVisible = (name) => byId(name).offsetParent !== null && document.visibilityState === "visible";

function paintCount(element, count) {
  element.hidden = count === 0;
  setText(element, count ? String(count) : "");
}

// --- the two tabs of a narrow page

function showPane(name) {
  document.body.dataset.pane = name;
  for (const key of Object.keys(panes)) {
    const tab = byId(`tab-${key}`);
    tab.setAttribute("aria-selected", String(key === name));
    tab.tabIndex = key === name ? 0 : -1;
  }
  changed();
}

for (const name of Object.keys(panes)) {
  const tab = byId(`tab-${name}`);
  tab.addEventListener("click", () => showPane(name));
  tab.addEventListener("keydown", ({ key }) => {
    if (key !== "ArrowLeft" && key !== "ArrowRight") return;
    const other = name === "customer" ? "agents" : "customer";
    showPane(other);
    byId(`tab-${other}`).focus();
  });
}

// --- the theme

function paintTheme() {
  const isDark = window.keepwordTheme.current() === "dark";
  const label = isDark ? "Switch to light" : "Switch to dark";
  byId("theme").replaceChildren(icon(isDark ? "sun" : "moon"));
  byId("theme").setAttribute("aria-label", label);
  byId("theme").title = label;
}

byId("theme").addEventListener("click", () => window.keepwordTheme.toggle());
window.addEventListener("themechange", paintTheme);

// --- what happens

function startedOver(state) {
  agents.choose(null);
  for (const { conversation } of Object.values(panes)) conversation.composer.forgetAll();
  store.unread.clear();
  store.load(state);
}

function onEvent(event) {
  store.apply(event);
  if (event.type === "topic") agents.onTopic(event.topic);
  if (event.type === "callback") onCallback(event);
}

function onCallback(event) {
  for (const { conversation } of Object.values(panes)) conversation.onCallback(event);
  if (event.text) toast(event.text, event.show_alert ? "problem" : "note");
}

function showConnection(isUp) {
  clearTimeout(connecting);
  if (isUp) draw(); // Now, not with the next frame: who writes from here on writes in a conversation.
  const banner = byId("connection");
  banner.hidden = isUp;
  setText(banner, isUp ? "" : "Reconnecting… What you see may be a moment old.");
  document.body.dataset.connected = String(isUp);
}

const connecting = setTimeout(() => {
  byId("connection").hidden = false;
  setText(byId("connection"), "Connecting to the simulator…");
}, CONNECTING_AFTER_MS);

drawIcons();
paintTheme();
byId("simulate").addEventListener("click", ({ currentTarget }) => simulateMenu(currentTarget, store, startedOver));
document.addEventListener("visibilitychange", changed);
store.subscribe(changed);
new Live({ onState: (state) => store.load(state), onEvent, onConnection: showConnection }).start();
