/* Lists of rows that an author fills: beats, choices, people, places. Rows can be added, moved by keyboard, taken out.
 *
 * Hooks: [data-rows] the list, followed in its parent by <template data-row-template> and a [data-add-row] button;
 * [data-row] a row with a [data-remove-row] button.
 */

import { number, say } from "../../audience/words.js";

const SPOKEN = ["dialogue", "parenthetical"];

export function fit(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}

/** Only speech has a character; the field of the others is hidden. */
export function showKind(row) {
  const kind = row.querySelector("[name=kind]");
  if (!kind) return;
  row.dataset.kind = kind.value;
  row.querySelector("[name=character]").hidden = !SPOKEN.includes(kind.value);
}

export function prepare(root) {
  root.querySelectorAll("textarea").forEach(fit);
  root.querySelectorAll("[data-row]").forEach(showKind);
}

const listOf = (button) => {
  let list = button.parentElement;
  while (!list.matches("[data-rows]")) list = list.previousElementSibling;
  return list;
};

function addRow(list, after = null) {
  let template = list.nextElementSibling;
  while (!template.matches("[data-row-template]")) template = template.nextElementSibling;
  const row = template.content.firstElementChild.cloneNode(true);
  if (after) after.after(row);
  else list.append(row);
  const [before, kind] = [row.previousElementSibling, row.querySelector("[name=kind]")];
  if (kind && before && SPOKEN.includes(before.dataset.kind) && !after) kind.value = "action";
  showKind(row);
  row.querySelector("input:not([type=hidden]):not([hidden]), textarea")?.focus();
  (row.querySelector("[name=text]") ?? row.querySelector("[name=choice]") ?? row.querySelector("input:not([type=hidden])")).focus();
  return row;
}

function moveRow(row, step) {
  const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return false;
  if (step < 0) other.before(row);
  else other.after(row);
  return true;
}

/** A browser cuts off what is pasted beyond a field's length and says nothing: here it is said, until the next key. */
export function watchPaste(form) {
  form.addEventListener("paste", ({ target, clipboardData }) => {
    const { maxLength: most, value, selectionStart, selectionEnd } = target;
    const n = clipboardData.getData("text").replace(/\r\n/g, "\n").length + value.length - (selectionEnd - selectionStart) - most;
    if (!(most > 0 && n > 0)) return;
    const well = () => target.setCustomValidity("");
    setTimeout(() => {
      target.setCustomValidity(say("cut", { n: number(n), most: number(most) }));
      target.reportValidity();
      for (const kind of ["input", "blur"]) target.addEventListener(kind, well, { once: true });
    });
  });
}

/** `changed` is called after every change that is no typing. */
export function watchRows(form, changed) {
  form.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-row]");
    if (add) addRow(listOf(add));
    const remove = event.target.closest("[data-remove-row]");
    if (remove) {
      const row = remove.closest("[data-row]");
      const near = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      near?.querySelector("textarea, input:not([type=hidden])")?.focus();
      changed();
    }
  });
  form.addEventListener("keydown", (event) => {
    const row = event.target.closest?.("[data-row]");
    if (!row) return;
    if (event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key)) {
      event.preventDefault();
      if (moveRow(row, event.key === "ArrowUp" ? -1 : 1)) changed();
      event.target.focus();
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      addRow(row.parentElement, row);
    }
  });
}
