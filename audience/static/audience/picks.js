/**
 * This guest's own pick in every poll: what was chosen, and whether the server has counted it.
 *
 * A pick is shown as chosen at once and as counted only after `ballot.accepted`. It is kept in sessionStorage,
 * so that a reloaded page still shows it; one that was on its way during the reload is cast again.
 */
export class Picks {
  #picks = {};

  /**
   * @param {string} code of the performance
   * @param {(command: object) => string} send gives the command to the connection and answers with its ref
   */
  constructor(code, send) {
    this.key = `storyengine:${code}:picks`;
    this.send = send;
    try {
      this.#picks = JSON.parse(sessionStorage.getItem(this.key)) ?? {};
    } catch {
      // storage is forbidden or holds something else: start with none
    }
  }

  /** {choice, status: "sending"|"counted"} or null. */
  of(poll) {
    return this.#picks[poll] ?? null;
  }

  choose(poll, choice) {
    const counted = this.#countedIn(poll);
    const ref = this.send({ type: "ballot.cast", poll, choices: [choice] });
    this.#keep(poll, { choice, status: "sending", ref, counted });
  }

  /** Cast again what a reload may have cut off. */
  resume(poll) {
    const pick = this.of(poll);
    if (pick?.status === "sending") this.choose(poll, pick.choice);
  }

  /** Take an answer in. Returns the poll that it belongs to, or null if the answer is about something else. */
  settle(answer) {
    const entry = Object.entries(this.#picks).find(([, pick]) => pick.ref === answer.ref);
    if (!entry) return null;
    const [poll, { choice, counted }] = entry;
    if (answer.type === "ballot.accepted") this.#keep(poll, { choice, status: "counted" });
    else this.#keep(poll, counted === null ? null : { choice: counted, status: "counted" });
    return Number(poll);
  }

  #countedIn(poll) {
    const pick = this.of(poll);
    if (!pick) return null;
    return pick.status === "counted" ? pick.choice : pick.counted ?? null;
  }

  #keep(poll, pick) {
    if (pick) this.#picks[poll] = pick;
    else delete this.#picks[poll];
    try {
      sessionStorage.setItem(this.key, JSON.stringify(this.#picks));
    } catch {
      // storage is full or forbidden: the pick lasts as long as the page
    }
  }
}
