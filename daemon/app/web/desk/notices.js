// What each notice of deskd's means for the desk. Those that say too little (that a status is another
// one, that a chat came) are followed by a look: `looks.js` says at what.

import { changed, joined, withDifferences, withIncident, withPop, without } from "./state.js";

/** @import { MessageView, Notice } from "../shared/views" */
/** @import { Desk } from "./state.js" */

/** @type {Record<string, (desk: Desk, told: any, at: number) => Desk>} */
const meanings = {
  offer_made: (desk, { agent, offer }) => (agent === desk.me ? { ...desk, offer } : desk),

  offer_ended(desk, { agent, offer, chat, outcome }, at) {
    if (agent !== desk.me) return desk;
    const rang = desk.offer?.offer === offer ? desk.offer : undefined;
    const over = rang ? { ...desk, offer: undefined } : desk;
    if (outcome !== "timed_out") return over;
    const missed = { offer, chat, outcome, at, queue: rang?.queue ?? "", who: rang?.customer.name };
    return { ...over, missed };
  },

  status_changed(desk, { agent, status, status_number, sub_status, next, reason, cause, by }, at) {
    if (agent !== desk.me || !desk.agent) return desk;
    const since = status === desk.agent.status ? desk.agent.since : at;
    const changed = { status, status_number, sub_status, next, reason, cause, by, since };
    const intent = next ?? (isIntent(status) ? status : desk.agent.intent);
    const no_offers = status === "available" ? desk.agent.no_offers : undefined;
    const missed = status === "available" || status === "logged_out" ? undefined : desk.missed;
    return { ...desk, missed, agent: { ...desk.agent, ...changed, intent, no_offers } };
  },

  chat_changed(desk, { chat, state, agent, how_ended }) {
    const talk = desk.talks[chat];
    if (!talk) return desk;
    return changed(desk, chat, () => ({ ...talk, chat: { ...talk.chat, state, agent, how_ended } }));
  },

  message: (desk, { chat, message }) =>
    changed(withoutSent(desk, chat, message), chat, (talk) => ({
      ...talk,
      messages: joined(talk.messages, [message]),
      typing: message.from === "customer" ? 0 : talk.typing,
      replyDue: message.from === "customer" ? talk.replyDue : false,
    })),

  typing: (desk, { chat, from, until }) =>
    from === "customer" ? changed(desk, chat, (talk) => ({ ...talk, typing: until })) : desk,

  reply_due: (desk, { agent, chat }) =>
    agent === desk.me ? changed(desk, chat, (talk) => ({ ...talk, replyDue: true })) : desk,

  match_changed(desk, match) {
    const offered = desk.offer?.chat === match.chat;
    const offer = offered && desk.offer ? { ...desk.offer, candidates: match.candidates } : desk.offer;
    return changed({ ...desk, offer }, match.chat, (talk) => ({ ...talk, chat: { ...talk.chat, match } }));
  },

  pop_wanted: withPop,

  pop_claimed: (desk, { pop }) => ({
    ...desk,
    pops: desk.pops.map((other) =>
      other.pop === pop && other.stands === "wanted" ? { ...other, stands: "elsewhere" } : other,
    ),
  }),

  wrapup_started: (desk, { agent, chat, segment, mode, deadline }) =>
    agent !== desk.me
      ? desk
      : changed(desk, chat, (talk) => {
          const segments = talk.chat.segments.map((part) =>
            part.n === segment
              ? { ...part, state: /** @type {const} */ ("post_processing"), wrapup: { mode, deadline } }
              : part,
          );
          const wrapup = talk.wrapup && {
            ...talk.wrapup,
            state: /** @type {const} */ ("post_processing"),
            timer: { mode, deadline },
          };
          return { ...talk, wrapup, chat: { ...talk.chat, segments } };
        }),

  wrapup_ended: (desk, { agent, chat }) => (agent === desk.me ? without(desk, chat) : desk),

  incident_created: (desk, incident) => withIncident(desk, incident),

  incident_differs: withDifferences,

  daemon: (desk, { what, over = false }) =>
    what === "stopping" || what === "low_disk" ? { ...desk, announced: over ? `${what}.over` : what } : desk,
};

/** A message of the agent's own may be told before its sending is answered: it is not shown twice.
 * @param {Desk} desk @param {string} chat @param {MessageView} message @returns {Desk} */
function withoutSent(desk, chat, { n, from, name, visibility, text }) {
  const known = desk.talks[chat]?.messages.some((other) => other.n === n);
  if (known || from !== "agent" || name !== desk.me) return desk;
  const at = desk.unsent.findIndex(
    (one) => one.chat === chat && one.text === text && one.internal === (visibility === "internal") && !one.failed,
  );
  return at < 0 ? desk : { ...desk, unsent: desk.unsent.filter((_, index) => index !== at) };
}

/** @param {string} status */
const isIntent = (status) => ["available", "on_break", "work_offline", "logged_out"].includes(status);

/** @param {Desk} desk @param {Notice} told @param {number} at wall time of its record */
export function notice(desk, { notice: name, with: told }, at) {
  const meaning = meanings[name];
  return meaning ? meaning(desk, told, at) : desk;
}
