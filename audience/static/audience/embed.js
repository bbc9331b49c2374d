/**
 * The widget. It begins as a screen that only looks; "Take part" joins over the API and goes on as a guest. The ticket
 * is kept for the session, in this frame's own storage: a framed page has no cookie to rely on.
 */
import { moved, toggled } from "./ballot.js";
import { Clock } from "./clock.js";
import { Connection } from "./connection.js";
import { Countdown } from "./countdown.js";
import { Model } from "./model.js";
import { Pace } from "./pace.js";
import { Picks } from "./picks.js";
import { listenForTaps, paintReactions, renderReactions } from "./reactions.js";
import { answerWords, countWords, decision, paintChoices, pickWords, renderChoices, renderRounds, ruleWords, showConnection, tell, winnerWords } from "./render.js";
import { Voice } from "./voice.js";
import { renderVoices } from "./voices.js";
import { number, say } from "./words.js";

const boot = JSON.parse(document.getElementById("boot").textContent);
const part = Object.fromEntries([...document.querySelectorAll("[id]")].map((node) => [node.id, node]));
const KEPT = `storyengine:${boot.code}:ticket`;
const STAGES = ["lobby", "reading", "ended"];
const MOST_VOICES = 3;

const PAINTERS = { scene: paintScene, poll: paintPoll, tally: paintTally, time: paintTime, result: paintResult, house: paintHouse, comments: paintVoices, reactions: paintFeeling };
const clock = new Clock();
const model = new Model();
const voice = new Voice(part.announce);
const countdown = new Countdown(clock, { onOver: paintTally });
const pace = new Pace(onFrame);
let connection = null;
let picks = null; // of whoever sits here: their ticket names the place where they are kept
let seated = false;

// Frames -----------------------------------------------------------------------------------------------------

function onFrame(frame) {
  if (frame.ref) return onAnswer(frame);
  if (frame.type === "error") return;
  for (const name of model.apply(frame)) PAINTERS[name]?.();
  paintStage();
}

function onAnswer(answer) {
  const poll = picks.settle(answer);
  if (poll === null || poll !== model.poll?.id) return;
  tell(part["poll-error"], answerWords(answer, picks.of(poll)));
  paintTally();
}

function onState(state) {
  if (state === "refused" && seated) return leave();
  showConnection(part.connection, state);
  paintTally();
}

// Painters ---------------------------------------------------------------------------------------------------

function paintStage() {
  for (const name of STAGES) part[name].hidden = name !== model.stage || (name === "reading" && model.scene.is_ending);
  part.poll.hidden = !["polling", "waiting"].includes(model.stage);
  part.enter.hidden = seated || model.stage === "ended";
  if (model.stage !== "polling") countdown.stop();
  paintFeeling();
}

function paintScene() {
  tell(part.heading, model.scene?.heading ?? "");
}

function paintPoll() {
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
  voice.say(winnerWords(model.poll) || decision(model.poll));
}

function paintTally() {
  const poll = model.poll;
  if (!poll) return;
  const pick = seated ? picks.of(poll.id) : null;
  const chosen = pick?.choices ?? [];
  const open = poll.state === "open" && clock.until(poll.closes_at) > 0;
  paintChoices(part["choice-list"], poll, chosen);
  for (const input of part["choice-list"].querySelectorAll("input")) input.checked = chosen.includes(Number(input.value));
  renderRounds(part.rounds, poll);
  part.choices.disabled = !open || !seated;
  part.poll.dataset.state = poll.state;
  part["pick-status"].dataset.status = pick?.status ?? "none";
  part["pick-status"].textContent = seated ? pickWords(poll, pick, open, ["live", "polling"].includes(connection.state)) : "";
  tell(part["poll-count"], countWords(poll, pick?.counted));
  tell(part.tie, poll.state === "closed" ? decision(poll) : "");
}

function paintHouse() {
  renderReactions(part["react-list"], model.house.reactions);
  paintFeeling();
}

function paintVoices() {
  renderVoices(part["voice-list"], model.house?.comments_visible ? model.comments : [], MOST_VOICES);
  part.voices.hidden = !part["voice-list"].childElementCount;
}

function paintFeeling() {
  part.react.hidden = !seated || !part["react-list"].childElementCount || ["lobby", "ended"].includes(model.stage);
  paintReactions(part["react-list"], model.reactions);
}

// Coming in --------------------------------------------------------------------------------------------------

async function enter() {
  part["enter-button"].disabled = true;
  tell(part["poll-error"], "");
  const answer = await join();
  part["enter-button"].disabled = false;
  if (!answer.token) return trouble(answer);
  keep(answer.token);
  sit(answer.token);
  part["choice-list"].querySelector("input")?.focus();
}

/** A crowded door is waited out; every other refusal is told. */
async function join() {
  for (;;) {
    let answer;
    try {
      const response = await fetch(`${boot.api}/guests`, { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" });
      answer = await response.json();
    } catch {
      return { type: "error" };
    }
    if (!answer.retry_after) return answer;
    trouble(answer);
    await new Promise((resolve) => setTimeout(resolve, answer.retry_after * 1000 * (1 + Math.random())));
    trouble({});
  }
}

function trouble({ message = say("error.generic"), type }) {
  part.trouble.querySelector("p").textContent = message;
  part.trouble.hidden = type !== "error";
}

/** Go on with this ticket, or as a screen without one. */
function sit(token) {
  const old = connection;
  const from = { ...boot, token: token || boot.token, snapshot: old?.mark ?? boot.snapshot };
  const mine = new Connection(from, clock, {
    onFrame: (frame) => mine === connection && pace.take(frame),
    onState: (state) => mine === connection && onState(state),
  });
  seated = Boolean(token);
  connection = mine;
  picks = new Picks(from, (command) => mine.send(command), () => clock.now());
  picks.watch(paintTally);
  old?.refused(0);
  mine.start();
  paintStage();
  paintTally();
  if (seated && model.poll?.state === "open") picks.resume(model.poll);
}

/** The ticket was not taken: look on as a screen, and offer the door again. */
function leave() {
  keep("");
  sit("");
}

function keep(token) {
  try {
    sessionStorage.setItem(KEPT, token);
  } catch {
    // storage is forbidden here: the ticket lasts as long as the page
  }
}

function kept() {
  try {
    return sessionStorage.getItem(KEPT) ?? "";
  } catch {
    return "";
  }
}

// What the guest does ----------------------------------------------------------------------------------------

function onChoose(event) {
  const chosen = toggled(model.poll, picks.choices(model.poll.id), Number(event.target.value));
  if (chosen) picks.choose(model.poll, chosen);
  tell(part["poll-error"], chosen ? "" : say("pick.full", { n: number(model.poll.max_choices) }));
  paintTally();
}

function onMove(event) {
  const button = event.target.closest("[data-move]");
  if (!button || button.getAttribute("aria-disabled") === "true") return;
  const id = Number(button.closest("[data-choice]").dataset.choice);
  picks.choose(model.poll, moved(picks.choices(model.poll.id), id, Number(button.dataset.move)));
  paintTally();
}

clock.sync(boot.snapshot.server_time ?? boot.server_time);
onFrame({ ...boot.snapshot, type: "performance.snapshot" });
part.ballot.addEventListener("change", onChoose);
part["choice-list"].addEventListener("click", onMove);
part.ballot.addEventListener("submit", (event) => event.preventDefault());
part["enter-button"]?.addEventListener("click", enter);
listenForTaps(part["react-list"], (command) => connection.sendNow(command));
sit(kept());
