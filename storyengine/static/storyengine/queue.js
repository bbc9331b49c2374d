/* The queue: a selected row, its text beside it, and single keys for what can be done with it. */

import { help, onKeys, openPart } from "./keys.js";
import { bringBack } from "./notes.js";

const list = document.getElementById("queue");
const pane = document.getElementById("reading");
const wide = matchMedia("(min-width: 60rem)");
let selected = null;
let shown = null;
let typing = "";

const rows = () => [...list.querySelectorAll("[data-row]")];
const current = () => list.querySelector(`[data-row="${selected}"]`);

/** Mark a row and show its text; the text is asked for again only where it changed. */
function select(row, { scroll = false } = {}) {
  selected = row?.dataset.row ?? null;
  for (const other of rows()) {
    other.classList.toggle("is-selected", other === row);
    if (other === row) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
  if (!row) return;
  if (scroll) row.scrollIntoView({ block: "nearest" });
  const wanted = `${selected}:${row.dataset.version}`;
  if (shown === wanted || !wide.matches) return;
  shown = wanted;
  window.htmx.ajax("GET", row.dataset.reading, { target: pane, swap: "innerHTML" });
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const here = all.indexOf(current());
  const row = all[here < 0 ? 0 : Math.max(0, Math.min(all.length - 1, here + step))];
  select(row, { scroll: true });
  document.getElementById("said").textContent = row.innerText.replace(/\s+/g, " ");
}

/** Press a button of the pane, but only while it shows the row that is selected. */
function press(key) {
  if (pane.querySelector("[data-shown]")?.dataset.shown !== selected) return false;
  const part = pane.querySelector(`[data-key="${key}"]`);
  if (!part || part.disabled) return false;
  if (part.matches("details")) return openPart(part);
  part.click();
  return true;
}

/** After each refresh: the same row stays selected; if it is gone the first one is, unless somebody is typing. */
function refreshed() {
  const busy = pane.contains(document.activeElement) && document.activeElement !== pane;
  const row = current();
  if (row) {
    select(row);
  } else if (!busy) {
    if (selected) pane.replaceChildren();
    shown = null;
    select(rows()[0]);
  }
}

list.addEventListener("click", (event) => {
  const row = event.target.closest("[data-row]");
  if (row && !event.target.closest("a")) select(row);
});
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target === pane) typing = pane.contains(document.activeElement) ? document.activeElement.id : "";
});
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === list) refreshed();
  if (event.detail.target !== pane) return;
  bringBack(pane);
  if (typing) document.getElementById(typing)?.focus();
});
document.body.addEventListener("change", (event) => event.target.matches("[data-submits]") && event.target.form.submit());
onKeys({
  j: () => move(1),
  k: () => move(-1),
  ArrowDown: (event) => (list.contains(event.target) ? move(1) : false),
  ArrowUp: (event) => (list.contains(event.target) ? move(-1) : false),
  Enter: () => (current() ? void current().querySelector("a").click() : false),
  e: () => void current()?.querySelector("a").click(),
  a: () => press("a"),
  r: () => press("r"),
  c: () => press("c"),
  h: () => press("h"),
  "?": help,
});
select(rows()[0]);
