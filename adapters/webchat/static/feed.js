/** The messages in order: asks for the past, takes the live ones, and keeps the place (cursor) between them. */

export class Feed {
  #api;
  #take;
  #cursor = "";
  #running = null;
  #again = false;
  #held = []; // live messages that came while the past was being asked for

  /**
   * @param {{messages(cursor: string): Promise<object>}} api
   * @param {(message: object) => void} take gets every message, also a second time after a redraw
   */
  constructor(api, take) {
    this.#api = api;
    this.#take = take;
  }

  get cursor() {
    return this.#cursor;
  }

  /** Asks until nothing is new; resolves to the number of messages. Calls at the same time share one run. */
  sync() {
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#run().finally(() => {
      this.#running = null;
      for (const event of this.#held.splice(0)) this.live(event);
    });
    return this.#running;
  }

  /** One server-sent event. */
  live(event) {
    if (this.#running) {
      this.#held.push(event);
      return;
    }
    this.#take(JSON.parse(event.data));
    if (event.lastEventId) this.#cursor = event.lastEventId;
  }

  async #run() {
    let count = 0;
    do {
      this.#again = false;
      const { messages = [], cursor } = await this.#api.messages(this.#cursor);
      messages.forEach(this.#take);
      count += messages.length;
      if (messages.length && cursor && cursor !== this.#cursor) this.#again = true;
      if (cursor) this.#cursor = cursor;
    } while (this.#again);
    return count;
  }
}
