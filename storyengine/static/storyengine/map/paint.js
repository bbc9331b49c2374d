/* The drawing itself, on a canvas: as much detail as can be read at the scale, and nothing that cannot be seen.
 *
 * From far away scenes are blocks and chapters are written large; nearer a state's sign appears, then words. Lines of
 * the whole story are built once; near by only those in view are drawn. Measured at 2,500 scenes on two shared cores with no
 * GPU: 17 ms a frame here, 1,100 ms as an SVG in the page.
 */

import { isEnd, LOOKS, SIGNS } from "./glyphs.js";
import { linePath, straightPath } from "./lines.js";
import { Lettering } from "./lettering.js";

const WORDS_FROM = 0.5; // below this scale no word of a card could be read
const TITLES_FROM = 0.32; // below it the title alone, in larger letters, and below this nothing
const SIGNS_FROM = 0.24;
const CORNERS_FROM = 0.14;
const NAMES_TO = 0.62; // chapters are written large below this
const TRIES = 8; // places above a chapter's scenes at which its name may stand
const MANY = 900; // lines in view from which the whole story's are drawn at once

export class Painter {
  constructor(canvas, camera) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.camera = camera;
    this.lettering = new Lettering(this.context);
    this.colours = {};
    this.readTheme();
  }

  /** The page's own colours and faces; called again when the lights change. */
  readTheme() {
    const style = getComputedStyle(document.documentElement);
    const names = ["--paper", "--surface", "--sunken", "--ink", "--ink-2", "--ink-3", "--rule", "--rule-strong", "--lamp", "--glow", "--focus", "--lamp-text"];
    for (const name of [...names, ...Object.values(LOOKS).map((look) => look.page)]) {
      this.colours[name] = style.getPropertyValue(name).trim();
    }
    this.lettering.readTheme(style);
  }

  setModel(model) {
    this.model = model;
    this.lettering.forget();
    this.whole = { plain: new Path2D(), back: new Path2D() };
    this.straight = new Path2D();
    for (const link of model.links) {
      link.path = linePath(link, model);
      this.whole[link.back ? "back" : "plain"].addPath(link.path);
      straightPath(this.straight, link);
    }
  }

  resize() {
    const { width, height } = this.canvas.getBoundingClientRect();
    this.ratio = Math.min(2, devicePixelRatio || 1);
    this.canvas.width = Math.round(width * this.ratio);
    this.canvas.height = Math.round(height * this.ratio);
    this.camera.resize(width, height);
  }

  /** `scene` says what is special now: {look(node), path: [nodes], drawn: [nodes], now, selected, hovered, focused}. */
  paint(scene) {
    const { context, camera, model } = this;
    const scale = camera.scale * this.ratio;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = this.colours["--paper"];
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    if (!model) return;
    context.setTransform(scale, 0, 0, scale, this.canvas.width / 2 - camera.x * scale, this.canvas.height / 2 - camera.y * scale);
    const view = camera.view;
    const nodes = model.within(view);
    this.#links(view);
    this.#ways(scene);
    this.#cards(nodes, scene);
    if (camera.scale < NAMES_TO) this.#chapters();
  }

  // -------------------------------------------------------------------- lines

  #links(view) {
    const { context, camera, colours } = this;
    context.lineJoin = "round";
    context.strokeStyle = camera.scale < CORNERS_FROM ? colours["--rule"] : colours["--rule-strong"];
    context.lineWidth = Math.max(1.25, 0.8 / camera.scale);
    context.setLineDash([]);
    if (camera.scale < CORNERS_FROM) {
      context.stroke(this.straight);
      return;
    }
    const seen = this.model.linksWithin(view);
    if (seen.length > MANY) {
      context.stroke(this.whole.plain);
      context.setLineDash([3, 5]);
      context.stroke(this.whole.back);
    } else {
      const paths = { plain: new Path2D(), back: new Path2D() };
      for (const link of seen) paths[link.back ? "back" : "plain"].addPath(link.path);
      context.stroke(paths.plain);
      context.setLineDash([3, 5]);
      context.stroke(paths.back);
      context.setLineDash([]);
      this.#heads(seen);
    }
    context.setLineDash([]);
  }

  /** Arrow heads, where a line comes in; a line that is only offered under a condition wears a small diamond. */
  #heads(links) {
    const { context, colours } = this;
    context.fillStyle = colours["--rule-strong"];
    context.beginPath();
    for (const { head, conditional, tail } of links) {
      if (head) {
        context.moveTo(head.x, head.y);
        context.lineTo(head.x - 8 * head.dx - 4 * head.dy, head.y - 8 * head.dy + 4 * head.dx);
        context.lineTo(head.x - 8 * head.dx + 4 * head.dy, head.y - 8 * head.dy - 4 * head.dx);
        context.closePath();
      }
      if (conditional && tail) {
        context.moveTo(tail.x + 5, tail.y);
        context.lineTo(tail.x + 11, tail.y - 6);
        context.lineTo(tail.x + 17, tail.y);
        context.lineTo(tail.x + 11, tail.y + 6);
        context.closePath();
      }
    }
    context.fill();
  }

  /** The chosen path, and a path that is being drawn; then the lines at the selected node. */
  #ways(scene) {
    const { colours } = this;
    for (const around of [scene.selected, scene.hovered]) {
      if (around) this.#strokeLinks(this.#around(around), colours["--ink"], 2);
    }
    if (scene.path.length > 1) {
      const lit = this.#between(scene.path);
      this.#strokeLinks(lit, colours["--ink"], 8);
      this.#strokeLinks(lit, colours["--lamp"], 5);
    }
    if (scene.drawn.length > 1) this.#strokeLinks(this.#between(scene.drawn), colours["--focus"], 5, [12, 5]);
  }

  #around(node) {
    const into = this.model.lead(node).map((other) => this.model.link(other, node));
    const out = this.model.follow(node).map((other) => this.model.link(node, other));
    return [...into, ...out].filter(Boolean).map((link) => link.full ?? link.path);
  }

  #between(way) {
    const paths = [];
    for (let index = 1; index < way.length; index += 1) {
      const [from, to] = [way[index - 1], way[index]];
      if (from === to) continue;
      const link = this.model.link(from, to);
      paths.push(link?.full ?? link?.path ?? linePath({ source: from, target: to }, this.model));
    }
    return paths;
  }

  #strokeLinks(paths, colour, weight, dash = []) {
    const { context, camera } = this;
    const all = new Path2D();
    for (const path of paths) all.addPath(path);
    context.strokeStyle = colour;
    context.lineWidth = Math.max(weight, (weight * 0.5) / camera.scale);
    context.lineJoin = context.lineCap = "round";
    context.setLineDash(dash);
    context.stroke(all);
    context.setLineDash([]);
    context.lineCap = "butt";
  }

  // -------------------------------------------------------------------- cards

  #cards(nodes, scene) {
    if (this.camera.scale < SIGNS_FROM) this.#blocks(nodes, scene);
    else for (const node of nodes) this.#card(node, scene);
    for (const node of new Set([scene.now, scene.selected, scene.focused])) {
      if (node) this.#mark(node, scene);
    }
  }

  /** From far away: one fill for each look, so that thousands cost no more than a dozen. */
  #blocks(nodes, scene) {
    const { context, colours, camera } = this;
    const [w, h] = [Math.max(this.model.width, 3 / camera.scale), Math.max(this.model.height, 2.5 / camera.scale)];
    const lit = new Set(scene.path);
    const groups = new Map();
    for (const node of nodes) {
      const key = lit.has(node) ? "lit" : scene.look(node);
      (groups.get(key) ?? groups.set(key, new Path2D()).get(key)).rect(node.x - w / 2, node.y - h / 2, w, h);
    }
    context.lineWidth = Math.max(1, 1 / camera.scale);
    for (const [key, path] of groups) {
      const look = LOOKS[key];
      context.fillStyle = key === "lit" ? colours["--lamp"] : colours[look.page];
      context.strokeStyle = key === "lit" ? colours["--ink"] : colours[isOpenLook(key) ? "--ink-3" : "--rule-strong"];
      context.fill(path);
      context.setLineDash(look?.dash.length ? look.dash.map((n) => n / camera.scale / 2) : []);
      context.stroke(path);
    }
    context.setLineDash([]);
  }

  #shape(node) {
    if (node.shape) return node.shape;
    const { width: w, height: h } = this.model;
    const path = new Path2D();
    path.roundRect(node.x - w / 2, node.y - h / 2, w, h, isEnd(node) ? h / 2 : 5);
    node.shape = path;
    return path;
  }

  #card(node, scene) {
    const { context, colours, camera } = this;
    const name = scene.look(node);
    const look = LOOKS[name];
    const { width: w, height: h } = this.model;
    const [left, top] = [node.x - w / 2, node.y - h / 2];
    const lit = scene.lit.has(node);
    if (node.scenes) this.#pile(left, top, w, h);
    context.fillStyle = colours[look.page];
    context.fill(this.#shape(node));
    context.strokeStyle = lit ? colours["--ink"] : isOpenLook(name) ? colours["--ink-3"] : colours["--ink-2"];
    context.lineWidth = look.weight;
    context.setLineDash(look.dash);
    context.stroke(this.#shape(node));
    context.setLineDash([]);
    if (lit) {
      context.fillStyle = colours["--lamp"];
      context.fillRect(left + 2, top + 2, 6, h - 4);
    }
    this.#edges(node, left, top, w, h);
    if (node.walks !== undefined) this.#walks(node.walks, left, top, w, h);
    if (node.flag) this.#flag(node.flag, left, top);
    const inset = isEnd(node) ? 18 : 14;
    const room = this.#sign(look, left + w - inset - 14, top + (isEnd(node) ? h / 2 - 7 : 8)) ? 20 : 0;
    if (camera.scale >= WORDS_FROM) this.lettering.write(node, left + inset, top, w - 2 * inset, h, room, colours);
    else if (camera.scale >= TITLES_FROM) this.lettering.writeFar(node, left + 12, top, w - 24 - room, h, colours);
  }

  /** A folded chapter looks like what it is: sheets on a pile. */
  #pile(left, top, w, h) {
    const { context, colours } = this;
    context.fillStyle = colours["--sunken"];
    context.strokeStyle = colours["--rule-strong"];
    context.lineWidth = 1;
    for (const by of [8, 4]) {
      context.beginPath();
      context.roundRect(left + by, top + by, w, h, 5);
      context.fill();
      context.stroke();
    }
  }

  /** Where the story starts: a wedge at the left. Where it ends: the double bar that closes a piece of music. */
  #edges(node, left, top, w, h) {
    const { context, colours } = this;
    context.fillStyle = colours["--ink"];
    context.beginPath();
    if (node.start) {
      context.moveTo(left - 16, top + h / 2 - 11);
      context.lineTo(left - 3, top + h / 2);
      context.lineTo(left - 16, top + h / 2 + 11);
      context.closePath();
    }
    if (node.ending) {
      context.rect(left + w - 6, top, 6, h);
      context.rect(left + w - 10, top, 1.5, h);
    }
    context.fill();
  }

  /** How many of the random walks came by: a bar along the foot of the card. */
  #walks(share, left, top, w, h) {
    const { context, colours } = this;
    context.fillStyle = colours["--rule"];
    context.fillRect(left + 10, top + h - 6, w - 22, 3);
    context.fillStyle = colours["--ink-3"];
    context.fillRect(left + 10, top + h - 6, ((w - 22) * share) / 100, 3);
  }

  /** What the checks found: a mark on the corner, full for an error, hollow for a warning. */
  #flag(severity, left, top) {
    const { context, colours } = this;
    context.beginPath();
    context.arc(left + 2, top + 2, 8, 0, 2 * Math.PI);
    context.fillStyle = severity === "error" ? colours["--ink"] : colours["--paper"];
    context.strokeStyle = colours["--ink"];
    context.lineWidth = 1.5;
    context.fill();
    context.stroke();
    context.fillStyle = severity === "error" ? colours["--paper"] : colours["--ink"];
    context.fillRect(left + 1, top - 3, 2, 6);
    context.fillRect(left + 1, top + 4.5, 2, 2);
  }

  #sign(look, x, y) {
    const sign = SIGNS[look.sign];
    if (!sign) return false;
    const { context, colours } = this;
    const ink = colours["--ink"];
    context.save();
    context.translate(x, y);
    context.scale(14, 14);
    if (sign.fill) {
      context.fillStyle = ink;
      context.fill(sign.fill);
    }
    if (sign.ring) {
      context.beginPath();
      context.arc(0.5, 0.5, 0.42, 0, 2 * Math.PI);
      context.strokeStyle = ink;
      context.lineWidth = 0.14;
      context.stroke();
    }
    context.restore();
    return true;
  }

  /** Where the performance is now: the lamp around it. Where the reader is: a frame. */
  #mark(node, scene) {
    const { context, colours, camera } = this;
    const thin = Math.max(1, 0.5 / camera.scale);
    const { width: w, height: h } = this.model;
    const frame = (by, colour, weight) => {
      context.beginPath();
      context.roundRect(node.x - w / 2 - by, node.y - h / 2 - by, w + 2 * by, h + 2 * by, isEnd(node) ? h : 5 + by);
      context.strokeStyle = colour;
      context.lineWidth = weight * thin;
      context.stroke();
    };
    if (node === scene.now) {
      frame(6 * thin, colours["--ink"], 8);
      frame(6 * thin, colours["--lamp"], 5);
    }
    if (node === scene.selected) frame((node === scene.now ? 13 : 5) * thin, colours["--focus"], 3);
  }

  // -------------------------------------------------------------------- chapters

  /** A chapter's name over the middle of its scenes, in letters of the screen; one that finds no room waits. */
  #chapters() {
    const { context, camera, colours, ratio } = this;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.named = []; // the boxes of the names, in pixels of the screen
    for (const { name, x, y } of this.model.landmarks) {
      const [sx, sy] = camera.toScreen(x, y);
      const box = this.#roomFor(sx, sy, ...this.lettering.chapterSize(name));
      if (!box) continue;
      this.named.push(box);
      this.lettering.chapter(name, sx, (box[1] + box[3]) / 2, colours);
    }
  }

  /** The lowest place, from `bottom` up, where a name covers no other; nor a card, where cards have words. */
  #roomFor(x, bottom, w, h) {
    const { camera, named } = this;
    const readable = camera.scale >= TITLES_FROM;
    for (let step = 0; step < (readable ? TRIES : 1); step += 1) {
      const low = bottom - step * (h + 6);
      const box = [x - w / 2 - 6, low - h - 6, x + w / 2 + 6, low];
      if (box[2] < 0 || box[0] > camera.width || box[3] < 0 || box[1] > camera.height) continue;
      if (named.some((t) => t[0] < box[2] && t[2] > box[0] && t[1] < box[3] && t[3] > box[1])) continue;
      const drawn = [...camera.toDrawing(box[0], box[1]), ...camera.toDrawing(box[2], box[3])];
      if (!readable || !this.model.within(drawn).length) return box;
    }
    return null;
  }
}

const isOpenLook = (name) => ["open", "writing", "missing"].includes(name);
