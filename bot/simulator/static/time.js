// Times as people say them; the exact one belongs in a title.

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const WEEKDAY = new Intl.DateTimeFormat("en-GB", { weekday: "long" });
const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "long" });
const DAY_AND_YEAR = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" });
const SHORT_DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const EXACT = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });

const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());

/** Whole days between the calendar day of `at` and today, in this machine's zone. */
function daysAgo(at, now) {
  return Math.round((midnight(now) - midnight(at)) / 86_400_000);
}

/** "14:05" */
export const clock = (iso) => CLOCK.format(new Date(iso));

/** "Sunday 22 November 2026 at 14:05:09 CET" */
export const exact = (iso) => EXACT.format(new Date(iso));

/** "Today", "Yesterday", "Monday", "Mon 2 March": the heading of a day. */
export function day(iso, now = new Date()) {
  const at = new Date(iso);
  const ago = daysAgo(at, now);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  if (ago > 1 && ago < 7) return WEEKDAY.format(at);
  return at.getFullYear() === now.getFullYear() ? DAY.format(at) : DAY_AND_YEAR.format(at);
}

/** The clock for today, a weekday for this week, a date before: for a list. */
export function brief(iso, now = new Date()) {
  const at = new Date(iso);
  const ago = daysAgo(at, now);
  if (ago === 0) return CLOCK.format(at);
  return ago > 0 && ago < 7 ? WEEKDAY.format(at).slice(0, 3) : SHORT_DAY.format(at);
}

/** Seconds as "0:07". */
export function span(seconds) {
  const whole = Math.max(0, Math.round(seconds || 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Bytes as "340 kB". */
export function bytes(size) {
  if (!size) return "";
  if (size < 1000) return `${size} B`;
  return size < 1_000_000 ? `${Math.round(size / 1000)} kB` : `${(size / 1_000_000).toFixed(1)} MB`;
}
