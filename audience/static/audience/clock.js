/**
 * The server's time on a device whose own clock may be wrong by hours.
 *
 * Each sample is a server time and the round trip that brought it. The sample with the shortest trip is the
 * most exact, so it wins, until a newer one contradicts it: then the device's clock was changed or it slept.
 */
export class Clock {
  #samples = [];

  /**
   * @param {string} serverTime ISO time that the server wrote into its answer
   * @param {number|null} sentAt Date.now() when the question left; null for a frame that nobody asked for
   */
  sync(serverTime, sentAt = null) {
    const server = Date.parse(serverTime);
    if (Number.isNaN(server)) return;
    const here = Date.now();
    const trip = sentAt === null ? 2000 : here - sentAt;
    const offset = server + (sentAt === null ? 0 : trip / 2) - here;
    if (Math.abs(offset - this.offset) > trip + this.#trip() + 500) this.#samples = [];
    this.#samples = [...this.#samples, { offset, trip }].slice(-6);
  }

  /** Server time minus device time, in ms; 0 before the first sample. */
  get offset() {
    return this.#best()?.offset ?? 0;
  }

  /** The server's Date.now(). */
  now() {
    return Date.now() + this.offset;
  }

  /** Seconds until an ISO time; negative once it has passed. */
  until(iso) {
    return (Date.parse(iso) - this.now()) / 1000;
  }

  #best() {
    return this.#samples.reduce((best, one) => (best && best.trip < one.trip ? best : one), null);
  }

  #trip() {
    return this.#best()?.trip ?? 0;
  }
}
