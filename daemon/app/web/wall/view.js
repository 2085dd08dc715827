// The wall: what there is now and was today, queues, agents, chats, incidents that are pending, and a
// chat that is read along.

import { h } from "../shared/dom.js";
import { wayIn } from "../shared/provider.js";
import { clock, moment } from "../shared/times.js";
import { whyNone } from "../shared/told.js";
import { t } from "../shared/words.js";
import { agents } from "./view/agents.js";
import { chats, reading } from "./view/chats.js";
import { queues } from "./view/queues.js";
import { mean, sum } from "./state.js";

/** @import { Wall } from "./state.js" */
/** @import { Acts, Ui } from "./wall.js" */
/** @typedef {{ wall: Wall, ui: Ui, act: Acts, now: number }} Page */

/** @param {Page} page */
export function wallView(page) {
  const { wall, ui, act } = page;
  const band = (/** @type {string} */ key, /** @type {string} */ text) =>
    h("p", { key, class: "band danger", role: "alert" }, text);
  return [
    h(
      "div",
      { key: "wall", class: "wall" },
      h(
        "header",
        { class: "bar" },
        h("h1", null, t("wall.title")),
        h("span", { class: "push" }),
        wall.link === "live" ? h("span", { class: "small faint" }, t("link.live")) : null,
        h("button", { class: "quiet", on: { click: act.signOut } }, t("sign_out")),
      ),
      wall.link === "lost" && band("lost", t("wall.lost")),
      wall.link === "too_old" && band("old", t("link.too_old", { why: wall.detail ?? "" })),
      wall.link === "not_allowed" && band("no", t("wall.not_allowed")),
      ui.wrong && band("wrong", ui.wrong),
      h("main", { key: "main", class: "parts" }, present(wall), today(wall), queues(page), agents(page), chats(page), incidents(wall)),
      wall.read ? reading(page) : null,
    ),
    wall.link === "signed_out" ? signIn(ui, act) : null,
  ].flatMap((tree) => tree ?? []);
}

/** @param {string} name @param {number | string} value @param {boolean} [bad] */
const figure = (name, value, bad = false) =>
  h("div", { key: name, class: bad ? "figure bad" : "figure" }, h("dt", null, t(name)), h("dd", null, value));

/** @param {Wall} wall */
function present({ queues, agents, pending }) {
  const longest = Math.max(0, ...queues.map(({ longest_wait_ms = 0 }) => longest_wait_ms));
  const below = queues.some(({ service_level }) => service_level?.below);
  return h(
    "section",
    { class: "part" },
    h("h2", null, t("wall.now")),
    h(
      "dl",
      { class: "figures" },
      figure("wall.waiting", sum(queues, ({ waiting }) => waiting), below),
      figure("wall.longest", clock(longest), below),
      figure("wall.active", sum(queues, ({ active }) => active)),
      figure("wall.available", agents.filter(({ status }) => status === "available").length),
      figure("wall.pending", pending.length, pending.length > 0),
    ),
  );
}

/** @param {Wall} wall */
function today({ figures }) {
  const of = figures?.queues ?? [];
  const took = (/** @type {number | undefined} */ ms) => (ms === undefined ? "–" : clock(ms));
  const offers = (/** @type {import("../shared/views").OfferOutcome} */ outcome) => sum(of, (queue) => queue.offers[outcome]);
  return h(
    "section",
    { class: "part" },
    h("h2", null, figures ? t("wall.today", { at: moment(figures.since) }) : t("loading")),
    h(
      "dl",
      { class: "figures" },
      figure("wall.came", sum(of, ({ came }) => came)),
      figure("wall.accepted", offers("accepted")),
      figure("wall.missed", offers("timed_out"), offers("timed_out") > 0),
      figure("wall.rejected", offers("rejected")),
      figure("wall.abandoned", offers("abandoned")),
      figure("wall.rescinded", offers("rescinded")),
      figure("wall.handled", took(mean(of.map(({ handled }) => handled)))),
      figure("wall.wrapped", took(mean(of.map(({ wrapped }) => wrapped)))),
    ),
  );
}

/** @param {Wall} wall */
function incidents({ pending }) {
  return h(
    "section",
    { class: "part whole" },
    h("h2", null, t("wall.incidents")),
    pending.length === 0 ? h("p", { class: "faint" }, t("wall.no_incidents")) : null,
    h(
      "ul",
      { role: "list" },
      pending.slice(0, 50).map((one) => h("li", { key: one.chat, class: "small" }, h("code", null, one.chat), ` – ${whyNone(one)}`)),
    ),
  );
}

/** @param {Ui} ui @param {Acts} act */
function signIn(ui, act) {
  const show = (/** @type {any} */ dialog) => queueMicrotask(() => dialog.showModal());
  return h(
    "dialog",
    { key: "sign-in", "aria-labelledby": "sign-in-title", mounted: show, on: { cancel: (/** @type {Event} */ event) => event.preventDefault() } },
    h("h2", { id: "sign-in-title" }, t(ui.again ? "sign_in.again" : "sign_in.title")),
    h("p", { class: "wrong", role: "alert" }, ui.signInWrong),
    wayIn(ui.provider, "wall"),
    h("p", null, t("wall.sign_in")),
    h(
      "form",
      { class: "stack", on: { submit: act.signIn } },
      h("label", null, t("sign_in.token"), h("input", { type: "password", name: "token", autocomplete: "off", required: true })),
      h("button", { type: "submit", class: ui.provider ? null : "strong" }, t("sign_in.go")),
    ),
  );
}
