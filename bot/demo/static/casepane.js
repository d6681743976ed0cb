/** The pane of the case: head, stages, checklist, timeline. */

import { byId, el } from "../../chat/static/dom.js";
import { icon } from "../../chat/static/icons.js";
import { Checklist } from "./checklist.js";
import { drawStages } from "./stages.js";
import { drawTimeline } from "./timeline.js";
import { t } from "./words.js";

const WAITING = { client: "clientTurn", staff: "staffTurn", authority: "authority", date: "date" };

function head(one) {
  const percent = Math.max(0, Math.min(100, Math.round(one.percent ?? 0)));
  const fill = el("span", { class: "bar-fill" });
  fill.style.width = `${percent}%`;
  const open = one.status === "open";
  const waiting = open && WAITING[one.waiting_on] ? t(WAITING[one.waiting_on]) : "";
  return [
    el(
      "div",
      { class: "case-title" },
      el("h2", { text: one.flow, "data-testid": "case-flow" }),
      el("span", { class: "pill", "data-testid": "case-status", text: t(open ? "running" : "closed") }),
    ),
    el(
      "p",
      { class: "case-line" },
      el("span", { class: "number", "data-testid": "case-number", text: one.number }),
      one.client && el("span", { class: "with-icon" }, icon("person"), one.client),
      waiting && el("span", { class: "with-icon", "data-testid": "case-waiting" }, icon("clock"), waiting),
    ),
    el(
      "div",
      { class: "case-progress" },
      el(
        "div",
        {
          class: "bar-track",
          role: "progressbar",
          "aria-label": t("progress", { percent }),
          "aria-valuenow": percent,
          "aria-valuemin": 0,
          "aria-valuemax": 100,
        },
        fill,
      ),
      el("span", { class: "percent", "data-testid": "case-percent", text: `${percent}%` }),
    ),
  ];
}

export class CasePane {
  #checklist = new Checklist();

  constructor() {
    const titles = { "stages-title": "stages", "checklist-title": "checklist", "timeline-title": "timeline" };
    for (const [id, key] of Object.entries(titles)) byId(id).textContent = t(key);
    byId("caseless-title").textContent = t("caseless");
    byId("caseless-text").textContent = t("caseHint");
  }

  /** @param {object|null} one the case as the server tells it; null when there is none yet */
  show(one) {
    const there = Boolean(one?.number);
    byId("caseless").hidden = there;
    byId("case").hidden = !there;
    if (!there) return;
    const { items = [], timeline = [] } = one;
    byId("case-head").replaceChildren(...head(one));
    byId("stages").replaceChildren(...drawStages(one));
    byId("counts").replaceChildren(...Checklist.counts(items));
    byId("checklist").replaceChildren(
      ...(items.length ? this.#checklist.draw(items) : [el("p", { class: "nothing", text: t("noItems") })]),
    );
    byId("timeline").replaceChildren(
      ...(timeline.length ? drawTimeline(timeline) : [el("li", { class: "nothing", text: t("noStory") })]),
    );
  }
}
