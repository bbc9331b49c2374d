/**
 * The guest's page. A frame changes the model, the model names what changed, and each name has one painter.
 * Reads from top to bottom: what there is, frames, painters, news for the ear and the eye, what the guest does.
 */
import { moved, toggled } from "./ballot.js";
import { Clock } from "./clock.js";
import { Connection } from "./connection.js";
import { Countdown } from "./countdown.js";
import { Memory } from "./memory.js";
import { Model } from "./model.js";
import { Pace } from "./pace.js";
import { Picks } from "./picks.js";
import { listenForTaps, paintReactions, renderReactions } from "./reactions.js";
import { answerWords, countWords, decision, paintChoices, pickWords, renderChoices, renderEarlier, renderRounds, renderScene, ruleWords, showConnection, tell, winnerWords } from "./render.js";
import { Talk } from "./talk.js";
import { Voice } from "./voice.js";
import { renderVoices } from "./voices.js";
import { number, say, sayError, spokenTime } from "./words.js";

const boot = JSON.parse(document.getElementById("boot").textContent);
const part = Object.fromEntries([...document.querySelectorAll("[id]")].map((node) => [node.id, node]));
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const PAINTERS = { performance: paintStage, scene: paintScene, earlier: paintEarlier, poll: paintPoll, tally: paintTally, time: paintTime, result: paintResult, house: paintHouse, comments: paintVoices, reactions: paintFeeling };
const MOST_VOICES = 5;
const INTERMISSION_MS = 20_000;
let intermission = 0;
const STAGES = ["lobby", "reading", "waiting", "ended"];

const clock = new Clock();
const model = new Model();
const memory = new Memory(boot.code);
const voice = new Voice(part.announce);
const pace = new Pace(onFrame, paintStage);
const connection = new Connection(boot, clock, { onFrame: (frame) => pace.take(frame), onState });
const picks = new Picks(boot, (command) => connection.send(command), () => clock.now());
const talk = new Talk(part.comment, (command) => connection.send(command));
const countdown = new Countdown(clock, { onLeft, onOver: paintTally });
let loaded = false;
let pollInView = false;
let shown = "";

// Frames -----------------------------------------------------------------------------------------------------

function onFrame(frame) {
  if (frame.ref) return onAnswer(frame);
  if (frame.type === "error") return showTrouble(sayError(frame));
  for (const name of model.apply(frame)) PAINTERS[name]();
  paintStage();
  if (loaded) announce(frame);
}

function onAnswer(answer) {
  if (talk.settle(answer)) return;
  const poll = picks.settle(answer);
  if (poll === null || poll !== model.poll?.id) return;
  tell(part["poll-error"], answerWords(answer, picks.of(poll)));
  paintTally();
}

function onState(state, why) {
  showConnection(part.connection, state);
  const link = part.trouble.querySelector("a");
  link.hidden = state !== "refused";
  showTrouble(say(`trouble.${why ?? state}`));
  if (model.poll) paintTally();
}

function showTrouble(text) {
  part.trouble.querySelector("p").textContent = text;
  part.trouble.hidden = !text;
}

// Painters ---------------------------------------------------------------------------------------------------

function paintStage() {
  const stage = model.stage;
  part.main.dataset.stage = stage;
  for (const name of STAGES) part[name].hidden = name !== stage;
  if (model.scene?.is_ending) part.reading.hidden = true;
  if (model.tieWaits || pace.standing) part.waiting.hidden = true;
  part.poll.hidden = !["polling", "waiting"].includes(stage);
  part.talk.hidden = ["lobby", "ended"].includes(stage) || model.scene?.is_ending;
  if (stage === "ended" && shown !== "ended" && loaded) goToEnd();
  shown = stage;
  if (stage !== "polling") countdown.stop();
  paintIntermission(stage === "waiting" && !pace.standing);
  paintFeeling();
  paintDock();
}

/** A wait that takes long is said to be one: people may stand up without missing anything. */
function paintIntermission(waiting) {
  if (!waiting) {
    clearTimeout(intermission);
    intermission = 0;
    part.intermission.hidden = true;
  } else if (!intermission) {
    intermission = setTimeout(() => (part.intermission.hidden = false), INTERMISSION_MS);
  }
}

function paintScene() {
  renderScene(part.scene, model.scene);
  paintEarlier();
  memory.keep(model);
  if (loaded) arrive();
}

function paintEarlier() {
  renderEarlier(part.earlier, model.earlier);
}

function paintPoll() {
  tell(part["poll-error"], "");
  if (!model.poll) return;
  part.question.textContent = model.poll.question;
  tell(part["poll-rule"], ruleWords(model.poll));
  renderChoices(part["choice-list"], model.poll);
  paintTime();
}

function paintTime() {
  if (model.poll?.state === "open") countdown.start(model.poll);
  paintTally();
}

function paintResult() {
  countdown.stop();
  paintTally();
}

function paintTally() {
  const poll = model.poll;
  if (!poll) return;
  const pick = picks.of(poll.id);
  const open = poll.state === "open" && timeLeft() > 0;
  const chosen = picks.choices(poll.id);
  paintChoices(part["choice-list"], poll, chosen);
  for (const input of part["choice-list"].querySelectorAll("input")) input.checked = chosen.includes(Number(input.value));
  renderRounds(part.rounds, poll);
  part.choices.disabled = !open || connection.state === "refused";
  part.poll.dataset.state = poll.state;
  part["pick-status"].dataset.status = pick?.status ?? "none";
  part["pick-status"].textContent = pickWords(poll, pick, open, ["live", "polling"].includes(connection.state));
  tell(part["poll-count"], countWords(poll, pick?.counted));
  tell(part.tie, poll.state === "closed" ? decision(poll) : "");
  paintDock();
}

function timeLeft() {
  return clock.until(model.poll.closes_at);
}

function paintHouse() {
  const { comments_open, comments_visible, comment_length, moderation, reactions } = model.house;
  talk.limit(comment_length, comments_open);
  const hint = !comments_visible ? "private" : moderation === "pre" ? "read" : "public";
  for (const node of document.querySelectorAll("[data-hint]")) node.hidden = node.dataset.hint !== hint;
  renderReactions(part["react-list"], reactions);
  paintFeeling();
}

function paintVoices() {
  renderVoices(part["voice-list"], model.house?.comments_visible ? model.comments : [], MOST_VOICES);
  part.voices.hidden = !part["voice-list"].childElementCount;
}

function paintFeeling() {
  part.react.hidden = !part["react-list"].childElementCount || ["lobby", "ended"].includes(model.stage);
  paintReactions(part["react-list"], model.reactions);
}

// News for the ear and the eye -------------------------------------------------------------------------------

const NEWS = {
  "scene.corrected": () => say("say.corrected", { note: model.scene?.correction ?? "" }),
  "poll.opened": () => say("say.opened", { question: model.poll.question, time: spokenTime(timeLeft()) }),
  "poll.extended": () => say("say.extended", { time: spokenTime(timeLeft()) }),
  "poll.closed": () => [say("say.closed"), winnerWords(model.poll), decision(model.poll)].join(" "),
  "poll.decided": () => [winnerWords(model.poll), decision(model.poll)].join(" "),
  "performance.ended": () => say("say.ended"),
};

function announce(frame) {
  if (frame.type === "tally.updated") return voice.tally(leading);
  if (frame.poll && frame.type !== "performance.snapshot" && !model.poll) return;
  if (NEWS[frame.type]) voice.say(NEWS[frame.type]());
}

function leading() {
  const counts = Object.entries(model.poll?.counts ?? {});
  const [choice, n] = counts.reduce((best, one) => (one[1] > best[1] ? one : best), [null, 0]);
  return n ? say("say.leading", { label: model.label(Number(choice)), n: number(n) }) : "";
}

function onLeft(seconds) {
  voice.say(say("say.left", { time: spokenTime(seconds) }));
}

/** A new scene takes the reader along, unless that would tear them out of a sentence they are writing. */
function arrive() {
  const writing = document.activeElement === part["comment-text"] && part["comment-text"].value;
  part.fresh.hidden = !writing;
  if (writing) voice.say(say("say.scene", { heading: model.scene.heading }));
  else goToScene();
}

function goToScene() {
  part.fresh.hidden = true;
  const target = part.scene.querySelector(".scene-heading") ?? part.main;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "start" });
}

/** The end stands above the story, so that nobody has to look for it. */
function goToEnd() {
  part.ended.querySelector("h2").focus({ preventScroll: true });
  part.ended.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "end" });
}

function paintDock() {
  part.dock.hidden = model.stage !== "polling" || pollInView || Boolean(picks.of(model.poll.id)) || part.choices.disabled;
}

function watchPoll() {
  const watcher = new IntersectionObserver(([entry]) => {
    pollInView = entry.isIntersecting;
    paintDock();
  });
  watcher.observe(part["choice-list"]);
}

// What the guest does ----------------------------------------------------------------------------------------

function onChoose(event) {
  const id = Number(event.target.value);
  const chosen = toggled(model.poll, picks.choices(model.poll.id), id);
  if (chosen) cast(chosen, id);
  tell(part["poll-error"], chosen ? "" : say("pick.full", { n: number(model.poll.max_choices) }));
  paintTally();
}

function onMove(event) {
  const button = event.target.closest("[data-move]");
  if (!button || button.getAttribute("aria-disabled") === "true") return;
  const id = Number(button.closest("[data-choice]").dataset.choice);
  cast(moved(picks.choices(model.poll.id), id, Number(button.dataset.move)), id);
  paintTally();
}

function cast(chosen, id) {
  picks.choose(model.poll, chosen);
  const place = chosen.indexOf(id) + 1;
  if (model.poll.kind === "ranked" && place) voice.say(say("say.ranked", { label: model.label(id), n: number(place) }));
}

function goToPoll(event) {
  event.preventDefault();
  part.poll.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "start" });
  part["choice-list"].querySelector("input")?.focus({ preventScroll: true });
}

function start() {
  part.ballot.addEventListener("change", onChoose);
  part["choice-list"].addEventListener("click", onMove);
  picks.watch(paintTally);
  part.ballot.addEventListener("submit", (event) => event.preventDefault());
  part["dock-link"].addEventListener("click", goToPoll);
  listenForTaps(part["react-list"], (command) => connection.sendNow(command));
  part["fresh-button"].addEventListener("click", goToScene);
  clock.sync(boot.snapshot.server_time ?? boot.server_time);
  model.earlier = memory.before(boot.snapshot.scene);
  onFrame({ ...boot.snapshot, type: "performance.snapshot" });
  if (model.stage === "polling") picks.resume(model.poll);
  watchPoll();
  connection.start();
  loaded = true;
}

start();
