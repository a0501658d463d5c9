// What a message carries besides text, each kind as people expect to see it.

import { h, icon } from "./dom.js";
import { bytes, span } from "./time.js";

const WORDS = {
  photo: "Photo",
  video: "Video",
  voice: "Voice message",
  video_note: "Video message",
  audio: "Audio",
  document: "File",
  sticker: "Sticker",
  animation: "GIF",
  contact: "Contact",
  location: "Location",
};

/** A message in one line, for lists, quotes and screen readers. */
export function summary(message) {
  const words = message.service ?? message.text ?? message.caption;
  const kind = message.media && (WORDS[message.media.type] ?? "Attachment");
  return [kind, words].filter(Boolean).join(": ").replace(/\s*\n\s*/g, " · ").replace(/\s+/g, " ") || "Message";
}

const sized = (media) => ({ width: media.width, height: media.height });

function photo(media) {
  const image = h(
    "img",
    { src: media.url, alt: media.name ? `Photo: ${media.name}` : "Photo", loading: "lazy", ...sized(media) },
  );
  return h("button", { type: "button", class: "photo", "aria-label": "Open the photo", onclick: () => lightbox(media) }, image);
}

function lightbox(media) {
  const close = h("button", { type: "button", class: "icon-button", "aria-label": "Close the photo" }, icon("close"));
  const dialog = h("dialog", { class: "lightbox", "aria-label": "Photo" }, h("img", { src: media.url, alt: "Photo" }), close);
  dialog.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function video(media) {
  return h("video", { src: media.url, controls: true, preload: "metadata", playsinline: true, ...sized(media) });
}

function note(media) {
  return h("video", { src: media.url, class: "round", controls: true, preload: "metadata", playsinline: true });
}

function animation(media) {
  if (!media.mime?.startsWith("video/")) return photo(media);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  return h(
    "video",
    { src: media.url, autoplay: !still, controls: still, loop: true, muted: true, playsinline: true, ...sized(media) },
  );
}

function sticker(media) {
  return h("img", { src: media.url, class: "sticker", alt: "Sticker", ...sized(media) });
}

/** Plays a voice message or a song: a button, how far it is (which can be dragged), and the time. */
function player(media) {
  const sound = new Audio();
  sound.preload = "none";
  sound.src = media.url;
  const length = () => (Number.isFinite(sound.duration) ? sound.duration : media.duration) || 0;
  const name = media.type === "voice" ? "voice message" : media.name || "audio";
  const button = h("button", { type: "button", class: "play", "aria-label": `Play the ${name}` }, icon("play"));
  const place = h("input", { type: "range", min: "0", max: "1000", value: "0", "aria-label": "Position" });
  const time = h("span", { class: "time" }, span(media.duration));
  const show = () => {
    button.replaceChildren(icon(sound.paused ? "play" : "pause"));
    button.setAttribute("aria-label", `${sound.paused ? "Play" : "Pause"} the ${name}`);
    place.value = length() ? String((sound.currentTime / length()) * 1000) : "0";
    place.style.setProperty("--played", `${Number(place.value) / 10}%`);
    time.textContent = span(sound.currentTime || length());
  };
  button.addEventListener("click", () => {
    if (!sound.paused) sound.pause();
    else sound.play().catch(() => (time.textContent = "can't play"));
  });
  place.addEventListener("input", () => {
    sound.currentTime = (Number(place.value) / 1000) * length();
  });
  for (const event of ["play", "pause", "timeupdate", "ended"]) sound.addEventListener(event, show);
  const title = media.type === "audio" && h("span", { class: "title" }, media.name || "Audio");
  return h("div", { class: "player" }, button, h("div", { class: "track" }, title, place), time);
}

function file(media) {
  const name = media.name || "File";
  return h(
    "a",
    { class: "file", href: media.url, download: name },
    h("span", { class: "disc" }, icon("file")),
    h("span", { class: "lines" }, h("span", { class: "name" }, name), h("span", { class: "small" }, bytes(media.size) || "File")),
  );
}

function location({ latitude, longitude }) {
  const [north, east] = [latitude, longitude].map((degrees) => Number(degrees).toFixed(5));
  const href = `https://www.openstreetmap.org/?mlat=${north}&mlon=${east}#map=16/${north}/${east}`;
  return h(
    "a",
    { class: "file", href, target: "_blank", rel: "noopener noreferrer" },
    h("span", { class: "disc" }, icon("place")),
    h("span", { class: "lines" }, h("span", { class: "name" }, "Location"), h("span", { class: "small" }, `${north}, ${east}`)),
  );
}

function contact(media) {
  const name = [media.first_name, media.last_name].filter(Boolean).join(" ");
  return h(
    "div",
    { class: "file" },
    h("span", { class: "disc" }, icon("person")),
    h(
      "span",
      { class: "lines" },
      h("span", { class: "name" }, name),
      h("a", { class: "small", href: `tel:${media.phone_number}` }, media.phone_number),
    ),
  );
}

const BUILDERS = {
  photo,
  video,
  video_note: note,
  animation,
  sticker,
  voice: player,
  audio: player,
  document: file,
  location,
  contact,
};

/** The media of one message, or of all messages of an album, as one element. */
export function mediaOf(messages) {
  const parts = messages.filter((message) => message.media).map(({ media }) => (BUILDERS[media.type] ?? file)(media));
  const kind = messages[0].media.type;
  const isGrid = parts.length > 1 && (kind === "photo" || kind === "video");
  return h("div", { class: "media", data: { kind, count: String(parts.length), ...(isGrid && { grid: "" }) } }, parts);
}
