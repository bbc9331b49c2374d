/**
 * The widget. It begins as a screen that only looks; "Take part" joins over the API and goes on as a guest. The ticket
 * is kept for the session, in this frame's own storage: a framed page has no cookie to rely on.
 */
import { Clock } from "./clock.js";
import { Connection } from "./connection.js";
import { Countdown } from "./countdown.js";
import { Model } from "./model.js";
import { Pace } from "./pace.js";
import { Picks } from "./picks.js";
import { listenForTaps, paintReactions, renderReactions } from "./reactions.js";
import { decision, paintChoices, renderChoices, showConnection, tell } from "./render.js";
import { Voice } from "./voice.js";
import { renderVoices } from "./voices.js";
import { say } from "./words.js";

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
const picks = new Picks(`${boot.code}:widget`, (command) => connection.send(command));
let connection = null;
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
  tell(part["poll-error"], answer.type === "error" ? answer.message || say("error.generic") : "");
  paintTally();
}

function onState(state) {
  if (state === "refused" && seated) return leave();
  showConnection(part.connection, state);
}

// Painters ---------------------------------------------------------------------------------------------------

function paintStage() {
  for (const name of STAGES) part[name].hidden = name !== model.stage;
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
  voice.say(say("poll.winner", { label: model.label(model.poll.winner) }));
}

function paintTally() {
  const poll = model.poll;
  if (!poll) return;
  const pick = seated ? picks.of(poll.id) : null;
  const open = poll.state === "open" && clock.until(poll.closes_at) > 0;
  paintChoices(part["choice-list"], poll, pick?.choice ?? null);
  for (const radio of part["choice-list"].querySelectorAll("input")) radio.checked = Number(radio.value) === pick?.choice;
  part.choices.disabled = !open || !seated;
  part.poll.dataset.state = poll.state;
  part["pick-status"].dataset.status = pick?.status ?? "none";
  part["pick-status"].textContent = seated ? pickWords(poll, pick, open) : "";
  tell(part.tie, poll.state === "closed" ? decision(poll) : "");
}

function pickWords(poll, pick, open) {
  if (poll.state === "closed") return say(!pick ? "pick.missed" : pick.choice === poll.winner ? "poll.yours" : "pick.final");
  if (!open) return say("pick.counting");
  if (pick?.status === "sending") return say("pick.sending");
  return say(pick ? "pick.counted" : "pick.none");
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
      return {};
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

function sit(token) {
  const old = connection;
  const from = { ...boot, token: token || boot.token, snapshot: old?.mark ?? boot.snapshot };
  const mine = new Connection(from, clock, {
    onFrame: (frame) => mine === connection && pace.take(frame),
    onState: (state) => mine === connection && onState(state),
  });
  seated = Boolean(token);
  connection = mine;
  old?.refused(0);
  mine.start();
  paintStage();
  paintTally();
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

clock.sync(boot.snapshot.server_time ?? boot.server_time);
onFrame({ ...boot.snapshot, type: "performance.snapshot" });
part.ballot.addEventListener("change", (event) => {
  tell(part["poll-error"], "");
  picks.choose(model.poll.id, Number(event.target.value));
  paintTally();
});
part.ballot.addEventListener("submit", (event) => event.preventDefault());
part["enter-button"]?.addEventListener("click", enter);
listenForTaps(part["react-list"], (command) => connection.sendNow(command));
sit(kept());
