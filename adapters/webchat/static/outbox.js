/**
 * What the person wants sent: kept until the server has it, in order, tried again with growing pauses.
 *
 * Every item has an id made here, so the server takes a repeated one once. Unsent text survives a reload of the page
 * (session storage); a file cannot, so its name is kept and told.
 */

import { session } from "./storage.js";

const FIRST_PAUSE = 1_000; // milliseconds
const LONGEST_PAUSE = 30_000;

/**
 * @typedef {object} Item
 * @property {string} id
 * @property {"text"|"file"} kind
 * @property {string} text the message, or the note about the file
 * @property {File} [file]
 * @property {Date} at
 * @property {"queued"|"sending"|"waiting"|"sent"|"failed"} state
 * @property {number} progress 0 to 1
 * @property {import("./api.js").Problem|null} problem why it is waiting or failed
 */

/** One thing after the other; a second lane exists so that a long upload does not hold back words. */
class Lane {
  items = [];
  running = false;
  wake = () => {};
}

export class Outbox {
  #api;
  #changed;
  #key;
  #kept; // what an earlier page of this tab could not send
  #lanes = { text: new Lane(), file: new Lane() };

  /**
   * @param {import("./api.js").Api} api
   * @param {string} key where unsent words are kept in session storage
   * @param {(item: Item) => void} changed
   */
  constructor(api, key, changed) {
    this.#api = api;
    this.#key = key;
    this.#kept = JSON.parse(session.get(key) ?? "[]");
    this.#changed = changed;
    addEventListener("online", () => this.wake());
    addEventListener("beforeunload", (event) => this.#unsent("file").length && event.preventDefault());
  }

  addText(text, id = crypto.randomUUID()) {
    return this.#add({ id, kind: "text", text });
  }

  addFile(file, caption, album = "") {
    return this.#add({ id: crypto.randomUUID(), kind: "file", text: caption, file, album });
  }

  /** Sends a failed item again, as the last of its lane. */
  retry(id) {
    const item = this.#find(id);
    if (!item) return;
    if (item.state === "failed") {
      const lane = this.#lanes[item.kind];
      lane.items = [...lane.items.filter((one) => one !== item), item];
      this.#set(item, { state: "queued", problem: null, progress: 0 });
      this.#run(item.kind);
    } else this.wake();
  }

  /** The server has it (it came back), or the person gave it up. */
  settle(id) {
    const item = this.#find(id);
    if (!item) return;
    const lane = this.#lanes[item.kind];
    lane.items = lane.items.filter((one) => one !== item);
    this.#keep();
  }

  /** Ends all pauses: the connection is back. */
  wake() {
    for (const lane of Object.values(this.#lanes)) lane.wake();
  }

  /** Brings back what an earlier page of this tab could not send; returns the names of files that are lost. */
  restore() {
    const kept = this.#kept.splice(0);
    for (const { id, text } of kept.filter((one) => one.kind === "text")) this.addText(text, id);
    this.#keep();
    return kept.filter((one) => one.kind === "file").map((one) => one.name);
  }

  #add(fields) {
    const item = { at: new Date(), state: "queued", progress: 0, problem: null, ...fields };
    this.#lanes[item.kind].items.push(item);
    this.#keep();
    this.#changed(item);
    this.#run(item.kind);
    return item;
  }

  #find(id) {
    return [...this.#lanes.text.items, ...this.#lanes.file.items].find((one) => one.id === id);
  }

  #unsent(kind) {
    return this.#lanes[kind].items.filter((one) => one.state !== "sent");
  }

  #set(item, fields) {
    Object.assign(item, fields);
    if (this.#find(item.id)) this.#changed(item);
  }

  #keep() {
    const texts = this.#unsent("text").map(({ id, text }) => ({ kind: "text", id, text }));
    const files = this.#unsent("file").map(({ file }) => ({ kind: "file", name: file.name }));
    session.set(this.#key, JSON.stringify([...this.#kept, ...texts, ...files]));
  }

  async #run(kind) {
    const lane = this.#lanes[kind];
    if (lane.running) return;
    lane.running = true;
    let item;
    while ((item = lane.items.find((one) => one.state === "queued"))) await this.#deliver(lane, item);
    lane.running = false;
  }

  async #deliver(lane, item) {
    let pause = FIRST_PAUSE;
    while (this.#find(item.id)) {
      this.#set(item, { state: "sending" });
      try {
        await this.#send(item);
        this.#set(item, { state: "sent", problem: null });
        this.#keep();
        return;
      } catch (problem) {
        if (!problem.passing) {
          this.#set(item, { state: "failed", problem });
          return;
        }
        this.#set(item, { state: "waiting", problem, progress: 0 });
        await this.#rest(lane, Math.max(pause, problem.retryAfter));
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      }
    }
  }

  #send(item) {
    if (item.kind === "text") return this.#api.sendText(item.id, item.text);
    const told = (progress) => this.#set(item, { progress });
    return this.#api.sendFile(item.id, item.file, item.text, item.album, told);
  }

  #rest(lane, milliseconds) {
    return new Promise((resolve) => {
      lane.wake = resolve;
      setTimeout(resolve, milliseconds);
    });
  }
}
