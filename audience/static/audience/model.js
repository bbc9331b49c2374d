/**
 * What the page knows, and how each frame changes it. No DOM here: `apply` takes a frame and answers with the
 * names of what changed, out of "performance", "scene", "earlier", "poll", "tally", "time", "result", "house", "comments" and
 * "reactions".
 */
const MOST_EARLIER = 40;
const MOST_COMMENTS = 20;

export class Model {
  performance = null;
  scene = null;
  poll = null;
  /** Scenes of this session that have passed: {scene, chosen: label or null, poll or null}, oldest first. */
  earlier = [];
  /** The rules of the house, what all may read, and how often each reaction was sent in this scene. */
  house = null;
  comments = [];
  reactions = {};

  apply(frame) {
    return HANDLERS[frame.type]?.(this, frame) ?? [];
  }

  /** The one thing that the page is about: "lobby", "reading", "polling", "waiting" or "ended". */
  get stage() {
    if (this.performance?.state === "ended") return "ended";
    if (!this.scene) return "lobby";
    if (!this.poll) return "reading";
    return this.poll.state === "open" ? "polling" : "waiting";
  }

  /** Whether the poll is closed and its winner still to be decided. */
  get tieWaits() {
    return this.poll?.state === "closed" && this.poll.winner === null;
  }

  label(choice) {
    return this.poll?.choices.find((one) => one.id === choice)?.label ?? "";
  }

  takeScene(scene) {
    if (scene && this.scene?.position === scene.position && this.scene.correction !== scene.correction) return this.correct(scene);
    if (!scene || (this.scene && scene.position <= this.scene.position)) return [];
    if (this.scene) this.earlier.push({ scene: this.scene, chosen: this.label(this.poll?.winner) || null, poll: this.poll });
    this.earlier = this.earlier.slice(-MOST_EARLIER);
    this.scene = scene;
    this.poll = null;
    this.comments = [];
    this.reactions = {};
    return ["scene", "poll", "comments", "reactions"];
  }

  /** The same scene in other words; one that has passed is put right where it stands. */
  correct(scene) {
    if (this.scene?.position === scene.position) this.scene = scene;
    const passed = this.earlier.find((one) => one.scene.position === scene.position);
    if (passed) passed.scene = scene;
    return ["scene"];
  }
}

const HANDLERS = {
  "scene.corrected"(model, { scene }) {
    return model.correct(scene);
  },

  "performance.snapshot"(model, { performance, scene, poll, house, comments, reactions }) {
    const changed = ["performance", ...model.takeScene(scene), "house", "comments", "reactions"];
    Object.assign(model, { house, comments, reactions });
    model.performance = performance;
    const before = model.poll?.id;
    model.poll = poll;
    return [...changed, poll?.id === before ? "tally" : "poll", ...(poll?.state === "closed" ? ["result"] : ["time"])];
  },

  "house.changed"(model, { house }) {
    model.house = house;
    if (!house.comments_visible) model.comments = [];
    return ["house", "comments"];
  },

  "comment.shown"(model, { comment }) {
    if (model.comments.some((one) => one.id === comment.id)) return [];
    model.comments = [...model.comments, comment].slice(-MOST_COMMENTS);
    return ["comments"];
  },

  "comment.hidden"(model, { comments }) {
    model.comments = model.comments.filter((one) => !comments.includes(one.id));
    return ["comments"];
  },

  "reactions.counted"(model, { counts }) {
    model.reactions = counts;
    return ["reactions"];
  },

  "performance.started"(model) {
    model.performance = { ...model.performance, state: "live" };
    return ["performance"];
  },

  "performance.ended"(model) {
    model.performance = { ...model.performance, state: "ended" };
    return ["performance"];
  },

  "scene.released"(model, { scene }) {
    if (model.performance?.state === "draft") model.performance = { ...model.performance, state: "live" };
    return model.takeScene(scene);
  },

  "poll.opened"(model, { poll }) {
    if (model.poll && poll.id < model.poll.id) return [];
    model.poll = poll;
    return ["poll"];
  },

  "tally.updated"(model, { poll, counts, voters }) {
    if (model.poll?.id !== poll || model.poll.state !== "open") return [];
    Object.assign(model.poll, { counts, voters });
    return ["tally"];
  },

  "poll.extended"(model, { poll, closes_at }) {
    if (model.poll?.id !== poll) return [];
    model.poll.closes_at = closes_at;
    return ["time"];
  },

  "poll.closed"(model, { poll, counts, voters, winner, tie, decided_by, rounds }) {
    if (model.poll?.id !== poll) return [];
    Object.assign(model.poll, { counts, voters, winner, tie, decided_by, rounds, state: "closed" });
    return ["tally", "result"];
  },

  "poll.decided"(model, { poll, winner, tie }) {
    if (model.poll?.id !== poll) return [];
    Object.assign(model.poll, { winner, tie });
    return ["tally", "result"];
  },

  "tally.revealed"(model, { poll, counts, voters, rounds }) {
    const shown = model.poll?.id === poll ? model.poll : model.earlier.find((one) => one.poll?.id === poll)?.poll;
    if (!shown) return [];
    Object.assign(shown, { counts, voters, rounds });
    return [shown === model.poll ? "tally" : "earlier"];
  },
};
