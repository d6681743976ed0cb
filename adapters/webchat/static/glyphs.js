/**
 * Shows status signs and progress bars in a text as drawings, since fonts differ and some lack them.
 *
 * The signs stay in the document as text (for copying, searching and screen readers); they are only covered.
 */

import { el } from "./dom.js";
import { icon } from "./icons.js";

const SIGNS = {
  "⬜": ["box", "todo"],
  "☐": ["box", "todo"],
  "🕓": ["clock", "wait"],
  "🕒": ["clock", "wait"],
  "⏳": ["clock", "wait"],
  "✅": ["done", "ok"],
  "☑": ["done", "ok"],
  "✔": ["check", "ok"],
  "✓": ["check", "ok"],
  "❌": ["refused", "danger"],
  "✖": ["refused", "danger"],
  "↩": ["undo", "danger"],
  "➖": ["dash", "todo"],
  "⚠": ["alert", "wait"],
  "🔔": ["bell", "info"],
  "📎": ["attach", "info"],
  "📄": ["file", "info"],
};

const FULL = "█▓▰■";
const EMPTY = "░▱□";
const PATTERN = new RegExp(`(?:${Object.keys(SIGNS).join("|")})\\uFE0F?|[${FULL}${EMPTY}]{5,}`, "gu");

function meter(run) {
  const marks = [...run];
  const part = marks.filter((mark) => FULL.includes(mark)).length / marks.length;
  const fill = el("span", { class: "meter-fill" });
  fill.style.width = `${Math.round(part * 100)}%`;
  return el("span", { class: "meter" }, el("span", { class: "sr", text: run }), fill);
}

function sign(run) {
  const [name, tone] = SIGNS[run.replace("\uFE0F", "")];
  return el("span", { class: `sign sign-${tone}` }, el("span", { class: "sr", text: run }), icon(name));
}

/** The nodes that show this text. */
export function withGlyphs(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(PATTERN)) {
    if (match.index > end) nodes.push(text.slice(end, match.index));
    const run = match[0];
    nodes.push((FULL + EMPTY).includes([...run][0]) ? meter(run) : sign(run));
    end = match.index + run.length;
  }
  if (end < text.length) nodes.push(text.slice(end));
  return nodes;
}
