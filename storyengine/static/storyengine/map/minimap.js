/* The whole story in a corner: where one is, and a way to go elsewhere. Drawn once for each graph, then only framed. */

const PAD = 6;

export class Minimap {
  constructor(canvas, camera) {
    this.canvas = canvas;
    this.camera = camera;
    this.context = canvas.getContext("2d");
    canvas.addEventListener("pointerdown", (event) => this.#go(event));
    canvas.addEventListener("pointermove", (event) => event.buttons && this.#go(event));
  }

  /** `colours` are the painter's; `lit` the nodes of the chosen path. */
  draw(model, colours, lit, now) {
    this.model = model;
    const ratio = Math.min(2, devicePixelRatio || 1);
    const { width, height } = this.canvas.getBoundingClientRect();
    if (!width) return;
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    this.ratio = ratio;
    const [left, top, right, bottom] = model.bounds;
    this.scale = Math.min((width - 2 * PAD) / (right - left), (height - 2 * PAD) / (bottom - top));
    this.left = width / 2 - ((left + right) / 2) * this.scale;
    this.top = height / 2 - ((top + bottom) / 2) * this.scale;
    this.still = document.createElement("canvas");
    this.still.width = this.canvas.width;
    this.still.height = this.canvas.height;
    this.#nodes(this.still.getContext("2d"), colours, lit, now);
    this.colours = colours;
    this.frame();
  }

  #nodes(context, colours, lit, now) {
    context.scale(this.ratio, this.ratio);
    const [w, h] = [Math.max(1.5, this.model.width * this.scale), Math.max(1.2, this.model.height * this.scale)];
    for (const [colour, nodes, by] of [
      [colours["--ink-3"], this.model.nodes, 0],
      [colours["--lamp-text"], lit, 1],
      [colours["--ink"], now ? [now] : [], 2],
    ]) {
      context.fillStyle = colour;
      for (const { x, y } of nodes) {
        context.fillRect(x * this.scale + this.left - w / 2 - by / 2, y * this.scale + this.top - h / 2 - by / 2, w + by, h + by);
      }
    }
  }

  /** Only the frame moves with the camera. */
  frame() {
    if (!this.still) return;
    const { context, ratio, camera } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.drawImage(this.still, 0, 0);
    context.scale(ratio, ratio);
    const [left, top, right, bottom] = camera.view;
    const box = [left * this.scale + this.left, top * this.scale + this.top, (right - left) * this.scale, (bottom - top) * this.scale];
    context.strokeStyle = this.colours["--focus"];
    context.lineWidth = 2;
    context.strokeRect(box[0], box[1], Math.max(6, box[2]), Math.max(6, box[3]));
  }

  #go(event) {
    const { left, top } = this.canvas.getBoundingClientRect();
    const x = (event.clientX - left - this.left) / this.scale;
    const y = (event.clientY - top - this.top) / this.scale;
    this.camera.go(x, y, this.camera.scale, { now: true });
  }
}
