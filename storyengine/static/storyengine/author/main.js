/* The pages of a story and of a scene: rows, autosave, undo, and fields that find a scene while one types. */

import { say } from "../../audience/words.js";
import { Autosave } from "./autosave.js";
import { fit, prepare, showKind, watchPaste, watchRows } from "./rows.js";

const form = document.querySelector("[data-author]");
const conflict = document.querySelector("[data-conflict]");

const KINDS = { choice: "choice", character: "character_name", place: "place_name" };
const field = (row, name) => row.querySelector(`[name=${name}]`);

/** Whether the server keeps a row as it stands: empty new ones fall away. */
function isKept(row) {
  const beat = field(row, "text") && field(row, "kind");
  if (beat) return field(row, "text").value.trim() !== "" || beat.value === "page_break";
  return Object.entries(KINDS).some(([kind, name]) => field(row, name) && (field(row, `${kind}_id`).value || field(row, name).value.trim()));
}

/** Numbers that the server gave to the rows that were sent, so that the next save means the same ones. */
function number(answer, rows) {
  const sent = rows.filter((row) => row.dataset.sent);
  for (const [kind, numbers] of Object.entries({ choice: answer.choices, character: answer.characters, place: answer.places })) {
    const own = sent.filter((row) => field(row, `${kind}_id`));
    own.forEach((row, index) => (field(row, `${kind}_id`).value = numbers[index] ?? ""));
  }
  sent.filter((row) => field(row, "was")).forEach((row, index) => (field(row, "was").value = index));
  rows.filter((row) => !row.dataset.sent && field(row, "was")).forEach((row) => (field(row, "was").value = ""));
}

/** A choice that the server knows by now can be followed, or written on. */
function showWays(rows) {
  for (const row of rows.filter((row) => field(row, "choice_id"))) {
    const [number, key] = [field(row, "choice_id").value, field(row, "to").value.trim()];
    const [follow, write] = [row.querySelector("[data-follow]"), row.querySelector("[data-write]")];
    follow.hidden = !key;
    follow.href = `${form.dataset.scenes}${encodeURIComponent(key)}/`;
    write.hidden = !number || !!key;
  }
}

function showFindings(findings) {
  const card = document.querySelector("[data-findings]");
  if (!card) return;
  card.hidden = !findings.length;
  card.querySelector("ul").replaceChildren(...findings.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
}

function onSaved(answer, rows) {
  number(answer, rows);
  showWays(rows);
  showFindings(answer.findings);
  document.querySelector("[data-undo]").disabled = !answer.undo;
  document.querySelector("[data-redo]").disabled = !answer.redo;
}

const autosave = form && new Autosave(form, { saved: onSaved, stale: showConflict });

function showConflict(fields) {
  conflict.hidden = false;
  conflict.querySelector("[data-conflict-text]").textContent = say("stale", { by: fields.by || say("somebody") });
  conflict.querySelector("[data-conflict-read]").href = form.dataset.changedBy;
  conflict.dataset.version = fields.version;
  conflict.scrollIntoView({ block: "nearest" });
}

function onInput(event) {
  const row = event.target.closest("[data-row]");
  if (row) showKind(row);
  if (event.target.matches("textarea")) fit(event.target);
  if (event.target.matches("[data-find-scene]")) find(event.target);
  autosave.touch();
}

/** Undo and redo are the server's: what is typed is saved first, then the step is taken and the page read again. */
async function takeStep(event) {
  event.preventDefault();
  const step = event.target;
  await autosave.now();
  if (autosave.dirty) return;
  autosave.forget();
  step.submit();
}

/** In a text field the browser's own undo comes first; outside of one Ctrl+Z is the page's. */
function onKey(event) {
  const typing = event.target.closest?.("input, textarea");
  if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    autosave.now();
  }
  if (typing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  event.preventDefault();
  const button = document.querySelector(event.shiftKey ? "[data-redo]" : "[data-undo]");
  if (!button.disabled) button.click();
}

let asked = 0;
async function find(input) {
  const mine = ++asked;
  const answer = await fetch(`${form.dataset.find}?q=${encodeURIComponent(input.value)}`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || mine !== asked) return;
  const { scenes } = await answer.json();
  document.getElementById("found").replaceChildren(...scenes.map(({ key, title }) => Object.assign(document.createElement("option"), { value: key, label: title })));
}

if (form) {
  prepare(form);
  form.addEventListener("input", onInput);
  form.addEventListener("change", onInput);
  form.addEventListener("formdata", () => {
    for (const row of form.querySelectorAll("[data-row]")) row.dataset.sent = isKept(row) ? "1" : "";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    autosave.now();
  });
  form.addEventListener("focusin", (event) => event.target.matches("[data-find-scene]") && find(event.target));
  watchPaste(form);
  watchRows(form, () => autosave.touch());
  document.addEventListener("keydown", onKey);
  for (const id of ["undo", "redo", "add-scene"]) document.getElementById(id)?.addEventListener("submit", id === "add-scene" ? takeNewScene : takeStep);
  conflict.querySelector("[data-conflict-over]").addEventListener("click", async () => {
    conflict.hidden = true;
    await autosave.over(conflict.dataset.version);
  });
  conflict.querySelector("[data-conflict-take]").addEventListener("click", async () => {
    if (!(await autosave.setAside())) return;
    autosave.forget();
    location.reload();
  });
}

/** "Write it" leaves the page: what is typed is saved first. */
async function takeNewScene(event) {
  event.preventDefault();
  const [step, button] = [event.target, event.submitter];
  await autosave.now();
  if (autosave.dirty) return;
  autosave.forget();
  const value = field(button.closest("[data-row]"), "choice_id").value;
  step.append(Object.assign(document.createElement("input"), { type: "hidden", name: "choice", value }));
  step.submit();
}
