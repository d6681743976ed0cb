/** What has happened in the case, newest first. */

import { el } from "../../chat/static/dom.js";
import { icon } from "../../chat/static/icons.js";
import { when } from "./words.js";

/** The first pattern that fits the kind of an entry gives its sign. */
const SIGNS = [
  [/reject|rework|refus|reopen/i, "undo"],
  [/approv|complet|grant/i, "done"],
  [/document|file|submit/i, "file"],
  [/stage|substate|case|open|clos/i, "flag"],
  [/contract|field|survey/i, "note"],
  [/task/i, "list"],
  [/remind|timer|due|deadline|notice|message/i, "bell"],
  [/human|staff|person/i, "person"],
];

const sign = (kind) => SIGNS.find(([pattern]) => pattern.test(kind))?.[1] ?? "right";

function newestFirst(entries) {
  const rising = entries.length > 1 && Date.parse(entries[0].at) < Date.parse(entries.at(-1).at);
  return rising ? [...entries].reverse() : entries;
}

/** The list items of the timeline. */
export const drawTimeline = (entries) =>
  newestFirst(entries).map(({ at, who, text, kind }) =>
    el(
      "li",
      { class: "happening", "data-testid": "timeline-entry", "data-kind": kind },
      el("span", { class: "happening-sign" }, icon(sign(kind ?? ""))),
      el("p", { class: "happening-text", text }),
      el("p", { class: "happening-meta" }, who ? `${who} · ` : "", el("time", { datetime: at, text: when(at) })),
    ),
  );
