/* A sign for every state, the same that the chips wear: a shape is never the only colour, a colour never the only shape.
 *
 * `LOOKS` says how a node of a state is drawn: its page colour (a custom property), its border's dashes and weight.
 */

const polygon = (points) => {
  const path = new Path2D();
  points.forEach(([x, y], index) => (index ? path.lineTo(x, y) : path.moveTo(x, y)));
  path.closePath();
  return path;
};

const disc = (from, to) => {
  const path = new Path2D();
  path.arc(0.5, 0.5, 0.42, from, to);
  path.closePath();
  return path;
};

/** Filled shapes in a square of 1 by 1; `ring` adds a circle's outline. */
export const SIGNS = {
  star: { fill: polygon([[0.5, 0], [0.63, 0.34], [1, 0.36], [0.71, 0.59], [0.81, 0.95], [0.5, 0.75], [0.19, 0.95], [0.29, 0.59], [0, 0.36], [0.37, 0.34]]) },
  tick: { fill: polygon([[0.12, 0.45], [0, 0.58], [0.38, 0.95], [1, 0.2], [0.87, 0.08], [0.37, 0.69]]) },
  half: { fill: disc(Math.PI / 2, Math.PI * 1.5), ring: true },
  back: { fill: polygon([[1, 0.35], [0.55, 0.35], [0.55, 0.05], [0, 0.5], [0.55, 0.95], [0.55, 0.65], [1, 0.65]]) },
  pencil: { fill: polygon([[0.72, 0], [1, 0.28], [0.34, 0.94], [0, 1], [0.06, 0.66]]) },
  ring: { ring: true },
  alarm: { fill: polygon([[0.5, 0.04], [1, 0.94], [0, 0.94]]) },
};

export const LOOKS = {
  authored: { page: "--surface", sign: null, dash: [], weight: 1.5 },
  written: { page: "--page-white", sign: "pencil", dash: [], weight: 1.5 },
  played: { page: "--page-goldenrod", sign: "star", dash: [], weight: 2 },
  released: { page: "--page-goldenrod", sign: "star", dash: [], weight: 2.5 },
  approved: { page: "--page-green", sign: "tick", dash: [], weight: 2.5 },
  in_review: { page: "--page-blue", sign: "half", dash: [9, 4], weight: 2 },
  changes: { page: "--page-yellow", sign: "back", dash: [9, 4, 2, 4], weight: 2 },
  writing: { page: "--paper", sign: "pencil", dash: [2, 4], weight: 2 },
  failed: { page: "--page-cherry", sign: "alarm", dash: [4, 4], weight: 2 },
  missing: { page: "--page-cherry", sign: "alarm", dash: [4, 4], weight: 2 },
  open: { page: "--paper", sign: "ring", dash: [5, 4], weight: 1.5 },
  folded: { page: "--surface", sign: null, dash: [], weight: 2 },
};

/** States of a choice that nothing follows yet: drawn as a pill, a scene as a card. */
export const isEnd = (node) => node.id.startsWith("e");
