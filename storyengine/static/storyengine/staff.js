/* The desk's and the console's live parts: countdowns by the server's clock, and quiet refreshes.
 *
 * Hooks: [data-until="ISO"] inside [data-now="ISO"] counts down; htmx swaps a part only where it changed, so
 * that a screen reader is not told the same list every two seconds and a focused button stays.
 */

const TOKEN = /name="csrfmiddlewaretoken" value="[^"]*"/g;
const NOW = /data-now="[^"]*"/g;
const seen = new Map();

let skew = 0;

function readClock(root) {
  const stamp = root.querySelector?.("[data-now]")?.dataset.now;
  if (stamp) skew = Date.parse(stamp) - Date.now();
}

function tick() {
  for (const element of document.querySelectorAll("[data-until]")) {
    const left = Math.max(0, Math.ceil((Date.parse(element.dataset.until) - Date.now() - skew) / 1000));
    const text = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (element.textContent !== text) element.textContent = text;
  }
}

function skipUnchanged(event) {
  const plain = event.detail.serverResponse.replace(TOKEN, "").replace(NOW, "");
  if (seen.get(event.detail.target) === plain) event.detail.shouldSwap = false;
  seen.set(event.detail.target, plain);
}

document.body.addEventListener("htmx:beforeSwap", skipUnchanged);
document.body.addEventListener("htmx:afterSwap", (event) => {
  readClock(event.detail.target);
  tick();
});
readClock(document);
tick();
setInterval(tick, 250);
