/* What is typed for a verdict stays in this window until it is there again: past a sign-in, a refusal, a newer text.
 *
 * Hook: form[data-notes="who types"]; the note, the preset and the reasons in it are kept for that person alone.
 */

const KEPT = "[name=note],[name=preset],[name=reasons],[name=who]";

const keyOf = (form) => `storyengine:note:${form.dataset.notes}:${form.getAttribute("action") ?? location.pathname}`;
const fieldsOf = (form) => [...form.elements].filter((field) => field.matches(KEPT));

function keep(event) {
  const form = event.target.form;
  if (!form?.matches("[data-notes]") || !event.target.matches(KEPT)) return;
  const said = fieldsOf(form).map((field) => (field.matches("[type=radio],[type=checkbox]") ? field.checked : field.value));
  try {
    sessionStorage.setItem(keyOf(form), JSON.stringify(said));
  } catch {
    // storage is forbidden here: the note lasts as long as the page
  }
}

/** Put what was typed into the forms of this part again, and open the fold that it stands in. */
export function bringBack(root) {
  for (const form of root.querySelectorAll("form[data-notes]")) {
    const said = read(keyOf(form));
    const fields = fieldsOf(form);
    if (said?.length !== fields.length) continue;
    for (const [number, field] of fields.entries()) {
      if (typeof said[number] === "boolean") field.checked = said[number];
      else field.value = said[number];
    }
    const note = form.elements.note;
    if (note?.value || fields.some((field) => field.checked)) note.closest("details").open = true;
  }
}

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

document.addEventListener("input", keep);
