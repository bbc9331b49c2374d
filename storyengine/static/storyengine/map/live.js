/* What changes while a performance runs, by a light poll: an unchanged answer is an empty 304. */

const EVERY_MS = 2000;
const MOST_MS = 20000;

export class Live {
  #wait = EVERY_MS;

  constructor(address, onState, onLine) {
    this.address = address;
    this.onState = onState;
    this.onLine = onLine;
  }

  async first() {
    this.text = await this.#read();
    return JSON.parse(this.text);
  }

  /** What was told could not be followed: the next look tells it again. */
  forget() {
    this.text = null;
  }

  begin() {
    setTimeout(() => this.#tick(), this.#wait);
    document.addEventListener("visibilitychange", () => !document.hidden && this.#look());
  }

  async #tick() {
    if (!document.hidden) await this.#look();
    setTimeout(() => this.#tick(), this.#wait);
  }

  async #look() {
    try {
      const text = await this.#read();
      this.#wait = EVERY_MS;
      this.onLine(true);
      if (text === this.text) return;
      this.text = text;
      this.onState(JSON.parse(text));
    } catch {
      this.#wait = Math.min(MOST_MS, this.#wait * 2);
      this.onLine(false);
    }
  }

  /** `no-cache` asks with the ETag that the browser keeps: it answers from its cache where nothing changed. */
  async #read() {
    const answer = await fetch(this.address, { cache: "no-cache", headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`);
    return answer.text();
  }
}
