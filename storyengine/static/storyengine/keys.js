/* Single keys for pages: never inside a field, with a modifier, or under an open dialog. Escape leaves a field. */

const FIELDS = "input:not([type=checkbox],[type=radio]),textarea,select,[contenteditable]";

/** `actions` maps a key to a function; one that returns false lets the browser have the key. */
export function onKeys(actions) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && event.target.matches?.(FIELDS)) {
      event.target.blur();
      return;
    }
    if (event.target.matches?.(FIELDS) || document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && event.target.closest?.("a,button,summary,label")) return;
    const action = actions[event.key];
    if (action && action(event) !== false) event.preventDefault();
  });
}

/** Open a <details> and go to its first field. */
export function openPart(part) {
  if (!part) return false;
  part.open = true;
  part.querySelector("input:not([type=hidden]),textarea,select")?.focus();
  part.scrollIntoView({ block: "nearest" });
  return true;
}

export function help() {
  document.getElementById("keys")?.showModal();
}
