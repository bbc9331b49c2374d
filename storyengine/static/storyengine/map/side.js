/* The panel beside the map: one scene as the server writes it, on a phone as a sheet from below. */

import { say } from "../../audience/words.js";

export class SidePanel {
  #asked = 0;

  constructor(root, { close, go }) {
    this.root = root;
    this.panel = root.querySelector("[data-side]");
    this.body = root.querySelector("[data-side-body]");
    this.address = root.dataset.panel;
    this.panel.addEventListener("click", (event) => {
      if (event.target.closest("[data-side-close]")) this.#leave(close);
      const link = event.target.closest("[data-go]");
      if (link) {
        event.preventDefault();
        go(link.dataset.go);
      }
    });
    this.panel.addEventListener("keydown", (event) => event.key === "Escape" && this.#leave(close));
  }

  get isBeside() {
    return !this.panel.hidden && this.panel.offsetWidth < this.root.offsetWidth * 0.9;
  }

  /** On a phone it lies below, as high as the style sheet lets it be. */
  get isBelow() {
    return !this.panel.hidden && !this.isBeside;
  }

  get most() {
    return this.panel.parentElement.offsetHeight * 0.62;
  }

  get width() {
    return this.panel.hidden ? 0 : this.panel.offsetWidth;
  }

  #leave(close) {
    close();
    this.root.querySelector("[data-canvas]").focus();
  }

  async open(key, choice = "") {
    const asked = ++this.#asked;
    this.panel.hidden = false;
    const answer = await fetch(this.address.replace("/KEY/", `/${encodeURIComponent(key)}/`)).catch(() => null);
    if (asked !== this.#asked) return;
    if (!answer?.ok || answer.redirected) {
      this.body.textContent = say("side.failed");
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    this.body.replaceChildren(...page.body.childNodes);
    this.panel.scrollTop = 0;
    this.body.querySelector(`[data-choice="${CSS.escape(choice)}"]`)?.classList.add("is-here");
  }

  focus() {
    this.body.querySelector("h2, a, button")?.focus();
  }

  shut() {
    this.#asked += 1;
    this.panel.hidden = true;
  }
}
