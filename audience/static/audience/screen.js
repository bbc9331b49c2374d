/**
 * The projector. It shows one thing at a time: how to join, the scene, the vote and its result, the end.
 * While a scene is still being read a poll waits in the rail below; it takes the stage when the scene has had its
 * time, or when half of the voting time is gone. Arrow keys turn pages, P shows the poll, S the scene.
 */
import { Clock } from "./clock.js";
import { Connection } from "./connection.js";
import { Countdown } from "./countdown.js";
import { Model } from "./model.js";
import { Pace } from "./pace.js";
import { Pages } from "./pages.js";
import { Floats, paintReactions, renderReactions } from "./reactions.js";
import { countWords, decision, paintChoices, renderChoices, renderRounds, renderScene, ruleWords, showConnection, tell } from "./render.js";
import { Voice } from "./voice.js";
import { Turns } from "./voices.js";
import { number, say } from "./words.js";

const boot = JSON.parse(document.getElementById("boot").textContent);
const part = Object.fromEntries([...document.querySelectorAll("[id]")].map((node) => [node.id, node]));

const PAINTERS = { performance: paintView, scene: paintScene, earlier: () => {}, poll: paintPoll, tally: paintTally, time: paintTime, result: paintResult, house: paintHouse, comments: paintVoices, reactions: paintFeeling };
const VIEWS = ["lobby", "scene", "poll", "ended"];
const LATEST_SWITCH_S = 20;
const CHOICE_SIZES = [2.7, 2.4, 2.1, 1.85, 1.6, 1.4, 1.2, 1];
const MANY = 5;

const clock = new Clock();
const model = new Model();
const voice = new Voice(part.announce);
const pages = new Pages(part.pages, part.scene, { onTurn: paintPages, onRead: paintView });
const turns = new Turns(part["rail-voice"], voice);
const floats = new Floats(part.floats);
const countdown = new Countdown(clock, { onTick: () => paintView() });
const pace = new Pace(onFrame, paintView);
const connection = new Connection(boot, clock, { onFrame: (frame) => pace.take(frame), onState: (state) => showConnection(part.connection, state) });
/** The view that the operator asked for by key, until the next scene or poll. */
let wanted = null;

function onFrame(frame) {
  if (frame.type === "error" || frame.ref) return;
  for (const name of model.apply(frame)) PAINTERS[name]();
  paintView();
}

// Painters ---------------------------------------------------------------------------------------------------

function view() {
  const stage = model.stage;
  if (stage === "lobby" || stage === "ended") return stage;
  if (stage === "waiting") return "poll";
  if (stage === "reading") return "scene";
  return wanted ?? (pages.read || pollIsPressing() ? "poll" : "scene");
}

function pollIsPressing() {
  const whole = (Date.parse(model.poll.closes_at) - Date.parse(model.poll.opened_at)) / 1000;
  return clock.until(model.poll.closes_at) < Math.max(LATEST_SWITCH_S, whole / 2);
}

function paintView() {
  const shown = view();
  const changed = part.main.dataset.view !== shown;
  part.main.dataset.view = shown;
  for (const name of VIEWS) part[`view-${name}`].hidden = name !== shown;
  part.prompt.hidden = model.stage !== "polling" || shown === "poll";
  part.waiting.hidden = model.stage !== "waiting" || model.tieWaits || pace.standing;
  if (model.stage !== "polling") countdown.stop();
  if (changed && shown === "scene") pages.begin();
  part["page-count"].hidden ||= shown !== "scene";
  if (shown === "poll") fitChoices();
}

/** The largest letters with which the question, every choice and the result are on the screen at once. */
function fitChoices() {
  const frame = part["view-poll"];
  const state = [model.poll.id, model.poll.state, frame.clientHeight, frame.clientWidth].join();
  if (frame.dataset.fitted === state) return;
  frame.dataset.fitted = state;
  for (const size of CHOICE_SIZES) {
    part["choice-list"].style.fontSize = `${size}rem`;
    if (frame.scrollHeight <= frame.clientHeight) return;
  }
}

function paintScene() {
  wanted = null;
  renderScene(part.scene, model.scene);
  pages.begin();
  voice.say(say("say.scene", { heading: model.scene.heading }));
}

function paintPages() {
  if (part.main.dataset.view !== "scene") return;
  tell(part["page-count"], pages.total > 1 ? say("screen.page", { n: number(pages.page + 1), total: number(pages.total) }) : "");
}

function paintPoll() {
  wanted = null;
  if (!model.poll) return;
  part.question.textContent = model.poll.question;
  renderChoices(part["choice-list"], model.poll);
  part["view-poll"].classList.toggle("is-many", model.poll.choices.length >= MANY);
  paintTime();
}

function paintTime() {
  if (model.poll?.state === "open") countdown.start(model.poll);
  paintTally();
}

function paintResult() {
  countdown.stop();
  paintTally();
  if (!model.tieWaits) voice.say(say("poll.winner", { label: model.label(model.poll.winner) }));
}

function paintTally() {
  const poll = model.poll;
  if (!poll) return;
  part["view-poll"].dataset.state = poll.state;
  paintChoices(part["choice-list"], poll, []);
  renderRounds(part.rounds, poll);
  tell(part["poll-count"], underWords(poll));
  tell(part.tie, poll.state === "closed" ? decision(poll) : "");
}

function underWords(poll) {
  return [poll.state === "open" ? ruleWords(poll) : "", countWords(poll, false)].filter(Boolean).join("  ");
}

function paintHouse() {
  renderReactions(part["rail-reactions"], model.house.reactions);
  paintFeeling();
}

function paintVoices() {
  turns.take(model.house?.comments_visible ? model.comments : []);
}

function paintFeeling() {
  paintReactions(part["rail-reactions"], model.reactions);
  part["rail-reactions"].hidden = !Object.values(model.reactions).some(Boolean);
  floats.take(model.reactions);
}

// The operator's keys ----------------------------------------------------------------------------------------

const KEYS = {
  ArrowRight: () => pages.turn(pages.page + 1),
  PageDown: () => pages.turn(pages.page + 1),
  ArrowLeft: () => pages.turn(pages.page - 1),
  PageUp: () => pages.turn(pages.page - 1),
  p: () => (wanted = "poll"),
  s: () => (wanted = "scene"),
};

function onKey(event) {
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act();
  paintView();
}

/** What a person has to type is the address of the entrance; the code stands beside it. */
function shortenAddress() {
  for (const node of document.querySelectorAll("[data-host]")) node.textContent = new URL(node.dataset.host).host;
}

function start() {
  shortenAddress();
  addEventListener("keydown", onKey);
  addEventListener("resize", paintView);
  clock.sync(boot.snapshot.server_time ?? boot.server_time);
  onFrame({ ...boot.snapshot, type: "performance.snapshot" });
  connection.start();
}

start();
