// Moments in words, by the server's clock: this device's own may be wrong.
import { words } from "./words.js";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const BAGHDAD = 3 * HOUR;

let server = Math.floor(Date.now() / 1000);
let read = performance.now();

/** Take over the server's time, in seconds since 1970. */
export function serverTime(seconds) {
  if (!Number.isFinite(seconds) || seconds <= 0) return;
  server = seconds;
  read = performance.now();
}

export const now = () => server + Math.floor((performance.now() - read) / 1000);

/** A length of time, as coarse as it is useful. */
export function span(seconds) {
  if (seconds < HOUR) return words("minutes", { n: Math.max(0, Math.floor(seconds / MINUTE)) });
  if (seconds < 2 * DAY) {
    const minutes = Math.floor((seconds % HOUR) / MINUTE);
    const hours = Math.floor(seconds / HOUR);
    return minutes && hours < 12 ? words("hours_minutes", { h: hours, m: minutes }) : words("hours", { n: hours });
  }
  return words("days", { n: Math.floor(seconds / DAY) });
}

/** "2026-11-28 14:05" in Baghdad. */
export const moment = (seconds) =>
  new Date((seconds + BAGHDAD) * 1000).toISOString().slice(0, 16).replace("T", " ");

/** "2026-11-28" in Baghdad. */
export const day = (seconds) => moment(seconds).slice(0, 10);

/** Fill in every `<time data-since>` and `<time data-until>` below an element. */
export function showTimes(root) {
  for (const each of root.querySelectorAll("time[data-since]")) {
    const since = Number(each.dataset.since);
    fill(each, since, words("since", { span: coarse(now() - since) }));
  }
  for (const each of root.querySelectorAll("time[data-until]")) {
    const until = Number(each.dataset.until);
    const left = until - now();
    fill(each, until, ahead(left));
  }
}

function ahead(left) {
  if (Math.abs(left) < MINUTE) return words("at_once");
  return left > 0 ? words("in", { span: span(left) }) : words("overdue", { span: span(-left) });
}

// A case carries the hour it came in and nothing finer.
const coarse = (seconds) => (seconds < HOUR ? words("less_than_hour") : span(seconds - (seconds % HOUR)));

function fill(element, seconds, text) {
  const moment_ = moment(seconds);
  element.dateTime = `${moment_.replace(" ", "T")}+03:00`;
  element.title = moment_;
  if (element.textContent !== text) element.textContent = text;
}
