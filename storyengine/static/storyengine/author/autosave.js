/* Saves by itself a moment after the last key, and says truthfully where that stands.
 *
 * One save is under way at a time; what was typed meanwhile goes with the next. Without a connection it is tried again,
 * slower and slower. If somebody else was first nothing is sent any more until the author has decided.
 */

import { say } from "../../audience/words.js";

const PAUSE_MS = 1200;
const RETRY_MS = 2000;
const MOST_RETRY_MS = 30000;

export class Autosave {
  #timer = 0;
  #retry = RETRY_MS;
  #dirty = false;
  #busy = null;
  #stopped = false;

  /** `saved(answer, rows)` is told what the server answered for the rows that were sent. */
  constructor(form, { saved, stale }) {
    Object.assign(this, { form, saved, stale });
    this.state = document.querySelector("[data-save-state]");
    addEventListener("beforeunload", (event) => this.#dirty && event.preventDefault());
    addEventListener("online", () => this.#dirty && this.now());
  }

  get dirty() {
    return this.#dirty;
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
  }

  /** Save what is on the page; resolves when it is stored, refused or put off. */
  async now() {
    clearTimeout(this.#timer);
    if (this.#busy) await this.#busy;
    if (!this.#dirty || this.#stopped) return;
    this.#busy = this.#send();
    await this.#busy;
    this.#busy = null;
    if (this.#dirty && !this.#stopped && this.state.dataset.state === "saved") this.touch();
  }

  async #send() {
    const rows = [...this.form.querySelectorAll("[data-row]")];
    const body = new FormData(this.form);
    this.#dirty = false;
    this.show("saving");
    let answer = null;
    try {
      answer = await fetch(this.form.action || location.href, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "error" });
    } catch {
      this.#putOff();
      return;
    }
    if (answer.status >= 500 || answer.status === 429) {
      this.#putOff();
      return;
    }
    const fields = await answer.json().catch(() => ({ message: `${answer.status}` }));
    if (answer.ok) {
      this.#retry = RETRY_MS;
      this.form.elements.version.value = fields.version;
      this.saved(fields, rows);
      this.show("saved", { time: fields.saved_at });
    } else {
      this.#refused(fields);
    }
  }

  #putOff() {
    this.#dirty = true;
    this.show("retry");
    this.#later(this.#retry);
    this.#retry = Math.min(MOST_RETRY_MS, this.#retry * 2);
  }

  /** What is missing is said and tried again with the next key; who was first has to be decided. */
  #refused(fields) {
    this.#dirty = true;
    this.show("refused", { reason: fields.message });
    if (["scene.stale", "story.stale"].includes(fields.code)) {
      this.#stopped = true;
      this.stale(fields);
    }
  }

  /** Go on from another version: the author has read the other text and keeps their own. */
  over(version) {
    this.form.elements.version.value = version;
    this.#stopped = false;
    this.#dirty = true;
    return this.now();
  }

  /** The page is about to be left on purpose. */
  forget() {
    clearTimeout(this.#timer);
    this.#dirty = false;
    this.#stopped = true;
  }
}
