/** The clock of the open poll: every ring and figure on the page, by the server's time. */
import { clockTime } from "./words.js";

const EVERY_MS = 250;
const SPOKEN_AT = [30, 10];

export class Countdown {
  #timer = null;
  #spoken = new Set();

  /**
   * @param {import("./clock.js").Clock} clock
   * @param {{onLeft?: (seconds: number) => void, onOver?: () => void, onTick?: (seconds: number) => void}} listeners
   *   onLeft at 30 and 10 seconds, onOver once when the time is up, onTick at every step
   */
  constructor(clock, listeners = {}) {
    this.clock = clock;
    this.listeners = listeners;
    this.rings = document.querySelectorAll(".countdown .ring-value");
    this.figures = document.querySelectorAll(".countdown-time");
  }

  /** Follow a poll; called again when its deadline moves. */
  start(poll) {
    this.stop();
    this.poll = poll;
    this.over = false;
    const left = this.clock.until(poll.closes_at);
    this.#spoken = new Set(SPOKEN_AT.filter((mark) => mark >= left));
    this.#timer = setInterval(() => this.#tick(), EVERY_MS);
    this.#tick();
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #tick() {
    const left = this.clock.until(this.poll.closes_at);
    const whole = (Date.parse(this.poll.closes_at) - Date.parse(this.poll.opened_at)) / 1000 || 1;
    const gone = 100 * (1 - Math.min(1, Math.max(0, left / whole)));
    for (const ring of this.rings) ring.style.strokeDashoffset = gone.toFixed(1);
    for (const figure of this.figures) figure.textContent = clockTime(left);
    document.body.classList.toggle("is-urgent", left <= 10);
    this.#speak(left);
    this.listeners.onTick?.(left);
  }

  #speak(left) {
    for (const mark of SPOKEN_AT) {
      if (left > mark || left <= 0 || this.#spoken.has(mark)) continue;
      this.#spoken.add(mark);
      this.listeners.onLeft?.(mark);
    }
    if (left <= 0 && !this.over) {
      this.over = true;
      this.listeners.onOver?.();
    }
  }
}
