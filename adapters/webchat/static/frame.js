/** When the chat runs in a frame of a page of the same origin: tells it what arrives, hears whether it is seen. */

const framed = parent !== window;

/** @param {{type: string}} message goes to the surrounding page, if there is one of our origin. */
export function tell(message) {
  if (framed) parent.postMessage(message, location.origin);
}

/**
 * Calls back when the surrounding page says that this frame is shown or hidden, or has something new.
 * @param {{onShown: (shown: boolean) => void, onNews: () => void}} hearer
 */
export function hear({ onShown, onNews }) {
  if (!framed) return;
  addEventListener("message", (event) => {
    if (event.origin !== location.origin || event.source !== parent) return;
    if (event.data?.type === "banli:shown") onShown(Boolean(event.data.shown));
    if (event.data?.type === "banli:news") onNews();
  });
}
