/* A path that somebody draws over the map, scene after scene, to take it out as a script. */

export class DrawnPath {
  nodes = [];
  on = false;

  clear() {
    this.nodes = [];
  }

  /** Go on to a node: one step, or by the shortest way. False where no way leads there. */
  add(node, model) {
    if (node.scenes || node.id.startsWith("e")) return false;
    const last = this.nodes[this.nodes.length - 1];
    if (!last) {
      this.nodes = [node];
      return true;
    }
    const way = model.way(model.byId.get(last.id), node);
    if (!way.length || way.some((step) => step.scenes)) return false;
    this.nodes = [...this.nodes, ...way];
    return true;
  }

  back() {
    this.nodes = this.nodes.slice(0, -1);
  }

  /** The scenes' numbers, as the script's address takes them. */
  get numbers() {
    return this.nodes.map((node) => node.id.slice(1));
  }

  /** The path as it was drawn before the page was left, as far as it still stands. */
  restore(numbers, model) {
    this.nodes = numbers.map((number) => model.byId.get(`s${number}`));
    this.follow(model);
    this.on = this.nodes.length > 0;
  }

  /** After the graph was read again: the same scenes, as far as they still stand; a folded chapter keeps its own. */
  follow(model) {
    const lost = this.nodes.findIndex((node) => !node || !model.byId.has(node.id));
    if (lost >= 0) this.nodes = this.nodes.slice(0, lost);
  }

  /** Where it runs on the map as it is drawn now: through a folded chapter's card. */
  along(model) {
    return this.nodes.map((node) => model.byId.get(node.id));
  }
}
