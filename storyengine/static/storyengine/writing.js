/* What the writers are writing, as it is written: one card a draft, fed by server-sent events.
 *
 * A state says all of a draft; a delta adds to it and has the next `seq`. A gap means that we missed some: then
 * we connect again and are told all. The browser does the same by itself when the connection breaks.
 */

import { sceneOf } from "./partial.js";

const section = document.querySelector("[data-writing]");
const words = section?.querySelector("[data-words]").dataset;
const drafts = new Map();
let source;

function connect() {
  source?.close();
  source = new EventSource(section.dataset.writing);
  const on = (type, act) => source.addEventListener(type, (event) => act(JSON.parse(event.data)));
  on("draft.state", show);
  on("desk.ready", (call) => forgetAllBut(new Set(call.drafts)));
  on("draft.delta", add);
  on("draft.ended", end);
  source.onopen = () => trouble(false);
  source.onerror = () => trouble(true);
}

function trouble(there) {
  section.querySelector("[data-writing-trouble]").hidden = !there || drafts.size === 0;
}

/** What is not on the roll is not being written any more, whether or not its writer could say so. */
function forgetAllBut(roll) {
  for (const draft of [...drafts.keys()]) if (!roll.has(draft)) remove(draft);
}

function show(state) {
  const known = drafts.get(state.draft);
  const fresh = !known;
  const entry = known ?? { card: newCard(state), chosen: 0 };
  entry.state = state;
  drafts.set(state.draft, entry);
  section.hidden = false;
  if (fresh) say(words.began, state.choice);
  paint(entry);
}

function add(news) {
  const entry = drafts.get(news.draft);
  if (!entry || news.fence !== entry.state.fence || news.seq <= entry.state.seq) return;
  if (news.seq > entry.state.seq + 1) return connect();
  for (const [number, at, text] of news.added) {
    entry.state.texts[number] = entry.state.texts[number].slice(0, at) + text;
  }
  Object.assign(entry.state, { seq: news.seq, tokens: news.tokens, budget: news.budget });
  paint(entry);
}

function end(news) {
  const entry = drafts.get(news.draft);
  if (!entry || news.fence < entry.state.fence) return;
  say(words.ended, entry.state.choice);
  remove(news.draft);
}

function remove(draft) {
  drafts.get(draft).card.remove();
  drafts.delete(draft);
  section.hidden = drafts.size === 0;
}

function say(what, choice) {
  section.querySelector("[data-writing-status]").textContent = `${what} ${choice}`;
}

function newCard(state) {
  const card = section.querySelector("[data-writing-card]").content.firstElementChild.cloneNode(true);
  card.querySelector("[data-choice]").textContent = state.choice;
  card.querySelector("[data-choice]").lang = state.language;
  card.querySelector("[data-text]").lang = state.language;
  card.querySelector("[data-code]").textContent = state.code;
  card.querySelector("[data-stop]").action = words.stop.replace("/0/", `/${state.draft}/`);
  section.querySelector("[data-writing-list]").append(card);
  return card;
}

function paint(entry) {
  const { card, state } = entry;
  const bar = card.querySelector("[data-progress]");
  bar.max = state.budget || 1;
  bar.value = state.tokens || 0;
  card.querySelector("[data-tokens]").textContent = `${state.tokens || 0} / ${state.budget || "…"} ${words.tokens}`;
  paintButtons(entry);
  const sheet = card.querySelector("[data-text]");
  const atEnd = sheet.scrollHeight - sheet.scrollTop - sheet.clientHeight < 40;
  sheet.replaceChildren(...sheetOf(state.texts[entry.chosen] ?? ""));
  if (atEnd) sheet.scrollTop = sheet.scrollHeight;
}

function paintButtons(entry) {
  const row = entry.card.querySelector("[data-candidates]");
  const wanted = entry.state.texts.length;
  row.hidden = wanted < 2;
  if (row.childElementCount !== wanted) {
    row.replaceChildren(...Array.from({ length: wanted }, (_, number) => candidateButton(entry, number)));
  }
  [...row.children].forEach((button, number) => button.setAttribute("aria-pressed", String(number === entry.chosen)));
}

function candidateButton(entry, number) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button is-small is-quiet";
  button.textContent = `${words.candidate} ${number + 1}`;
  button.addEventListener("click", () => {
    entry.chosen = number;
    paint(entry);
  });
  return button;
}

/** The text so far as a screenplay's elements. */
function sheetOf(text) {
  const scene = sceneOf(text);
  const parts = scene.beats.length ? [] : planned(scene.plan);
  if (scene.heading) parts.push(line("scene-heading", scene.heading));
  for (const beat of scene.beats) parts.push(beat.character ? speech(beat) : line(beat.kind, beat.text));
  for (const choice of scene.choices) parts.push(line("action is-choice", `→ ${choice}`));
  return parts;
}

/** The plan, until the scene begins: an editor may stop a writer that is about to go wrong. */
function planned(plan) {
  return plan.length ? [line("slug", words.plan), ...plan.map((text) => line("action is-plan", text))] : [];
}

function speech(beat) {
  const element = document.createElement("div");
  element.className = "speech";
  element.append(line("cue", beat.character), line(beat.kind, beat.text));
  return element;
}

function line(kind, text) {
  const element = document.createElement("p");
  element.className = kind;
  element.textContent = text;
  return element;
}

if (section) connect();
