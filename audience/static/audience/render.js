/** DOM from wire objects. Story text only ever arrives through textContent. */
import { number, say } from "./words.js";

function element(tag, className, text) {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

/** Fill an article.screenplay with a scene. */
export function renderScene(article, scene) {
  article.replaceChildren(...sceneNodes(scene));
  article.hidden = false;
}

function sceneNodes(scene) {
  const nodes = [];
  if (scene.heading) {
    nodes.push(element("h2", "scene-heading", scene.heading));
    nodes[0].tabIndex = -1;
  }
  if (scene.correction) nodes.push(element("p", "correction", say("scene.corrected", { note: scene.correction })));
  let speech = null;
  for (const beat of scene.beats) {
    if (isSpoken(beat)) {
      if (!speech || speech.dataset.character !== (beat.character ?? "")) nodes.push((speech = newSpeech(beat)));
      speech.append(element("p", beat.kind, bare(beat)));
    } else {
      speech = null;
      nodes.push(element("p", beat.kind, beat.text));
    }
  }
  return nodes;
}

function isSpoken(beat) {
  return beat.kind === "dialogue" || beat.kind === "parenthetical";
}

function newSpeech(beat) {
  const speech = element("div", "speech", "");
  speech.dataset.character = beat.character ?? "";
  if (beat.character) speech.append(element("p", "cue", beat.character));
  return speech;
}

/** The sheet draws the brackets of a parenthetical; some writers bring their own. */
function bare(beat) {
  return beat.kind === "parenthetical" ? beat.text.replace(/^[（(]\s*|\s*[)）]$/g, "") : beat.text;
}

/** Fill the list with the choices of a poll, from <template id="choice-template">. */
export function renderChoices(list, poll) {
  const template = document.getElementById("choice-template").content;
  list.replaceChildren(
    ...poll.choices.map((choice) => {
      const item = template.cloneNode(true).firstElementChild;
      item.dataset.choice = choice.id;
      item.querySelector(".choice-label").textContent = choice.label;
      const radio = item.querySelector("input");
      if (radio) Object.assign(radio, { name: `poll-${poll.id}`, value: String(choice.id) });
      return item;
    }),
  );
}

/** Bring bars, figures and marks up to date. `mine` is the guest's own pick, or null. */
export function paintChoices(list, poll, mine) {
  const counts = poll.counts;
  const total = counts ? Object.values(counts).reduce((sum, n) => sum + n, 0) : 0;
  list.classList.toggle("has-counts", Boolean(counts));
  list.classList.toggle("is-decided", poll.state === "closed");
  for (const item of list.children) {
    const id = Number(item.dataset.choice);
    const count = counts?.[id] ?? 0;
    item.querySelector(".meter-fill").style.transform = `scaleX(${total ? count / total : 0})`;
    item.querySelector(".choice-figure").textContent = counts ? figure(count, total) : "";
    mark(item, "winner", poll.state === "closed" && poll.winner === id);
    mark(item, "mine", mine === id);
  }
}

function mark(item, name, yes) {
  item.classList.toggle(`is-${name}`, yes);
  const note = item.querySelector(`[data-note=${name}]`);
  if (note) note.hidden = !yes;
}

function figure(count, total) {
  const share = total ? Math.round((100 * count) / total) : 0;
  return `${number(count)} · ${share}%`;
}

/** How the poll was decided, in one sentence; "" where plain votes did it. */
export function decision(poll) {
  if (poll.decided_by === "default") {
    const label = poll.choices.find((choice) => choice.id === poll.winner)?.label ?? "";
    return say("poll.default", { label });
  }
  if (!poll.tie) return "";
  return say(`tie.${poll.tie.rule}`, { seed: poll.tie.seed ?? "" });
}

/** List the scenes that have passed, folded, each with the choice that led on from it. */
export function renderEarlier(section, earlier) {
  const template = document.getElementById("earlier-template").content;
  section.hidden = !earlier.length;
  for (const { scene, chosen } of earlier.slice(section.children.length)) {
    const details = template.cloneNode(true).firstElementChild;
    details.querySelector(".earlier-heading").textContent = scene.heading || say("earlier.scene", { n: number(scene.position) });
    tell(details.querySelector(".earlier-choice"), chosen ?? "");
    renderScene(details.querySelector("article"), scene);
    section.append(details);
  }
}

/** Show a text, or hide the element when there is none. */
export function tell(node, text) {
  if (node.textContent !== text) node.textContent = text;
  node.hidden = !text;
}

/** Show where the connection stands, as a word and as data-state for the style. */
export function showConnection(node, state) {
  node.dataset.state = state;
  node.textContent = say(`connection.${state}`);
}
