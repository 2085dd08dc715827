// What is to be looked at after a notice that says too little. Each look is a request whose answer
// the state takes as it is; the same look wanted twice at once is one.

import { whole } from "./state.js";

/** @import { NoticeLine } from "../shared/views" */
/** @import { Desk } from "./state.js" */

/** @typedef {{ verb: string, with: Record<string, any> }} Look */

/** All of it, after a connection that does not go on where the last one ended. @returns {Look[]} */
export const everything = () => [
  { verb: "status_show", with: {} },
  { verb: "chat_list", with: {} },
  { verb: "incident_list", with: {} },
  { verb: "queue_list", with: {} },
  { verb: "reply_list", with: {} },
];

/**
 * @param {Desk} desk after the line was told
 * @param {NoticeLine} line
 * @returns {Look[]}
 */
export function looks(desk, line) {
  const wanted = new Map();
  const look = (/** @type {string} */ verb, args = {}) =>
    wanted.set(verb + JSON.stringify(args), { verb, with: args });
  for (const { notice, with: told } of line.notices) {
    const mine = told.agent === desk.me;
    const talk = desk.talks[told.chat];
    switch (notice) {
      case "resync":
        return everything();
      case "offer_ended":
      case "status_changed":
        // It tells neither the load nor why no offers come.
        if (mine) look("status_show");
        break;
      case "chat_changed":
        if (talk && told.agent !== desk.me) look("chat_show", { chat: told.chat, from: 1 + whole(talk.messages) });
        if (mine && told.state === "active") look("chat_show", { chat: told.chat });
        break;
      case "message": {
        const missing = talk && whole(talk.messages) < talk.messages.length;
        if (missing) look("chat_show", { chat: told.chat, from: 1 + whole(talk.messages) });
        break;
      }
      case "wrapup_started":
        if (mine) {
          look("wrapup_show", { chat: told.chat });
          look("status_show");
        }
        break;
      case "wrapup_ended":
        if (mine) {
          look("incident_show", { chat: told.chat });
          look("status_show");
        }
        break;
      case "queue_hours":
      case "service_level":
        look("queue_list");
        look("status_show");
        break;
    }
  }
  return [...wanted.values()];
}

/** The chats that are the agent's and not on the desk: somebody handed them over. @param {Desk} desk @returns {Look[]} */
export const missing = ({ agent, talks }) =>
  (agent?.segments ?? []).filter(({ chat }) => !(chat in talks)).map(({ chat }) => ({ verb: "chat_show", with: { chat } }));

/** What changes without anything that is told: why no offers come (a queue closes, a chat cools down), and
 * why an incident is pending. @param {Desk} desk @returns {Look[]} */
export function stale({ agent, talks, incidents }) {
  const ended = Object.values(talks).filter(({ chat }) => chat.state === "ended").map(({ chat }) => chat.incident);
  const pending = [...ended, ...Object.values(incidents)].some(({ state }) => state === "pending");
  return [
    ...(agent?.status === "available" ? [{ verb: "status_show", with: {} }] : []),
    ...(pending ? [{ verb: "incident_list", with: {} }] : []),
  ];
}

/** What is to be looked at of a chat that is new to the desk, or was shown in part.
 * @param {Desk} desk @param {string} chat @param {boolean} [anew] even where it is known
 * @returns {Look[]} */
export function looksAtChat(desk, chat, anew = false) {
  const talk = desk.talks[chat];
  if (!talk) return [];
  const wanted = [];
  const known = whole(talk.messages);
  if (known < talk.chat.message_count) wanted.push({ verb: "chat_show", with: { chat, from: known + 1 } });
  if (anew || !talk.wrapup) wanted.push({ verb: "wrapup_show", with: { chat } });
  return wanted;
}
