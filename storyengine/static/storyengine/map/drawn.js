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
    const way = model.way(last, node);
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

  /** After the graph was read again: the same scenes in it, as far as they still stand. */
  follow(model) {
    const found = this.nodes.map((node) => model.byKey.get(node.key));
    const lost = found.indexOf(undefined);
    this.nodes = lost < 0 ? found : found.slice(0, lost);
  }
}
