// Canned replies: which of them an agent means by what they typed behind a slash, and what is said.

/** @import { CannedReplyView, ChatView } from "../shared/views" */
/** @import { Desk } from "./state.js" */
/** @import { Ui } from "./page.js" */

/** Most that are shown at once: who sees no end of them types another letter. */
const SHOWN_MAX = 8;

/**
 * What is looked for: the word behind a slash that begins the text or stands after a space, where the
 * caret is.
 * @param {string} text @param {number} caret
 * @returns {{ from: number, to: number, words: string } | undefined}
 */
export function slashed(text, caret) {
  const before = text.slice(0, caret);
  const [whole, words] = /(?:^|\s)\/([^\s/]{0,32})$/.exec(before) ?? [];
  if (whole === undefined) return undefined;
  return { from: caret - words.length - 1, to: caret, words };
}

/**
 * The replies for a chat that these words find, the likeliest first: by what is typed for them, then
 * by what they are about, those in the customer's language before the others.
 * @param {CannedReplyView[]} replies @param {ChatView} chat @param {string} language @param {string} words
 */
export function found(replies, chat, language, words) {
  const wanted = words.toLowerCase();
  const base = (/** @type {string} */ tag) => tag.toLowerCase().split("-")[0];
  const spoken = base(chat.fields?.language ?? language);
  const rank = (/** @type {CannedReplyView} */ { short, title }) => {
    if (short.toLowerCase().startsWith(wanted)) return 0;
    return `${short} ${title}`.toLowerCase().includes(wanted) ? 1 : 2;
  };
  const strange = (/** @type {CannedReplyView} */ reply) =>
    reply.language === undefined ? 1 : base(reply.language) === spoken ? 0 : 2;
  return replies
    .filter((reply) => (!reply.queues?.length || reply.queues.includes(chat.queue)) && rank(reply) < 2)
    .sort((a, b) => rank(a) - rank(b) || strange(a) - strange(b) || (a.short < b.short ? -1 : 1))
    .slice(0, SHOWN_MAX);
}

/**
 * What is said: the text with its fields filled in. What is not known stays empty, so that nobody
 * sends a brace to a customer.
 * @param {string} text @param {Record<string, string | undefined>} fields
 */
export const filled = (text, fields) =>
  text.replace(/( ?)\{([\w.-]+)\}/g, (_, space, name) => (fields[name] ? space + fields[name] : ""));

/**
 * What a reply's fields stand for in a chat.
 * @param {ChatView} chat @param {string} agent @param {string} queue their names
 * @returns {Record<string, string | undefined>}
 */
export const fieldsOf = (chat, agent, queue) => ({
  "customer.name": chat.customer.name,
  "customer.email": chat.customer.email,
  "agent.name": agent,
  "queue.name": queue,
  "chat.id": chat.chat,
  ...Object.fromEntries(Object.entries(chat.fields ?? {}).map(([name, value]) => [`fields.${name}`, value])),
});

/** What is looked for in the chat that is open, and what fits; undefined where nothing is.
 * @param {Desk} desk @param {Ui} ui */
export function offered(desk, ui) {
  const talk = desk.open ? desk.talks[desk.open] : undefined;
  const draft = ui.drafts[desk.open ?? ""];
  if (!talk || !draft || ui.reply === undefined || desk.replies.length === 0) return undefined;
  const at = slashed(draft.text, ui.caret);
  return at && { at, chat: talk.chat, replies: found(desk.replies, talk.chat, ui.language, at.words) };
}
