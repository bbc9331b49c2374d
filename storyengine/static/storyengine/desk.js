/* The page of a revision: beats can be added, moved by keyboard and taken out; leaving unsaved text asks first. */

const form = document.querySelector("[data-desk]");
const list = form?.querySelector("[data-beats]");
let changed = false;

function fit(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}

/** Only speech has a character; the field of the others is hidden and sent empty. */
function showCharacter(row) {
  const spoken = ["dialogue", "parenthetical"].includes(row.querySelector("[name=kind]").value);
  const field = row.querySelector("[name=character]");
  row.dataset.kind = row.querySelector("[name=kind]").value;
  field.hidden = !spoken;
  field.required = spoken && row.querySelector("[name=text]").value.trim() !== "";
}

function addBeat() {
  const row = form.querySelector("[data-beat-template]").content.firstElementChild.cloneNode(true);
  list.append(row);
  showCharacter(row);
  row.querySelector("[name=text]").focus();
}

function moveBeat(row, step) {
  const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (step < 0) other.before(row);
  else other.after(row);
  changed = true;
}

function onInput(event) {
  changed = true;
  const row = event.target.closest(".beat-row");
  if (row) showCharacter(row);
  if (event.target.matches("textarea")) fit(event.target);
}

function onKey(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[name=approve]"));
  }
  const row = event.target.closest?.(".beat-row");
  if (row && event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key)) {
    event.preventDefault();
    moveBeat(row, event.key === "ArrowUp" ? -1 : 1);
    event.target.focus();
  }
}

function onRemove(event) {
  const button = event.target.closest("[data-remove-beat]");
  if (!button) return;
  const row = button.closest(".beat-row");
  (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("[name=text]").focus();
  row.remove();
  changed = true;
}

if (form) {
  form.addEventListener("input", onInput);
  form.addEventListener("click", onRemove);
  form.addEventListener("submit", () => (changed = false));
  form.querySelector("[data-add-beat]").addEventListener("click", addBeat);
  document.addEventListener("keydown", onKey);
  addEventListener("beforeunload", (event) => changed && event.preventDefault());
  form.querySelectorAll("textarea").forEach(fit);
  list.querySelectorAll(".beat-row").forEach(showCharacter);
}
