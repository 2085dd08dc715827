// The one place that holds the page's state. Whoever changes it goes through here, so that what is
// kept over a reload is kept and what is shown is shown anew, once for all changes of a moment.

import { kept, tabStorage } from "../shared/kept.js";
import { freshUi } from "./page.js";
import { nothing, reduce } from "./state.js";

/** @import { Action, Desk } from "./state.js" */
/** @import { Ui } from "./page.js" */

const KEPT = /** @type {const} */ (["drafts", "notes", "words", "continued", "sound"]);

export class Store {
  constructor(storage = tabStorage()) {
    this.keptUi = kept(storage, "deskd.desk");
    this.keptUnsent = kept(storage, "deskd.unsent");
    this.keptSeen = kept(storage, "deskd.seen");
    /** @type {Desk} */
    this.desk = { ...nothing(), unsent: this.keptUnsent.get() ?? [] };
    /** @type {Ui} */
    this.ui = { ...freshUi(), ...this.keptUi.get() };
    /** @type {Record<string, number>} */
    this.seen = this.keptSeen.get() ?? {};
    /** @type {(before: Desk) => void} */
    this.changed = () => {};
  }

  /** Something happened. @param {Action} action */
  tell(action) {
    const before = this.desk;
    this.desk = this.withSeen(reduce(before, action));
    if (this.desk.unsent !== before.unsent) this.keptUnsent.set(this.desk.unsent);
    if (action.type === "seen") this.keepSeen();
    this.forgetGone(before);
    this.changed(before);
  }

  /** This page's own part changed. @param {Partial<Ui>} part */
  set(part) {
    this.ui = { ...this.ui, ...part };
    if (KEPT.some((name) => name in part)) {
      this.keptUi.set(Object.fromEntries(KEPT.map((name) => [name, this.ui[name]])));
    }
    this.changed(this.desk);
  }

  /** Chats that come again after a reload were seen as far as before. @param {Desk} desk */
  withSeen(desk) {
    const known = Object.entries(desk.talks).filter(([id, { seen }]) => seen < (this.seen[id] ?? 0));
    if (known.length === 0) return desk;
    const talks = known.map(([id, talk]) => [id, { ...talk, seen: this.seen[id] }]);
    return { ...desk, talks: { ...desk.talks, ...Object.fromEntries(talks) } };
  }

  keepSeen() {
    this.seen = Object.fromEntries(Object.entries(this.desk.talks).map(([id, { seen }]) => [id, seen]));
    this.keptSeen.set(this.seen);
  }

  /** What was drafted for a chat that is done goes with it. @param {Desk} before */
  forgetGone(before) {
    const gone = Object.keys(before.talks).filter((id) => !(id in this.desk.talks));
    if (gone.length === 0 || this.desk.me !== before.me) return;
    const left = (/** @type {Record<string, any>} */ all) =>
      Object.fromEntries(Object.entries(all).filter(([id]) => !gone.includes(id)));
    const { drafts, notes, words, continued } = this.ui;
    this.set({ drafts: left(drafts), notes: left(notes), words: left(words), continued: left(continued) });
  }
}
