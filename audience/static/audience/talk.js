/** The comment box: a counter, one comment under way at a time, and its fate told where it was written. */
import { number, say, sayError } from "./words.js";
import { tell } from "./render.js";

export class Talk {
  #ref = null;

  /** @param {(command: object) => string} send */
  constructor(form, send) {
    this.form = form;
    this.send = send;
    this.text = form.querySelector("textarea");
    this.button = form.querySelector("button");
    this.count = form.querySelector("#comment-count");
    this.status = form.querySelector("#comment-status");
    this.error = form.querySelector("#comment-error");
    form.addEventListener("submit", (event) => this.#post(event));
    this.text.addEventListener("input", () => this.#onInput());
    this.text.addEventListener("keydown", (event) => this.#onKey(event));
    this.#paint();
  }

  /** What the house allows: how long a comment may be, and whether there are any. */
  limit(length, open) {
    this.text.maxLength = length;
    this.closed = !open;
    this.status.textContent = open ? "" : say("comments.closed");
    this.#paint();
  }

  /** True if the answer was about the comment under way. */
  settle(answer) {
    if (!this.#ref || answer.ref !== this.#ref) return false;
    this.#ref = null;
    const accepted = answer.type === "comment.accepted";
    if (accepted) this.text.value = "";
    this.status.textContent = accepted ? say("comment.sent") : "";
    tell(this.error, accepted ? "" : sayError(answer));
    this.#paint();
    return true;
  }

  #post(event) {
    event.preventDefault();
    const text = this.text.value.trim();
    if (!text || this.#ref) return;
    tell(this.error, "");
    this.status.textContent = say("comment.sending");
    this.#ref = this.send({ type: "comment.post", text });
    this.#paint();
  }

  #onInput() {
    this.status.textContent = "";
    tell(this.error, "");
    this.#paint();
  }

  /** Ctrl or Command with Enter sends, as in every other box. */
  #onKey(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.form.requestSubmit();
  }

  #paint() {
    const left = this.text.maxLength - this.text.value.length;
    this.count.textContent = this.text.value ? say("comment.left", { n: number(left) }) : "";
    this.count.classList.toggle("is-short", left <= 20);
    this.text.readOnly = Boolean(this.#ref) || Boolean(this.closed);
    this.button.disabled = this.text.readOnly || !this.text.value.trim();
  }
}
