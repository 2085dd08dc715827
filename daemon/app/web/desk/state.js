// What the desk knows, and how it changes by what deskd tells. Nothing here asks, shows or waits: a
// state and something that happened make the next state. It is told twice what was told already
// (after a new connection, by two answers that cross), so telling it again changes nothing.

import { notice } from "./notices.js";

/**
 * @import { AgentView, CannedReplyView, ChatView, DifferenceView, IncidentView, MessageView, MissedView, OfferView, PopView,
 *   QueueView, WrapupView, NoticeLine } from "../shared/views"
 */

/**
 * One chat of the agent's.
 * @typedef {object} Talk
 * @property {ChatView} chat without its messages
 * @property {MessageView[]} messages in order, without gaps
 * @property {number} seen the last message that the agent has seen
 * @property {number} typing until when to show that the customer types
 * @property {WrapupView} [wrapup]
 * @property {boolean} [replyDue] the queue's time for an answer is over
 */

/** A page that is to open, and what became of it.
 * @typedef {PopView & { stands: "wanted" | "claimed" | "opened" | "blocked" | "elsewhere" }} Pop */

/** A message that is on its way.
 * @typedef {{ cmd: string, by: string, chat: string, text: string, internal: boolean, failed?: string }} Unsent */

/**
 * @typedef {object} Desk
 * @property {"signed_out" | "connecting" | "live" | "lost" | "too_old"} link
 * @property {string} [detail] why it is so
 * @property {string} me the agent's id
 * @property {AgentView} [agent]
 * @property {OfferView} [offer] the one that rings
 * @property {MissedView} [missed] stands until the agent is available again or puts it away
 * @property {Record<string, Talk>} talks
 * @property {Record<string, IncidentView & { who?: string }>} incidents of chats that are wrapped up
 * @property {Pop[]} pops the newest last
 * @property {QueueView[]} queues
 * @property {CannedReplyView[]} replies
 * @property {string} [open] the chat that is shown
 * @property {Unsent[]} unsent
 * @property {string} [announced] what deskd says about itself, in a word
 */

/** @returns {Desk} */
export const nothing = () => ({
  link: "connecting",
  me: "",
  talks: {},
  incidents: {},
  pops: [],
  queues: [],
  replies: [],
  unsent: [],
});

const POPS_MAX = 20;
const INCIDENTS_MAX = 50;

/** @typedef {{ type: string, [name: string]: any }} Action */

/** @type {Record<string, (desk: Desk, action: any) => Desk>} */
const happenings = {
  // Nobody's messages go out in another one's name.
  me: (desk, { me }) =>
    me === desk.me ? desk : { ...nothing(), me, link: desk.link, unsent: desk.unsent.filter(({ by }) => by === me) },
  link: (desk, { link, detail }) => ({ ...desk, link, detail }),
  agent: (desk, { agent }) => withAgent(desk, agent),
  chats: (desk, { chats }) => withChats(desk, chats),
  chat: (desk, { chat }) => withChat(desk, chat),
  gone: (desk, { chat }) => without(desk, chat),
  wrapup: (desk, { wrapup }) => withWrapup(desk, wrapup),
  match: (desk, { match }) => changed(desk, match.chat, (talk) => ({ ...talk, chat: { ...talk.chat, match } })),
  incidents: (desk, { incidents }) => incidents.reduceRight(withIncident, desk),
  queues: (desk, { queues }) => ({ ...desk, queues }),
  replies: (desk, { replies }) => ({ ...desk, replies }),
  open: (desk, { chat }) => ({ ...desk, open: chat }),
  seen: (desk, { chat }) => changed(desk, chat, (talk) => ({ ...talk, seen: last(talk.messages) })),
  pop: (desk, { pop, stands }) => ({
    ...desk,
    pops: desk.pops.map((other) => (other.pop === pop ? { ...other, stands } : other)),
  }),
  put_away: (desk, { what }) => ({ ...desk, [what]: undefined }),
  unsent: (desk, { message }) => ({
    ...desk,
    unsent: [...desk.unsent.filter(({ cmd }) => cmd !== message.cmd), message],
  }),
  sent: (desk, { cmd }) => ({ ...desk, unsent: desk.unsent.filter((other) => other.cmd !== cmd) }),
  line: (desk, { line }) => lineTold(desk, line),
};

/** @param {Desk} desk @param {Action} action @returns {Desk} */
export function reduce(desk, action) {
  const happening = happenings[action.type];
  if (!happening) throw new Error(`nothing is known of ${action.type}`);
  return happening(desk, action);
}

/** @param {Desk} desk @param {NoticeLine} line @returns {Desk} */
function lineTold(desk, line) {
  return line.notices.reduce((before, told) => notice(before, told, line.at), desk);
}

/** @param {Desk} desk @param {AgentView} agent @returns {Desk} */
export function withAgent(desk, agent) {
  const missed = agent.status === "available" ? undefined : (desk.missed ?? stillMissed(agent));
  // A chat that was handed over is somebody else's now.
  const mine = new Set(agent.segments.map(({ chat }) => chat));
  const kept = Object.keys(desk.talks).filter((id) => !mine.has(id)).reduce(without, desk);
  return { ...kept, agent, offer: agent.offer, missed };
}

/** What was missed is what put the agent where they are. @param {AgentView} agent */
function stillMissed({ last_missed, cause, since }) {
  const because = cause.startsWith("offer_") && last_missed && last_missed.at >= since - 1000;
  return because && last_missed.outcome === "timed_out" ? last_missed : undefined;
}

/** All chats that there are: others are gone. @param {Desk} desk @param {ChatView[]} chats */
function withChats(desk, chats) {
  const mine = chats.filter((chat) => isMine(chat, desk.me));
  const ids = new Set(mine.map(({ chat }) => chat));
  const kept = Object.keys(desk.talks).filter((id) => !ids.has(id)).reduce(without, desk);
  return mine.reduce(withChat, kept);
}

/** Whether the agent talks in it or wraps it up, or it was abandoned and is to be acknowledged.
 * @param {ChatView} chat @param {string} me */
export const isMine = (chat, me) =>
  chat.segments.some((segment) => segment.agent === me && segment.state !== "wrapped_up");

/** @param {Desk} desk @param {ChatView} view @returns {Desk} */
export function withChat(desk, view) {
  if (!isMine(view, desk.me)) return without(desk, view.chat);
  const { messages = [], ...chat } = view;
  const talk = desk.talks[chat.chat] ?? { messages: [], seen: 0, typing: 0, chat };
  const next = { ...talk, chat, messages: joined(talk.messages, messages) };
  const talks = { ...desk.talks, [chat.chat]: next };
  return { ...desk, talks, open: desk.open ?? chat.chat };
}

/** The agent's part of a chat is over: its incident stays in sight.
 * @param {Desk} desk @param {string} id @returns {Desk} */
export function without(desk, id) {
  const { [id]: talk, ...talks } = desk.talks;
  if (!talk) return desk;
  const who = talk.chat.customer.name ?? talk.chat.customer.email;
  const next = withIncident({ ...desk, talks }, { ...talk.chat.incident, who });
  return desk.open === id ? { ...next, open: Object.keys(talks)[0] } : next;
}

/** @param {Desk} desk @param {IncidentView & { who?: string }} incident @returns {Desk} */
export function withIncident(desk, incident) {
  const talk = desk.talks[incident.chat];
  const { [incident.chat]: before, ...others } = desk.incidents;
  // A view that was on its way while the incident came to be says less than is known.
  const last = talk ? talk.chat.incident : before;
  const known = last?.state === "created" && incident.state === "pending" ? last : incident;
  if (talk) {
    const wrapup = talk.wrapup && { ...talk.wrapup, incident: known };
    return changed(desk, incident.chat, () => ({ ...talk, wrapup, chat: { ...talk.chat, incident: known } }));
  }
  const newest = { [incident.chat]: { ...known, who: incident.who ?? before?.who }, ...others };
  return { ...desk, incidents: Object.fromEntries(Object.entries(newest).slice(0, INCIDENTS_MAX)) };
}

/** What ServiceNow holds otherwise than it was sent, of a chat of the agent's or of one that is done.
 * @param {Desk} desk @param {{ chat: string, differences: DifferenceView[] }} told @returns {Desk} */
export function withDifferences(desk, { chat, differences }) {
  const incident = desk.talks[chat]?.chat.incident ?? desk.incidents[chat];
  return incident ? withIncident(desk, { ...incident, differences: [...(incident.differences ?? []), ...differences] }) : desk;
}

/** @param {Desk} desk @param {WrapupView} wrapup @returns {Desk} */
function withWrapup(desk, wrapup) {
  if (wrapup.agent !== desk.me) return desk;
  if (wrapup.state === "wrapped_up") {
    const talk = desk.talks[wrapup.chat];
    const told = talk && wrapup.incident ? withIncident(desk, wrapup.incident) : desk;
    return without(told, wrapup.chat);
  }
  return changed(desk, wrapup.chat, (talk) => ({ ...talk, wrapup }));
}

/** @param {Desk} desk @param {string} id @param {(talk: Talk) => Talk} how @returns {Desk} */
export function changed(desk, id, how) {
  const talk = desk.talks[id];
  return talk ? { ...desk, talks: { ...desk.talks, [id]: how(talk) } } : desk;
}

/** Both, by number, each once; what comes behind a gap waits until the gap is filled.
 * @param {MessageView[]} before @param {MessageView[]} more @returns {MessageView[]} */
export function joined(before, more) {
  const by = new Map([...before, ...more].map((message) => [message.n, message]));
  return [...by.values()].sort((a, b) => a.n - b.n);
}

/** The number up to which no message is missing. @param {MessageView[]} messages */
export function whole(messages) {
  const gap = messages.findIndex((message, index) => message.n !== index + 1);
  return gap < 0 ? messages.length : gap;
}

/** @param {MessageView[]} messages */
const last = (messages) => messages.at(-1)?.n ?? 0;

/** @param {Desk} desk @param {PopView} pop @returns {Desk} */
export function withPop(desk, pop) {
  if (pop.agent !== desk.me || desk.pops.some((other) => other.pop === pop.pop)) return desk;
  const wanted = /** @type {Pop} */ ({ ...pop, stands: "wanted" });
  return { ...desk, pops: [...desk.pops, wanted].slice(-POPS_MAX) };
}
