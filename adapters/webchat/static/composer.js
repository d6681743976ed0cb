/** Where messages are written: the text, the files to go with it, the shortcuts. */

import { byId, el } from "./dom.js";
import { icon } from "./icons.js";
import { session } from "./storage.js";
import { Tray } from "./tray.js";
import { t } from "./words.js";

const MAX_TEXT = 10_000; // characters; the server cuts longer ones

export class Composer {
  #text = byId("text");
  #send = byId("send");
  #quick = byId("quick");
  #note = byId("note");
  #draftKey;
  #quickWords = null;
  #onSend;
  #tray;

  /**
   * @param {object} options
   * @param {string} options.draftKey where the unfinished text is kept in session storage
   * @param {(what: {text: string, files: File[]}) => void} options.onSend
   */
  constructor({ draftKey, onSend }) {
    this.#draftKey = draftKey;
    this.#onSend = onSend;
    this.#tray = new Tray({ onChange: () => this.#refresh(), onNote: (text) => this.note(text) });
    this.#text.value = session.get(draftKey) ?? "";
    this.#text.maxLength = MAX_TEXT;
    this.#text.addEventListener("input", () => this.#typed());
    this.#text.addEventListener("keydown", (event) => this.#key(event));
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.relabel();
    this.#fit();
  }

  /** @param {{maxFileBytes: number, quick: string[]|null}} settings `quick`: words offered as shortcuts */
  configure({ maxFileBytes, quick }) {
    this.#tray.limit = maxFileBytes;
    this.#quickWords = quick;
    this.relabel();
  }

  /** Says something above the text field; an empty text takes it away. */
  note(text) {
    this.#note.textContent = text;
    this.#note.hidden = !text;
  }

  relabel() {
    const words = typeof this.#quickWords === "function" ? this.#quickWords() : this.#quickWords;
    const chip = (word) =>
      el("li", {}, el("button", { type: "button", class: "chip", text: word, onclick: () => this.#say(word) }));
    this.#quick.replaceChildren(...(words ?? []).map(chip));
    this.#quick.setAttribute("aria-label", t("quick"));
    this.#text.setAttribute("aria-label", t("compose"));
    this.#tray.relabel();
    this.#refresh();
  }

  #say(word) {
    this.#onSend({ text: word, files: [] });
  }

  #typed() {
    session.set(this.#draftKey, this.#text.value);
    this.note(this.#text.value.length >= MAX_TEXT ? t("tooLong", { max: MAX_TEXT }) : "");
    this.#fit();
    this.#refresh();
  }

  /** Enter sends; while an input method is composing, Enter belongs to it. */
  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const text = this.#text.value.trim();
    const files = this.#tray.files;
    if (this.#send.disabled) return;
    this.#onSend({ text, files });
    this.#text.value = "";
    this.#tray.clear();
    this.#typed();
    this.#text.focus();
  }

  #fit() {
    this.#text.style.height = "auto";
    this.#text.style.height = `${this.#text.scrollHeight + 2}px`;
  }

  #refresh() {
    const n = this.#tray.files.length;
    this.#send.disabled = this.#tray.blocked || (n === 0 && !this.#text.value.trim());
    this.#send.classList.toggle("wide", n > 0);
    const label = n ? t("sendFiles", { n }) : t("send");
    this.#send.setAttribute("aria-label", label);
    this.#send.replaceChildren(...(n ? [el("span", { text: label })] : []), icon("send"));
    this.#text.placeholder = n ? t("caption") : t("compose");
    this.#quick.hidden = !this.#quickWords || this.#tray.count > 0;
  }
}
