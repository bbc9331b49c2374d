/** At a crowded door: wait the seconds that the server asked for, a little scattered, and knock again by ourselves. */
import { clockTime } from "./words.js";

const form = document.querySelector("[data-knock]");
const left = form.querySelector("[data-left]");
const opens = Date.now() + Number(form.dataset.knock) * 1000 * (1 + Math.random());

function tick() {
  const seconds = (opens - Date.now()) / 1000;
  left.textContent = clockTime(seconds);
  if (seconds > 0) setTimeout(tick, 250);
  else form.requestSubmit();
}

// A form that still wants something from the guest (a code, say) is theirs to send.
if (form.checkValidity()) tick();
