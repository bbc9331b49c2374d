/* The page of a revision: beats as a sheet to type on, kept on the server while one types, checked as one types. */

import { BeatList } from "./beats.js";
import { Keeper } from "./keeper.js";
import { help, onKeys, openPart } from "./keys.js";
import { bringBack } from "./notes.js";
import { Past } from "./past.js";

const form = document.querySelector("[data-desk]");
const beats = new BeatList(form);
const editable = !form.querySelector("fieldset").disabled;
const past = new Past(form, beats);
const keeper = new Keeper(form, { onChecked: () => beats.mark(findings()) });

/** What the checks found, as the list beside the text says it. */
function findings() {
  return [...document.querySelectorAll("#checks .finding[data-part=beat]")].map((node) => ({
    index: Number(node.dataset.index),
    start: Number(node.dataset.start),
    end: Number(node.dataset.end),
    level: node.dataset.level,
  }));
}

function changed() {
  past.remember();
  keeper.touch();
}

/** Go to the words that a finding quotes. */
function goTo(item) {
  const { part, index, start, end } = item.dataset;
  const field = {
    beat: () => beats.filled()[index]?.querySelector("[name=text]"),
    choice: () => [...form.querySelectorAll("[name=choice]")].filter((one) => one.value.trim())[index],
    heading: () => form.querySelector("[name=heading]"),
    summary: () => form.querySelector("[name=summary]"),
  }[part]?.();
  if (!field) return;
  field.focus();
  field.setSelectionRange(Number(start), Number(end));
  field.scrollIntoView({ block: "center" });
}

/** A blocking finding is let pass by a form of its own: what is typed is kept first. */
async function overrule(button) {
  const reason = button.closest(".overrule").querySelector("[data-overrule-reason]").value;
  await keeper.keepNow();
  const sent = document.createElement("form");
  sent.method = "post";
  sent.action = form.dataset.overruleAt;
  const values = { finding: button.dataset.overrule, reason, csrfmiddlewaretoken: form.csrfmiddlewaretoken.value };
  for (const [name, value] of Object.entries(values)) {
    sent.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(sent);
  keeper.leave();
  sent.submit();
}

async function showDifference(button) {
  const answer = await fetch(button.dataset.difference, { method: "POST", body: new FormData(form), headers: { "HX-Request": "true" } });
  if (answer.ok) document.getElementById("difference").innerHTML = await answer.text();
}

function tab(name) {
  document.getElementById(`tab-${name}`)?.click();
  const panel = document.getElementById(`panel-${name}`);
  panel?.focus({ preventScroll: true });
  panel?.scrollIntoView({ block: "nearest" });
  if (name === "difference" && !document.getElementById("difference").hasChildNodes()) {
    document.querySelector("[data-difference]")?.click();
  }
}

function submit(name) {
  const button = name ? form.querySelector(`[name=${name}]`) : form.querySelector(".is-sticky .button:not([name])");
  if (button && editable) form.requestSubmit(button);
}

/** Which beats "ask for changes" is about: from the first picked one to the last, counted without empty ones. */
function select() {
  const filled = beats.filled();
  const picked = filled.flatMap((row, index) => (row.querySelector("[data-select]").checked ? [index] : []));
  const some = picked.length > 0;
  form.elements.first.value = some ? picked[0] : "";
  form.elements.last.value = some ? picked.at(-1) + 1 : "";
  filled.forEach((row, index) => row.classList.toggle("is-picked", some && index >= picked[0] && index <= picked.at(-1)));
  for (const hint of form.querySelectorAll("[data-selection-none]")) hint.hidden = some;
  for (const hint of form.querySelectorAll("[data-selection-some]")) hint.hidden = !some;
}

document.addEventListener("click", (event) => {
  const target = event.target.closest?.("[data-goto],[data-overrule],[data-difference]");
  if (target?.matches("[data-goto]")) goTo(target.closest(".finding"));
  if (target?.matches("[data-overrule]")) overrule(target);
  if (target?.matches("[data-difference]")) showDifference(target);
});

beats.mark(findings());
if (editable) {
  bringBack(document);
  beats.onChange = () => {
    past.step();
    keeper.touch();
  };
  form.addEventListener("input", (event) => {
    if (event.target.matches("[data-select]")) return select();
    if (event.target.matches("[name=note],[name=preset],[name=reasons],[name=who]")) return;
    if (event.target.matches("[name=choice]")) addChoice();
    changed();
  });
  form.addEventListener("submit", () => {
    select();
    keeper.leave();
  });
  document.addEventListener("keydown", (event) => {
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key === "Enter") (event.preventDefault(), submit("approve"));
    if (command && event.key === "s") (event.preventDefault(), submit());
    if (command && event.key === "z" && !event.shiftKey) (event.preventDefault(), past.undo(), keeper.touch());
    if (command && (event.key === "y" || (event.shiftKey && event.key.toLowerCase() === "z")))
      (event.preventDefault(), past.redo(), keeper.touch());
  });
  form.querySelector("[data-undo]").addEventListener("click", () => (past.undo(), keeper.touch()));
  form.querySelector("[data-redo]").addEventListener("click", () => (past.redo(), keeper.touch()));
}

/** There is always one empty line for one more choice. */
function addChoice() {
  const fields = [...form.querySelectorAll("[data-choices] input")];
  if (fields.length < 8 && fields.at(-1)?.value.trim()) {
    const field = fields.at(-1).cloneNode();
    field.value = "";
    field.removeAttribute("value");
    fields.at(-1).after(field);
  }
}

onKeys({
  a: () => submit("approve"),
  c: () => openPart(form.querySelector("[data-key=c]")),
  r: () => {
    openPart(form.querySelector("[data-key=c]"));
    form.querySelector("[data-reject]")?.focus();
  },
  e: () => beats.rows()[0]?.querySelector("[name=text]").focus(),
  v: () => tab("checks"),
  p: () => tab("previous"),
  b: () => tab("brief"),
  f: () => tab("facts"),
  x: () => tab("context"),
  d: () => tab("difference"),
  h: () => tab("history"),
  m: () => {
    const section = document.getElementById("side-by-side");
    section?.focus({ preventScroll: true });
    section?.scrollIntoView({ block: "start" });
  },
  q: () => void document.querySelector(".slug a").click(),
  "?": help,
});
