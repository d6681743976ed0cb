/** The list of messages: puts each in its place, redraws it in place, and shows how far one's own have got. */

import { draw } from "./bubble.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { day, hour, moment, sameDay } from "./times.js";
import { t } from "./words.js";

const TOGETHER = 5 * 60_000; // milliseconds; messages of one sender this close share a name and a time
const PRESS_REST = 5_000; // how long buttons stay off when the card is not redrawn
const SHOWN = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];

/** An unsent item on its way; failed ones keep their place in the list. */
const onTheWay = (entry) => entry.item !== null && entry.item.state !== "failed";

export class Log {
  #list;
  #tools;
  #entries = new Map();
  #order = []; // settled ones by time, then those on their way

  /**
   * @param {HTMLElement} list an ol
   * @param {object} tools
   * @param {(message: string, token: string, onRetry: () => void) => Promise<void>} tools.press
   * @param {(id: string) => void} tools.retry
   * @param {(id: string) => void} tools.discard
   */
  constructor(list, tools) {
    this.#list = list;
    this.#tools = tools;
  }

  get empty() {
    return this.#order.length === 0;
  }

  /** Shows a message of the server. Returns "new", "echo" (one's own came back), "redrawn" or "same". */
  put(message) {
    const known = this.#entries.get(message.id);
    const print = JSON.stringify(message);
    if (known?.print === print) return "same";
    const entry = known ?? { id: message.id, preview: null };
    const outcome = !known ? "new" : known.item ? "echo" : "redrawn";
    const fields = { message, print, item: null, from: message.from, sender: message.sender ?? "" };
    Object.assign(entry, fields, outcome === "redrawn" ? {} : { at: new Date(message.at) });
    this.#entries.set(entry.id, entry);
    if (outcome === "redrawn") this.#redraw(entry);
    else this.#place(entry);
    return outcome;
  }

  /** Shows or updates an item of the outbox. */
  track(item) {
    const known = this.#entries.get(item.id);
    if (known?.message) return; // it has come back already
    if (known && known.state === "sending" && item.state === "sending") {
      this.#progress(known);
      return;
    }
    const entry = known ?? { id: item.id, from: "me", sender: "", message: null, at: item.at, item, preview: null };
    if (!known && item.file && SHOWN.includes(item.file.type)) entry.preview = URL.createObjectURL(item.file);
    this.#entries.set(entry.id, entry);
    if (known && onTheWay(entry) === known.wasOnTheWay) this.#fill(entry);
    else this.#place(entry);
  }

  /** Draws everything again, in another language. */
  redrawAll() {
    for (const entry of this.#order) this.#fill(entry);
    this.#order.forEach((_, index) => this.#frame(index));
  }

  remove(id) {
    const entry = this.#entries.get(id);
    if (!entry) return;
    const index = this.#order.indexOf(entry);
    this.#order.splice(index, 1);
    this.#entries.delete(id);
    entry.node.remove();
    this.#frame(index);
  }

  #place(entry) {
    const old = this.#order.indexOf(entry);
    if (old >= 0) this.#order.splice(old, 1);
    let index = this.#order.length;
    if (!onTheWay(entry)) {
      const later = (one) => onTheWay(one) || (one.item === null && one.at > entry.at);
      while (index > 0 && later(this.#order[index - 1])) index -= 1;
    }
    entry.node ??= el("li", { "data-testid": "message", "data-id": entry.id, "data-from": entry.from });
    const next = this.#order[index]?.node ?? null;
    if (old < 0 || entry.node.nextElementSibling !== next) this.#list.insertBefore(entry.node, next);
    this.#order.splice(index, 0, entry);
    this.#fill(entry);
    if (old >= 0) this.#frame(old);
    this.#frame(index);
    this.#frame(index + 1);
  }

  /** Name, day and closeness depend on the message before. */
  #frame(index) {
    const entry = this.#order[index];
    if (!entry) return;
    const before = this.#order[index - 1];
    const newDay = !before || !sameDay(before.at, entry.at);
    const alike = before && before.from === entry.from && before.sender === entry.sender;
    const close = alike && !newDay && entry.at - before.at < TOGETHER;
    entry.node.className = `message message-${entry.from}${close ? " cont" : ""}`;
    entry.node.querySelector(".day").textContent = newDay ? day(entry.at) : "";
  }

  #fill(entry) {
    entry.state = entry.item?.state ?? "confirmed";
    entry.wasOnTheWay = onTheWay(entry);
    entry.node.dataset.state = entry.state;
    const box = draw(entry.message ?? this.#asMessage(entry.item), {
      preview: entry.preview,
      onPress: (token) => this.#press(entry, token),
    });
    const face = el("div", { class: "face", "aria-hidden": "true" }, icon(entry.from === "bot" ? "bot" : "person"));
    const body = el("div", { class: "body" }, this.#name(entry), box, this.#meta(entry));
    const dayLine = el("p", { class: "day", text: entry.node.querySelector(".day")?.textContent ?? "" });
    entry.node.replaceChildren(dayLine, face, body);
  }

  #redraw(entry) {
    const hadFocus = entry.node.contains(document.activeElement);
    clearTimeout(entry.pressTimer);
    this.#fill(entry);
    entry.node.classList.remove("fresh");
    requestAnimationFrame(() => entry.node.classList.add("fresh"));
    if (hadFocus) entry.node.querySelector(".card")?.focus({ preventScroll: true });
  }

  #asMessage(item) {
    const file = item.file ? { name: item.file.name, size: item.file.size } : null;
    return { file, card: { text: item.text } };
  }

  #name({ from, sender }) {
    if (from === "me") return el("p", { class: "name sr", text: t("me") });
    if (from === "bot") return el("p", { class: "name", text: sender || t("assistant") });
    const badge = el("span", { class: "badge", text: t("person") });
    return el("p", { class: "name" }, sender, badge);
  }

  #meta(entry) {
    const { item, message, at } = entry;
    if (item?.state === "failed") return this.#trouble(entry, `${t("failed")} · ${item.problem.message}`, "retry");
    if (item?.state === "waiting") return this.#trouble(entry, t("waiting"), "retryNow");
    const meta = el("p", { class: "meta" });
    if (item?.file && item.state !== "sent") {
      entry.bar = el("progress", { max: 1, value: item.progress, "data-testid": "upload-progress" });
      entry.percent = el("span", { "aria-hidden": "true" });
      meta.append(entry.bar, entry.percent);
      this.#progress(entry);
      return meta;
    }
    if (message?.redrawn) meta.append(el("span", { text: t("redrawn") }));
    meta.append(el("time", { datetime: at.toISOString(), title: moment(at), text: hour(at) }));
    if (entry.from !== "me") return meta;
    const done = !item || item.state === "sent";
    meta.append(icon(done ? "check" : "clock"), el("span", { class: "sr", text: t(done ? "sent" : "sending") }));
    return meta;
  }

  #progress(entry) {
    const percent = Math.round(entry.item.progress * 100);
    if (!entry.bar) return;
    entry.bar.value = entry.item.progress;
    entry.bar.setAttribute("aria-label", t("uploading", { percent }));
    entry.percent.textContent = t("uploading", { percent });
  }

  #trouble({ id, item }, text, again) {
    const box = el("div", { class: `trouble trouble-${item.state}`, "data-testid": "send-trouble" });
    const act = (name, key, deed) =>
      el("button", { type: "button", class: "link", "data-testid": name, text: t(key), onclick: () => deed(id) });
    box.append(el("p", {}, icon(item.state === "failed" ? "alert" : "clock"), text));
    const retry = act("retry-button", again, this.#tools.retry);
    box.append(el("span", { class: "acts" }, retry, act("discard-button", "delete", this.#tools.discard)));
    return box;
  }

  async #press(entry, token) {
    const box = entry.node.querySelector(".card");
    const all = [...box.querySelectorAll(".button")];
    const pressed = all.find((one) => one.dataset.token === token);
    const began = Date.now();
    const note = (text) => {
      box.querySelector(".card-note")?.remove();
      if (text) box.append(el("p", { class: "card-note", role: "status", text }));
    };
    const enable = () => {
      for (const one of all) one.disabled = false;
      pressed.classList.remove("busy");
      if (document.activeElement === box) pressed.focus({ preventScroll: true });
    };
    if (document.activeElement === pressed) box.focus({ preventScroll: true });
    for (const one of all) one.disabled = true;
    pressed.classList.add("busy");
    note("");
    try {
      await this.#tools.press(entry.id, token, () => note(t("pressRetry")));
      note("");
      entry.pressTimer = setTimeout(enable, Math.max(0, PRESS_REST - (Date.now() - began)));
    } catch (problem) {
      note(t("pressFailed", { why: problem.message }));
      enable();
    }
  }
}
