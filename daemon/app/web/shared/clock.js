// deskd's clock as this page knows it. The two clocks need not agree: what deskd sends says what time
// it was there, and the least delayed of the last few samples is the best guess.

const SAMPLES_MAX = 8;

export class Clock {
  /** @param {() => number} local milliseconds that never jump */
  constructor(local = () => performance.timeOrigin + performance.now()) {
    this.local = local;
    /** @type {number[]} */
    this.offsets = [];
  }

  /** deskd said that it was this time there. Old news, such as what is told again, does no harm.
   * @param {number} at */
  sample(at) {
    this.offsets = [...this.offsets, at - this.local()].slice(-SAMPLES_MAX);
  }

  /** A deadline and what was left of it say what time it was there.
   * @param {{ deadline?: number, remaining_ms?: number } | undefined | null} timer */
  sampleTimer(timer) {
    if (timer?.deadline != null && timer.remaining_ms) this.sample(timer.deadline - timer.remaining_ms);
  }

  /** The connection is another one, maybe after a sleep: what was measured before says nothing. */
  forget() {
    this.offsets = [];
  }

  /** What time it is at deskd. */
  now() {
    return this.local() + (this.offsets.length ? Math.max(...this.offsets) : 0);
  }

  /** What is left until then; never less than nothing. @param {number | undefined} deadline */
  left(deadline) {
    return deadline === undefined ? 0 : Math.max(0, deadline - this.now());
  }
}
