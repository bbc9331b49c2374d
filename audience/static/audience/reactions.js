/** Applause and the like: buttons on a phone, figures on a screen, and a few signs that rise when many are sent. */
import { number, say } from "./words.js";

const SIGNS = { applause: "👏", laughter: "😂", gasp: "😮", heart: "❤️" };
const REST_MS = 900; // the server hears one a second from a guest, after the first five
const MOST_FLOATS = 8;

function nodeFor(kind) {
  const node = document.getElementById("reaction-template").content.cloneNode(true).firstElementChild;
  node.dataset.kind = kind;
  node.querySelector(".reaction-sign").textContent = SIGNS[kind] ?? "•";
  node.querySelector(".reaction-word").textContent = say(`reaction.${kind}`) || kind;
  return node;
}

/** One item for each reaction that the house has, in its order. */
export function renderReactions(list, kinds) {
  const now = [...list.children].map((node) => node.dataset.kind).join();
  if (now !== kinds.join()) list.replaceChildren(...kinds.map(nodeFor));
}

export function paintReactions(list, counts) {
  for (const node of list.children) {
    const count = counts[node.dataset.kind] ?? 0;
    const figure = node.querySelector(".reaction-count");
    figure.textContent = count ? number(count) : "";
    node.classList.toggle("is-none", !count);
  }
}

/** A tap sends one, and the button rests a moment. `send` answers whether it went out. */
export function listenForTaps(list, send) {
  list.addEventListener("click", (event) => {
    const button = event.target.closest(".reaction-button");
    if (!button || button.getAttribute("aria-disabled")) return;
    if (!send({ type: "reaction.send", kind: button.parentElement.dataset.kind })) return;
    button.classList.add("is-sent");
    button.setAttribute("aria-disabled", "true");
    setTimeout(() => {
      button.classList.remove("is-sent");
      button.removeAttribute("aria-disabled");
    }, REST_MS);
  });
}

/** Signs that rise over the picture, as many as came since the last time, a handful at most. */
export class Floats {
  #last = null;

  constructor(layer) {
    this.layer = layer;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
  }

  take(counts) {
    const before = this.#last;
    this.#last = { ...counts };
    if (!before || this.calm.matches || document.hidden) return;
    for (const [kind, count] of Object.entries(counts)) {
      const more = Math.min(MOST_FLOATS, count - (before[kind] ?? 0));
      for (let i = 0; i < more; i += 1) this.#rise(SIGNS[kind]);
    }
  }

  #rise(sign) {
    if (!sign || this.layer.childElementCount > 24) return;
    const node = document.createElement("span");
    node.className = "float";
    node.textContent = sign;
    node.style.setProperty("--x", `${Math.random() * 12}rem`);
    node.style.setProperty("--delay", `${Math.random() * 0.5}s`);
    node.addEventListener("animationend", () => node.remove());
    this.layer.append(node);
  }
}
