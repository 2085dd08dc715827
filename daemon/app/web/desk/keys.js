// The keys. All but `?` go with Alt, so that nobody who types sets anything off; they are told apart by
// their place on the keyboard, because Alt makes other letters of them on some.

import { inOrder, waitsSince } from "./order.js";

/** @import { Store } from "./store.js" */
/** @import { Acts } from "./acts.js" */

/** @param {EventTarget | null} target */
const isField = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** @param {Store} store @param {Acts} act */
export function keys(store, act) {
  const focus = (/** @type {string} */ id) => requestAnimationFrame(() => document.getElementById(id)?.focus());

  function next() {
    const list = inOrder(store.desk);
    const waiting = list.find((talk) => waitsSince(talk) !== undefined && talk.chat.chat !== store.desk.open);
    const at = list.findIndex(({ chat }) => chat.chat === store.desk.open);
    const talk = waiting ?? list[(at + 1) % list.length];
    if (talk) act.open(talk.chat.chat, true);
  }

  /** @type {Record<string, () => void>} */
  const does = {
    KeyA: () => store.desk.offer && act.accept(),
    KeyR: () => store.desk.offer && act.panel("reject"),
    KeyB: () => act.status("available"),
    KeyN: next,
    KeyM: () => (act.tab("talk"), focus("writer")),
    KeyI: () => act.internal({ target: { checked: !store.ui.drafts[store.desk.open ?? ""]?.internal } }),
    KeyS: () => (act.tab("search"), focus("search-words")),
    KeyD: () => act.tab("details"),
    KeyX: () => act.panel("finish"),
    KeyW: () => act.wrapUp(),
  };

  return (/** @type {KeyboardEvent} */ event) => {
    if (store.desk.link === "signed_out" || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape" && store.ui.panel && store.ui.panel !== "help") act.panel(undefined);
    if (event.key === "?" && !isField(event.target)) act.help();
    if (!event.altKey || event.shiftKey) return;
    const nth = /^Digit([1-9])$/.exec(event.code)?.[1];
    const talk = nth && inOrder(store.desk)[Number(nth) - 1];
    if (talk) act.open(talk.chat.chat, true);
    does[event.code]?.();
    if (talk || does[event.code]) event.preventDefault();
  };
}
