/** The browser's storage, or this page's memory where a browser refuses it to frames of other sites. */

class Kept {
  #name;
  #memory = new Map();

  constructor(name) {
    this.#name = name;
  }

  /** Whether the browser keeps nothing for this page. */
  get refused() {
    try {
      return !window[this.#name];
    } catch {
      return true;
    }
  }

  get(key) {
    try {
      return window[this.#name].getItem(key) ?? this.#memory.get(key) ?? null;
    } catch {
      return this.#memory.get(key) ?? null;
    }
  }

  set(key, value) {
    this.#memory.set(key, value);
    try {
      window[this.#name].setItem(key, value);
    } catch {
      // refused or full: what is in memory lasts until the page goes
    }
  }
}

export const session = new Kept("sessionStorage");
export const local = new Kept("localStorage");
