/**
 * This guest's own ballot in every poll: what is chosen, and whether the server has counted it.
 *
 * A ballot is shown as chosen at once and as counted only after `ballot.accepted`. It is kept in localStorage under
 * this guest's ticket, so that a reloaded page and a second tab show it; one that was on its way during a reload is
 * cast again. Each is numbered (`seq`) by the server's time, so that the last one given stands, however they arrive
 * and from whichever tab they come.
 */
import { missing } from "./ballot.js";

export class Picks {
  #picks = {};
  #seq = 0;

  /**
   * @param {{code: string, token: string}} boot
   * @param {(command: object) => string} send gives the command to the connection and answers with its ref
   * @param {() => number} now the server's time in ms
   */
  constructor(boot, send, now) {
    this.key = `storyengine:${boot.code}:${boot.token.slice(-12)}:picks`;
    this.send = send;
    this.now = now;
    this.#load();
  }

  /** Call back when another tab of this guest changes a ballot. */
  watch(changed) {
    addEventListener("storage", (event) => {
      if (event.key !== this.key) return;
      this.#load();
      changed();
    });
  }

  /** {choices, status: "draft"|"sending"|"counted"|"late", counted: choices or null}, or null. */
  of(poll) {
    return this.#picks[poll] ?? null;
  }

  choices(poll) {
    return this.of(poll)?.choices ?? [];
  }

  /** Take these choices: cast them or, while the poll asks for more, keep them as a draft. */
  choose(poll, choices) {
    const counted = this.of(poll.id)?.counted ?? null;
    if (missing(poll, choices)) return this.#keep(poll.id, { choices, status: "draft", counted });
    this.#seq = Math.max(this.#seq + 1, Math.floor(this.now()));
    const ref = this.send({ type: "ballot.cast", poll: poll.id, choices, seq: this.#seq });
    this.#keep(poll.id, { choices, status: "sending", ref, counted });
  }

  /** Cast again what a reload may have cut off. */
  resume(poll) {
    const pick = this.of(poll.id);
    if (pick?.status === "sending") this.choose(poll, pick.choices);
  }

  /** Take an answer in. Returns the poll that it belongs to, or null if the answer is about something else. */
  settle(answer) {
    const entry = Object.entries(this.#picks).find(([, pick]) => pick.ref === answer.ref);
    if (!entry) return null;
    const [poll, { choices, counted }] = entry;
    if (answer.type === "ballot.accepted") this.#keep(poll, { choices, status: "counted", counted: choices });
    else if (counted) this.#keep(poll, { choices: counted, status: "counted", counted });
    else this.#keep(poll, answer.code === "poll.closed" ? { choices: [], status: "late", counted } : null);
    return Number(poll);
  }

  #load() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key)) ?? {};
      this.#picks = kept.picks ?? {};
      this.#seq = Math.max(this.#seq, kept.seq ?? 0);
    } catch {
      // storage is forbidden or holds something else: start with none
    }
  }

  #keep(poll, pick) {
    if (pick) this.#picks[poll] = pick;
    else delete this.#picks[poll];
    try {
      localStorage.setItem(this.key, JSON.stringify({ picks: this.#picks, seq: this.#seq }));
    } catch {
      // storage is full or forbidden: the ballot lasts as long as the page
    }
  }
}
