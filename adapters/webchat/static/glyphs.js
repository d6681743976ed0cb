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
  "☑": ["ticked", "ok"],
  "✔": ["check", "ok"],
  "✓": ["check", "ok"],
  "❌": ["refused", "danger"],
  "✗": ["refused", "danger"],
  "✖": ["refused", "danger"],
  "↩": ["undo", "danger"],
  "➖": ["dash", "todo"],
  "⚠": ["alert", "wait"],
  "▶": ["current", "ok"],
  "○": ["ring", "todo"],
  "🔔": ["bell", "info"],
  "📎": ["attach", "info"],
  "📄": ["file", "info"],
};

const ONLY_FIRST = "▶○"; // these are signs at the head of a line and plain characters elsewhere
const FULL = "█▓▰■";
const EMPTY = "░▱□";
const ANYWHERE = Object.keys(SIGNS).filter((one) => !ONLY_FIRST.includes(one));
const PATTERN = new RegExp(
  `(?:${ANYWHERE.join("|")}|^[${ONLY_FIRST}])\\uFE0F?|[${FULL}${EMPTY}]{5,}`,
  "gu",
);

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

function inline(text) {
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

/** The nodes that show this text; a line that begins with a sign hangs on it when it is too long for one row. */
export function withGlyphs(text) {
  return text.split(/(?<=\n)/).flatMap((line) => {
    const nodes = inline(line);
    const hangs = nodes.length > 1 && nodes[0].className?.startsWith("sign");
    return hangs ? [el("span", { class: "hang" }, ...nodes)] : nodes;
  });
}
