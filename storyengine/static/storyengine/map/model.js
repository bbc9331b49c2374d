/* The graph that is drawn, ready to be asked: who is where, who leads where, what is found, which way is shortest. */

const BUCKET = 600;
const LONGEST_WAY = 5000;

const fold = (text) => text.normalize("NFKD").replace(/\p{Diacritic}/gu, "").toLocaleLowerCase();

export class MapModel {
  /** `data` is what map.json says. */
  constructor(data) {
    this.data = data;
    [this.width, this.height] = data.node;
    this.chapters = data.chapters;
    this.folded = new Set(data.folded);
    this.nodes = data.nodes;
    this.byId = new Map(data.nodes.map((node) => [node.id, node]));
    this.byKey = new Map(data.nodes.filter((node) => node.key).map((node) => [node.key, node]));
    this.inside = data.nodes.flatMap((node) => this.#inside(node));
    this.links = data.links.map((link) => this.#link(link)).filter(Boolean);
    this.#index();
  }

  /** The scenes of a folded chapter: not drawn, but found, and gone to by unfolding it. */
  #inside(folded) {
    return (folded.scenes ?? []).map((id, index) => {
      const [key, title] = folded.inside[index];
      const scene = { key, title, folded, chapter: folded.chapter };
      this.byId.set(id, folded);
      this.byKey.set(key, scene);
      return scene;
    });
  }

  #link(link) {
    const source = this.byId.get(link.from);
    const target = this.byId.get(link.to);
    return source && target ? { ...link, source, target, box: this.#box(link, source, target) } : null;
  }

  #box({ route }, source, target) {
    const xs = route ? route.filter((_, index) => index % 2 === 0) : [source.x, target.x];
    const ys = route ? route.filter((_, index) => index % 2) : [source.y, target.y];
    const w = this.width;
    return [Math.min(...xs) - w, Math.min(...ys) - w, Math.max(...xs) + w, Math.max(...ys) + w];
  }

  #index() {
    this.following = new Map();
    this.leading = new Map();
    this.linkOf = new Map();
    for (const link of this.links) {
      (this.following.get(link.source) ?? this.following.set(link.source, []).get(link.source)).push(link.target);
      (this.leading.get(link.target) ?? this.leading.set(link.target, []).get(link.target)).push(link.source);
      this.linkOf.set(`${link.source.id}>${link.target.id}`, link);
    }
    this.buckets = new Map();
    for (const node of this.nodes) {
      const key = `${Math.floor(node.x / BUCKET)},${Math.floor(node.y / BUCKET)}`;
      (this.buckets.get(key) ?? this.buckets.set(key, []).get(key)).push(node);
    }
    for (const node of [...this.nodes, ...this.inside]) {
      node.words = fold(`${node.title} ${node.heading ?? ""} ${node.key ?? ""} ${this.chapters[node.chapter] ?? ""}`);
    }
    const xs = this.nodes.map((node) => node.x);
    const ys = this.nodes.map((node) => node.y);
    const least = (list) => list.reduce((a, b) => Math.min(a, b), Infinity);
    const most = (list) => list.reduce((a, b) => Math.max(a, b), -Infinity);
    const [w, h] = [this.width / 2, this.height / 2];
    this.landmarks = this.#landmarks();
    this.bounds = this.nodes.length ? [least(xs) - w, least(ys) - h, most(xs) + w, most(ys) + h] : [0, 0, 1, 1];
  }

  /** Where each chapter's name is written: over the middle of its scenes, the largest chapter first. */
  #landmarks() {
    const groups = new Map();
    for (const node of this.nodes) {
      if (node.chapter === undefined || node.id.startsWith("e")) continue;
      (groups.get(node.chapter) ?? groups.set(node.chapter, []).get(node.chapter)).push(node);
    }
    const middle = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
    return [...groups]
      .sort((a, b) => b[1].length - a[1].length)
      .map(([chapter, nodes]) => ({
        name: this.chapters[chapter],
        x: middle(nodes.map((node) => node.x)),
        y: nodes.reduce((top, node) => Math.min(top, node.y), Infinity) - this.height,
      }));
  }

  get start() {
    return this.nodes.find((node) => node.start) ?? this.nodes[0];
  }

  /** Nodes whose rectangle touches the box. */
  within([left, top, right, bottom]) {
    const [w, h] = [this.width / 2, this.height / 2];
    const across = Math.floor((right + w) / BUCKET) - Math.floor((left - w) / BUCKET) + 1;
    const down = Math.floor((bottom + h) / BUCKET) - Math.floor((top - h) / BUCKET) + 1;
    const inside = (n) => n.x + w >= left && n.x - w <= right && n.y + h >= top && n.y - h <= bottom;
    if (across * down > this.buckets.size) return this.nodes.filter(inside);
    const found = [];
    for (let i = Math.floor((left - w) / BUCKET); i <= Math.floor((right + w) / BUCKET); i += 1) {
      for (let j = Math.floor((top - h) / BUCKET); j <= Math.floor((bottom + h) / BUCKET); j += 1) {
        for (const node of this.buckets.get(`${i},${j}`) ?? []) if (inside(node)) found.push(node);
      }
    }
    return found;
  }

  linksWithin([left, top, right, bottom]) {
    return this.links.filter(({ box }) => box[2] >= left && box[0] <= right && box[3] >= top && box[1] <= bottom);
  }

  at(x, y) {
    const hits = this.within([x, y, x, y]);
    return hits[hits.length - 1] ?? null;
  }

  follow(node) {
    return this.following.get(node) ?? [];
  }

  lead(node) {
    return this.leading.get(node) ?? [];
  }

  link(from, to) {
    return this.linkOf.get(`${from.id}>${to.id}`) ?? null;
  }

  /** Nodes that hold every word of the query; those whose title begins with it come first. */
  find(query) {
    const words = fold(query).split(/\s+/).filter(Boolean);
    if (!words.length) return [];
    const hits = [...this.nodes, ...this.inside].filter((node) => words.every((word) => node.words.includes(word)));
    const rank = (node) => (node.words.startsWith(words[0]) ? 0 : 1) + (node.key ? 0 : 0.5);
    return hits.sort((a, b) => rank(a) - rank(b));
  }

  /** The shortest way from one node to another along the links, without the first; [] where there is none. */
  way(from, to) {
    const before = new Map([[from, null]]);
    const queue = [from];
    for (let index = 0; index < queue.length && index < LONGEST_WAY; index += 1) {
      for (const next of this.follow(queue[index])) {
        if (next === to) {
          const steps = [to];
          for (let node = queue[index]; node !== from; node = before.get(node)) steps.unshift(node);
          return steps;
        }
        if (!before.has(next)) {
          before.set(next, queue[index]);
          queue.push(next);
        }
      }
    }
    return [];
  }

  /** The node in the same column that is next above (-1) or below (1), or the nearest so in any. */
  beside(node, direction) {
    const others = this.nodes.filter((other) => other !== node && Math.sign(other.y - node.y) === direction);
    const far = (other) => Math.abs(other.y - node.y) + 3 * Math.abs(other.x - node.x);
    return others.reduce((best, other) => (!best || far(other) < far(best) ? other : best), null);
  }
}
