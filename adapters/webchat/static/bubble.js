/** Draws what a message says: plain words, a card with facts and buttons, or a file. */

import { el } from "./dom.js";
import { withGlyphs } from "./glyphs.js";
import { icon } from "./icons.js";
import { showImage } from "./lightbox.js";
import { showIn } from "./pictures.js";
import { size } from "./times.js";
import { t } from "./words.js";

/** Whether the card has more than words. */
const structured = (card) =>
  Boolean(card.title || card.footer || card.image || card.link || card.facts?.length || card.buttons?.length);

/** The address of a picture if it is ours, else null. */
function ownAddress(url) {
  const address = new URL(url, location.href);
  return address.origin === location.origin || address.protocol === "blob:" ? address.href : null;
}

function picture({ url, alt }) {
  const address = ownAddress(url);
  const missing = () => el("p", { class: "image-missing" }, icon("file"), t("imageMissing"));
  if (!address) return missing();
  const img = el("img", { alt: alt ?? "", onerror: () => button.replaceWith(missing()) });
  const button = el("button", {
    type: "button",
    class: "card-image",
    "aria-label": t("enlarge", { name: alt || t("image") }),
    "data-testid": "card-image",
    onclick: () => showImage({ url: img.src, alt: alt ?? "" }),
  });
  showIn(img, address);
  button.append(img);
  return button;
}

/** A link that the server made; it opens beside the chat and tells nobody where it was pressed. */
function link({ url, label }) {
  if (!/^https?:$/.test(new URL(url, location.href).protocol)) return el("p", { text: url });
  const attributes = { href: url, target: "_blank", rel: "noopener noreferrer", class: "card-link", text: label };
  return el("a", { ...attributes, "data-testid": "card-link" });
}

function facts(rows) {
  const list = el("dl", { class: "facts" });
  for (const [label, value] of rows) {
    list.append(el("dt", { text: label }), el("dd", {}, ...withGlyphs(String(value))));
  }
  return list;
}

function buttons(row, onPress) {
  const group = el("div", { class: "buttons", role: "group" });
  for (const { token, label, style } of row) {
    const tone = ["primary", "danger"].includes(style) ? style : "plain";
    group.append(
      el("button", {
        type: "button",
        class: `button button-${tone}`,
        text: label,
        "data-testid": "card-button",
        "data-token": token,
        onclick: () => onPress(token),
      }),
    );
  }
  return group;
}

const fileChip = (file) =>
  el(
    "div",
    { class: "file-chip", "data-testid": "file-chip" },
    icon("file"),
    el("span", { class: "file-name", text: file.name }),
    el("span", { class: "file-size", text: Number.isFinite(file.size) ? size(file.size) : "" }),
  );

/**
 * The element for a message.
 * @param {object} message as the server sends it
 * @param {object} tools
 * @param {(token: string) => void} tools.onPress
 * @param {string} [tools.preview] address of a picture of the person's own file
 */
export function draw(message, { onPress, preview }) {
  const card = message.card ?? {};
  const rich = structured(card);
  const name = message.file?.name ?? "";
  const image = card.image ?? (preview ? { url: preview, alt: name } : null);
  const box = el("div", {
    class: rich ? "bubble card" : "bubble",
    "data-kind": card.kind,
    "data-testid": rich ? "card" : "bubble",
    tabindex: rich ? -1 : null,
  });
  if (card.title) box.append(el("h2", { class: "card-title" }, ...withGlyphs(card.title)));
  if (image) box.append(picture(image));
  for (const other of card.more_images ?? []) box.append(picture(other));
  if (message.file) box.append(fileChip(message.file));
  if (card.text) box.append(el("p", { class: "text", "data-testid": "message-text" }, ...withGlyphs(card.text)));
  if (card.facts?.length) box.append(facts(card.facts));
  if (card.link) box.append(link(card.link));
  if (card.footer) box.append(el("p", { class: "footer" }, ...withGlyphs(card.footer)));
  if (card.buttons?.length) box.append(buttons(card.buttons, onPress));
  return box;
}
