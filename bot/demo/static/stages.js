/** The way of the case: one step after the other, with the present one marked. */

import { el } from "../../chat/static/dom.js";
import { icon } from "../../chat/static/icons.js";
import { t, when } from "./words.js";

const STATE_NAMES = { done: "done", current: "current", todo: "todoStage" };

function step(stage, index, substate) {
  const { key, name, state, since, internal } = stage;
  const current = state === "current";
  const knot = el("span", { class: "knot", "aria-hidden": "true" });
  knot.append(state === "done" ? icon("check") : String(index + 1));
  const item = el(
    "li",
    {
      class: `step step-${state}${internal ? " step-internal" : ""}`,
      "aria-current": current ? "step" : null,
      "data-testid": "stage",
      "data-key": key,
      "data-state": state,
    },
    knot,
    el("span", { class: "step-name", text: name }),
    el("span", { class: "sr", text: t(STATE_NAMES[state] ?? "todoStage") }),
  );
  if (internal) {
    item.append(el("span", { class: "tag", title: t("internalLong") }, icon("lock"), t("internal")));
  }
  if (current && substate) {
    item.append(el("span", { class: "substate", "data-testid": "substate", text: substate }));
  }
  if (since && state !== "todo") item.append(el("time", { datetime: since, class: "since", text: when(since) }));
  return item;
}

/** The list items of the stage diagram. */
export const drawStages = ({ stages = [], substate = "" }) =>
  stages.map((stage, index) => step(stage, index, substate));
