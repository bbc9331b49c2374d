/* The map's page: reads the graph, draws it, and keeps everything around it in step.
 *
 * Hooks: [data-map] with data-graph, data-panel ("…/KEY/…") and, in a performance, data-state; inside it canvas
 * [data-canvas], [data-minimap], [data-side], [data-search], [data-results], [data-say], [data-do="…"] buttons.
 */

import { say } from "../../audience/words.js";
import { Camera } from "./camera.js";
import { DrawnPath } from "./drawn.js";
import { Folds } from "./folds.js";
import { Gestures } from "./gestures.js";
import { isEnd } from "./glyphs.js";
import { Live } from "./live.js";
import { watchMenus } from "./menus.js";
import { Minimap } from "./minimap.js";
import { MapModel } from "./model.js";
import { Painter } from "./paint.js";
import { PathBar } from "./pathbar.js";
import { Search } from "./search.js";
import { SidePanel } from "./side.js";

const READABLE = 0.85;
const REST_MS = 400;
const SLOW_MS = 40; // what takes longer says that it is being drawn
const OVERVIEW_FROM = 0.34; // a story that fits at this scale or more is shown whole at first

class MapPage {
  constructor(root) {
    this.root = root;
    this.canvas = root.querySelector("[data-canvas]");
    this.camera = new Camera(() => this.refresh());
    this.painter = new Painter(this.canvas, this.camera);
    this.minimap = new Minimap(root.querySelector("[data-minimap]"), this.camera);
    this.drawn = new DrawnPath();
    this.scene = { look: (node) => this.look(node), path: [], drawn: [], lit: new Set(), now: null, selected: null, hovered: null, focused: null };
    this.folds = new Folds(root, (name) => this.fold(name));
    this.live = root.dataset.state ? new Live(root.dataset.state, (state) => this.onState(state), (on) => this.onLine(on)) : null;
    this.side = new SidePanel(root, { close: () => this.select(null), go: (key) => this.goTo(this.model.byKey.get(key)) });
    this.search = new Search(root, { find: (words) => this.model?.find(words) ?? [], take: (...hit) => this.goToHit(...hit), name: (node) => this.nameOf(node) });
    this.pathBar = new PathBar(root, this.drawn, { changed: () => this.drawnChanged() });
    new Gestures(this.canvas, this.camera, { tap: (x, y) => this.tap(x, y), hover: (point) => this.hover(point), key: (event) => this.key(event) });
    root.addEventListener("click", (event) => this.onClick(event));
    watchMenus(root);
    document.addEventListener("keydown", (event) => this.onShortcut(event));
    new ResizeObserver(() => this.resize()).observe(this.canvas.parentElement);
    this.watchLights();
  }

  async open() {
    const [data, state] = await Promise.all([this.read(), this.live?.first()]);
    this.take(data);
    this.drawn.restore(history.state?.drawn ?? [], this.model);
    this.drawnChanged();
    if (state) this.onState(state);
    this.resize();
    this.firstView();
    this.live?.begin();
    requestAnimationFrame(() => {
      performance.mark("map-first-picture");
      this.root.dataset.ready = "";
    });
  }

  async read() {
    const { query } = this.folds;
    const answer = await fetch(this.root.dataset.graph + (query && `?${query}`), { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer.json();
  }

  take(data) {
    const selected = this.scene.selected?.id;
    this.model = new MapModel(data);
    this.painter.setModel(this.model);
    this.folds.follow(this.model);
    this.drawn.follow(this.model);
    this.scene.selected = this.model.byId.get(selected) ?? null;
    this.scene.hovered = null;
    this.states();
    this.refresh();
  }

  /** Read the graph again; what one looks at stays where it is on the screen. False where it failed or was outrun. */
  async again() {
    const asked = (this.asked = (this.asked ?? 0) + 1);
    const [busy, failed] = ["busy", "stale"].map((name) => this.root.querySelector(`[data-${name}]`));
    busy.hidden = failed.hidden = true;
    const slow = setTimeout(() => (busy.hidden = false), SLOW_MS);
    const data = await this.read().catch(() => null);
    clearTimeout(slow);
    if (asked !== this.asked) return false;
    busy.hidden = true;
    failed.hidden = !!data;
    if (!data) {
      this.folds.follow(this.model);
      return false;
    }
    const anchor = this.scene.selected ?? this.scene.now;
    this.take(data);
    const same = anchor && this.model.byId.get(anchor.id);
    if (same && (same.x !== anchor.x || same.y !== anchor.y)) {
      this.camera.x += same.x - anchor.x;
      this.camera.y += same.y - anchor.y;
    }
    this.refresh();
    return true;
  }

  // ------------------------------------------------------------------ what is seen

  resize() {
    this.painter.resize();
    if (this.model) this.drawMinimap();
  }

  refresh() {
    if (this.due) return;
    this.due = requestAnimationFrame(() => {
      this.due = 0;
      this.painter.paint(this.scene);
      this.minimap.frame();
    });
  }

  drawMinimap() {
    this.minimap.draw(this.model, this.painter.colours, this.scene.path, this.scene.now);
  }

  firstView() {
    const wanted = this.model.byKey.get(decodeURIComponent(location.hash.slice(1)));
    const here = wanted ?? this.scene.now;
    if (wanted) this.select(wanted);
    if (here) this.camera.fit(this.model.bounds, { now: true });
    if (here) this.camera.go(here.x, here.y, READABLE, { now: true });
    else this.overview({ now: true });
  }

  /** The whole story where that can be read, else its beginning. */
  overview(how) {
    const fits = this.camera.scaleFor(this.model.bounds);
    const { start } = this.model;
    this.camera.fit(this.model.bounds, how);
    if (fits < OVERVIEW_FROM && start) {
      this.camera.go(start.x + this.camera.width / 2 / READABLE - this.model.width, start.y, READABLE, how);
    }
  }

  watchLights() {
    const change = () => {
      this.painter.readTheme();
      if (this.model) this.drawMinimap();
      this.refresh();
    };
    new MutationObserver(change).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener?.("change", change);
  }

  look(node) {
    return this.looks?.get(node) ?? node.state;
  }

  /** What the performance adds: the state of every open end, what was released, the path. */
  states() {
    this.looks = new Map();
    const { path = [], ends = {}, at = null } = this.state ?? {};
    for (const [choice, { state }] of Object.entries(ends)) {
      const node = this.model.byId.get(`e${choice}`);
      if (node) this.looks.set(node, state);
    }
    if (this.state) for (const node of this.model.nodes) if (node.state === "played") this.looks.set(node, "authored");
    for (const pk of path) this.setLook(pk, "released");
    this.scene.path = path.map((pk) => this.model.byId.get(`s${pk}`)).filter(Boolean);
    this.scene.lit = new Set(this.scene.path);
    this.scene.now = this.model.byId.get(`s${at}`) ?? null;
    this.scene.drawn = this.drawn.along(this.model);
    this.notes();
    this.drawMinimap();
    this.pathBar.show();
    this.picture();
  }

  /** The SVG is asked for as the page shows it: folded, with the path that was drawn. */
  picture() {
    const link = this.root.querySelector("[data-picture]");
    const path = this.drawn.nodes.length ? `path=${this.drawn.numbers.join(",")}` : "";
    link.href = `${link.dataset.picture}?${[this.folds.query, path].filter(Boolean).join("&")}`;
  }

  setLook(pk, look) {
    const node = this.model.byId.get(`s${pk}`);
    if (node && !node.scenes) this.looks.set(node, look);
  }

  /** The small line of a card: a folded chapter's numbers, an open end's state in words. */
  notes() {
    for (const node of this.model.nodes) {
      if (node.scenes) {
        node.note = say(node.open ? "folded.open" : "folded", { n: node.scenes.length, open: node.open });
      } else if (isEnd(node)) {
        const look = this.look(node); // an open end's ring and dashes say enough
        node.note = node.heading ? `→ ${node.heading}` : look === "open" ? "" : say(`state.${look}`);
      }
    }
    this.painter.lettering.forget();
  }

  onState(state) {
    const [before, old] = [this.state, this.scene.now];
    this.state = state;
    if (!this.model) return;
    if (before && before.mark !== state.mark) {
      this.again().then((done) => {
        if (done) return this.followShow(old);
        this.state = before;
        this.live.forget();
      });
      return;
    }
    this.states();
    this.refresh();
    this.followShow(old);
  }

  /** The camera goes along with the performance while nobody looks at something else. */
  followShow(old) {
    const { now, selected } = this.scene;
    if (!now || now === old || !old) return;
    this.tell(say("live.scene", { title: now.title }));
    const follow = this.root.querySelector("[data-follow]");
    if (follow?.checked) this.camera.go(now.x, now.y, Math.max(this.camera.scale, 0.6));
    if (selected && selected.key) this.side.open(selected.key);
  }

  onLine(on) {
    const note = this.root.querySelector("[data-line]");
    if (note) note.hidden = on;
  }

  // ------------------------------------------------------------------ what is chosen

  /** A hit in the list: many scenes are called alike, so where it stands belongs to it. */
  nameOf(node) {
    const about = node.key && (node.note ?? node.heading);
    return [node.folded ? node.title : this.describe(node), about, this.model.chapters[node.chapter]].filter(Boolean).join(" – ");
  }

  describe(node) {
    const parts = [node.title, say(`state.${this.look(node)}`)];
    if (node.start) parts.push(say("is.start"));
    if (node.ending) parts.push(say("is.ending"));
    if (node.flag) parts.push(say(`flag.${node.flag}`));
    if (node.walks !== undefined) parts.push(say("walks", { n: node.walks }));
    if (!isEnd(node)) parts.push(say("ways", { n: this.model.follow(node).length }));
    return parts.filter(Boolean).join(", ");
  }

  tell(text) {
    this.root.querySelector("[data-say]").textContent = text;
  }

  tap(x, y) {
    const node = this.model?.at(...this.camera.toDrawing(x, y)) ?? null;
    if (node?.scenes) this.folds.toggle(node.title, false);
    else if (this.drawn.on && node) this.drawStep(node);
    else this.select(node);
  }

  drawStep(node) {
    if (!this.drawn.add(node, this.model)) this.tell(say("path.no_way"));
    this.drawnChanged();
  }

  drawnChanged() {
    this.scene.drawn = this.drawn.along(this.model);
    history.replaceState({ drawn: this.drawn.numbers }, ""); // for whoever comes back from the script's page
    this.pathBar.show();
    this.picture();
    this.refresh();
  }

  hover(point) {
    const node = point && this.model ? this.model.at(...this.camera.toDrawing(...point)) : null;
    if (node === this.scene.hovered) return;
    this.scene.hovered = node;
    this.canvas.dataset.over = node ? "node" : "";
    this.refresh();
  }

  select(node) {
    this.scene.selected = node;
    this.refresh();
    if (!node) {
      this.side.shut();
      return;
    }
    this.tell(this.describe(node));
    const from = isEnd(node) ? this.model.byId.get(node.from) : node;
    if (from?.key) {
      this.side.open(from.key, isEnd(node) ? node.id.slice(1) : "");
      this.address(from.key);
    }
  }

  /** The scene in the address, once one rests: Chromium takes tens of milliseconds over it, which walking would feel. */
  address(key) {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => history.replaceState(history.state, "", `#${encodeURIComponent(key)}`), REST_MS);
  }

  async goToHit(node, n, of) {
    await this.goTo(node);
    this.tell(say("search.at", { n, of, title: this.nameOf(node) }));
  }

  async goTo(node) {
    if (node?.folded) {
      if (!(await this.folds.toggle(node.folded.title, false))) return;
      node = this.model.byKey.get(node.key);
    }
    if (!node) return;
    if (!node.scenes) this.select(node);
    const scale = Math.max(this.camera.scale, READABLE);
    const right = this.side.isBeside ? this.side.width : 0;
    const below = this.side.isBelow ? this.side.most : 0;
    this.camera.go(node.x + right / 2 / scale, node.y + below / 2 / scale, scale);
  }

  /** Arrows walk along the story: right follows, left goes back, up and down go to the neighbour. */
  key(event) {
    const here = this.scene.selected;
    if (event.key === "Escape" && here) return this.select(null), true;
    if (event.key === "Home") return this.goTo(this.model.start), true;
    if (event.key === "0") return this.camera.fit(this.model.bounds), true;
    if (event.key === "Enter" && !here) return this.select(this.model.at(this.camera.x, this.camera.y) ?? this.model.start), true;
    if (event.key === "Enter" && here && this.drawn.on) return this.drawStep(here), true;
    if (event.key === "Enter" && here) return this.side.focus(), true;
    const next = here && { ArrowRight: () => this.model.follow(here)[0], ArrowLeft: () => this.model.lead(here)[0], ArrowUp: () => this.model.beside(here, -1), ArrowDown: () => this.model.beside(here, 1) }[event.key]?.();
    if (!next) return false;
    this.select(next);
    this.camera.show(next.x, next.y, { inset: [0, this.side.isBeside ? this.side.width : 0, 0, 0] });
    return true;
  }

  onShortcut(event) {
    if (event.target.closest("input, textarea, select, [contenteditable]") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      event.preventDefault();
      this.search.focus();
    }
  }

  // ------------------------------------------------------------------ buttons

  onClick(event) {
    const action = event.target.closest("[data-do]")?.dataset.do;
    const acts = {
      in: () => this.camera.zoom(1.4),
      out: () => this.camera.zoom(1 / 1.4),
      whole: () => this.camera.fit(this.model.bounds),
      start: () => this.goTo(this.model.start),
      now: () => this.goTo(this.scene.now),
      full: () => this.fullScreen(),
      "fold-all": () => this.folds.all(true, this.model),
      "unfold-all": () => this.folds.all(false, this.model),
    };
    if (this.model) acts[action]?.();
  }

  fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.root.requestFullscreen?.();
  }

  /** One chapter, or all (null), was folded or unfolded: the picture follows. False where it could not. */
  async fold(name) {
    if (!(await this.again())) return false;
    const node = this.model.nodes.find((other) => this.model.chapters[other.chapter] === name);
    if (name === null) this.overview();
    else if (node && !this.scene.selected) this.camera.go(node.x, node.y);
    return true;
  }
}

const root = document.querySelector("[data-map]");
if (root) {
  const page = new MapPage(root);
  root.mapPage = page; // for whoever measures or tests it
  page.open().catch((error) => {
    root.dataset.failed = "";
    root.querySelector("[data-failed-note]").hidden = false;
    throw error;
  });
}
