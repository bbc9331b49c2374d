/**
 * Commands that the server has not answered yet, in the order they were given.
 *
 * A command keeps its ref for ever: sent again after a lost connection it is the same command, and the server
 * counts it once. A newer ballot in the same poll replaces an older one, since only the last pick matters.
 * A ballot that the server is too busy for is sent until it is counted or its poll is closed; a comment gives up.
 */
const RETRY = new Set(["server.busy", "message.too_fast"]);
const MOST_TRIES = 5;
const seed = Math.random().toString(36).slice(2, 10);
let count = 0;

export class Outbox {
  #waiting = new Map();

  /** Keep a command and give it its ref. */
  put(command) {
    const kept = { ...command, ref: `${seed}-${++count}` };
    if (kept.type === "ballot.cast") this.#forgetBallots(kept.poll);
    this.#waiting.set(kept.ref, { command: kept, tries: 0, sentAt: 0 });
    return kept;
  }

  /** Commands to send now: all of them, or only those unanswered for `olderThan` ms. */
  due(olderThan = 0) {
    const limit = Date.now() - olderThan;
    return [...this.#waiting.values()].filter((one) => one.sentAt <= limit).map((one) => one.command);
  }

  markSent(ref) {
    const one = this.#waiting.get(ref);
    if (one) one.sentAt = Date.now();
  }

  /**
   * Take an answer in. True if it settles its command; false if the server asked to try again later, in which
   * case the command stays here.
   */
  settle(answer) {
    const one = this.#waiting.get(answer.ref);
    const again = one && answer.type === "error" && RETRY.has(answer.code);
    if (again && (one.command.type === "ballot.cast" || ++one.tries < MOST_TRIES)) return false;
    this.#waiting.delete(answer.ref);
    return true;
  }

  get size() {
    return this.#waiting.size;
  }

  #forgetBallots(poll) {
    for (const [ref, { command }] of this.#waiting) {
      if (command.type === "ballot.cast" && command.poll === poll) this.#waiting.delete(ref);
    }
  }
}
