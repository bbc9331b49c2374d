/* Words on the cards: broken into lines once, by the width that they really have, and kept. */

const TITLE = 13;
const NOTE = 10.5;
const FAR = 22; // the title alone, where a card is small on the screen
const CHAPTER = 15;
const WIDE = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/u;

export class Lettering {
  constructor(context) {
    this.context = context;
    this.kept = new WeakMap();
    this.keptFar = new WeakMap();
    this.sizes = new Map();
  }

  readTheme(style) {
    const face = (name) => style.getPropertyValue(name).trim() || "sans-serif";
    this.title = `600 ${TITLE}px ${face("--face-ui")}`;
    this.heading = `600 ${NOTE + 1}px ${face("--face-script")}`;
    this.far = `600 ${FAR}px ${face("--face-ui")}`;
    this.note = `${NOTE}px ${face("--face-script")}`;
    this.large = `600 ${CHAPTER}px ${face("--face-display")}`;
    this.forget();
  }

  forget() {
    this.kept = new WeakMap();
    this.keptFar = new WeakMap();
    this.sizes = new Map();
  }

  write(node, left, top, width, height, room, colours) {
    const { context } = this;
    const lines = this.kept.get(node) ?? this.#keep(node, width, room);
    const tall = lines.title.length * 16 + (lines.note ? 14 : 0);
    let y = top + (height - tall) / 2 + 12;
    context.fillStyle = colours["--ink"];
    context.font = lines.face;
    for (const line of lines.title) {
      context.fillText(line, left, y);
      y += 16;
    }
    if (lines.note) {
      context.fillStyle = colours["--ink-2"];
      context.font = this.note;
      context.fillText(lines.note, left, y - 1);
    }
  }

  /** From farther away: as much of the title as fits in large letters. */
  writeFar(node, left, top, width, height, colours) {
    const { context } = this;
    context.font = this.far;
    if (!this.keptFar.has(node)) this.keptFar.set(node, this.#break(node.title, width, 2));
    const lines = this.keptFar.get(node);
    let y = top + (height - 26 * lines.length) / 2 + 20;
    context.fillStyle = colours["--ink"];
    for (const line of lines) {
      context.fillText(line, left, y);
      y += 26;
    }
  }

  #keep(node, width, room) {
    const note = node.note ?? node.heading ?? "";
    const face = node.key && !node.heading ? this.heading : this.title; // a scene known by its heading alone is set as one
    this.context.font = face;
    const title = this.#break(node.title, width - room, note ? 2 : 3);
    this.context.font = this.note;
    const lines = { face, title, note: note && this.#cut(note, width) };
    this.kept.set(node, lines);
    return lines;
  }

  #break(text, width, most) {
    const parts = text.split(/\s+/).flatMap((word) => (WIDE.test(word) ? [...word] : [`${word} `]));
    const lines = [""];
    for (const part of parts) {
      const longer = lines[lines.length - 1] + part;
      if (this.context.measureText(longer.trimEnd()).width <= width || !lines[lines.length - 1]) lines[lines.length - 1] = longer;
      else if (lines.length < most) lines.push(part);
      else {
        lines[most - 1] = this.#cut(`${longer.trimEnd()}…`, width);
        break;
      }
    }
    return lines.map((line) => this.#cut(line.trimEnd(), width));
  }

  #cut(text, width) {
    if (this.context.measureText(text).width <= width) return text;
    let [least, most] = [0, text.length];
    while (least < most) {
      const middle = Math.ceil((least + most) / 2);
      if (this.context.measureText(`${text.slice(0, middle).trimEnd()}…`).width <= width) least = middle;
      else most = middle - 1;
    }
    return `${text.slice(0, least).replace(/[\s…]+$/u, "")}…`;
  }

  chapterSize(name) {
    if (!this.sizes.has(name)) {
      this.context.font = this.large;
      this.sizes.set(name, [this.context.measureText(name).width, CHAPTER + 4]);
    }
    return this.sizes.get(name);
  }

  /** With a halo of paper, so that it can be read over lines. */
  chapter(name, x, y, colours) {
    const { context } = this;
    context.font = this.large;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 6;
    context.strokeStyle = colours["--paper"];
    context.strokeText(name, x, y);
    context.fillStyle = colours["--ink"];
    context.fillText(name, x, y);
    context.textAlign = "start";
    context.textBaseline = "alphabetic";
  }
}
