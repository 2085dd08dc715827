// What the customer's page knows of their chat, and how it changes by what deskd tells. Pure, as the
// desk's.

/** @import { Sender, UnixMs } from "../shared/views" */

/** @typedef {{ n: number, at: UnixMs, from: Sender, name?: string, text?: string }} Message */
/** @typedef {{ id: string, text: string, failed?: boolean }} Unsent */
/** @typedef {{ why?: string, message?: string, opens?: UnixMs, form: boolean }} Away */
/** @typedef {{ position: number, expected_wait_secs?: number }} Place */

/**
 * @typedef {object} Chat
 * @property {"loading" | "form" | "open" | "away" | "left"} shows a form to begin with, the chat, that
 *   nobody takes it, or that a form was left
 * @property {"waiting" | "offered" | "active" | "ended"} state
 * @property {Message[]} messages
 * @property {Unsent[]} unsent
 * @property {Place} [place]
 * @property {string} [agent] the name of who talks
 * @property {{ until: UnixMs, name?: string }} [typing]
 * @property {{ how: string, at: UnixMs, form?: string }} [ended]
 * @property {Away} [away]
 * @property {boolean} lost the connection
 * @property {number} seen
 */

/** @returns {Chat} */
export const nothing = () => ({
  shows: "loading",
  state: "waiting",
  messages: [],
  unsent: [],
  lost: false,
  seen: 0,
});

/** @type {Record<string, (chat: Chat, told: any) => Chat>} */
const happenings = {
  begin: (chat) => ({ ...nothing(), shows: "form", away: chat.away }),
  opened: () => ({ ...nothing(), shows: "open" }),
  away: (chat, { away }) => ({ ...chat, shows: "away", away }),
  left: (chat) => ({ ...chat, shows: "left" }),
  lost: (chat, { lost }) => (chat.lost === lost ? chat : { ...chat, lost }),
  seen: (chat) => ({ ...chat, seen: chat.messages.at(-1)?.n ?? 0 }),
  unsent: (chat, { message }) => ({
    ...chat,
    unsent: [...chat.unsent.filter(({ id }) => id !== message.id), message],
  }),
  // What was sent comes back as a message with its number: the one takes the other's place.
  sent: (chat, { id, n, at }) => {
    const message = chat.unsent.find((one) => one.id === id);
    const unsent = chat.unsent.filter((one) => one.id !== id);
    return message ? withMessage({ ...chat, unsent }, { n, at, from: "customer", text: message.text }) : chat;
  },

  // From here on, the stream's own events.
  resync: (chat) => ({ ...chat, messages: [], ended: undefined, place: undefined }),
  message: (chat, message) => withMessage(withoutSent(chat, message), message),
  state: (chat, { state, agent }) => ({
    ...chat,
    state,
    agent: agent ?? (state === "waiting" ? undefined : chat.agent),
    place: state === "waiting" ? chat.place : undefined,
  }),
  place: (chat, place) => ({ ...chat, place }),
  typing: (chat, typing) => ({ ...chat, typing }),
  end: (chat, ended) => ({ ...chat, state: "ended", ended, place: undefined, typing: undefined }),
};

/** @param {Chat} chat @param {string} type @param {any} [told] */
export const reduce = (chat, type, told = {}) => happenings[type]?.(chat, told) ?? chat;

/** The stream may tell of a message before its sender hears that it was taken.
 * @param {Chat} chat @param {Message} message @returns {Chat} */
function withoutSent(chat, { n, from, text }) {
  if (from !== "customer" || chat.messages.some((message) => message.n === n)) return chat;
  const at = chat.unsent.findIndex((message) => message.text === text);
  return at < 0 ? chat : { ...chat, unsent: chat.unsent.filter((_, index) => index !== at) };
}

/** @param {Chat} chat @param {Message} message @returns {Chat} */
function withMessage(chat, message) {
  const by = new Map(chat.messages.map((one) => [one.n, one]));
  by.set(message.n, message);
  const messages = [...by.values()].sort((a, b) => a.n - b.n);
  const typing = message.from === "customer" ? chat.typing : undefined;
  return { ...chat, messages, typing };
}

/** Messages that the customer has not seen. @param {Chat} chat */
export const unread = ({ messages, seen }) =>
  messages.filter((message) => message.n > seen && message.from !== "customer").length;

/** An expected wait as people say it: minutes, rounded up. @param {number | undefined} secs */
export const minutes = (secs) => (secs === undefined ? undefined : Math.max(1, Math.ceil(secs / 60)));
