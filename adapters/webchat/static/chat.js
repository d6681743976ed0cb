/** The chat page of one seat: opens the session, shows the past, stays live, sends what is written. */

import { Api } from "./api.js";
import { Composer } from "./composer.js";
import { byId, el } from "./dom.js";
import { Feed } from "./feed.js";
import { Follow } from "./follow.js";
import { hear, tell, trust } from "./frame.js";
import { icon } from "./icons.js";
import { Live } from "./live.js";
import { Log } from "./log.js";
import { Outbox } from "./outbox.js";
import { askForPictures } from "./pictures.js";
import { press } from "./presses.js";
import { visitor } from "./visitor.js";
import { currentLanguage, otherLanguage, t, useLanguage } from "./words.js";

const HIDDEN_GRACE = 20_000; // milliseconds that a hidden tab keeps its stream
const LOST_GRACE = 1_500; // a short break is not worth a notice
const TYPING = 6_000; // milliseconds that "typing" stands when nothing comes
const START_PAUSES = [1_000, 2_000, 4_000, 8_000, 15_000];

const [, base, seat] = location.pathname.match(/^(.*\/([^/]+)\/)/) ?? [null, location.pathname, ""];
const inWidget = seat === "widget";
const asked = new URLSearchParams(location.search).get("lang");
const invitation = new URLSearchParams(location.search).get("code") ?? decodeURIComponent(location.hash.slice(1));
if (invitation) history.replaceState(null, "", base); // a code is used once: it stays neither in the address nor in the past
const api = new Api(base);
const scroller = byId("log");
const follow = new Follow(scroller, byId("messages"), byId("pill"));

let session = null;
let started = false; // the past has been shown; what comes now is news
let connection = "opening";
let missed = 0; // messages that came while the tab was hidden
let lostTimer = 0;
let typingTimer = 0;

const log = new Log(byId("messages"), {
  press: (message, token, onRetry) => press(api, token, message, onRetry),
  retry: (id) => outbox.retry(id),
  discard: (id) => {
    outbox.settle(id);
    log.remove(id);
  },
});
const outbox = new Outbox(api, `banli.unsent.${base}`, (item) => {
  log.track(item);
  if (item.state === "queued") follow.toEnd();
  refreshEmpty();
});
const composer = new Composer({
  draftKey: `banli.draft.${base}`,
  onSend: ({ text, files }) => {
    const album = files.length > 1 ? crypto.randomUUID() : ""; // files picked together
    if (files.length) for (const file of files) outbox.addFile(file, text, album);
    else outbox.addText(text);
  },
});
const feed = new Feed(api, (message) => {
  const outcome = log.put(message);
  if (started && message.from !== "me") showTyping(false);
  if (outcome === "echo") outbox.settle(message.id);
  if (started && outcome === "new" && message.from !== "me") announce(message);
  refreshEmpty();
});
const live = new Live({
  address: () => `${api.address("events")}?after=${encodeURIComponent(feed.cursor)}`,
  stream: !inWidget,
  event: "message",
  onEvent: (event) => feed.live(event),
  onTyping: () => showTyping(true),
  sync: () => feed.sync(),
  onState: (state) => showConnection(state),
});

function announce(message) {
  follow.arrived();
  if (document.hidden) missed += 1;
  refreshTitle();
  tell({ type: "banli:message", seat, id: message.id });
}

function refreshTitle() {
  const name = session?.title || "Banli 办理";
  document.title = missed ? `(${missed}) ${name}` : name;
}

function refreshEmpty() {
  const empty = byId("empty");
  empty.hidden = !started || !log.empty;
  if (session) empty.textContent = t(session.me === "staff" ? "emptyStaff" : "emptyClient");
}

function showConnection(state) {
  if (state === "lost" && connection === "live") {
    lostTimer ||= setTimeout(() => applyConnection("lost"), LOST_GRACE); // every failed try says "lost" again
    return;
  }
  clearTimeout(lostTimer);
  lostTimer = 0;
  if (state === "live" && connection !== "live") outbox.wake();
  applyConnection(state);
}

function applyConnection(state) {
  connection = state;
  const banner = byId("banner");
  banner.hidden = state !== "lost";
  if (state === "lost") banner.replaceChildren(icon("retry"), `${t("lost")} ${t("lostHint")}`);
  showPresence();
}

function showTyping(typing) {
  clearTimeout(typingTimer);
  typingTimer = typing ? setTimeout(() => showTyping(false), TYPING) : 0;
  showPresence();
}

function showPresence() {
  const presence = byId("presence");
  const said = connection === "live" && typingTimer ? "typing" : { live: "online", lost: "offline", opening: "connecting" }[connection];
  presence.dataset.state = connection;
  presence.textContent = t(said);
}

/** Writes every label anew in this language. */
function speak(language) {
  useLanguage(language);
  document.documentElement.lang = currentLanguage();
  const toggle = byId("language");
  toggle.textContent = t("otherLanguage");
  toggle.setAttribute("aria-label", t("switchLanguage"));
  toggle.lang = otherLanguage();
  scroller.setAttribute("aria-label", t("messages"));
  composer.relabel();
  log.redrawAll();
  follow.show();
  refreshEmpty();
  applyConnection(connection);
}

function showSession() {
  byId("title").textContent = session.title;
  refreshTitle();
  const quick = session.me === "client" ? () => t("quickWords") : null;
  composer.configure({ maxFileBytes: session.max_file_bytes ?? Infinity, quick });
  speak(session.language);
}

async function switchLanguage(language) {
  try {
    await api.setLanguage(language);
    session = await api.openSession(language); // its title is in the language, too
  } catch (problem) {
    composer.note(problem.message);
    return;
  }
  showSession();
}

/** Replaces the conversation by a reason why there is none. */
function block(problem) {
  const invited = problem.status === 401 || problem.status === 403;
  const title = invited ? t("blocked") : problem.title || t("problem");
  const text = problem.message || t("blockedText");
  const again = el("button", { type: "button", class: "button button-primary", text: t("retry") });
  again.addEventListener("click", () => location.reload());
  byId("blocked").replaceChildren(
    icon(invited ? "lock" : "alert"),
    el("h2", { text: title }),
    el("p", { text: invited && text === problem.title ? t("blockedText") : text }),
    again,
  );
  for (const id of ["log", "composer", "language"]) byId(id).hidden = true;
  byId("blocked").hidden = false;
  applyConnection("opening");
  byId("presence").textContent = "";
}

/** Resolves with the answer; a server that cannot answer now is asked again, with growing pauses. */
async function insist(request) {
  for (let round = 0; ; round += 1) {
    try {
      return await request();
    } catch (problem) {
      if (!problem.passing) throw problem;
      applyConnection("lost");
      const pause = START_PAUSES[Math.min(round, START_PAUSES.length - 1)];
      await new Promise((resolve) => setTimeout(resolve, Math.max(pause, problem.retryAfter)));
    }
  }
}

function watch() {
  let hiddenTimer = 0;
  let shown = true;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiddenTimer);
    if (document.hidden) {
      hiddenTimer = setTimeout(() => (live.active = false), HIDDEN_GRACE);
      return;
    }
    missed = 0;
    refreshTitle();
    live.active = shown;
  });
  hear({
    onShown: (now) => {
      shown = now;
      live.active = now && !document.hidden;
    },
    onNews: () => live.poke(),
  });
}

function livesInWidget() {
  askForPictures();
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing && !byId("lightbox").open) tell({ type: "banli:close" });
  });
}

async function start() {
  if (inWidget) livesInWidget();
  speak(asked ?? navigator.language);
  byId("language").addEventListener("click", () => switchLanguage(otherLanguage()));
  watch();
  try {
    session = await insist(() => api.openSession(currentLanguage(), asked && currentLanguage(), invitation));
    if (inWidget && trust(session.origins ?? [])) visitor.handOver();
    showSession();
    await insist(() => feed.sync());
  } catch (problem) {
    block(problem);
    return;
  }
  started = true;
  refreshEmpty();
  follow.toEnd();
  scroller.setAttribute("aria-live", "polite");
  const lost = outbox.restore();
  composer.note(lost.map((name) => t("fileGone", { name })).join(" "));
  tell({ type: "banli:ready", seat });
  live.start();
}

start();
