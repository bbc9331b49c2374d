/** What a screen reader is told, through one polite region: news at once, the tally only now and then. */
const TALLY_EVERY_MS = 15_000;

export class Voice {
  #lastTally = 0;
  #waiting = null;

  constructor(region) {
    this.region = region;
  }

  say(text) {
    if (!text) return;
    clearTimeout(this.#waiting);
    this.#lastTally = Date.now();
    this.region.textContent = "";
    this.#waiting = setTimeout(() => (this.region.textContent = text), 60);
  }

  /** Say who leads, unless something was said a moment ago. `sentence` is only called when it is due. */
  tally(sentence) {
    if (Date.now() - this.#lastTally < TALLY_EVERY_MS) return;
    this.say(sentence());
  }
}
