/**
 * Lets a result stand. When the next scene is ready before the poll closes, its release follows the result at
 * once; the house would never see what it chose. So what comes after `poll.closed` waits here for a moment.
 * Of several results that arrive together (after a lost connection) only the last one is held.
 */
const STANDS_MS = 4500;
const RESULTS = new Set(["poll.closed", "poll.decided"]);

export class Pace {
  #held = [];
  #timer = null;

  /**
   * @param {(frame: object) => void} play takes each frame when its moment has come
   * @param {() => void} onOver called when a result has stood long enough and nothing followed it
   */
  constructor(play, onOver = () => {}) {
    this.play = play;
    this.onOver = onOver;
  }

  /** Whether a result stands now: what follows it may be here already, so nobody is told to wait for it. */
  get standing() {
    return this.#timer !== null;
  }

  take(frame) {
    if (frame.type === "performance.snapshot") this.#drop();
    else if (this.#timer && RESULTS.has(frame.type)) this.#release();
    else if (this.#timer && !frame.ref) return void this.#held.push(frame);
    if (RESULTS.has(frame.type)) this.#timer = setTimeout(() => this.#release(), STANDS_MS);
    this.play(frame);
  }

  #drop() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#held = [];
  }

  #release() {
    const held = this.#held;
    this.#drop();
    if (!held.length) this.onOver();
    for (const frame of held) this.play(frame);
  }
}
