/* Find a scene by any words of its title, heading, key or chapter: a combobox, as the ARIA pattern has it. */

export class Search {
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

  look() {
    this.hits = this.find(this.field.value);
    this.at = this.hits.length ? 0 : -1;
    this.list.replaceChildren(...this.hits.map((node, index) => this.#item(node, index)));
    this.#show();
  }

  #item(node, index) {
    const item = document.createElement("li");
    item.id = `result-${index}`;
    item.setAttribute("role", "option");
    item.dataset.index = index;
    item.textContent = this.name(node);
    return item;
  }

  #show() {
    this.list.hidden = !this.hits.length;
    this.field.setAttribute("aria-expanded", String(!!this.hits.length));
    if (this.at >= 0) this.field.setAttribute("aria-activedescendant", `result-${this.at}`);
    else this.field.removeAttribute("aria-activedescendant");
    for (const item of this.list.children) item.setAttribute("aria-selected", String(Number(item.dataset.index) === this.at));
    this.list.children[this.at]?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.hits.length) {
      event.preventDefault();
      this.at = (this.at + step + this.hits.length) % this.hits.length;
      this.#show();
    }
    if (event.key === "Enter" && this.at >= 0) this.choose(this.at);
    if (event.key === "Escape") this.shut();
  }

  choose(index) {
    const node = this.hits[index];
    this.shut();
    this.take(node);
  }

  shut() {
    this.hits = [];
    this.at = -1;
    this.#show();
  }
}
