// Small tools for making and looking after elements.

const SVG = "http://www.w3.org/2000/svg";

/** An element: `on…` are listeners, `data` becomes data attributes, `true`/`false` set or leave out an attribute. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const byId = (id) => document.getElementById(id);

const STROKES = {
  attach: "M14.5 8.5 8.8 14.2a2.4 2.4 0 0 0 3.4 3.4l6-6a4.4 4.4 0 0 0-6.2-6.2l-6.2 6.2a6.4 6.4 0 0 0 9 9l4.2-4.1",
  back: "M19 12H5m6-6-6 6 6 6",
  block: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Zm-6 2.5 12 12",
  bolt: "M13 3 5 13.5h6L10 21l8-10.5h-6L13 3Z",
  chat: "M5 5h14a1.5 1.5 0 0 1 1.5 1.5v9A1.5 1.5 0 0 1 19 17h-7l-4.5 3.5V17H5a1.5 1.5 0 0 1-1.5-1.5v-9A1.5 1.5 0 0 1 5 5Z",
  check: "m5 12.5 4.5 4.5L19 7.5",
  checks: "m1.5 12.5 4.5 4.5 9.5-9.5m-4 9 .5.5L21.5 7.5",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM12 7.5v5l3 2",
  close: "m6 6 12 12M18 6 6 18",
  copy: "M9 9h10.5v10.5H9zM15 9V4.5H4.5V15H9",
  dots: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  down: "m6 9.5 6 6 6-6",
  download: "M12 4v11m-5-4.5 5 4.5 5-4.5M5 20h14",
  edit: "m14.5 6 3.5 3.5M4.5 19.5l1-4.5L16 4.5a1.8 1.8 0 0 1 2.5 0l1 1a1.8 1.8 0 0 1 0 2.5L9 18.5l-4.5 1Z",
  file: "M6.5 3.5h7.5l4.5 4.5v11a1.5 1.5 0 0 1-1.5 1.5H6.5A1.5 1.5 0 0 1 5 19V5a1.5 1.5 0 0 1 1.5-1.5ZM13.5 3.5V8.5H18.5",
  hash: "M9.5 4 7.5 20M16.5 4l-2 16M4.5 9h16M3.5 15h16",
  image: "M4.5 5h15v14h-15zM4.5 16l4.5-4.5 4 4 2.5-2.5 4 4M15 9v.01",
  lock: "M6.5 11h11v8.5h-11zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  mic: "M12 3.5a2.5 2.5 0 0 1 2.5 2.5v5a2.5 2.5 0 0 1-5 0V6A2.5 2.5 0 0 1 12 3.5ZM6 11a6 6 0 0 0 12 0M12 17v3.5",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z",
  people: "M9 11a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 9 11Zm-6 8c0-3 2.5-5 6-5s6 2 6 5M15.5 4.8a3.2 3.2 0 0 1 0 6M17.5 14.3c2.2.7 3.5 2.4 3.5 4.7",
  person: "M12 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM5 20c0-3.5 3-5.5 7-5.5s7 2 7 5.5",
  "person-plus": "M10 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM3 20c0-3.5 3-5.5 7-5.5s7 2 7 5.5M19 7.5v6M16 10.5h6",
  pause: "M8.5 5.5v13M15.5 5.5v13",
  pin: "M14 4l6 6-3 1-3.5 3.5-.5 4L5.5 11l4-.5L13 7l1-3ZM9.2 14.8 4.5 19.5",
  place: "M12 21c4.5-4.5 6.5-8 6.5-11a6.5 6.5 0 0 0-13 0c0 3 2 6.5 6.5 11Zm0-8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
  play: "M8 5.5v13l10.5-6.5L8 5.5Z",
  reply: "M10 6 4.5 11.5 10 17M5 11.5h8c4 0 6 2 6.5 6.5",
  restart: "M4.5 12a7.5 7.5 0 1 0 2.3-5.4M4.5 4.5v4h4",
  send: "M4.5 12 20 4.5l-4.5 15-4-6-7-1.5ZM11.5 13.5 20 4.5",
  sliders: "M4 7.5h9M18 7.5h2M4 16.5h2M11 16.5h9M15.5 5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5ZM8.5 14a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z",
  smile: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM8.5 14c1.8 2.5 5.2 2.5 7 0M9 9.5v.01M15 9.5v.01",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4",
  trash: "M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7",
  video: "M4 6.5h11v11H4zM15 11l5.5-3.5v9L15 13",
};

/** A drawing of our own set, 20 px, one stroke width; it says nothing to a screen reader. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "svg");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", STROKES[name]);
  svg.append(path);
  return svg;
}

/** Fills in the icons that the page's own HTML names. */
export function drawIcons(root = document) {
  for (const place of root.querySelectorAll("[data-icon]")) place.replaceChildren(icon(place.dataset.icon));
}

/** Replaces a text only where it differs, so that nothing flickers or is read out twice. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A coloured circle with a person's initials. */
export function paintAvatar(element, name, id) {
  setText(element, initials(name));
  element.dataset.tint = String(Math.abs(Number(id) || 0) % 6);
}

function initials(name) {
  const words = name.trim().split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  return words.slice(0, 2).map((word) => [...word][0].toUpperCase()).join("") || "?";
}

/** Makes a select offer `options`, a list of `[value, label]`; one that is open stays open when only words change. */
export function offer(select, options, chosen) {
  while (select.options.length > options.length) select.options[select.options.length - 1].remove();
  options.forEach(([value, label], index) => {
    const option = select.options[index] ?? select.appendChild(h("option"));
    if (option.value !== value) option.value = value;
    setText(option, label);
  });
  if (select.value !== chosen) select.value = chosen;
}

/** Says something to screen readers, politely, once. */
export function announce(region, text) {
  region.textContent = "";
  requestAnimationFrame(() => {
    region.textContent = text;
  });
}
