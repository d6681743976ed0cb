/**
 * The chat in another site's page: <script src="https://.../chat/static/widget.js" async></script>
 *
 * Adds a button; the first press opens a frame with the chat. `data-lang="en"` or "zh-CN" fixes the language, else it
 * is the page's. Nothing of the page is read, and nothing but this file is loaded before the press. Only where the
 * browser refuses storage to the frame does this page keep the visitor's secret for it.
 */

(() => {
  const script = document.currentScript;
  const address = new URL("../widget/", script.src);
  const fixed = script.dataset.lang;
  const english = (fixed ?? (document.documentElement.lang || navigator.language)).toLowerCase().startsWith("en");
  const words = english
    ? { open: "Chat with us", close: "Close the chat", chat: "Chat", unread: (n) => `Chat with us, ${n} new` }
    : { open: "在线咨询", close: "关闭对话", chat: "对话", unread: (n) => `在线咨询，${n} 条新消息` };
  if (fixed) address.searchParams.set("lang", english ? "en" : "zh-CN");

  const small = matchMedia("(max-width: 520px)");
  const brand = "#0b6e63";
  let frame = null;
  let ready = false; // before the chat says so, the frame is still a page of this site
  let unread = 0;

  function kept(secret) {
    try {
      if (secret) localStorage.setItem("banli.visitor", secret);
      return localStorage.getItem("banli.visitor") ?? "";
    } catch {
      return "";
    }
  }

  function make(tag, style, attributes = {}) {
    const element = document.createElement(tag);
    Object.assign(element.style, style); // through the object model: the page's policy need not allow inline styles
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  }

  const button = { font: "600 16px system-ui, sans-serif", color: "#fff", background: brand, cursor: "pointer" };
  const launcher = make(
    "button",
    { ...button, position: "fixed", right: "20px", bottom: "20px", zIndex: "2147483000", minHeight: "52px",
      padding: "0 22px", border: "2px solid #fff", borderRadius: "26px", boxShadow: "0 4px 18px rgb(0 0 0 / 30%)" },
    { type: "button", "aria-expanded": "false", "aria-controls": "banli-panel", "data-testid": "banli-launcher" },
  );
  const panel = make(
    "section",
    { position: "fixed", zIndex: "2147483001", display: "none", flexDirection: "column", overflow: "hidden",
      background: "#fff", boxShadow: "0 8px 40px rgb(0 0 0 / 35%)" },
    { id: "banli-panel", "aria-label": words.chat, lang: english ? "en" : "zh-CN" },
  );
  const shut = make(
    "button",
    { ...button, minHeight: "44px", border: "0", padding: "0 16px", textAlign: "right" },
    { type: "button", "data-testid": "banli-close" },
  );
  shut.textContent = `${words.close} ✕`;
  panel.append(shut);

  const opened = () => panel.style.display !== "none";

  function lay() {
    const whole = { inset: "0", width: "100%", height: "100dvh", borderRadius: "0" };
    const corner = { inset: "auto 20px 20px auto", width: "400px", height: "min(680px, calc(100dvh - 40px))",
      borderRadius: "16px" };
    Object.assign(panel.style, small.matches ? whole : corner);
  }

  function label() {
    launcher.textContent = unread ? `${words.open} (${unread})` : words.open;
    launcher.setAttribute("aria-label", unread ? words.unread(unread) : words.open);
  }

  function tell(message) {
    if (ready) frame.contentWindow.postMessage(message, address.origin);
  }

  function show(open) {
    if (open && !frame) {
      address.hash = kept();
      frame = make(
        "iframe",
        { flex: "1", width: "100%", border: "0" },
        { src: address.href, title: words.chat, referrerpolicy: "origin", "data-testid": "banli-frame" },
      );
      panel.append(frame);
    }
    if (open) unread = 0;
    panel.style.display = open ? "flex" : "none";
    launcher.style.display = open ? "none" : "";
    launcher.setAttribute("aria-expanded", String(open));
    label();
    tell({ type: "banli:shown", shown: open });
    (open ? frame : launcher).focus();
  }

  launcher.addEventListener("click", () => show(true));
  shut.addEventListener("click", () => show(false));
  panel.addEventListener("keydown", (event) => event.key === "Escape" && show(false));
  small.addEventListener("change", lay);
  addEventListener("message", (event) => {
    if (event.origin !== address.origin || !frame || event.source !== frame.contentWindow) return;
    if (event.data?.type === "banli:ready") {
      ready = true;
      tell({ type: "banli:shown", shown: opened() });
    }
    if (event.data?.type === "banli:keep") kept(String(event.data.visitor));
    if (event.data?.type === "banli:close") show(false);
    if (event.data?.type === "banli:message" && !opened()) {
      unread += 1;
      label();
    }
  });

  lay();
  label();
  const place = () => document.body.append(launcher, panel);
  if (document.body) place();
  else addEventListener("DOMContentLoaded", place);
})();
