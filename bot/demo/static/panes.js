/** The three panes: side by side where there is room, one at a time with tabs where there is not. */

import { byId, el } from "../../chat/static/dom.js";
import { t } from "./words.js";

const NAMES = ["client", "staff", "case"];

export class Panes {
  #narrow = matchMedia("(max-width: 1099.98px)");
  #chosen = "client";
  #tabs = new Map();

  onChange = () => {};

  constructor() {
    const bar = byId("pane-tabs");
    bar.setAttribute("aria-label", t("panes"));
    for (const name of NAMES) {
      const tab = el("button", {
        type: "button",
        role: "tab",
        id: `pane-tab-${name}`,
        class: "pane-tab",
        text: t(name),
        "aria-controls": `pane-${name}`,
        "data-testid": `pane-tab-${name}`,
        onclick: () => this.#choose(name),
        onkeydown: (event) => this.#key(event),
      });
      this.#tabs.set(name, tab);
    }
    bar.replaceChildren(...this.#tabs.values());
    this.#narrow.addEventListener("change", () => this.#refresh());
    this.#refresh();
  }

  visible(name) {
    return !this.#narrow.matches || name === this.#chosen;
  }

  /** Shows on a tab that its hidden pane has news. */
  mark(name, unread) {
    const tab = this.#tabs.get(name);
    tab.dataset.unread = String(unread && !this.visible(name));
    tab.querySelector(".dot")?.remove();
    if (tab.dataset.unread === "true") {
      tab.append(el("span", { class: "dot" }, el("span", { class: "sr", text: t("unread") })));
    }
  }

  /** Marks the pane where the next step is to be done. */
  point(target) {
    for (const name of NAMES) {
      byId(`pane-${name}`).classList.toggle("turn", name === target);
      this.#tabs.get(name).classList.toggle("turn", name === target);
    }
  }

  #choose(name) {
    this.#chosen = name;
    this.#refresh();
  }

  #key(event) {
    const step = { ArrowRight: 1, ArrowLeft: NAMES.length - 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.#choose(NAMES[(NAMES.indexOf(this.#chosen) + step) % NAMES.length]);
    this.#tabs.get(this.#chosen).focus();
  }

  #refresh() {
    for (const name of NAMES) {
      const chosen = name === this.#chosen;
      const tab = this.#tabs.get(name);
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      byId(`pane-${name}`).hidden = !this.visible(name);
      if (this.visible(name)) this.mark(name, false);
    }
    this.onChange();
  }
}
