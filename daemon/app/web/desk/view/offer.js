// The offer that rings: a ring that runs down, what is known before deciding, and the two answers. It
// never takes the focus: whoever types goes on typing.

import { h } from "../../shared/dom.js";
import { clock, moment, secondsLeft } from "../../shared/times.js";
import { say, t } from "../../shared/words.js";
import { person } from "./person.js";
import { reasonField } from "./reason.js";

/** @import { Page } from "../page.js" */
/** @import { OfferView } from "../../shared/views" */

const AROUND = 2 * Math.PI * 20;

/** @param {Page} page */
export function offerCard(page) {
  const { offer } = page.desk;
  if (!offer) return null;
  const { act, ui, now, queueName } = page;
  const left = Math.max(0, offer.deadline - now);
  return h(
    "section",
    { key: `offer-${offer.offer}`, class: "offer", "aria-label": t("offer.title") },
    ring(left, page.ringWhole, offer.offer),
    h(
      "div",
      { class: "grow" },
      h("h2", null, t("offer.title")),
      h("p", { class: "lead" }, person(offer.customer)),
      h(
        "p",
        { class: "small" },
        t("offer.waiting", { queue: queueName(offer.queue), time: clock(offer.waiting_ms + (page.ringWhole - left)) }),
      ),
      candidates(offer),
      offer.lines.map((line) => h("p", { class: "small" }, line)),
    ),
    h(
      "div",
      { class: "answers" },
      h(
        "button",
        { class: "strong", disabled: ui.answering, "aria-keyshortcuts": "Alt+A", on: { click: act.accept } },
        t("offer.accept"),
        h("kbd", { "aria-hidden": "true" }, "Alt A"),
      ),
      h(
        "button",
        { disabled: ui.answering, "aria-keyshortcuts": "Alt+R", on: { click: () => act.panel("reject") } },
        t("offer.reject"),
        h("kbd", { "aria-hidden": "true" }, "Alt R"),
      ),
    ),
    ui.panel === "reject" && reject(page),
  );
}

/** @param {number} left @param {number} whole @param {string} id */
function ring(left, whole, id) {
  const part = whole > 0 ? Math.min(1, left / whole) : 0;
  return h(
    "svg",
    { key: `ring-${id}`, class: left < 5000 ? "ring late" : "ring", viewBox: "0 0 48 48", role: "timer", "aria-label": t("offer.left") },
    h("circle", { class: "track", cx: 24, cy: 24, r: 20 }),
    h("circle", {
      class: "run",
      cx: 24,
      cy: 24,
      r: 20,
      "stroke-dasharray": AROUND,
      "stroke-dashoffset": (AROUND * (1 - part)).toFixed(2),
      transform: "rotate(-90 24 24)",
    }),
    h("text", { x: 24, y: 24, "text-anchor": "middle", "dominant-baseline": "central" }, secondsLeft(left)),
  );
}

/** @param {OfferView} offer */
function candidates({ candidates }) {
  if (candidates.length === 0) return h("p", { class: "small faint" }, t("offer.no_record"));
  const [first] = candidates;
  const more = candidates.length - 1;
  return h(
    "p",
    { class: "small" },
    t("offer.record", { label: first.label, table: say("table", first.table) }),
    more > 0 ? ` ${t("offer.more_records", { count: more })}` : "",
  );
}

/** @param {Page} page */
function reject({ desk, ui, act }) {
  return h(
    "form",
    { class: "inline", on: { submit: act.reject } },
    reasonField(ui, act, desk.agent?.reasons?.reject),
    h("button", { type: "submit", class: "danger", disabled: ui.answering }, t("offer.reject")),
    h("button", { type: "button", class: "quiet", on: { click: () => act.panel(undefined) } }, t("cancel")),
  );
}

/** What was missed stays, with one key back to work. @param {Page} page */
export function missedCard({ desk, act, queueName }) {
  const { missed, agent } = desk;
  if (!missed || !agent) return null;
  const who = /** @type {any} */ (missed).who;
  return h(
    "section",
    { key: `missed-${missed.offer}`, class: "band missed", "aria-label": t("missed.title") },
    h(
      "div",
      { class: "grow" },
      h("strong", null, t("missed.title")),
      h("p", null, t(who ? "missed.who" : "missed.what", { who, queue: queueName(missed.queue), at: moment(missed.at) })),
      agent.status !== "available" &&
        h("p", { class: "small" }, t("missed.since", { status: say("status", agent.next ?? agent.status), at: moment(missed.at) })),
    ),
    h(
      "button",
      { class: "strong", "aria-keyshortcuts": "Alt+B", on: { click: () => act.status("available") } },
      t("missed.back"),
      h("kbd", { "aria-hidden": "true" }, "Alt B"),
    ),
    h("button", { class: "quiet", on: { click: () => act.putAway("missed") } }, t("put_away")),
  );
}
