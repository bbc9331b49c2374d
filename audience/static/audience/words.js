/** The page's sentences, read once from <template id="words">: no visible text lives in a script. */

const words = new Map();
for (const node of document.getElementById("words")?.content.querySelectorAll("[data-word]") ?? []) {
  words.set(node.dataset.word, node.textContent);
}

/** The sentence under `key`, with `{name}` filled from `values`. An unknown key gives "". */
export function say(key, values = {}) {
  return (words.get(key) ?? "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** What a refusal says in the page's language; the server's own words where the page does not know the code. */
export function sayError({ code, message }) {
  return say(`error.${code}`) || message || say("error.generic");
}

const numbers = new Intl.NumberFormat(document.documentElement.lang || undefined);

/** 12345 as this page's language writes it. */
export function number(n) {
  return numbers.format(n);
}

/** Seconds as a clock shows them: 0:07, 1:30. */
export function clockTime(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Seconds as a screen reader should say them: "1 minute 5 seconds". */
export function spokenTime(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  return [minutes && measure(minutes, "minute"), (rest || !minutes) && measure(rest, "second")].filter(Boolean).join(" ");
}

function measure(n, unit) {
  return new Intl.NumberFormat(document.documentElement.lang || undefined, { style: "unit", unit, unitDisplay: "long" }).format(n);
}
