// An answer may be on its way while something newer is told, and would put the old back in its place for
// good. So it is known of each question what was told since it was asked; what was overtaken is looked at
// once more.

/** @import { NoticeLine } from "../shared/views" */

export class Overtaken {
  /** What was told since each question that has no answer yet: the chats, and whatever is of none.
   * @type {Set<Set<string | undefined>>} */
  open = new Set();

  /** Something is told. @param {NoticeLine} line */
  hear({ notices }) {
    for (const { notice, with: told } of notices) {
      // Who types changes nothing that is asked for.
      if (notice !== "typing") for (const since of this.open) since.add(told.chat);
    }
  }

  /**
   * Waits for an answer, and tells whether it may be older than what is known by now: of this chat, or at all
   * where it is of none.
   * @template T @param {Promise<T>} answer @param {(answer: T) => string | undefined} chat
   * @returns {Promise<{ reply: T, overtaken: boolean }>}
   */
  async wait(answer, chat) {
    /** @type {Set<string | undefined>} */
    const since = new Set();
    this.open.add(since);
    try {
      const reply = await answer;
      const of = chat(reply);
      return { reply, overtaken: of === undefined ? since.size > 0 : since.has(of) };
    } finally {
      this.open.delete(since);
    }
  }
}
