// Which chat comes first: the one whose customer waits longest for an answer.

/** @import { Desk, Talk } from "./state.js" */

/** Since when the customer has waited for an answer; undefined where nobody waits.
 * @param {Talk} talk @returns {number | undefined} */
export function waitsSince({ chat, messages }) {
  if (chat.state !== "active") return undefined;
  let since;
  for (const message of messages) {
    if (message.visibility === "internal") continue;
    if (message.from === "customer") since ??= message.at;
    else if (message.from !== "system") since = undefined;
  }
  // Nobody has spoken: the customer waits for a greeting since the chat was accepted.
  const silent = !messages.some((message) => message.from === "customer" || message.from === "agent");
  return silent ? (chat.times.accepted ?? chat.times.initiated) : since;
}

/** Messages of others that the agent has not seen. @param {Talk} talk */
export const unread = ({ messages, seen }) =>
  messages.filter((message) => message.n > seen && message.from !== "agent" && message.from !== "system").length;

/** @param {Desk} desk @returns {Talk[]} */
export function inOrder(desk) {
  const rank = (/** @type {Talk} */ talk) => (waitsSince(talk) !== undefined ? 0 : talk.chat.state === "active" ? 1 : 2);
  const when = (/** @type {Talk} */ talk) => waitsSince(talk) ?? talk.chat.times.accepted ?? talk.chat.times.initiated;
  return Object.values(desk.talks).sort(
    (a, b) => rank(a) - rank(b) || when(a) - when(b) || (a.chat.chat < b.chat.chat ? -1 : 1),
  );
}

/** The agent's own open part of a chat. @param {Talk} talk @param {string} me */
export const myPart = ({ chat }, me) =>
  chat.segments.findLast((segment) => segment.agent === me && segment.state !== "wrapped_up");
