/* Find a scene by any words of its title, heading, key or chapter: a combobox, as the ARIA pattern has it.
 *
 * Enter takes the marked hit; again it goes on to the next, with Shift back to the one before.
 */

import { say } from "../../audience/words.js";

const MOST = 12; // hits in the list; Enter comes to all of them

export class Search {
  /** `find(words)` gives all hits, `take(node, n, of)` goes to one, `name(node)` says which it is. */
  constructor(root, { find, take, name }) {
    this.field = root.querySelector("[data-search]");
    this.list = root.querySelector("[data-results]");
    Object.assign(this, { find, take, name, hits: [], at: -1 });
    this.field.addEventListener("input", () => this.look());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("blur", () => setTimeout(() => this.shut(), 150));
    this.list.addEventListener("pointerdown", (event) => {
      const item = event.target.closest("[role=option]");
      if (item) this.choose(Number(item.dataset.index));
    });
  }

  focus() {
    this.field.focus();
    this.field.select();
  }

  /** Find afresh: the graph may have changed since. */
  look(at = 0) {
    this.hits = this.find(this.field.value);
    this.at = this.hits.length ? (at + this.hits.length) % this.hits.length : -1;
    this.list.replaceChildren(...this.hits.slice(0, MOST).map((node, index) => this.#item(node, index)), ...this.#count());
    this.list.hidden = !this.field.value.trim();
    this.#mark();
  }

  #item(node, index) {
    const item = document.createElement("li");
    item.id = `result-${index}`;
    item.setAttribute("role", "option");
    item.dataset.index = index;
    item.textContent = this.name(node);
    return item;
  }

  /** None, or more than the list shows: a line of its own, which is no option. */
  #count() {
    const n = this.hits.length;
    if (n && n <= MOST) return [];
    const line = Object.assign(document.createElement("li"), { className: "hint", textContent: say(n ? "search.more" : "search.none", { n, most: MOST }) });
    line.setAttribute("role", "presentation");
    return [line];
  }

  #mark() {
    this.field.setAttribute("aria-expanded", String(!this.list.hidden));
    const marked = this.list.hidden ? null : this.list.querySelector(`[data-index="${this.at}"]`);
    if (marked) this.field.setAttribute("aria-activedescendant", marked.id);
    else this.field.removeAttribute("aria-activedescendant");
    for (const item of this.list.querySelectorAll("[role=option]")) item.setAttribute("aria-selected", String(item === marked));
    marked?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (this.list.hidden) return this.look(this.at);
      const shown = Math.min(MOST, this.hits.length);
      if (shown) this.at = (this.at + step + shown) % shown;
      this.#mark();
    }
    if (event.key === "Enter") {
      event.preventDefault();
      const open = !this.list.hidden;
      if (!open) this.look(this.at + (event.shiftKey ? -1 : 1));
      if (this.at >= 0) this.choose(this.at);
    }
    if (event.key === "Escape") this.shut();
  }

  choose(index) {
    this.at = index;
    this.shut();
    this.take(this.hits[index], index + 1, this.hits.length);
  }

  shut() {
    this.list.hidden = true;
    this.#mark();
  }
}
