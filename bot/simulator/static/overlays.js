// What lies over the page: menus, dialogs, toasts.

import { byId, h, icon } from "./dom.js";

const TOAST_MS = 6000;
const EDGE_PX = 8;

/** Words at the edge of the page, gone by themselves; `tone` is "note" or "problem". */
export function toast(words, tone = "note") {
  const close = h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss" }, icon("close"));
  const element = h("div", { class: "toast", data: { tone, testid: "toast" } }, h("p", {}, words), close);
  close.addEventListener("click", () => element.remove());
  byId("toasts").append(element);
  setTimeout(() => element.remove(), TOAST_MS);
}

/** Runs what may fail; a failure is told in a toast, and the answer is then undefined. */
export async function attempt(work) {
  try {
    return await work();
  } catch (problem) {
    toast(problem.message, "problem");
    return undefined;
  }
}

/**
 * A menu at `anchor`. Items are `{label, act, icon?, hint?, testid?, danger?, checked?}`, `{title}`, or
 * `{emojis, chosen, act(emoji)}`; null ones are left out.
 */
export function openMenu(anchor, items) {
  const menu = h(
    "div",
    {
      class: "menu",
      role: "menu",
      popover: "auto",
      "aria-label": anchor.getAttribute("aria-label") ?? anchor.textContent.trim(),
    },
  );
  const close = () => menu.hidePopover();
  menu.append(...items.filter(Boolean).map((item) => entry(item, close)));
  menu.addEventListener("toggle", ({ newState }) => {
    anchor.setAttribute("aria-expanded", String(newState === "open"));
    if (newState === "closed") menu.remove();
  });
  menu.addEventListener("keydown", (event) => steer(event, menu));
  // Inside an open dialog the menu must belong to it; everywhere else, to the page.
  (anchor.closest("dialog") ?? document.body).append(menu);
  menu.showPopover();
  putBeside(menu, anchor);
  menu.querySelector("[role^=menuitem]")?.focus();
}

function entry(item, close) {
  const choose = (...given) => () => {
    close();
    item.act(...given);
  };
  if (item.title) return h("p", { class: "menu-title", role: "presentation" }, item.title);
  if (item.emojis) {
    const keys = item.emojis.map((emoji) =>
      h(
        "button",
        {
          type: "button",
          class: "emoji",
          role: "menuitemradio",
          "aria-checked": String(item.chosen === emoji),
          "aria-label": `React with ${emoji}`,
          data: { testid: "react", emoji },
          onclick: choose(emoji),
        },
        emoji,
      ),
    );
    return h("div", { class: "emojis", role: "group", "aria-label": "React" }, keys);
  }
  const isSwitch = item.checked !== undefined;
  return h(
    "button",
    {
      type: "button",
      class: item.danger ? "danger" : "",
      role: isSwitch ? "menuitemcheckbox" : "menuitem",
      "aria-checked": isSwitch ? String(item.checked) : null,
      data: { testid: item.testid ?? "menu-item" },
      onclick: choose(),
    },
    item.icon && icon(item.icon),
    h("span", { class: "lines" }, h("span", {}, item.label), item.hint && h("span", { class: "small" }, item.hint)),
    isSwitch && h("span", { class: "switch", "aria-hidden": "true" }),
  );
}

function steer(event, menu) {
  const items = [...menu.querySelectorAll("[role^=menuitem]")];
  const index = items.indexOf(document.activeElement);
  const steps = {
    ArrowDown: index + 1,
    ArrowRight: index + 1,
    ArrowUp: index - 1,
    ArrowLeft: index - 1,
    Home: 0,
    End: items.length - 1,
  };
  if (event.key === "Tab") menu.hidePopover();
  if (!(event.key in steps)) return;
  event.preventDefault();
  items[(steps[event.key] + items.length) % items.length].focus();
}

function putBeside(menu, anchor) {
  const at = anchor.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = at.bottom + 4;
  const top = below + height <= innerHeight - EDGE_PX ? below : at.top - height - 4;
  const left = at.left + width <= innerWidth - EDGE_PX ? at.left : at.right - width;
  const clamp = (value, most) => `${Math.max(EDGE_PX, Math.min(value, most))}px`;
  menu.style.top = clamp(top, innerHeight - height - EDGE_PX);
  menu.style.left = clamp(left, innerWidth - width - EDGE_PX);
}

/**
 * Asks in a dialog; answers the fields' values by name, or null. Fields are `{name, label, value?, options?, checkbox?,
 * hint?, required?}`, where `options` is a list of `[value, label]`.
 */
export function ask({ title, words, fields = [], submit, danger }) {
  return new Promise((resolve) => {
    const cancel = h("button", { type: "button", class: "button", data: { testid: "dialog-cancel" } }, "Cancel");
    const go = h(
      "button",
      { type: "submit", class: danger ? "button danger" : "button primary", data: { testid: "dialog-submit" } },
      submit,
    );
    const form = h(
      "form",
      { method: "dialog" },
      h("h2", { id: "dialog-title" }, title),
      words && h("p", {}, words),
      fields.map(fieldOf),
      h("div", { class: "dialog-actions" }, cancel, go),
    );
    const dialog = h("dialog", { class: "dialog", "aria-labelledby": "dialog-title", data: { testid: "dialog" } }, form);
    let answer = null;
    cancel.addEventListener("click", () => dialog.close());
    form.addEventListener("submit", () => {
      answer = Object.fromEntries(new FormData(form));
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

function fieldOf({ name, label, value, options, checkbox, hint, required }) {
  const common = { name, required, data: { testid: `field-${name}` } };
  if (checkbox) return h("label", { class: "check" }, h("input", { type: "checkbox", ...common }), label);
  const control = options
    ? h("select", common, options.map(([key, words]) => h("option", { value: key }, words)))
    : h("input", { type: "text", autocomplete: "off", maxlength: "64", value: value ?? "", ...common });
  return h("label", { class: "field" }, h("span", {}, label), control, hint && h("span", { class: "small" }, hint));
}
