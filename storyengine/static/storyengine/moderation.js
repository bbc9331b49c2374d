/* The moderator's page: ticks, ranges, keys. Hooks: [data-moderation] the form, [data-all] ticks the page, [data-ticked]
 * says how many, [data-news] is the link to what came meanwhile. */

const form = document.querySelector("[data-moderation]");
const boxes = form ? [...form.querySelectorAll("[name=comment]")] : [];
const all = form?.querySelector("[data-all]");
let last = null;

function paint() {
  const ticked = boxes.filter((box) => box.checked).length;
  form.querySelector("[data-ticked]").textContent = ticked ? `${ticked} / ${boxes.length}` : "";
  all.checked = ticked === boxes.length;
  all.indeterminate = ticked > 0 && ticked < boxes.length;
  for (const button of form.querySelectorAll("[name=verdict]")) button.disabled = !ticked;
}

/** Shift and a click tick everything from the last tick to this one. */
function onClick(event) {
  const box = event.target.closest("[name=comment]");
  if (!box) return;
  if (event.shiftKey && last) {
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
    for (const one of boxes.slice(from, to + 1)) one.checked = box.checked;
  }
  last = box;
}

function step(by) {
  const here = boxes.indexOf(document.activeElement);
  const next = boxes[Math.max(0, Math.min(boxes.length - 1, here < 0 ? 0 : here + by))];
  next?.focus();
  next?.scrollIntoView({ block: "center" });
}

/** A verdict on what is ticked or, if nothing is, on the comment that has the focus. */
function judge(verdict) {
  if (!boxes.some((box) => box.checked) && boxes.includes(document.activeElement)) document.activeElement.checked = true;
  paint();
  const button = form.querySelector(`[name=verdict][value=${verdict}]`);
  if (button && !button.disabled) form.requestSubmit(button);
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  x: () => boxes.includes(document.activeElement) && document.activeElement.click(),
  a: () => judge("approve"),
  h: () => judge("hide"),
  b: () => judge("ban"),
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox]), textarea, select")) return;
  const key = event.key.toLowerCase();
  if (key === "n") document.querySelector("[data-news]")?.click();
  if (!form || !KEYS[key]) return;
  event.preventDefault();
  KEYS[key]();
}

document.addEventListener("keydown", onKey);
if (form) {
  form.addEventListener("click", onClick);
  form.addEventListener("change", (event) => {
    if (event.target === all) for (const box of boxes) box.checked = all.checked;
    paint();
  });
  paint();
}
