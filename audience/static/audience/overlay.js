/**
 * The overlay for a stream's picture: the vote, one comment, the applause and how to join, in one corner. It shows
 * nothing where there is nothing to say, and no trouble of its own: a viewer cannot mend the streamer's connection.
 */
import { Clock } from "./clock.js";
import { Connection } from "./connection.js";
import { Countdown } from "./countdown.js";
import { Model } from "./model.js";
import { Pace } from "./pace.js";
import { Floats, paintReactions, renderReactions } from "./reactions.js";
import { decision, paintChoices, renderChoices, tell, winnerWords } from "./render.js";
import { Voice } from "./voice.js";
import { Turns } from "./voices.js";

const boot = JSON.parse(document.getElementById("boot").textContent);
const part = Object.fromEntries([...document.querySelectorAll("[id]")].map((node) => [node.id, node]));
const shows = new Set(part.main.dataset.shows.split(" "));

const PAINTERS = { poll: paintPoll, tally: paintTally, time: paintTime, result: paintResult, house: paintHouse, comments: paintVoice, reactions: paintFeeling };
const MANY = 6;
const clock = new Clock();
const model = new Model();
const voice = new Voice(part.announce);
const turns = new Turns(part.voice, voice);
const floats = new Floats(part.floats);
const countdown = new Countdown(clock);
const pace = new Pace(onFrame);
const connection = new Connection(boot, clock, { onFrame: (frame) => pace.take(frame), onState: () => {} });

function onFrame(frame) {
  if (frame.type === "error" || frame.ref) return;
  for (const name of model.apply(frame)) PAINTERS[name]?.();
  paintParts();
}

function paintParts() {
  const polling = ["polling", "waiting"].includes(model.stage);
  part.poll.hidden = !shows.has("poll") || !polling;
  part.join.hidden = !shows.has("join") || model.stage === "ended";
  if (model.stage !== "polling") countdown.stop();
}

function paintPoll() {
  if (!model.poll) return;
  part.question.textContent = model.poll.question;
  renderChoices(part["choice-list"], model.poll);
  part.main.classList.toggle("is-many", model.poll.choices.length >= MANY);
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
  if (!model.poll) return;
  part.poll.dataset.state = model.poll.state;
  paintChoices(part["choice-list"], model.poll, []);
  tell(part.tie, model.poll.state === "closed" ? decision(model.poll) : "");
}

function paintHouse() {
  renderReactions(part.reactions, model.house.reactions);
  paintFeeling();
}

function paintVoice() {
  turns.take(shows.has("comments") && model.house?.comments_visible ? model.comments : []);
}

function paintFeeling() {
  paintReactions(part.reactions, model.reactions);
  part.reactions.hidden = !shows.has("reactions") || !Object.values(model.reactions).some(Boolean);
  if (shows.has("reactions")) floats.take(model.reactions);
}

for (const node of document.querySelectorAll("[data-host]")) node.textContent = new URL(node.dataset.host).host;
clock.sync(boot.snapshot.server_time ?? boot.server_time);
onFrame({ ...boot.snapshot, type: "performance.snapshot" });
connection.start();
