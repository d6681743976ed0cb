/** The upload page: says what the link opens, takes files, and uploads them one after the other. */

import { byId, el } from "../../chat/static/dom.js";
import { about, upload } from "./door.js";
import { currentLanguage, t, useLanguage } from "./words.js";

const waiting = [];
let limit = 0;
let busy = false;
let received = 0;

function size(bytes) {
  const megabytes = bytes / 2 ** 20;
  return megabytes < 0.1 ? `${Math.ceil(bytes / 1024)} KB` : `${Number(megabytes.toFixed(1))} MB`;
}

/** What was chosen before keeps its id: a file that is sent twice is taken once. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");
}

function end(words) {
  byId("open").hidden = true;
  byId("over").textContent = words;
  byId("over").hidden = false;
}

function add(file) {
  const bar = el("progress", { max: 1, value: 0, "aria-label": file.name });
  const state = el("span", { class: "state", text: t("waiting") });
  const again = el("button", { class: "again", type: "button", text: t("again") });
  again.hidden = true;
  const row = el("li", { "data-testid": "file" }, el("span", { class: "name", text: file.name }), again, bar, state);
  const one = { id: newId(), file, bar, state, again, row };
  again.addEventListener("click", () => queue(one));
  byId("files").append(row);
  if (file.size > limit) fail(one, t("tooLarge", { size: size(file.size), max: size(limit) }), false);
  else queue(one);
}

function show(one, state, words) {
  one.row.dataset.state = state;
  one.state.textContent = words;
}

function fail(one, words, repeats = true) {
  one.again.hidden = !repeats;
  show(one, "failed", words);
}

function queue(one) {
  one.again.hidden = true;
  show(one, "waiting", t("waiting"));
  waiting.push(one);
  work();
}

/** One at a time: the order in which they were chosen is the order in which they arrive. */
async function work() {
  if (busy) return;
  busy = true;
  while (waiting.length) await send(waiting.shift());
  busy = false;
}

async function send(one) {
  const moved = (part) => {
    one.bar.value = part;
    show(one, "uploading", t("uploading", { percent: Math.floor(part * 100) }));
  };
  try {
    moved(0);
    await upload(one.id, one.file, moved);
  } catch (no) {
    if (no.final) return end(no.message);
    if (no.status !== 429) return fail(one, no.message);
    show(one, "waiting", t("waitingMore"));
    await new Promise((resolve) => setTimeout(resolve, Math.max(1000, no.retryAfter)));
    return send(one);
  }
  one.bar.value = 1;
  show(one, "sent", t("sent"));
  received += 1;
  byId("done").textContent = t("done", { n: received });
  byId("done").hidden = false;
}

function take(list) {
  for (const file of list) add(file);
}

function listen() {
  const input = byId("file");
  input.addEventListener("change", () => {
    take(input.files);
    input.value = "";
  });
  const pick = byId("pick");
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      pick.classList.toggle("over", kind === "dragover");
    });
  }
  document.addEventListener("drop", (event) => {
    const entries = [...event.dataTransfer.items].map((each) => [each.webkitGetAsEntry?.(), each.getAsFile()]);
    for (const [entry, file] of entries) {
      if (!entry?.isDirectory && file) add(file);
      else if (entry) byId("files").append(el("li", { "data-state": "failed" }, el("span", { class: "name", text: entry.name }), el("span", { class: "state", text: t("directory") })));
    }
  });
}

function describe(told) {
  useLanguage(told.language);
  limit = told.max_file_bytes;
  document.title = byId("title").textContent = t("title");
  byId("agency").textContent = told.title;
  byId("about").textContent = told.item ? t("aboutItem", { item: told.item }) : t("about");
  byId("pick").textContent = t("pick");
  const until = new Date(told.until).toLocaleTimeString(currentLanguage(), { hour: "2-digit", minute: "2-digit" });
  const kinds = told.accept.length ? t("kinds", { kinds: told.accept.join(" / ").toUpperCase() }) : "";
  byId("hint").textContent = t("hint", { until, max: size(limit), kinds });
  byId("open").hidden = false;
}

useLanguage(navigator.language);
try {
  describe(await about());
  listen();
} catch (no) {
  document.title = byId("title").textContent = t("title");
  end(no.message);
}
