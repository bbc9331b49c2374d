/**
 * The wire: one socket that is always on its way to being open, and plain HTTP while it cannot be.
 *
 * It never pretends: `state` is "connecting", "live", "reconnecting", "polling", "offline" or "refused", and
 * "live" begins with the server's first frame, not with the socket's opening. Frames reach `onFrame` once and
 * in order; after a gap the server sends what was missed, or a fresh snapshot.
 */
import { Fallback } from "./fallback.js";
import { Outbox } from "./outbox.js";

const PING_MS = 20_000;
const ANSWER_MS = 8_000;
const LONGEST_WAIT_MS = 15_000;
const FAILURES_BEFORE_HTTP = 2;
const ANSWERS = new Set(["ballot.accepted", "comment.accepted", "reaction.accepted", "error"]);
const CLOSED_FOR_GOOD = { 4401: "expired", 4404: "unknown", 401: "expired", 404: "unknown" };
const OUTBOX_OVERFLOW = 4408;

export class Connection {
  outbox = new Outbox();
  state = "connecting";

  /**
   * @param {object} boot what the page was given: token, socket, api, snapshot
   * @param {import("./clock.js").Clock} clock
   * @param {{onFrame: (frame: object) => void, onState: (state: string, why?: string) => void}} listeners
   */
  constructor(boot, clock, listeners) {
    this.boot = boot;
    this.clock = clock;
    this.listeners = listeners;
    this.mark = { epoch: boot.snapshot.epoch, offset: boot.snapshot.offset };
    this.failures = 0;
    this.fallback = new Fallback(boot, this);
  }

  start() {
    addEventListener("online", () => this.#hurry());
    addEventListener("offline", () => this.#drop());
    document.addEventListener("visibilitychange", () => document.hidden || this.#wake());
    this.#open();
  }

  /** Send a command now, or as soon as there is a connection. Returns its ref. */
  send(command) {
    const kept = this.outbox.put(command);
    if (this.state === "live") this.#write(kept);
    else if (this.fallback.running) this.fallback.tick();
    return kept.ref;
  }

  /** Send a command that is worth nothing later: now or never. True if it went out. */
  sendNow(command) {
    const kept = { ...command, ref: Math.random().toString(36).slice(2) };
    if (this.state === "live") return this.#put(kept);
    if (this.fallback.running) this.fallback.post(kept).catch(() => {});
    return this.fallback.running;
  }

  // Frames -------------------------------------------------------------------------------------------------

  receive(frame) {
    if (frame.type === "pong") return this.#onPong(frame);
    if (frame.type === "performance.snapshot") return this.#onSnapshot(frame);
    if (frame.type === "performance.resumed") return this.clock.sync(frame.server_time);
    if (ANSWERS.has(frame.type)) return this.#onAnswer(frame);
    this.#onEvent(frame);
  }

  #onPong(frame) {
    clearTimeout(this.deadline);
    this.clock.sync(frame.server_time, this.pingedAt);
  }

  #onSnapshot(frame) {
    this.clock.sync(frame.server_time);
    if (frame.epoch === this.mark.epoch && frame.offset < this.mark.offset) return;
    this.mark = { epoch: frame.epoch, offset: frame.offset };
    this.listeners.onFrame(frame);
  }

  #onAnswer(frame) {
    if (this.outbox.settle(frame)) this.listeners.onFrame(frame);
    else setTimeout(() => this.#flush(), 1000 + Math.random() * 2000);
  }

  #onEvent(frame) {
    // The very first event of a performance names the epoch; any other change of epoch means that we missed some.
    if (!this.mark.epoch && frame.offset === 1) this.mark = { epoch: frame.epoch, offset: 0 };
    if (frame.epoch !== this.mark.epoch) return this.#restart();
    if (frame.offset <= this.mark.offset) return;
    this.mark.offset = frame.offset;
    this.listeners.onFrame(frame);
  }

  // The socket ---------------------------------------------------------------------------------------------

  #open() {
    clearTimeout(this.retry);
    const socket = connect(this.#address());
    if (!socket) return this.#onClose(0);
    this.socket = socket;
    this.fresh = true;
    this.#expectAnswer();
    socket.onmessage = (message) => this.socket === socket && this.#onMessage(message);
    socket.onclose = (event) => this.socket === socket && this.#onClose(event.code);
  }

  #address() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const query = new URLSearchParams({ token: this.boot.token });
    if (this.mark.epoch) {
      query.set("epoch", this.mark.epoch);
      query.set("offset", this.mark.offset);
    }
    return `${scheme}//${location.host}${this.boot.socket}?${query}`;
  }

  #onMessage(message) {
    let frame;
    try {
      frame = JSON.parse(message.data);
    } catch {
      return;
    }
    this.heardAt = Date.now();
    this.receive(frame);
    if (this.fresh && ["performance.snapshot", "performance.resumed"].includes(frame.type)) this.#onReady();
  }

  #onReady() {
    this.fresh = false;
    this.failures = 0;
    clearTimeout(this.deadline);
    this.fallback.stop();
    this.#tell("live");
    this.#flush();
    this.#ping();
    clearInterval(this.pinging);
    this.pinging = setInterval(() => this.#ping(), PING_MS);
  }

  #onClose(code) {
    clearTimeout(this.deadline);
    clearInterval(this.pinging);
    this.socket = null;
    if (CLOSED_FOR_GOOD[code]) return this.refused(code);
    this.failures += 1;
    if (this.failures >= FAILURES_BEFORE_HTTP) this.fallback.start();
    else this.#tell(navigator.onLine === false ? "offline" : "reconnecting");
    this.retry = setTimeout(() => this.#open(), code === OUTBOX_OVERFLOW ? Math.random() * 1000 : this.#wait());
  }

  /** Doubling, capped, and scattered over half its length, so that a restarted server is not stormed. */
  #wait() {
    const longest = Math.min(LONGEST_WAIT_MS, 500 * 2 ** this.failures);
    return longest * (0.5 + Math.random() * 0.5);
  }

  #ping() {
    for (const command of this.outbox.due(PING_MS / 2)) this.#write(command);
    this.pingedAt = Date.now();
    this.#put({ type: "ping" });
    this.#expectAnswer();
  }

  /** A dead mobile link closes no socket: without an answer in time we close it ourselves. */
  #expectAnswer() {
    clearTimeout(this.deadline);
    this.deadline = setTimeout(() => this.#restart(), ANSWER_MS);
  }

  #restart() {
    const old = this.socket;
    if (!old) return;
    this.socket = null;
    old.close();
    this.#onClose(0);
  }

  #hurry() {
    if (this.state === "refused") return;
    this.failures = Math.min(this.failures, 1);
    if (this.state !== "live") {
      const old = this.socket;
      this.socket = null;
      old?.close();
      this.#open();
    }
  }

  #drop() {
    this.#tell("offline");
    this.#restart();
  }

  #wake() {
    if (this.state !== "live") this.#hurry();
    else if (Date.now() - this.heardAt > PING_MS + ANSWER_MS) this.#restart(); // it slept: what is on the page is old
    else this.#ping();
  }

  #flush() {
    if (this.state === "live") this.outbox.due().forEach((command) => this.#write(command));
  }

  #write(command) {
    if (this.#put(command)) this.outbox.markSent(command.ref);
  }

  #put(frame) {
    const open = this.socket?.readyState === WebSocket.OPEN;
    if (open) this.socket.send(JSON.stringify(frame));
    return open;
  }

  // What the fallback reports ------------------------------------------------------------------------------

  reached(yes) {
    if (!this.fallback.running) return;
    this.#tell(yes ? "polling" : navigator.onLine === false ? "offline" : "reconnecting");
  }

  refused(code) {
    this.fallback.stop();
    clearTimeout(this.retry);
    clearTimeout(this.deadline);
    clearInterval(this.pinging);
    const old = this.socket;
    this.socket = null;
    old?.close();
    this.#tell("refused", CLOSED_FOR_GOOD[code]);
  }

  #tell(state, why) {
    this.state = state;
    this.listeners.onState(state, why);
  }
}

/** A new socket, or null where the browser refuses to make one. */
function connect(address) {
  try {
    return new WebSocket(address);
  } catch {
    return null;
  }
}
