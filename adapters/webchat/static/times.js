/** Dates, hours and file sizes as the reader's language writes them, in the reader's time zone. */

import { currentLanguage, t } from "./words.js";

const formats = new Map();

function format(name, options) {
  const key = `${currentLanguage()} ${name}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(currentLanguage(), options));
  return formats.get(key);
}

/** "14:05" */
export const hour = (date) =>
  format("hour", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(date);

/** The whole moment, for a tooltip. */
export const moment = (date) => format("moment", { dateStyle: "full", timeStyle: "short" }).format(date);

export const sameDay = (a, b) => a.toDateString() === b.toDateString();

/** "Today", "Yesterday", or the date with its weekday; the year only when it is not this one. */
export function day(date, now = new Date()) {
  if (sameDay(date, now)) return t("today");
  const before = new Date(now);
  before.setDate(now.getDate() - 1);
  if (sameDay(date, before)) return t("yesterday");
  const short = { month: "short", day: "numeric", weekday: "short" };
  if (date.getFullYear() === now.getFullYear()) return format("day", short).format(date);
  return format("year", { ...short, year: "numeric" }).format(date);
}

/** "820 B", "64 KB", "3.1 MB" from a number of bytes. */
export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  const mega = bytes / (1024 * 1024);
  return `${mega < 100 ? Math.round(mega * 10) / 10 : Math.round(mega)} MB`;
}
