/* The chapters of the map: which are folded into one card, and the menu that says so.
 *
 * Hooks: [data-chapter-menu] around [data-chapters], whose boxes are made here, and [data-do="fold-all" | "unfold-all"].
 */

export class Folds {
  names = new Set();

  /** `change(name)`: other chapters are to be folded now; the one that made the difference, null where it was not one. */
  constructor(root, change) {
    this.menu = root.querySelector("[data-chapter-menu]");
    this.list = root.querySelector("[data-chapters]");
    this.change = change;
    this.list.addEventListener("change", ({ target }) => this.toggle(target.value, target.checked));
  }

  toggle(name, shut) {
    const names = new Set(this.names);
    if (shut) names.add(name);
    else names.delete(name);
    this.names = names;
    return this.change(name);
  }

  all(shut, model) {
    this.names = new Set(shut ? model.chapters : []);
    return this.change(null);
  }

  /** As an address asks for it. */
  get query() {
    return [...this.names].map((name) => `fold=${encodeURIComponent(name)}`).join("&");
  }

  /** What the graph says is folded, which the boxes then say too. */
  follow(model) {
    this.names = new Set([...model.folded].map((number) => model.chapters[number]));
    this.menu.hidden = !model.chapters.length;
    const boxes = [...this.list.querySelectorAll("input")];
    if (boxes.length !== model.chapters.length || boxes.some((box, index) => box.value !== model.chapters[index])) {
      this.list.replaceChildren(...model.chapters.map((name) => this.#item(name)));
    }
    for (const box of this.list.querySelectorAll("input")) box.checked = this.names.has(box.value);
  }

  #item(name) {
    const [item, label, box] = ["li", "label", "input"].map((tag) => document.createElement(tag));
    label.className = "check";
    Object.assign(box, { type: "checkbox", value: name });
    label.append(box, name);
    item.append(label);
    return item;
  }
}
