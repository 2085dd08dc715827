// What the wall knows. Lists and figures are taken whole from deskd, so that they agree with deskctl's;
// only how many waited when is kept here, since the page was opened.

/** @import { AgentView, ChatView, FiguresView, IncidentView, MessageView, NoticeLine, QueueView, TookView } from "../shared/views" */

/**
 * @typedef {object} Wall
 * @property {"signed_out" | "connecting" | "live" | "lost" | "too_old" | "not_allowed"} link
 * @property {string} [detail]
 * @property {QueueView[]} queues
 * @property {AgentView[]} agents
 * @property {ChatView[]} chats
 * @property {IncidentView[]} pending
 * @property {FiguresView} [figures] what happened today, by the viewer's clock
 * @property {Record<string, { at: number, waiting: number }[]>} past of each queue
 * @property {{ chat: ChatView, messages: MessageView[] }} [read] a chat that is read
 */

/** @returns {Wall} */
export const nothing = () => ({
  link: "connecting",
  queues: [],
  agents: [],
  chats: [],
  pending: [],
  past: {},
});

/** How far back a plot goes, and how close its points stand. */
const PAST_MS = 3_600_000;
const POINT_MS = 15_000;
const QUARTER_MS = 900_000;

/** @type {Record<string, (wall: Wall, told: any) => Wall>} */
const happenings = {
  link: (wall, { link, detail }) => ({ ...wall, link, detail }),
  queues: (wall, { queues, now }) => ({ ...wall, queues, past: plotted(wall.past, queues, now) }),
  agents: (wall, { agents }) => ({ ...wall, agents: [...agents].sort(byNeed) }),
  figures: (wall, { figures }) => ({ ...wall, figures }),
  chats: (wall, { chats }) => ({ ...wall, chats, read: readAmong(wall.read, chats) }),
  incidents: (wall, { incidents }) => ({
    ...wall,
    pending: incidents.filter((/** @type {IncidentView} */ { state }) => state === "pending"),
  }),
  line: (wall, { line }) => lineTold(wall, line),
  chat: (wall, { chat }) => ({ ...wall, read: { chat, messages: chat.messages ?? [] } }),
  close: (wall) => ({ ...wall, read: undefined }),
};

/** @param {Wall} wall @param {string} type @param {any} told */
export const reduce = (wall, type, told = {}) => happenings[type]?.(wall, told) ?? wall;

/** The chat that is read as it stands now; one that is under way no more has ended.
 * @param {Wall["read"]} read @param {ChatView[]} chats @returns {Wall["read"]} */
function readAmong(read, chats) {
  if (!read) return undefined;
  const now = chats.find(({ chat }) => chat === read.chat.chat) ?? { ...read.chat, state: /** @type {const} */ ("ended") };
  return { ...read, chat: now };
}

/** @param {Wall} wall @param {NoticeLine} line */
function lineTold(wall, { notices }) {
  return notices.reduce((/** @type {Wall} */ before, { notice, with: told }) => {
    const { read } = before;
    if (notice === "message" && read && read.chat.chat === told.chat && !read.messages.some(({ n }) => n === told.message.n)) {
      return { ...before, read: { ...read, messages: [...read.messages, told.message] } };
    }
    return before;
  }, wall);
}

const NEED = ["offered", "busy", "post_processing", "available", "on_break", "work_offline", "logged_out"];

/** @param {AgentView} a @param {AgentView} b */
const byNeed = (a, b) => NEED.indexOf(a.status) - NEED.indexOf(b.status) || (a.name < b.name ? -1 : 1);

/** @param {Wall["past"]} past @param {QueueView[]} queues @param {number} now */
function plotted(past, queues, now) {
  return Object.fromEntries(
    queues.map(({ queue, waiting }) => {
      const points = (past[queue] ?? []).filter(({ at }) => now - at < PAST_MS);
      const last = points.at(-1);
      const fresh = last && now - last.at < POINT_MS;
      // Within a point's time the most that waited counts: a short queue is not overlooked.
      const point = fresh ? { at: last.at, waiting: Math.max(last.waiting, waiting) } : { at: now, waiting };
      return [queue, [...(fresh ? points.slice(0, -1) : points), point]];
    }),
  );
}

/** The points of a plot of this size. @param {{ at: number, waiting: number }[]} points */
export function line(points, width = 120, height = 28) {
  if (points.length < 2) return "";
  const [from, to] = [points[0].at, points[points.length - 1].at];
  const most = Math.max(1, ...points.map(({ waiting }) => waiting));
  const x = (/** @type {number} */ at) => ((at - from) / (to - from || 1)) * width;
  const y = (/** @type {number} */ n) => height - 2 - (n / most) * (height - 4);
  return points.map(({ at, waiting }) => `${x(at).toFixed(1)},${y(waiting).toFixed(1)}`).join(" ");
}

/** Bars of what came in each quarter of an hour, on a day of this size.
 * @param {{ at: number, came: number }[]} quarters @param {number} since @param {number} until */
export function bars(quarters, since, until, width = 120, height = 28) {
  const most = Math.max(1, ...quarters.map(({ came }) => came));
  // A day that has just begun is not one broad bar.
  const quarter = width / Math.max(16, Math.ceil((until - since) / QUARTER_MS));
  return quarters.map(({ at, came }) => {
    const high = (came / most) * (height - 3);
    const x = ((at - since) / QUARTER_MS) * quarter;
    return { x: x.toFixed(1), y: (height - 1 - high).toFixed(1), width: Math.max(1, quarter - 0.5).toFixed(1), height: high.toFixed(1) };
  });
}

/** @template T @param {T[]} all @param {(one: T) => number} of */
export const sum = (all, of) => all.reduce((total, one) => total + of(one), 0);

/** The mean of means, each by how often it was taken. @param {TookView[]} of */
export function mean(of) {
  const count = sum(of, ({ count }) => count);
  return count ? sum(of, ({ count, mean_ms = 0 }) => count * mean_ms) / count : undefined;
}
