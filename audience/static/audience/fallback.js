/**
 * The same conversation over plain HTTP, for networks that block sockets: the snapshot every three seconds,
 * commands by POST. Slower, never different: what it brings goes through the same `receive`.
 */
const EVERY_MS = 3000;
const PATHS = { "ballot.cast": "ballots", "comment.post": "comments", "reaction.send": "reactions" };

export class Fallback {
  #timer = null;
  #busy = false;

  /**
   * @param {{api: string, token: string}} boot
   * @param {{receive: (frame: object) => void, reached: (yes: boolean) => void, refused: (status: number) => void,
   *          outbox: import("./outbox.js").Outbox}} connection
   */
  constructor(boot, connection) {
    this.boot = boot;
    this.connection = connection;
  }

  get running() {
    return this.#timer !== null;
  }

  start() {
    if (this.running) return;
    // Two hundred phones lose the socket in the same instant: spread them over the interval.
    this.#timer = setInterval(() => this.tick(), EVERY_MS * (0.9 + Math.random() * 0.2));
    this.tick();
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  async tick() {
    if (this.#busy) return;
    this.#busy = true;
    try {
      await this.#flush();
      await this.#snapshot();
      this.connection.reached(true);
    } catch {
      this.connection.reached(false);
    } finally {
      this.#busy = false;
    }
  }

  async #snapshot() {
    const answer = await this.#fetch(this.boot.api, { method: "GET" });
    if ([401, 404].includes(answer.status)) return this.connection.refused(answer.status);
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    const frame = await answer.json();
    if (this.running) this.connection.receive({ type: "performance.snapshot", ...frame });
  }

  async #flush() {
    for (const command of this.connection.outbox.due()) {
      if (!this.running) return;
      await this.post(command);
    }
  }

  async post({ type, ref, ...body }) {
    const answer = await this.#fetch(`${this.boot.api}/${PATHS[type]}`, { method: "POST", body: JSON.stringify({ ...body, ref }) });
    if (answer.status === 401) return this.connection.refused(401);
    const frame = await answer.json();
    const error = { type: "error", code: "request.invalid", message: "" };
    this.connection.receive({ ...(frame.type ? frame : error), ref });
  }

  #fetch(address, options) {
    const headers = { Accept: "application/json", Authorization: `Bearer ${this.boot.token}` };
    if (options.body) headers["Content-Type"] = "application/json";
    return fetch(address, { ...options, headers, credentials: "same-origin", cache: "no-store", signal: limit(8000) });
  }
}

/** A signal that gives a request up; browsers without AbortSignal.timeout wait as long as they like. */
function limit(ms) {
  return typeof AbortSignal.timeout === "function" ? AbortSignal.timeout(ms) : undefined;
}
