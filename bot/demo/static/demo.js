/** The demo page: the phones beside the case that they change, live. */

import { byId, el } from "../../chat/static/dom.js";
import { icon } from "../../chat/static/icons.js";
import { Live } from "../../chat/static/live.js";
import { CasePane } from "./casepane.js";
import { Panes } from "./panes.js";
import { Phones } from "./phones.js";
import { language, t } from "./words.js";

const api = new URL("../api/", import.meta.url);
const RETRY = 2_000; // milliseconds
const PATIENCE = 15_000;

async function get(path) {
  const address = new URL(path, api);
  address.searchParams.set("lang", language);
  const options = { headers: { Accept: "application/json", "Accept-Language": language }, cache: "no-store" };
  const response = await fetch(address, { ...options, signal: AbortSignal.timeout(PATIENCE) });
  if (response.status === 404 || response.status === 204) return null;
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

function labels() {
  document.documentElement.lang = language;
  document.title = `Banli 办理 · ${t("demo")}`;
  const texts = { demo: "demo", tagline: "tagline", "client-label": "clientPhone", "staff-label": "staffPhone" };
  const more = { "case-label": "case", "hint-label": "next", "client-turn": "nextHere", "staff-turn": "nextHere" };
  for (const [id, key] of Object.entries({ ...texts, ...more })) byId(id).textContent = t(key);
  byId("languages").setAttribute("aria-label", t("language"));
  for (const link of byId("languages").querySelectorAll("a")) {
    if (link.lang === language) link.setAttribute("aria-current", "true");
  }
}

function connected(yes) {
  const banner = byId("lost");
  banner.hidden = yes;
  if (!yes) banner.replaceChildren(icon("retry"), t("lost"));
}

const panes = new Panes();
const phones = new Phones(panes);
const pane = new CasePane();
let last = "";

/** Fetches the case and shows it; resolves to 1 when it has changed, else 0. */
async function refresh() {
  const one = await get("case");
  const print = JSON.stringify(one);
  if (print === last) return 0;
  const first = !last;
  last = print;
  pane.show(one);
  const hint = one?.hint || (one?.number ? "" : t("caseHint"));
  byId("hint").hidden = !hint;
  byId("hint-text").textContent = hint;
  phones.point(one?.hint_seat ?? null);
  if (!first) panes.mark("case", true);
  return 1;
}

/** One refresh at a time; a change while one runs asks for one more. */
let running = null;
let again = false;
function refreshOnce() {
  if (running) {
    again = true;
    return running;
  }
  const run = async () => {
    let changed = 0;
    do {
      again = false;
      changed += await refresh();
    } while (again);
    return changed;
  };
  running = run().finally(() => (running = null));
  return running;
}

async function seats() {
  for (;;) {
    try {
      return await get("seats");
    } catch {
      connected(false);
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
  }
}

async function start() {
  labels();
  const live = new Live({
    address: () => new URL("events", api).href,
    event: "changed",
    onEvent: () => {
      phones.nudge();
      refreshOnce().catch(() => connected(false));
    },
    sync: refreshOnce,
    onState: (state) => connected(state === "live"),
  });
  document.addEventListener("visibilitychange", () => (live.active = !document.hidden));
  const people = await seats();
  connected(true);
  if (people) phones.show(people);
  else byId("client-phone").replaceChildren(el("p", { class: "nothing", text: t("lost") }));
  live.start();
}

start();
