/**
 * A scene on a projector: set in columns as wide as the stage, shown one at a time. A scene that almost fits is
 * set a little smaller; a longer one turns its pages by itself, at reading pace, or by the arrow keys.
 */
const SIZES = [1, 0.92, 0.84];
const CHARACTERS_PER_SECOND = 14;
const IDEOGRAPHS_PER_SECOND = 4.5;
const LEAST_MS = 6000;

export class Pages {
  page = 0;
  total = 1;
  #timer = null;

  /** @param {{onTurn: () => void, onRead: () => void}} listeners onRead once the last page has had its time */
  constructor(frame, article, listeners) {
    this.frame = frame;
    this.article = article;
    this.listeners = listeners;
    new ResizeObserver(() => this.fit()).observe(frame);
  }

  /** Begin a new scene at its first page. */
  begin() {
    this.read = false;
    this.fit();
    this.turn(0);
  }

  /** Choose the largest size at which the scene needs one page; if none does, the first size and more pages. */
  fit() {
    if (!this.frame.clientHeight) return;
    const counts = SIZES.map((size) => this.#measure(size));
    const best = counts.indexOf(1);
    if (best < 0) this.#measure(SIZES[0]);
    else this.#measure(SIZES[best]);
    this.total = best < 0 ? counts[0] : 1;
    this.#show(Math.min(this.page, this.total - 1));
  }

  turn(page) {
    this.#show(Math.max(0, Math.min(page, this.total - 1)));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#onward(), this.#dwell());
  }

  #onward() {
    if (this.page + 1 < this.total) return this.turn(this.page + 1);
    this.read = true;
    this.listeners.onRead();
  }

  #show(page) {
    this.page = page;
    this.article.style.transform = `translateX(${-page * this.#step()}px)`;
    this.listeners.onTurn();
  }

  #measure(size) {
    this.article.style.fontSize = `${size * 2}rem`;
    this.article.style.columnWidth = `${this.frame.clientWidth}px`;
    return Math.max(1, Math.round((this.article.scrollWidth + this.#gap()) / this.#step()));
  }

  #step() {
    return this.frame.clientWidth + this.#gap();
  }

  #gap() {
    return parseFloat(getComputedStyle(this.article).columnGap) || 0;
  }

  /** How long an audience needs for the page that is on: an even share of the whole scene. */
  #dwell() {
    const text = this.article.textContent;
    const ideographs = (text.match(/[\u3400-\u9fff]/g) ?? []).length;
    const seconds = ideographs / IDEOGRAPHS_PER_SECOND + (text.length - ideographs) / CHARACTERS_PER_SECOND;
    return Math.max(LEAST_MS, (1000 * seconds) / this.total);
  }
}
