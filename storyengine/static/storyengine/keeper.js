/* Keeps what is typed on the server, says honestly whether it is kept, and shows what the checks say of it. */

const WAIT_MS = 900;
const AGAIN_MS = 4000;

const words = Object.fromEntries(
  [...document.getElementById("words").content.querySelectorAll("[data-word]")].map((node) => [node.dataset.word, node.textContent]),
);

export class Keeper {
  #timer = 0;
  #dirty = false;
  #leaving = false;
  #running = null;

  constructor(form, { onChecked }) {
    this.form = form;
    this.onChecked = onChecked;
    this.line = document.getElementById("kept");
    addEventListener("beforeunload", (event) => this.#dirty && !this.#leaving && event.preventDefault());
    addEventListener("online", () => this.#dirty && this.keepNow());
  }

  touch() {
    this.#dirty = true;
    this.#soon(WAIT_MS);
  }

  /** The page is being sent: nothing is to be kept apart from it. */
  leave() {
    this.#leaving = true;
    clearTimeout(this.#timer);
  }

  async keepNow() {
    clearTimeout(this.#timer);
    await this.#running;
    if (!this.#dirty || this.#leaving) return;
    this.#running = this.#keep();
    await this.#running;
    this.#running = null;
  }

  async #keep() {
    this.#say("keeping");
    this.#dirty = false;
    try {
      const answer = await fetch(this.form.dataset.keep, { method: "POST", body: new FormData(this.form), headers: { "HX-Request": "true" } });
      if (answer.status === 401) return this.#failed("out");
      const html = await answer.text();
      if (!answer.ok) return this.#refused(html);
      this.#show(html);
    } catch {
      this.#failed("lost");
    }
  }

  #show(html) {
    const box = document.getElementById("checks");
    if (!box.contains(document.activeElement)) box.innerHTML = html;
    const state = new DOMParser().parseFromString(html, "text/html").querySelector("[data-checks]").dataset;
    document.getElementById("stale").hidden = state.stale !== "yes";
    this.line.textContent = words.kept.replace("{time}", state.kept);
    if (state.held) this.line.textContent += ` · ${words.held.replace("{who}", state.held)}`;
    this.line.dataset.state = "kept";
    if (!this.#dirty) this.onChecked();
  }

  #refused(html) {
    const said = new DOMParser().parseFromString(html, "text/html").querySelector("h1,p")?.textContent.trim() ?? "";
    this.line.textContent = `${words.refused} ${said}`;
    this.line.dataset.state = "lost";
    this.#dirty = true;
  }

  #failed(why) {
    this.#dirty = true;
    this.#say(why);
    this.#soon(AGAIN_MS);
  }

  #soon(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.keepNow(), ms);
  }

  #say(word) {
    this.line.textContent = words[word];
    this.line.dataset.state = word;
  }
}
