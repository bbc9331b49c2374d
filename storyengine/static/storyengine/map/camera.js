/* Where one looks: a centre in the drawing and a scale. Moves are eased unless the person asked for less motion. */

const LEAST = 0.01;
const MOST = 2.5;
const QUICK_MS = 320;

export class Camera {
  /** `onChange` is called after every change of the view. */
  constructor(onChange) {
    this.x = 0;
    this.y = 0;
    this.scale = 1;
    this.width = 1;
    this.height = 1;
    this.onChange = onChange;
    this.flight = null;
    this.least = LEAST;
  }

  resize(width, height) {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    this.onChange();
  }

  toScreen(x, y) {
    return [(x - this.x) * this.scale + this.width / 2, (y - this.y) * this.scale + this.height / 2];
  }

  toDrawing(x, y) {
    return [(x - this.width / 2) / this.scale + this.x, (y - this.height / 2) / this.scale + this.y];
  }

  /** The part of the drawing that can be seen: [left, top, right, bottom]. */
  get view() {
    return [...this.toDrawing(0, 0), ...this.toDrawing(this.width, this.height)];
  }

  /** By pixels of the screen. */
  pan(dx, dy) {
    this.flight = null;
    this.x -= dx / this.scale;
    this.y -= dy / this.scale;
    this.onChange();
  }

  /** Scale by a factor around a point of the screen, which stays under the finger. */
  zoom(factor, sx = this.width / 2, sy = this.height / 2) {
    this.flight = null;
    const [x, y] = this.toDrawing(sx, sy);
    this.scale = Math.min(MOST, Math.max(this.least, this.scale * factor));
    this.x = x - (sx - this.width / 2) / this.scale;
    this.y = y - (sy - this.height / 2) / this.scale;
    this.onChange();
  }

  scaleFor([left, top, right, bottom], margin = 48) {
    const across = Math.max(1, this.width - 2 * margin) / Math.max(1, right - left);
    const down = Math.max(1, this.height - 2 * margin) / Math.max(1, bottom - top);
    return Math.min(1, across, down);
  }

  fit(bounds, { now = false } = {}) {
    this.least = Math.min(LEAST * 4, this.scaleFor(bounds) * 0.7);
    this.go((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2, this.scaleFor(bounds), { now });
  }

  go(x, y, scale = this.scale, { now = false } = {}) {
    const still = now || matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (still) {
      Object.assign(this, { x, y, scale, flight: null });
      this.onChange();
      return;
    }
    const from = { x: this.x, y: this.y, scale: this.scale };
    const flight = { began: performance.now() };
    this.flight = flight;
    const step = (time) => {
      if (this.flight !== flight) return;
      const part = Math.min(1, Math.max(0, (time - flight.began) / QUICK_MS));
      const eased = 1 - (1 - part) ** 3;
      this.x = from.x + (x - from.x) * eased;
      this.y = from.y + (y - from.y) * eased;
      this.scale = from.scale * (scale / from.scale) ** eased;
      if (part === 1) this.flight = null;
      this.onChange();
      if (part < 1) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  /** Move only as far as needed for a point to be well inside the view. */
  show(x, y, { inset = [0, 0, 0, 0] } = {}) {
    const [sx, sy] = this.toScreen(x, y);
    const [top, right, bottom, left] = inset;
    const roomX = Math.min(140, (this.width - left - right) / 3);
    const roomY = Math.min(90, (this.height - top - bottom) / 3);
    const moveX = Math.min(0, this.width - right - roomX - sx) + Math.max(0, left + roomX - sx);
    const moveY = Math.min(0, this.height - bottom - roomY - sy) + Math.max(0, top + roomY - sy);
    if (moveX || moveY) this.go(this.x - moveX / this.scale, this.y - moveY / this.scale);
  }
}
