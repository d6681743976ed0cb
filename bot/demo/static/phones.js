/** The two phones: the client's, and one for the staff with a tab for each seat. */

import { byId, el } from "../../chat/static/dom.js";
import { language, t } from "./words.js";

const root = new URL("../../", import.meta.url);

export class Phones {
  #frames = new Map(); // seat -> iframe
  #tabs = new Map(); // seat -> button
  #chosen = "";
  #panes;

  /** @param {import("./panes.js").Panes} panes which of the panes can be seen */
  constructor(panes) {
    this.#panes = panes;
    panes.onChange = () => this.#refresh();
    addEventListener("message", (event) => this.#heard(event));
  }

  /** @param {{client: {seat: string, name: string}, staff: {seat: string, name: string, role: string}[]}} seats */
  show({ client, staff }) {
    byId("client-name").textContent = client.name;
    byId("client-phone").replaceChildren(this.#frame(client.seat, t("phone", { name: client.name })));
    byId("staff-tabs").setAttribute("aria-label", t("seats"));
    byId("staff-tabs").replaceChildren(...staff.map((seat) => this.#tab(seat)));
    byId("staff-phone").replaceChildren(
      ...staff.map(({ seat, name }) => {
        const frame = this.#frame(seat, t("phone", { name }));
        frame.id = `phone-${seat}`;
        return frame;
      }),
    );
    if (staff.length) this.#choose(staff[0].seat);
  }

  /** Marks where the next step is to be done; null when nobody in particular has to act. */
  point(seat) {
    for (const [name, tab] of this.#tabs) tab.classList.toggle("turn", name === seat);
    this.#panes.point(!seat ? null : this.#tabs.has(seat) ? "staff" : "client");
  }

  /** Something has changed: frames without a stream look at once. */
  nudge() {
    for (const frame of this.#frames.values()) this.#post(frame, { type: "banli:news" });
  }

  #frame(seat, title) {
    const src = new URL(`chat/${encodeURIComponent(seat)}/?lang=${language}`, root).href;
    const frame = el("iframe", { src, title, "data-testid": "phone", "data-seat": seat });
    frame.addEventListener("load", () => this.#tellShown(seat));
    this.#frames.set(seat, frame);
    return frame;
  }

  #tab({ seat, name, role }) {
    const tab = el(
      "button",
      {
        type: "button",
        role: "tab",
        class: "seat",
        id: `tab-${seat}`,
        "aria-controls": `phone-${seat}`,
        "data-testid": "staff-tab",
        "data-seat": seat,
        onclick: () => this.#choose(seat),
        onkeydown: (event) => this.#key(event),
      },
      el("span", { class: "seat-role", text: role }),
      el("span", { class: "seat-name", text: name }),
    );
    this.#tabs.set(seat, tab);
    return tab;
  }

  #key(event) {
    const seats = [...this.#tabs.keys()];
    const here = seats.indexOf(this.#chosen);
    const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: seats.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const seat = seats[(to + seats.length) % seats.length];
    this.#choose(seat);
    this.#tabs.get(seat).focus();
  }

  #choose(seat) {
    this.#chosen = seat;
    for (const [name, tab] of this.#tabs) {
      tab.setAttribute("aria-selected", String(name === seat));
      tab.tabIndex = name === seat ? 0 : -1;
      this.#frames.get(name).hidden = name !== seat;
    }
    this.#refresh();
  }

  #shown(seat) {
    if (!this.#tabs.has(seat)) return this.#panes.visible("client");
    return seat === this.#chosen && this.#panes.visible("staff");
  }

  #refresh() {
    for (const seat of this.#frames.keys()) {
      this.#tellShown(seat);
      if (this.#shown(seat)) this.#mark(seat, false);
    }
  }

  #tellShown(seat) {
    this.#post(this.#frames.get(seat), { type: "banli:shown", shown: this.#shown(seat) });
  }

  #post(frame, message) {
    frame.contentWindow?.postMessage(message, location.origin);
  }

  #heard(event) {
    if (event.origin !== location.origin) return;
    const known = [...this.#frames].find(([, frame]) => frame.contentWindow === event.source);
    if (!known) return;
    const [seat] = known;
    if (event.data?.type === "banli:ready") this.#tellShown(seat);
    if (event.data?.type === "banli:message" && !this.#shown(seat)) this.#mark(seat, true);
  }

  #mark(seat, unread) {
    const tab = this.#tabs.get(seat);
    if (tab) {
      tab.dataset.unread = String(unread);
      tab.querySelector(".dot")?.remove();
      const dot = el("span", { class: "dot" }, el("span", { class: "sr", text: t("unread") }));
      if (unread) tab.querySelector(".seat-role").append(dot);
    }
    const staff = [...this.#tabs.values()].some((one) => one.dataset.unread === "true");
    this.#panes.mark(tab ? "staff" : "client", tab ? staff : unread);
  }
}
