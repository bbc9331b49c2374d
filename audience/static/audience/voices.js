/** What others say, where the house lets all see it: the newest few on a phone, one at a time on a screen. */
import { say } from "./words.js";

const TURN_MS = 6000;

/** Fill one element made for a comment. Text only ever arrives through textContent. */
export function fillVoice(node, comment) {
  node.querySelector(".voice-text").textContent = comment.text;
  const guest = node.querySelector(".voice-guest");
  guest.textContent = comment.guest;
  guest.hidden = !comment.guest;
  return node;
}

/** The newest comments as a list, the latest on top; those that stay are not made anew. */
export function renderVoices(list, comments, most) {
  const template = document.getElementById("voice-template").content;
  const shown = new Map([...list.children].map((node) => [node.dataset.comment, node]));
  const nodes = comments.slice(-most).reverse().map((comment) => {
    const kept = shown.get(String(comment.id));
    if (kept) return kept;
    const node = fillVoice(template.cloneNode(true).firstElementChild, comment);
    node.dataset.comment = comment.id;
    return node;
  });
  list.replaceChildren(...nodes);
}

/** One place where comments take turns: each stands long enough to be read, and a hidden one goes at once. */
export class Turns {
  #queue = [];
  #seen = new Set();
  #timer = null;
  #now = null;

  /** @param {{say: (text: string) => void}} voice tells a screen reader */
  constructor(node, voice) {
    this.node = node;
    this.voice = voice;
  }

  take(comments) {
    const ids = new Set(comments.map((one) => one.id));
    this.#queue = this.#queue.filter((one) => ids.has(one.id));
    for (const comment of comments) {
      if (this.#seen.has(comment.id)) continue;
      this.#seen.add(comment.id);
      this.#queue.push(comment);
    }
    this.#queue = this.#queue.slice(-3);
    if (this.#now && !ids.has(this.#now.id)) this.#turn();
    else if (!this.#timer) this.#turn();
  }

  #turn() {
    clearTimeout(this.#timer);
    this.#now = this.#queue.shift() ?? null;
    this.node.hidden = !this.#now;
    this.#timer = this.#now ? setTimeout(() => this.#turn(), TURN_MS) : null;
    if (!this.#now) return;
    fillVoice(this.node, this.#now);
    this.node.classList.remove("is-fresh");
    void this.node.offsetWidth; // so that the animation starts again
    this.node.classList.add("is-fresh");
    this.voice?.say(say("voice.says", { text: this.#now.text }));
  }
}
