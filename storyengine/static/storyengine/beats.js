/* The list of beats: split, joined, put in, taken out and moved; the quoted words of the checks marked under them. */

const SPOKEN = ["dialogue", "parenthetical"];

export class BeatList {
  onChange = () => {};

  constructor(form) {
    this.form = form;
    this.list = form.querySelector("[data-beats]");
    this.template = form.querySelector("[data-beat-template]").content.firstElementChild;
    this.list.addEventListener("input", (event) => this.#typed(event));
    this.list.addEventListener("keydown", (event) => this.#key(event));
    this.list.addEventListener("click", (event) => this.#tool(event));
    form.querySelector("[data-add-beat]")?.addEventListener("click", () => this.insert(this.rows().at(-1)));
    this.rows().forEach((row) => this.#settle(row));
    addEventListener("resize", () => this.rows().forEach((row) => fit(row)));
  }

  rows() {
    return [...this.list.querySelectorAll(".beat-row")];
  }

  /** The rows that count: an empty one is not sent as a beat. */
  filled() {
    return this.rows().filter((row) => text(row).value.trim());
  }

  read() {
    return this.rows().map((row) => ({ kind: kind(row).value, character: who(row).value, text: text(row).value }));
  }

  write(beats) {
    this.list.replaceChildren(...beats.map((beat) => this.#row(beat)));
    this.rows().forEach((row) => this.#settle(row));
  }

  insert(after, beat = { kind: "action", character: "", text: "" }) {
    const row = this.#row(beat);
    if (after) after.after(row);
    else this.list.append(row);
    this.#settle(row);
    text(row).focus();
    this.onChange();
    return row;
  }

  split(row) {
    const field = text(row);
    const rest = field.value.slice(field.selectionEnd).trimStart();
    field.value = field.value.slice(0, field.selectionStart).trimEnd();
    this.#settle(row);
    const made = this.insert(row, { kind: kind(row).value, character: who(row).value, text: rest });
    text(made).setSelectionRange(0, 0);
  }

  merge(row) {
    const above = row.previousElementSibling;
    if (!above) return;
    const field = text(above);
    const joint = field.value.trimEnd();
    const between = joint && /[\u4e00-\u9fff，。！？]$/.test(joint) ? "" : " ";
    field.value = [joint, text(row).value.trimStart()].filter(Boolean).join(between);
    row.remove();
    this.#settle(above);
    field.focus();
    field.setSelectionRange(joint.length, joint.length);
    this.onChange();
  }

  move(row, step) {
    const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (step < 0) other.before(row);
    else other.after(row);
    this.onChange();
  }

  remove(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    if (next) text(next).focus();
    this.onChange();
  }

  /** Lay marks under the words that the checks quote; `index` counts the rows that are not empty. */
  mark(findings) {
    this.filled().forEach((row, index) => {
      const here = findings.filter((one) => one.index === index).sort((a, b) => a.start - b.start);
      const value = text(row).value;
      const nodes = [];
      let at = 0;
      for (const { start, end, level } of here) {
        if (start < at) continue;
        const mark = document.createElement("mark");
        mark.dataset.level = level;
        mark.textContent = value.slice(start, end);
        nodes.push(value.slice(at, start), mark);
        at = end;
      }
      row.querySelector(".marks").replaceChildren(...(nodes.length ? [...nodes, value.slice(at)] : []));
    });
  }

  #row({ kind: name, character, text: words }) {
    const row = this.template.cloneNode(true);
    kind(row).value = name;
    who(row).value = character ?? "";
    text(row).value = words;
    return row;
  }

  /** Only speech has a character; the field of the others is hidden and sent empty. */
  #settle(row) {
    const spoken = SPOKEN.includes(kind(row).value);
    row.dataset.kind = kind(row).value;
    who(row).hidden = !spoken;
    who(row).required = spoken && text(row).value.trim() !== "";
    fit(row);
  }

  #typed(event) {
    const row = event.target.closest(".beat-row");
    if (event.target.matches("[name=text]")) row.querySelector(".marks").replaceChildren();
    this.#settle(row);
  }

  #key(event) {
    const row = event.target.closest(".beat-row");
    if (event.isComposing) return;
    if (event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key)) {
      event.preventDefault();
      this.move(row, event.key === "ArrowUp" ? -1 : 1);
      event.target.focus();
    } else if (event.target.matches("[name=text]") && event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.split(row);
    } else if (event.target.matches("[name=text]") && event.key === "Backspace" && atStart(event.target)) {
      if (!row.previousElementSibling) return;
      event.preventDefault();
      this.merge(row);
    }
  }

  #tool(event) {
    const tool = event.target.closest("[data-beat]")?.dataset.beat;
    if (!tool) return;
    const row = event.target.closest(".beat-row");
    if (tool === "up" || tool === "down") {
      this.move(row, tool === "up" ? -1 : 1);
      event.target.focus();
    } else this[tool](row);
  }
}

const kind = (row) => row.querySelector("[name=kind]");
const who = (row) => row.querySelector("[name=character]");
const text = (row) => row.querySelector("[name=text]");

function atStart(field) {
  return field.selectionStart === 0 && field.selectionEnd === 0;
}

function fit(row) {
  const field = text(row);
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}
