/** Where the bytes of our own pictures come from: straight from their address, or asked for with the visitor's secret. */

import { visitor } from "./visitor.js";

let asks = false;

/** In the widget a picture must be asked for: an <img> brings no header along. */
export function askForPictures() {
  asks = true;
}

/** Shows the picture at this address in `img`; an error is told as the element's own "error" event. */
export async function showIn(img, address) {
  if (!asks || address.startsWith("blob:")) {
    img.src = address;
    return;
  }
  try {
    const response = await fetch(address, { headers: visitor.headers });
    if (!response.ok) throw new Error(String(response.status));
    img.src = URL.createObjectURL(await response.blob());
  } catch {
    img.dispatchEvent(new Event("error"));
  }
}
