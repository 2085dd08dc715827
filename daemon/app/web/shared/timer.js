// Pauses that end in time in a hidden tab as well, whose own timers a browser lets come once a minute. A
// worker's timers are not slowed down; where there is none, the page's own must do.

/** @type {Map<number, { act: () => void, ms: number }>} */
const waiting = new Map();
let next = 1;
let worker = made();

/** It is made with the page: later there may be no deskd to load it from. */
function made() {
  if (typeof Worker === "undefined") return undefined;
  const made = new Worker(new URL("timer.worker.js", import.meta.url));
  made.onmessage = ({ data }) => over(data);
  made.onerror = () => {
    worker = undefined;
    for (const [id, { ms }] of waiting) setTimeout(over, ms, id);
  };
  return made;
}

/** @param {number} id */
function over(id) {
  const { act } = waiting.get(id) ?? {};
  waiting.delete(id);
  act?.();
}

/** Does something after a pause. @param {() => void} act @param {number} ms */
export function later(act, ms) {
  const id = next++;
  waiting.set(id, { act, ms });
  if (worker) worker.postMessage({ id, ms });
  else setTimeout(over, ms, id);
}

/** @param {number} ms @returns {Promise<void>} */
export const pause = (ms) => new Promise((resolve) => later(resolve, ms));
