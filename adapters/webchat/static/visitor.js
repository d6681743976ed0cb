/**
 * Who sits in the widget: a secret in the page's own storage, as a frame in another site has no cookies.
 *
 * A browser that refuses storage to such frames as well leaves it to the surrounding page to keep the secret: it gets
 * it once we know that it may show us, and gives it back behind the # of our address, which no server ever sees.
 */

import { tell } from "./frame.js";
import { local } from "./storage.js";

const KEY = "banli.visitor";
const given = location.hash.slice(1);
let trusted = false;

export const visitor = {
  get headers() {
    const secret = local.get(KEY) ?? given;
    return secret ? { "X-Banli-Visitor": secret } : {};
  },

  remember(secret) {
    local.set(KEY, secret);
    if (trusted) this.handOver();
  },

  /** The surrounding page is known now. */
  handOver() {
    trusted = true;
    const secret = local.get(KEY);
    if (secret && local.refused) tell({ type: "banli:keep", visitor: secret });
  },
};
