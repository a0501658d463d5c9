// Keeps the store level with the simulator: the whole state first, then each event as it happens.

import { api } from "./api.js";

const RETRY_MS = [500, 1000, 2000, 4000];

/**
 * Follows the simulator for as long as the page is open. Events that arrive while the state is being fetched wait, and
 * those that the state already holds are left out: nothing is missed and nothing is applied twice. After a break the
 * state is fetched again, since the simulator itself may be a new one.
 */
export class Live {
  #waiting = null;
  #tries = 0;
  #source = null;
  #timer = 0;

  constructor({ onState, onEvent, onConnection }) {
    this.onState = onState;
    this.onEvent = onEvent;
    this.onConnection = onConnection;
  }

  start() {
    this.#source?.close();
    const source = new EventSource("/sim/events");
    this.#source = source;
    source.onopen = () => this.#reload();
    source.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    source.onerror = () => this.#lost();
  }

  #lost() {
    this.onConnection(false);
    // A refused stream is never retried by the browser; a broken one is, but no sooner than it likes.
    this.#source.close();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.start(), RETRY_MS[Math.min(this.#tries++, RETRY_MS.length - 1)]);
  }

  async #reload() {
    const held = [];
    this.#waiting = held;
    let state;
    try {
      state = await api.state();
    } catch {
      if (this.#waiting === held) this.#lost();
      return;
    }
    if (this.#waiting !== held) return; // A later reload took over.
    this.onState(state);
    this.#waiting = null;
    this.#tries = 0;
    this.onConnection(true);
    for (const event of held) if (event.id > state.last_event_id) this.#receive(event);
  }

  #receive(event) {
    if (event.type === "reset") this.#reload();
    else if (this.#waiting) this.#waiting.push(event);
    else this.onEvent(event);
  }
}
