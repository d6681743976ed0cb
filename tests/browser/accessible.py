"""Rules of accessibility that a page is checked against: our own, as axe-core is not among our dependencies.

Names of everything that can be pressed or filled in, alternatives of pictures, one main heading, languages, ids that
are unique, sizes of what is touched, contrast of text (WCAG 2.2: 1.1.1, 1.4.3, 2.4.2, 2.5.8, 3.1.1, 4.1.2).
"""

from typing import Any

from playwright.sync_api import Frame, Page

_RULES = r"""
() => {
  const drawn = { opacityProperty: true, visibilityProperty: true };
  const seen = (e) => e.checkVisibility(drawn) && e.getClientRects().length;
  const told = (e) => `${e.tagName.toLowerCase()}${e.id ? "#" + e.id : ""}.${e.className}`;
  const named = (e) =>
    (e.getAttribute("aria-label") || e.labels?.[0]?.textContent || e.title || e.innerText || e.alt || "").trim();
  const found = [];
  if (!document.documentElement.lang) found.push("the page has no language");
  if (!document.title.trim()) found.push("the page has no title");
  if (document.querySelectorAll("h1").length !== 1) found.push("not exactly one h1");
  if (document.querySelectorAll("main").length !== 1) found.push("not exactly one main");
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) found.push(`id ${id} twice`);
  for (const e of document.querySelectorAll("[aria-controls],[aria-labelledby],[aria-describedby]"))
    for (const name of ["aria-controls", "aria-labelledby", "aria-describedby"])
      for (const id of (e.getAttribute(name) ?? "").split(" ").filter(Boolean))
        if (!document.getElementById(id)) found.push(`${told(e)}: ${name} names nothing`);
  for (const e of document.querySelectorAll("button,a[href],input:not([type=hidden]),textarea,select,[role=button]")) {
    if (!seen(e)) continue;
    if (!named(e)) found.push(`${told(e)} has no name`);
    const box = e.getBoundingClientRect();
    if (!e.classList.contains("sr") && (box.width < 24 || box.height < 24)) found.push(`${told(e)} is too small`);
  }
  for (const e of document.querySelectorAll("img")) if (!e.hasAttribute("alt")) found.push(`${told(e)} has no alt`);
  for (const e of document.querySelectorAll("iframe")) if (!e.title) found.push(`${told(e)} has no title`);
  for (const e of document.querySelectorAll("[tabindex]")) if (e.tabIndex > 0) found.push(`${told(e)} jumps the order`);
  const parts = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (e) => {
    for (let each = e; each; each = each.parentElement) {
      const style = getComputedStyle(each), colour = parts(style.backgroundColor);
      if (style.backgroundImage !== "none") return null;
      if ((colour[3] ?? 1) === 1) return colour;
      if (colour[3] > 0) return null;
    }
    return [255, 255, 255];
  };
  for (const e of document.querySelectorAll("body *")) {
    const words = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!words || !seen(e) || e.matches(":disabled, :disabled *")) continue;
    const under = ground(e), style = getComputedStyle(e);
    if (!under) continue;
    const [a, b] = [light(under), light(parts(style.color))].sort((x, y) => y - x);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < (large ? 3 : 4.5)) found.push(`${told(e)}: contrast ${contrast.toFixed(2)}`);
  }
  return found;
}
"""


def faults(page: Page | Frame) -> list[str]:
    """What breaks a rule, each with its element."""
    found: Any = page.evaluate(_RULES)
    return list(found)
