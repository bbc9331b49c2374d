/* The bar of a path that is being drawn: switch it on, step back, clear, take it out as a script. */

import { say } from "../../audience/words.js";

export class PathBar {
  constructor(root, drawn, { changed }) {
    this.drawn = drawn;
    this.toggle = root.querySelector("[data-path-toggle]");
    this.bar = root.querySelector("[data-path-bar]");
    this.toggle.addEventListener("click", () => {
      drawn.on = !drawn.on;
      if (!drawn.on) drawn.clear();
      changed();
    });
    this.bar.addEventListener("click", (event) => {
      const action = event.target.closest("[data-path]")?.dataset.path;
      if (action === "back") drawn.back();
      if (action === "clear") drawn.clear();
      if (action) changed();
    });
  }

  show() {
    const { drawn } = this;
    this.toggle.setAttribute("aria-pressed", String(drawn.on));
    this.bar.hidden = !drawn.on;
    const last = drawn.nodes[drawn.nodes.length - 1];
    this.bar.querySelector("[data-path-text]").textContent = last
      ? say("path.steps", { n: drawn.nodes.length, title: last.title })
      : say("path.begin");
    for (const button of this.bar.querySelectorAll("[data-path]")) button.disabled = !drawn.nodes.length;
    for (const link of this.bar.querySelectorAll("[data-script]")) {
      link.href = `${link.dataset.script}?path=${drawn.numbers.join(",")}`;
      link.hidden = !drawn.nodes.length;
    }
  }
}
