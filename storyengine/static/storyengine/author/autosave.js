/* Saves by itself a moment after the last key, and says truthfully where that stands.
 *
 * One save is under way at a time; what was typed meanwhile goes with the next. Without a connection it is tried again,
 * slower and slower, word for word first: the server may have stored what its answer never told. If somebody else was
 * first nothing is sent any more until the author has decided.
 */

import { say } from "../../audience/words.js";
import { token } from "../token.js";

const PAUSE_MS = 1200;
const RETRY_MS = 2000;
const MOST_RETRY_MS = 30000;
const PATIENCE_MS = 20000;

export class Autosave {
  #timer = 0;
  #retry = RETRY_MS;
  #dirty = false;
  #busy = null;
  #stopped = false;
  #unheard = null; // {body, rows} of a save whose answer did not come

  /** `saved(answer, rows)` is told what the server answered for the rows that were sent. */
  constructor(form, { saved, stale }) {
    Object.assign(this, { form, saved, stale });
    this.state = document.querySelector("[data-save-state]");
    addEventListener("beforeunload", (event) => (this.dirty || this.#busy) && event.preventDefault());
    addEventListener("online", () => this.dirty && this.now());
    document.addEventListener("visibilitychange", () => !document.hidden && this.state.dataset.state === "out" && this.now());
  }

  get dirty() {
    return this.#dirty || this.#unheard !== null;
  }

  touch() {
    this.#dirty = true;
    if (this.#stopped) return;
    if (!this.#busy) this.show("typing");
    this.#later(PAUSE_MS);
  }

  #later(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.now(), wait);
  }

  show(state, values = {}) {
    this.state.dataset.state = state;
    const text = say(state, values);
    const node = this.state.querySelector("[data-save-text]");
    if (node.textContent !== text) node.textContent = text;
    this.state.querySelector("[data-sign-in]").hidden = state !== "out";
  }

  /** Save what is on the page; resolves when it is stored, refused or put off. */
  async now() {
    clearTimeout(this.#timer);
    if (this.#busy) await this.#busy;
    if (!this.dirty || this.#stopped) return;
    this.#busy = this.#send();
    await this.#busy;
    this.#busy = null;
    if (this.#dirty && !this.#stopped && this.state.dataset.state === "saved") this.touch();
  }

  #collect() {
    this.#dirty = false;
    return { rows: [...this.form.querySelectorAll("[data-row]")], body: new FormData(this.form) };
  }

  async #send() {
    const sent = this.#unheard ?? this.#collect();
    this.#unheard = sent;
    this.show("saving");
    const answer = await this.#post(sent.body);
    if (!answer || answer.status >= 500 || answer.status === 429) return this.#putOff("retry");
    if (answer.status === 401) return this.#putOff("out");
    const fields = await answer.json().catch(() => null);
    if (!fields && answer.status !== 404) return this.#putOff(answer.status === 403 ? "out" : "retry");
    this.#unheard = null;
    this.#retry = RETRY_MS;
    if (!fields) return this.#refused({}, "gone");
    if (!answer.ok) return this.#refused(fields);
    this.form.elements.version.value = fields.version;
    this.saved(fields, sent.rows);
    this.show("saved", { time: fields.saved_at });
  }

  /** The answer, or null where none comes. Whoever signed in again in another tab has another token by now. */
  #post(body) {
    const now = token();
    if (now) body.set("csrfmiddlewaretoken", now);
    const signal = AbortSignal.timeout(PATIENCE_MS);
    return fetch(location.href, { method: "POST", body, headers: { Accept: "application/json" }, signal }).catch(() => null);
  }

  #putOff(why) {
    this.show(why);
    this.#later(this.#retry);
    this.#retry = Math.min(MOST_RETRY_MS, this.#retry * 2);
  }

  /** What is missing is said and tried again with the next key; who was first has to be decided. */
  #refused(fields, state = "refused") {
    const typed = this.#dirty; // since what was refused was sent
    this.#dirty = true;
    this.show(state, { reason: fields.message });
    if (["scene.stale", "story.stale"].includes(fields.code)) {
      this.#stopped = true;
      this.stale(fields);
    } else if (typed) this.#later(PAUSE_MS);
  }

  /** Go on from another version: the author has read the other text and keeps their own. */
  over(version) {
    this.form.elements.version.value = version;
    this.#stopped = false;
    this.#dirty = true;
    return this.now();
  }

  /** The other text stands: what is typed is kept in the history alone. True once it is there, else the reason is said. */
  async setAside() {
    const { body } = this.#collect();
    this.#dirty = true;
    body.set("set_aside", "1");
    this.show("saving");
    const answer = await this.#post(body);
    const fields = await answer?.json().catch(() => null);
    if (answer?.ok && fields) return true;
    this.show(fields ? "refused" : "aside_failed", { reason: fields?.message });
    return false;
  }

  /** The page is about to be left on purpose. */
  forget() {
    clearTimeout(this.#timer);
    this.#dirty = false;
    this.#unheard = null;
    this.#stopped = true;
  }
}
