// The queues: how they stand, and how today went.

import { h } from "../../shared/dom.js";
import { clock, moment } from "../../shared/times.js";
import { t } from "../../shared/words.js";
import { bars, line } from "../state.js";
import { table } from "./table.js";

/** @import { QueueFiguresView, QueueView } from "../../shared/views" */
/** @import { Wall } from "../state.js" */
/** @import { Acts } from "../wall.js" */
/** @import { Page } from "../view.js" */

const HEADS = [
  "wall.queue", "wall.waiting", "wall.longest", "wall.expected", "wall.active", "wall.available", "wall.level",
  "wall.past", "wall.offers_by", "wall.handled", "wall.wrapped", "wall.by_quarter",
];

/** @param {Page} page */
export function queues({ wall, act }) {
  const of = new Map(wall.figures?.queues.map((figures) => [figures.queue, figures]));
  return h(
    "section",
    { class: "part whole", id: "queues" },
    h("h2", null, t("wall.queues")),
    table(t("wall.queues"), HEADS, wall.queues.map((queue) => queueRow(queue, of.get(queue.queue), wall, act)), t("wall.no_queues")),
  );
}

/** @param {number | undefined} ms */
const took = (ms) => (ms === undefined ? "–" : clock(ms));

/** @param {QueueView} queue @param {QueueFiguresView | undefined} figures @param {Wall} wall @param {Acts} act */
function queueRow(queue, figures, wall, act) {
  const drain = t(queue.drained ? "wall.undrain_queue" : "wall.drain_queue", { name: queue.name });
  return h(
    "tr",
    { key: queue.queue },
    h("th", { scope: "row" }, queue.name, tags(queue)),
    h("td", null, queue.waiting),
    h("td", null, took(queue.longest_wait_ms)),
    h("td", null, took(queue.expected_wait_ms)),
    h("td", null, queue.active),
    h("td", null, `${queue.available} / ${queue.members}`),
    h("td", null, level(queue)),
    h("td", null, waiting(wall.past[queue.queue] ?? [], queue.name)),
    h("td", { class: "one" }, figures ? t("wall.offers_of", figures.offers) : "–"),
    h("td", null, took(figures?.handled.mean_ms)),
    h("td", null, took(figures?.wrapped.mean_ms)),
    h("td", null, figures && came(figures, wall.figures?.since ?? 0, wall.figures?.until ?? 0)),
    h("td", null, h("button", { "aria-label": drain, title: drain, on: { click: () => act.drainQueue(queue.queue, !queue.drained) } }, t(queue.drained ? "wall.undrain" : "wall.drain"))),
  );
}

/** @param {QueueView} queue */
function tags({ hours, drained }) {
  const opens = hours?.opens ? t("wall.opens", { at: moment(hours.opens) }) : null;
  return [
    hours && !hours.open ? h("span", { class: "tag warn", title: opens }, t("wall.closed")) : null,
    drained ? h("span", { class: "tag warn" }, t("wall.drained")) : null,
  ];
}

/** @param {QueueView} queue */
function level({ service_level: level }) {
  if (!level) return "–";
  const { percent, target, secs, below } = level;
  if (percent === undefined) return h("span", { class: "tag" }, t("wall.level_young", { target, secs }));
  return h("span", { class: below ? "tag danger" : "tag good" }, t("wall.level_of", { percent, target, secs }));
}

/** @param {{ at: number, waiting: number }[]} points @param {string} name */
function waiting(points, name) {
  const most = Math.max(0, ...points.map(({ waiting }) => waiting));
  return h(
    "svg",
    { class: "plot", viewBox: "0 0 120 28", role: "img", "aria-label": t("wall.plot", { name, most }) },
    h("line", { class: "ground", x1: 0, x2: 120, y1: 27, y2: 27 }),
    h("polyline", { points: line(points) }),
  );
}

/** @param {QueueFiguresView} figures @param {number} since @param {number} until */
function came({ name, quarters }, since, until) {
  const most = Math.max(0, ...quarters.map(({ came }) => came));
  return h(
    "svg",
    { class: "plot", viewBox: "0 0 120 28", role: "img", "aria-label": t("wall.plot_came", { name, most }) },
    h("line", { class: "ground", x1: 0, x2: 120, y1: 27, y2: 27 }),
    bars(quarters, since, until).map(({ x, y, width, height }, n) => h("rect", { key: n, x, y, width, height })),
  );
}
