// Durations and moments as people read them, in the viewer's zone.

/** `0:07`, `12:30`, `1:02:03`. @param {number} ms */
export function clock(ms) {
  const all = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** Seconds that are left, the last one being 1: it is over at 0. @param {number} ms */
export const secondsLeft = (ms) => Math.ceil(Math.max(0, ms) / 1000);

/** The time of day, with the day where it is another one.
 * @param {number} at @param {number} [now] @param {string} [language] */
export function moment(at, now = Date.now(), language) {
  const then = new Date(at);
  const time = then.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
  if (then.toDateString() === new Date(now).toDateString()) return time;
  return `${then.toLocaleDateString(language, { day: "numeric", month: "short" })}, ${time}`;
}
