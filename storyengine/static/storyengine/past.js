/* Undo and redo for the whole page: a step is a pause in typing, or one change of the beats' order or number. */

const MOST = 200;
const PAUSE_MS = 500;

export class Past {
  #steps = [];
  #at = 0;
  #timer = 0;

  constructor(form, beats) {
    this.form = form;
    this.beats = beats;
    this.#steps = [this.#read()];
  }

  /** Something changed: it becomes a step when the typing pauses. */
  remember() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#keep(), PAUSE_MS);
    this.#buttons(true);
  }

  /** The beats' order or number changed: a step of its own, at once. */
  step() {
    this.#keep();
  }

  undo() {
    this.#keep();
    this.#go(-1);
  }

  redo() {
    this.#keep();
    this.#go(1);
  }

  #keep() {
    clearTimeout(this.#timer);
    const now = this.#read();
    if (now === this.#steps[this.#at]) return;
    this.#steps = [...this.#steps.slice(0, this.#at + 1), now].slice(-MOST);
    this.#at = this.#steps.length - 1;
    this.#buttons();
  }

  #go(step) {
    const to = Math.max(0, Math.min(this.#steps.length - 1, this.#at + step));
    if (to === this.#at) return;
    this.#at = to;
    this.#write(JSON.parse(this.#steps[to]));
    this.#buttons();
  }

  #read() {
    const plain = (name) => this.form.querySelector(`[name=${name}]`).value;
    const choices = [...this.form.querySelectorAll("[name=choice]")].map((field) => field.value);
    return JSON.stringify({ heading: plain("heading"), summary: plain("summary"), choices, beats: this.beats.read() });
  }

  #write({ heading, summary, choices, beats }) {
    const focused = this.beats.rows().indexOf(document.activeElement?.closest?.(".beat-row"));
    this.form.querySelector("[name=heading]").value = heading;
    this.form.querySelector("[name=summary]").value = summary;
    [...this.form.querySelectorAll("[name=choice]")].forEach((field, n) => (field.value = choices[n] ?? ""));
    this.beats.write(beats);
    this.beats.rows()[Math.min(focused, beats.length - 1)]?.querySelector("[name=text]").focus();
  }

  #buttons(pending = false) {
    this.form.querySelector("[data-undo]").disabled = this.#at === 0 && !pending;
    this.form.querySelector("[data-redo]").disabled = this.#at === this.#steps.length - 1;
  }
}
