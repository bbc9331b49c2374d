/* Fingers, mouse, wheel and keys on the map, as moves of the camera and as what the person points at. */

const TAP_PX = 6;
const PAN_PX = 90;

export class Gestures {
  #pointers = new Map();
  #moved = 0;
  #spread = 0;

  /** `on` is told: tap(x, y), hover(x, y), key(event) -> true where it was used. */
  constructor(canvas, camera, on) {
    this.canvas = canvas;
    this.camera = camera;
    this.on = on;
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (event) => this.#up(event));
    canvas.addEventListener("pointerleave", () => on.hover(null));
    canvas.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    canvas.addEventListener("keydown", (event) => this.#key(event));
  }

  #point(event) {
    const { left, top } = this.canvas.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  #down(event) {
    if (event.button > 0) return;
    try {
      this.canvas.setPointerCapture(event.pointerId);
    } catch {
      // a pointer that is gone already
    }
    this.#pointers.set(event.pointerId, this.#point(event));
    this.#moved = this.#pointers.size > 1 ? TAP_PX + 1 : 0;
    this.#spread = this.#distance();
    this.canvas.dataset.grabbed = "";
  }

  #distance() {
    const [a, b] = [...this.#pointers.values()];
    return b ? Math.hypot(a[0] - b[0], a[1] - b[1]) : 0;
  }

  #move(event) {
    const last = this.#pointers.get(event.pointerId);
    const point = this.#point(event);
    if (!last) {
      if (event.pointerType === "mouse") this.on.hover(point);
      return;
    }
    this.#pointers.set(event.pointerId, point);
    const [dx, dy] = [point[0] - last[0], point[1] - last[1]];
    this.#moved += Math.abs(dx) + Math.abs(dy);
    if (this.#moved <= TAP_PX) return;
    const fingers = this.#pointers.size;
    this.camera.pan(dx / fingers, dy / fingers);
    const spread = this.#distance();
    if (fingers === 2 && this.#spread) {
      const [a, b] = [...this.#pointers.values()];
      this.camera.zoom(spread / this.#spread, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
    }
    this.#spread = spread;
  }

  #up(event) {
    if (!this.#pointers.delete(event.pointerId)) return;
    this.#spread = this.#distance();
    if (this.#pointers.size) return;
    delete this.canvas.dataset.grabbed;
    if (event.type === "pointerup" && this.#moved <= TAP_PX) this.on.tap(...this.#point(event));
  }

  /** The wheel zooms around the pointer; with Shift, or sideways, it pans. A pinch on a touchpad comes with Ctrl. */
  #wheel(event) {
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? this.camera.height : 1;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    if (event.shiftKey || Math.abs(dx) > Math.abs(dy)) this.camera.pan(-(dx || dy), event.shiftKey ? 0 : -dy);
    else this.camera.zoom(Math.exp(-dy * (event.ctrlKey ? 0.01 : 0.0016)), ...this.#point(event));
  }

  #key(event) {
    if (event.altKey || event.metaKey || event.ctrlKey) return;
    const pans = { ArrowLeft: [PAN_PX, 0], ArrowRight: [-PAN_PX, 0], ArrowUp: [0, PAN_PX], ArrowDown: [0, -PAN_PX] };
    let used = !event.shiftKey && this.on.key(event);
    if (!used && pans[event.key]) {
      this.camera.pan(...pans[event.key]);
      used = true;
    } else if (!used && ["+", "="].includes(event.key)) {
      this.camera.zoom(1.25);
      used = true;
    } else if (!used && ["-", "_"].includes(event.key)) {
      this.camera.zoom(0.8);
      used = true;
    }
    if (used) event.preventDefault();
  }
}
