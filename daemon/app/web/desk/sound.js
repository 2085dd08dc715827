// Sounds. A ring is given to the sound hardware whole, up to the deadline, so that it goes on in time in
// a tab whose timers the browser slows down.

const EVERY_S = 2;
const LONGEST_S = 600;

export class Sound {
  constructor() {
    /** @type {AudioContext | undefined} */
    this.context = undefined;
    /** @type {OscillatorNode[]} */
    this.ringing = [];
  }

  /** Browsers let a page sound once somebody has touched it: to be called at every touch. */
  wake() {
    if (!("AudioContext" in globalThis) || navigator.userActivation?.hasBeenActive === false) return;
    this.context ??= new AudioContext();
    if (this.context.state === "suspended") void this.context.resume();
  }

  /** @param {number} ms for how long, unless it is stopped before */
  ring(ms) {
    this.stop();
    this.wake();
    const { context } = this;
    if (!context) return;
    const seconds = Math.min(ms / 1000, LONGEST_S);
    for (let at = 0; at < seconds; at += EVERY_S) {
      this.ringing.push(this.tone(context, 880, at, 0.18), this.tone(context, 1175, at + 0.2, 0.22));
    }
  }

  stop() {
    this.ringing.forEach((tone) => tone.disconnect());
    this.ringing = [];
  }

  /** A message came. */
  blip() {
    this.wake();
    if (this.context) this.tone(this.context, 660, 0, 0.12);
  }

  /** @param {AudioContext} context @param {number} pitch @param {number} at @param {number} seconds */
  tone(context, pitch, at, seconds) {
    const [tone, volume] = [context.createOscillator(), context.createGain()];
    const start = context.currentTime + at;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.2, start + 0.02);
    volume.gain.linearRampToValueAtTime(0, start + seconds);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + seconds);
    return tone;
  }
}
