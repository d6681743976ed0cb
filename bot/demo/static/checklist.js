/** The documents of the case with their statuses: a sign and a word for each, never colour alone. */

import { el } from "../../chat/static/dom.js";
import { icon } from "../../chat/static/icons.js";
import { t } from "./words.js";

const SIGNS = { todo: "box", submitted: "clock", approved: "done", rework: "undo", waived: "dash" };

/** Rows by applicant, then by any-of group, in the order in which they come. */
function grouped(items) {
  const sections = new Map();
  for (const item of items) {
    const key = JSON.stringify([item.applicant ?? "", item.group ?? ""]);
    if (!sections.has(key)) sections.set(key, { applicant: item.applicant, group: item.group, items: [] });
    sections.get(key).items.push(item);
  }
  const order = [...new Set(items.map((item) => item.applicant ?? ""))];
  const place = (section) => order.indexOf(section.applicant ?? "");
  return [...sections.values()].sort((a, b) => place(a) - place(b));
}

function row(item, inGroup, changed) {
  const { name, status, status_name: statusName, version, required } = item;
  return el(
    "li",
    {
      class: `item item-${status}${changed ? " changed" : ""}`,
      "data-testid": "checklist-row",
      "data-status": status,
      "data-item": item.key,
    },
    el("span", { class: "item-sign" }, icon(SIGNS[status] ?? "box")),
    el("span", { class: "item-name", text: name }),
    !required && !inGroup && el("span", { class: "tag", text: t("optional") }),
    version > 0 && el("span", { class: "item-version", text: t("version", { n: version }) }),
    el("span", { class: "item-status", "data-testid": "item-status", text: statusName || t(status) }),
  );
}

export class Checklist {
  #statuses = null; // what each row last said, to show what has changed

  /** The nodes of the whole list. */
  draw(items) {
    const before = this.#statuses;
    this.#statuses = new Map();
    const several = new Set(items.map((item) => item.applicant ?? "").filter(Boolean)).size > 1;
    let applicant = null;
    const nodes = [];
    for (const section of grouped(items)) {
      if (several && section.applicant !== applicant) {
        applicant = section.applicant;
        nodes.push(el("h3", { class: "applicant" }, icon("person"), applicant || t("case")));
      }
      const list = el("ul", { class: section.group ? "items items-group" : "items" });
      for (const item of section.items) {
        const key = `${item.applicant ?? ""} ${item.name}`;
        const print = `${item.status} ${item.version}`;
        this.#statuses.set(key, print);
        list.append(row(item, Boolean(section.group), before?.has(key) && before.get(key) !== print));
      }
      if (section.group) {
        const title = el("p", { class: "group-name" }, el("strong", { text: section.group }), ` · ${t("anyOf")}`);
        nodes.push(el("div", { class: "group", "data-testid": "checklist-group" }, title, list));
      } else nodes.push(list);
    }
    return nodes;
  }

  /** How many rows have each status, most urgent first; statuses without rows are left out. */
  static counts(items) {
    return ["rework", "submitted", "todo", "approved", "waived"]
      .map((status) => ({ status, n: items.filter((item) => item.status === status).length }))
      .filter(({ n }) => n > 0)
      .map(({ status, n }) =>
        el("span", { class: `count item-${status}` }, icon(SIGNS[status]), el("b", { text: String(n) }), t(status)),
      );
  }
}
