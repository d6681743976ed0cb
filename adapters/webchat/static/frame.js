/** When the chat runs in a frame of a page of ours, or of a site that may show the widget: tells it what arrives, hears whether it is seen. */

const framed = parent !== window;
let host = location.origin; // whom we tell and hear

/** In the widget: the surrounding page may be of one of these origins, if the browser says that it is. */
export function trust(origins) {
  const named = location.ancestorOrigins?.[0] ?? (document.referrer ? new URL(document.referrer).origin : "");
  if (origins.includes(named)) host = named;
  return host === named;
}

/** @param {{type: string}} message goes to the surrounding page, if there is one that we trust. */
export function tell(message) {
  if (framed) parent.postMessage(message, host);
}

/**
 * Calls back when the surrounding page says that this frame is shown or hidden, or has something new.
 * @param {{onShown: (shown: boolean) => void, onNews: () => void}} hearer
 */
export function hear({ onShown, onNews }) {
  if (!framed) return;
  addEventListener("message", (event) => {
    if (event.origin !== host || event.source !== parent) return;
    if (event.data?.type === "banli:shown") onShown(Boolean(event.data.shown));
    if (event.data?.type === "banli:news") onNews();
  });
}
