/** Talks to the server: one function per endpoint, every failure as a Problem. */

import { visitor } from "./visitor.js";
import { t } from "./words.js";

const PATIENCE = 20_000; // milliseconds for an answer without a file
const UPLOAD_PATIENCE = 10 * 60_000;
const PASSING = new Set([408, 425, 429, 502, 503, 504]); // the same request may go through later

/** What went wrong, told by the server (problem+json) or by the network. */
export class Problem extends Error {
  /** @param {{status?: number, body?: object, retryAfter?: number, detail?: string}} what */
  constructor({ status = 0, body = {}, retryAfter = 0, detail = "" }) {
    const told = (body.errors ?? []).map((one) => one.message).filter((one) => typeof one === "string");
    super(told.join(" ") || body.detail || detail || body.title || t("problem"));
    this.status = status;
    this.title = body.title ?? "";
    this.retryAfter = retryAfter * 1000;
  }

  /** Whether the very same request may succeed a little later. */
  get passing() {
    return this.status === 0 || PASSING.has(this.status);
  }
}

function parse(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/** @param {string} base address of the seat, ending in a slash, such as "/chat/client/". */
export class Api {
  #base;

  constructor(base) {
    this.#base = base;
  }

  /** The widget's secret; everywhere else a cookie says who sits here. */
  get #proof() {
    return this.#base.endsWith("/widget/") ? visitor.headers : {};
  }

  address(path) {
    return new URL(`api/${path}`, new URL(this.#base, location.origin)).href;
  }

  /** Opens or renews the session; the cookie is set by the server. `asked`: a language that the address asks for;
   * `code`: an invitation that it carries. */
  async openSession(language, asked, code) {
    const query = new URLSearchParams([...(asked ? [["lang", asked]] : []), ...(code ? [["code", code]] : [])]);
    const path = query.size ? `session?${query}` : "session";
    const session = await this.#call(path, { json: {}, headers: { "Accept-Language": language } });
    if (session.visitor) visitor.remember(session.visitor);
    return session;
  }

  messages(cursor) {
    return this.#withSession(() => this.#call(`messages?after=${encodeURIComponent(cursor)}`));
  }

  sendText(id, text) {
    return this.#withSession(() => this.#call("messages", { json: { id, text } }));
  }

  press(id, token, message) {
    return this.#withSession(() => this.#call("presses", { json: { id, token, message } }));
  }

  setLanguage(language) {
    return this.#withSession(() => this.#call("language", { json: { language } }));
  }

  /** Uploads one file; `onProgress` is told the part that has left, 0 to 1. */
  sendFile(id, file, caption, album, onProgress) {
    const form = new FormData();
    form.append("id", id);
    form.append("caption", caption);
    if (album) form.append("album", album);
    form.append("file", file, file.name);
    return this.#withSession(() => this.#upload(form, onProgress));
  }

  /** A cookie that has run out is renewed once, then the request is made again. */
  async #withSession(request) {
    try {
      return await request();
    } catch (problem) {
      if (problem.status !== 401) throw problem;
      await this.openSession(document.documentElement.lang);
      return request();
    }
  }

  async #call(path, { json, headers = {} } = {}) {
    const options = { headers: { Accept: "application/json", ...this.#proof, ...headers }, cache: "no-store" };
    if (json) {
      options.method = "POST";
      options.headers["Content-Type"] = "application/json";
      options.body = JSON.stringify(json);
    }
    let response, text;
    try {
      response = await fetch(this.address(path), { ...options, signal: AbortSignal.timeout(PATIENCE) });
      text = await response.text();
    } catch (error) {
      throw new Problem({ detail: t(error.name === "TimeoutError" ? "timeout" : "unreachable") });
    }
    if (response.ok) return parse(text);
    const retryAfter = Number(response.headers.get("Retry-After")) || 0;
    throw new Problem({ status: response.status, body: parse(text), retryAfter });
  }

  #upload(form, onProgress) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", this.address("files"));
      request.setRequestHeader("Accept", "application/json");
      for (const [name, value] of Object.entries(this.#proof)) request.setRequestHeader(name, value);
      request.timeout = UPLOAD_PATIENCE;
      request.upload.onprogress = (event) => {
        if (event.lengthComputable) onProgress(event.loaded / event.total);
      };
      request.onerror = () => reject(new Problem({ detail: t("unreachable") }));
      request.ontimeout = () => reject(new Problem({ detail: t("timeout") }));
      request.onload = () => {
        if (request.status >= 200 && request.status < 300) return resolve(parse(request.responseText));
        const retryAfter = Number(request.getResponseHeader("Retry-After")) || 0;
        return reject(new Problem({ status: request.status, body: parse(request.responseText), retryAfter }));
      };
      request.send(form);
    });
  }
}
