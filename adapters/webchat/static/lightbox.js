/** Shows one picture large, in a modal dialog; a click on it switches between the whole and the full size. */

import { byId, el } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./words.js";

/** @param {{url: string, alt: string}} image */
export function showImage({ url, alt }) {
  const dialog = byId("lightbox");
  const picture = el("img", { src: url, alt, class: "lightbox-image" });
  const zoom = el("button", {
    type: "button",
    class: "lightbox-zoom",
    "aria-label": t("zoom"),
    onclick: () => dialog.classList.toggle("zoomed"),
  });
  zoom.append(picture);
  const original = el("a", { href: url, target: "_blank", rel: "noopener", class: "lightbox-link" }, icon("link"));
  original.append(t("original"));
  const close = el("button", {
    type: "button",
    class: "icon-button lightbox-close",
    "aria-label": t("close"),
    "data-testid": "lightbox-close",
    onclick: () => dialog.close(),
  });
  close.append(icon("close"));
  const bar = el("div", { class: "lightbox-bar" }, el("p", { class: "lightbox-name", text: alt }), original, close);
  const stage = el("div", { class: "lightbox-stage" }, zoom);
  stage.addEventListener("click", (event) => event.target === stage && dialog.close());
  dialog.classList.remove("zoomed");
  dialog.setAttribute("aria-label", alt || t("image"));
  dialog.replaceChildren(bar, stage);
  dialog.showModal();
  close.focus();
}
