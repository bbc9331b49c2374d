/* A JSON answer that is still being written, read as far as it goes. */

const KINDS = new Set(["action", "dialogue", "parenthetical", "transition"]);

/**
 * A plan has beats of its own, as sentences; they are never taken for the scene's.
 *
 * @param {string} text the beginning of an answer: heading, beats, choices, summary; a plan and the choices may come first
 * @returns {{plan: string[], heading: string, beats: {kind: string, character: string, text: string}[], choices: string[]}}
 */
export function sceneOf(text) {
  const found = readable(text) ?? {};
  const beats = Array.isArray(found.beats) ? found.beats.filter((beat) => beat && typeof beat === "object") : [];
  return {
    plan: planOf(found.plan),
    heading: String(found.heading ?? ""),
    beats: beats.map((beat) => ({
      kind: KINDS.has(beat.kind) ? beat.kind : "action",
      character: String(beat.character ?? ""),
      text: String(beat.text ?? ""),
    })),
    choices: Array.isArray(found.choices) ? found.choices.filter(Boolean).map(String) : [],
  };
}

/** Who wants what, what is to happen, and what changes, as far as it is written. */
function planOf(plan) {
  if (!plan || typeof plan !== "object") return [];
  const wants = (Array.isArray(plan.wants) ? plan.wants : []).filter((one) => one?.want).map((one) => `${one.who}: ${one.want}`);
  const beats = (Array.isArray(plan.beats) ? plan.beats : []).filter(Boolean).map(String);
  return [...wants, ...beats, ...(plan.change ? [`→ ${plan.change}`] : [])];
}

/** Close what is open, dropping letters from the end until it parses: a key or an escape may be half written. */
function readable(text) {
  for (let length = text.length; length > Math.max(0, text.length - 40); length -= 1) {
    try {
      return JSON.parse(closed(text.slice(0, length)));
    } catch {
      // one letter less
    }
  }
  return null;
}

function closed(text) {
  const open = [];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (quoted && letter === "\\") at += 1;
    else if (letter === '"') quoted = !quoted;
    else if (!quoted && "{[".includes(letter)) open.push(letter === "{" ? "}" : "]");
    else if (!quoted && "}]".includes(letter)) open.pop();
  }
  return text + (quoted ? '"' : "") + open.reverse().join("");
}
