/** Talks to the server: what the link opens, and one file after the other. */

import { currentLanguage, t } from "./words.js";

const PATIENCE = 10 * 60_000; // milliseconds for one file

/** A "no" of the server in its own words, or of the network; `status` 0 is the network. */
export class No extends Error {
  constructor(status, words, retryAfter = 0) {
    super(words);
    this.status = status;
    this.retryAfter = retryAfter * 1000;
  }

  /** The link has ended or was never one: nothing on this page can work any more. */
  get final() {
    return this.status === 404 || this.status === 409;
  }
}

const here = () => location.pathname.replace(/\/$/, "");

function refusal(status, text, retryAfter) {
  let told = {};
  try {
    told = JSON.parse(text) ?? {};
  } catch {
    // a proxy's own page: its status is all there is
  }
  return new No(status, told.detail || told.title || t("wrong"), Number(retryAfter) || 0);
}

/** What the link opens. Throws No. */
export async function about() {
  let answer, text;
  try {
    answer = await fetch(`${here()}/about`, { headers: { "Accept-Language": currentLanguage() }, cache: "no-store" });
    text = await answer.text();
  } catch {
    throw new No(0, t("unreachable"));
  }
  if (!answer.ok) throw refusal(answer.status, text);
  return JSON.parse(text);
}

/** Uploads one file; `onProgress` is told the part that has left, 0 to 1. Rejects with No. */
export function upload(id, file, onProgress) {
  const form = new FormData();
  form.append("id", id);
  form.append("file", file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${here()}/files`);
    request.setRequestHeader("Accept-Language", currentLanguage());
    request.timeout = PATIENCE;
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onerror = request.ontimeout = () => reject(new No(0, t("unreachable")));
    request.onload = () =>
      request.status === 202
        ? resolve()
        : reject(refusal(request.status, request.responseText, request.getResponseHeader("Retry-After")));
    request.send(form);
  });
}
