/**
 * Keeps a page up to date: server-sent events where a connection can be spared, asking again and again otherwise.
 *
 * A browser opens at most six connections to one host over HTTP/1.1, for all its tabs and frames together. Streams
 * never end, so a handful of open pages would leave none for anything else. Therefore a stream needs one of four
 * slots (Web Locks, freed when the page goes), and a page that nobody looks at polls.
 */

const SLOTS = 4;
const POLL_WANTING = 2_000; // milliseconds; would like a stream but all slots are taken
const POLL_HIDDEN = 5_000;
const CHECK = 45_000; // a stream that died without a word is found by asking
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 20_000;

/** Resolves to a function that frees the slot, or to null when all are taken. */
async function takeSlot() {
  if (!navigator.locks) return () => {}; // not a secure context: there is nothing to count with
  for (let slot = 0; slot < SLOTS; slot += 1) {
    const free = await new Promise((resolve) => {
      const hold = (lock) => (lock ? new Promise((release) => resolve(release)) : resolve(null));
      navigator.locks.request(`banli-stream-${slot}`, { ifAvailable: true }, hold).catch(() => resolve(null));
    });
    if (free) return free;
  }
  return null;
}

export class Live {
  #options;
  #started = false; // before the session is open there is nobody to ask
  #active = true;
  #round = 0; // what was started in an earlier round is void
  #source = null;
  #free = null;
  #timer = 0;
  #wait = FIRST_WAIT;

  /**
   * @param {object} options
   * @param {() => string} options.address of the event stream, asked for at every opening
   * @param {boolean} options.stream whether a stream can say who listens: it brings cookies along, and no header
   * @param {string} options.event name of the events
   * @param {(event: MessageEvent) => void} options.onEvent
   * @param {() => void} options.onTyping an answer is coming
   * @param {() => Promise<number>} options.sync asks the server for what is new; resolves to how much that was
   * @param {(state: "live"|"lost") => void} options.onState
   */
  constructor(options) {
    this.#options = options;
    addEventListener("online", () => this.#restart());
    addEventListener("pageshow", (event) => event.persisted && this.#restart());
    addEventListener("pagehide", () => this.#close());
  }

  start() {
    this.#started = true;
    this.#restart();
  }

  /** Whether somebody is looking at this page; if not, it gives its stream back. */
  set active(active) {
    if (active === this.#active) return;
    this.#active = active;
    this.#restart();
  }

  /** Asks now: somebody knows that there is something new. */
  poke() {
    if (this.#started && !this.#source) this.#ask(this.#round);
  }

  #close() {
    this.#round += 1;
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
    this.#free?.();
    this.#free = null;
  }

  async #restart() {
    if (!this.#started) return undefined;
    this.#close();
    const round = this.#round;
    const free = this.#active && this.#options.stream ? await takeSlot() : null;
    if (round !== this.#round) return free?.();
    if (!free) return this.#poll(round);
    this.#free = free;
    return this.#open(round);
  }

  #later(round, milliseconds, deed) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => round === this.#round && deed(), milliseconds);
  }

  async #ask(round) {
    try {
      const found = await this.#options.sync();
      if (round === this.#round) this.#good();
      return found;
    } catch {
      if (round === this.#round) this.#options.onState("lost");
      return -1;
    }
  }

  #good() {
    this.#wait = FIRST_WAIT;
    this.#options.onState("live");
  }

  async #poll(round) {
    await this.#ask(round);
    if (round !== this.#round) return;
    if (this.#active) this.#later(round, POLL_WANTING, () => this.#restart());
    else this.#later(round, POLL_HIDDEN, () => this.#poll(round));
  }

  #open(round) {
    const source = new EventSource(this.#options.address());
    this.#source = source;
    source.addEventListener(this.#options.event, (event) => round === this.#round && this.#options.onEvent(event));
    source.addEventListener("typing", () => round === this.#round && this.#options.onTyping());
    source.onopen = async () => {
      if (round !== this.#round) return;
      await this.#ask(round); // what came before the stream was open
      if (round === this.#round) this.#later(round, CHECK, () => this.#check(round));
    };
    source.onerror = () => {
      if (round !== this.#round) return;
      this.#options.onState("lost");
      if (source.readyState !== EventSource.CLOSED) return; // the browser reconnects by itself
      this.#later(round, this.#wait, () => this.#restart());
      this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
    };
  }

  async #check(round) {
    const found = await this.#ask(round);
    if (round !== this.#round) return;
    if (found === 0) this.#later(round, CHECK, () => this.#check(round));
    else this.#restart(); // the stream had not told, or the server cannot be reached
  }
}
