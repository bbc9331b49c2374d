/** DOM from wire objects. Story text only ever arrives through textContent. */
import { missing, won } from "./ballot.js";
import { number, say, sayError } from "./words.js";

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
      const input = item.querySelector("input");
      if (input) prepareInput(item, input, poll, choice);
      return item;
    }),
  );
}

function prepareInput(item, input, poll, choice) {
  const type = poll.kind === "single" ? "radio" : "checkbox";
  Object.assign(input, { type, name: `poll-${poll.id}`, value: String(choice.id) });
  for (const button of item.querySelectorAll("[data-move]")) {
    button.setAttribute("aria-label", say(button.dataset.move < 0 ? "rank.up" : "rank.down", { label: choice.label }));
  }
}

/** Bring bars, figures and marks up to date. `mine` holds the choices on the guest's own ballot, in order. */
export function paintChoices(list, poll, mine) {
  const counts = poll.counts;
  const total = counts ? poll.voters : 0;
  list.classList.toggle("has-counts", Boolean(counts));
  list.classList.toggle("is-decided", poll.state === "closed");
  for (const item of list.children) {
    const id = Number(item.dataset.choice);
    const count = counts?.[id] ?? 0;
    item.querySelector(".meter-fill").style.transform = `scaleX(${total ? count / total : 0})`;
    item.querySelector(".choice-figure").textContent = counts ? figure(count, total) : "";
    mark(item, "winner", poll.state === "closed" && poll.winner === id);
    mark(item, "mine", mine.includes(id));
    if (poll.kind === "ranked") paintRank(item, mine.indexOf(id), mine.length, poll.state === "open");
  }
}

/** The place that a guest gave a choice, and the buttons that move it. */
function paintRank(item, place, places, open) {
  const rank = item.querySelector(".choice-rank");
  if (!rank) return;
  tell(rank, place < 0 ? "" : number(place + 1));
  item.querySelector(".choice-moves").hidden = !open || place < 0 || places < 2;
  for (const button of item.querySelectorAll("[data-move]")) {
    const to = place + Number(button.dataset.move);
    button.setAttribute("aria-disabled", String(to < 0 || to >= places));
  }
}

/** The rounds of a run-off as a table: a row each choice, the one who won on top, a column each round. */
export function renderRounds(box, poll) {
  const rounds = poll.state === "closed" ? poll.rounds : null;
  box.hidden = !rounds || rounds.length < 2;
  if (box.hidden) return box.replaceChildren();
  const stayed = ({ id }) => rounds.filter(({ counts }) => id in counts).length;
  const last = ({ id }) => rounds[stayed({ id }) - 1].counts[id];
  const order = [...poll.choices].sort((a, b) => (b.id === poll.winner) - (a.id === poll.winner) || stayed(b) - stayed(a) || last(b) - last(a));
  const table = element("table", "rounds-table", "");
  table.append(element("caption", "", say("rounds.title")));
  table.append(row("th", ["", ...rounds.map((_, n) => say("rounds.head", { n: number(n + 1) }))]));
  for (const { id, label } of order) table.append(row("td", [label, ...rounds.map(({ counts }) => (id in counts ? number(counts[id]) : "–"))], id === poll.winner));
  if (rounds.at(-1).exhausted) table.append(row("td", [say("rounds.exhausted"), ...rounds.map(({ exhausted }) => number(exhausted))]));
  box.replaceChildren(table);
}

function row(kind, [head, ...cells], winner = false) {
  const line = element("tr", winner ? "is-winner" : "", "");
  const first = element("th", "", head);
  first.scope = "row";
  line.append(first, ...cells.map((cell) => element(kind, "", cell)));
  return line;
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

/** What won, for the ear; "" while that is open, and where nobody voted: `decision` says it then. */
export function winnerWords(poll) {
  if (poll.winner === null || poll.decided_by === "default") return "";
  return say("poll.winner", { label: poll.choices.find((choice) => choice.id === poll.winner)?.label ?? "" });
}

/** How the poll was decided, in one sentence; "" where plain votes did it. */
export function decision(poll) {
  if (poll.decided_by === "default") {
    const label = poll.choices.find((choice) => choice.id === poll.winner)?.label ?? "";
    return say("poll.default", { label });
  }
  if (!poll.tie) return "";
  if (poll.winner === null) return say("tie.waiting");
  return say(`tie.${poll.tie.rule}`, { seed: poll.tie.seed ?? "" });
}

/** Why there are no counts to see; "" where there are. `cast` says whether this guest has voted. */
export function withheld(poll, cast) {
  if (poll.counts) return "";
  if (poll.state === "closed" || poll.results === "by_hand") return say("poll.by_hand");
  if (poll.results === "voted") return say(cast ? "poll.coming" : "poll.voted");
  return poll.results === "hidden" ? say("poll.hidden") : "";
}

/** How it stands with the guest's own ballot: `pick` as in picks.js, `open` while it may change. */
export function pickWords(poll, pick, open, connected) {
  if (pick?.status === "late") return say("pick.late");
  if (poll.state === "closed") return say(!pick?.counted ? "pick.missed" : won(poll, pick.counted) ? "poll.yours" : "pick.final");
  if (!open) return say(pick?.status === "sending" && !connected ? "pick.unsent" : "pick.counting");
  if (pick?.status === "draft") return say(pick.counted ? "pick.more_or_last" : "pick.more", { n: number(missing(poll, pick.choices)) });
  if (pick?.status === "sending") return say(connected ? "pick.sending" : pick.counted ? "pick.queued_or_last" : "pick.queued");
  if (pick) return say("pick.counted");
  return say(poll.kind === "single" ? "pick.none" : "pick.open");
}

/** What an answer has to say beside that; a vote that came too late is told of by `pickWords`, unless another one counts. */
export function answerWords(answer, pick) {
  if (answer.type !== "error") return "";
  if (answer.code !== "poll.closed") return sayError(answer);
  return pick?.counted ? say("pick.kept") : "";
}

/** What stands under a poll about its counts; `cast` where this guest has voted. */
export function countWords(poll, cast) {
  return poll.counts ? say("poll.voters", { n: number(poll.voters) }) : withheld(poll, cast);
}

/** What a poll takes, in a few words; "" for a plain choice of one. */
export function ruleWords(poll) {
  const { kind, min_choices: min, max_choices: max } = poll;
  if (kind !== "multiple") return say(`rule.${kind}`);
  return min === max ? say("rule.exactly", { n: number(min) }) : say("rule.between", { min: number(min), max: number(max) });
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
  [...section.children].forEach((details, n) => tell(details.querySelector(".earlier-counts"), countsLine(earlier[n]?.poll)));
}

/** The counts of a poll that has passed, in one line; "" while they are kept back. */
function countsLine(poll) {
  if (!poll?.counts) return "";
  return poll.choices.map(({ id, label }) => `${label} ${number(poll.counts[id] ?? 0)}`).join(" · ");
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
