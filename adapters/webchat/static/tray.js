/** The files that are about to be sent: chosen, dropped or pasted, checked for size, and still removable. */

import { byId, el } from "./dom.js";
import { icon } from "./icons.js";
import { size } from "./times.js";
import { t } from "./words.js";

const SHOWN = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];

const two = (number) => String(number).padStart(2, "0");

/** A pasted picture is always called "image.png"; a name with the time tells several apart. */
function named(file, now = new Date()) {
  if (file.name && file.name !== "image.png") return file;
  const stamp = [now.getMonth() + 1, now.getDate(), now.getHours(), now.getMinutes(), now.getSeconds()];
  const ending = file.type.split("/")[1] ?? "png";
  return new File([file], `pasted-${stamp.map(two).join("")}.${ending}`, { type: file.type });
}

export class Tray {
  #list = byId("tray");
  #input = byId("file");
  #attach = byId("attach");
  #camera = byId("camera");
  #shoot = byId("shoot");
  #drop = byId("drop");
  #entries = []; // {file, url}
  #depth = 0; // dragenter and dragleave come for every element on the way
  #onChange;
  #onNote;

  limit = Infinity; // bytes of one file

  constructor({ onChange, onNote }) {
    this.#onChange = onChange;
    this.#onNote = onNote;
    this.#attach.append(icon("attach"));
    this.#attach.addEventListener("click", () => this.#input.click());
    this.#input.addEventListener("change", () => {
      this.add([...this.#input.files]);
      this.#input.value = "";
    });
    this.#shoot.append(icon("camera"));
    this.#shoot.hidden = !matchMedia("(pointer: coarse)").matches; // a phone or tablet
    this.#shoot.addEventListener("click", () => this.#camera.click());
    this.#camera.addEventListener("change", () => {
      this.add([...this.#camera.files]);
      this.#camera.value = "";
    });
    document.addEventListener("paste", (event) => this.#pasted(event));
    for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
      document.addEventListener(name, (event) => this.#dragged(event));
    }
  }

  /** What can be sent; the too large ones stay behind. */
  get files() {
    return this.#entries.map((entry) => entry.file).filter((file) => file.size <= this.limit);
  }

  get count() {
    return this.#entries.length;
  }

  /** Whether something in the tray has to be removed first. */
  get blocked() {
    return this.files.length < this.count;
  }

  add(files) {
    for (const file of files) {
      this.#entries.push({ file, url: SHOWN.includes(file.type) ? URL.createObjectURL(file) : null });
    }
    this.relabel();
    this.#onChange();
    byId("text").focus();
  }

  clear() {
    for (const { url } of this.#entries) if (url) URL.revokeObjectURL(url);
    this.#entries = [];
    this.relabel();
    this.#onChange();
  }

  relabel() {
    this.#attach.setAttribute("aria-label", t("attach"));
    this.#attach.title = t("attach");
    this.#input.setAttribute("aria-label", t("attach"));
    this.#shoot.setAttribute("aria-label", t("camera"));
    this.#shoot.title = t("camera");
    this.#list.setAttribute("aria-label", t("attachments"));
    byId("drop-text").textContent = t("drop");
    this.#list.replaceChildren(...this.#entries.map((entry) => this.#row(entry)));
    this.#list.hidden = this.count === 0;
  }

  #row(entry) {
    const { file, url } = entry;
    const tooLarge = file.size > this.limit;
    const told = tooLarge ? t("tooLarge", { size: size(file.size), max: size(this.limit) }) : size(file.size);
    const remove = el("button", {
      type: "button",
      class: "icon-button",
      "aria-label": t("remove", { name: file.name }),
      "data-testid": "attachment-remove",
      onclick: () => this.#remove(entry),
    });
    remove.append(icon("close"));
    return el(
      "li",
      { class: tooLarge ? "attachment too-large" : "attachment", "data-testid": "attachment" },
      url ? el("img", { src: url, alt: "" }) : el("span", { class: "attachment-icon" }, icon("file")),
      el("span", { class: "attachment-name", text: file.name }),
      el("span", { class: "attachment-size", text: told }),
      remove,
    );
  }

  #remove(entry) {
    if (entry.url) URL.revokeObjectURL(entry.url);
    this.#entries = this.#entries.filter((one) => one !== entry);
    this.relabel();
    this.#onChange();
    byId("text").focus();
  }

  #pasted(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    this.add(files.map((file) => named(file)));
  }

  #dragged(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (event.type === "dragenter") this.#depth += 1;
    if (event.type === "dragleave") this.#depth -= 1;
    if (event.type === "drop") {
      this.#depth = 0;
      this.#dropped(event.dataTransfer);
    }
    this.#drop.hidden = this.#depth <= 0;
  }

  /** A dropped folder looks like a file that cannot be read, so it is told instead. */
  #dropped(transfer) {
    const files = [];
    const folders = [];
    for (const one of transfer.items) {
      const file = one.kind === "file" ? one.getAsFile() : null;
      if (!file) continue;
      if (one.webkitGetAsEntry?.()?.isDirectory) folders.push(file.name);
      else files.push(file);
    }
    this.#onNote(folders.map((name) => t("directory", { name })).join(" "));
    if (files.length) this.add(files);
  }
}
