// The bar at the top: who works here, in what status and for how long, what comes next, and how to
// change it.

import { h } from "../../shared/dom.js";
import { clock, moment } from "../../shared/times.js";
import { noOffers } from "../../shared/told.js";
import { say, t } from "../../shared/words.js";
import { reasonField, reasonsOf } from "./reason.js";

/** @import { Page } from "../page.js" */
/** @import { AgentView } from "../../shared/views" */

const STATUSES = /** @type {const} */ (["available", "on_break", "work_offline"]);

/** @param {Page} page */
export function bar(page) {
  const { desk, ui, act } = page;
  const { agent } = desk;
  return h(
    "header",
    { class: "bar" },
    h("h1", { class: "unseen" }, t("desk.title")),
    agent && h("span", { class: "who" }, agent.name),
    agent && status(page, agent),
    h("span", { class: "push" }),
    connection(page),
    h(
      "button",
      { class: "quiet only-narrow", "aria-expanded": String(ui.panel === "more"), "aria-label": t("more"), on: { click: () => act.panel("more") } },
      "⋯",
    ),
    tools(page),
  );
}

/** What a narrow window shows when it is asked for. @param {Page} page */
function tools({ ui, act }) {
  return h(
    "div",
    { class: ui.panel === "more" ? "tools open" : "tools" },
    h(
      "button",
      { key: "sound", class: "quiet", "aria-pressed": String(ui.sound), title: t("sound.hint"), on: { click: act.sound } },
      t(ui.sound ? "sound.on" : "sound.off"),
    ),
    ui.mayNotify === "default" && h("button", { key: "notify", class: "quiet", on: { click: act.allowNotes } }, t("notify.allow")),
    h("button", { key: "help", class: "quiet", title: t("help.open"), on: { click: act.help } }, t("help.title")),
    h("button", { key: "out", class: "quiet", on: { click: act.signOut } }, t("sign_out")),
  );
}

/** @param {Page} page @param {AgentView} agent */
function status(page, agent) {
  const { desk, ui, act, now } = page;
  if (agent.status === "logged_out") {
    return h("button", { class: "strong", on: { click: act.login } }, t("status.log_in"));
  }
  return h(
    "div",
    { class: "status" },
    h(
      "button",
      {
        class: `pill is-${agent.status}`,
        "aria-expanded": String(ui.panel === "status"),
        "aria-controls": "status-panel",
        title: t("status.change"),
        on: { click: () => act.panel("status") },
      },
      h("span", { class: "dot", "aria-hidden": "true" }),
      say("status", agent.status),
      agent.sub_status && agent.sub_status !== agent.reason
        ? h("span", { class: "small" }, ` · ${say("sub_status", agent.sub_status)}`)
        : null,
      agent.reason && h("span", { class: "small" }, ` · ${agent.reason}`),
    ),
    h("span", { class: "time", title: t("status.time_in") }, clock(now - agent.since)),
    agent.next && h("span", { class: "small" }, t("status.next", { status: say("status", agent.next) })),
    agent.return_at && h("span", { class: "small" }, t("status.return_at", { at: moment(agent.return_at) })),
    agent.drained && h("span", { class: "small warn" }, t("status.drained")),
    agent.status === "busy" && stopNew(page, agent),
    ui.panel === "status" && panel(page, agent),
    desk.agent?.away && h("span", { class: "small warn" }, t("status.away")),
  );
}

/** @param {Page} page @param {AgentView} agent */
function stopNew({ act }, agent) {
  return agent.intent === "available"
    ? h("button", { key: "stop", class: "quiet", on: { click: act.stopNew } }, t("status.stop_new"))
    : h("button", { key: "resume", class: "quiet", on: { click: act.resume } }, t("status.resume"));
}

/** @param {Page} page @param {AgentView} agent */
function panel(page, agent) {
  const { act, ui } = page;
  const any = !agent.reasons?.on_break.codes.length || !agent.reasons.work_offline.codes.length;
  return h(
    "div",
    { id: "status-panel", class: "popover", role: "group", "aria-label": t("status.change") },
    STATUSES.flatMap((to) => [
      h(
        "button",
        {
          key: to,
          class: "row",
          "aria-current": agent.intent === to ? "true" : null,
          "aria-expanded": to !== "available" && agent.reasons?.[to].codes.length ? String(ui.wants === to) : null,
          on: { click: () => act.status(to) },
        },
        h("span", { class: `dot is-${to}`, "aria-hidden": "true" }),
        say("status", to),
      ),
      ui.wants === to ? reasonsOf(page, to) : null,
    ]),
    h("button", { class: "row", on: { click: act.logout } }, t("status.log_out")),
    any && reasonField(ui, act, undefined),
  );
}

/** @param {Page} page */
function connection({ desk }) {
  const words = desk.link === "live" ? "link.live" : "link.connecting";
  return desk.link === "live" || desk.link === "connecting"
    ? h("span", { class: "small faint link-state" }, t(words))
    : null;
}

/** Why no offers come although the agent is available. @param {Page} page */
export function noOffersBand({ desk }) {
  const why = desk.agent?.no_offers;
  return why ? h("p", { key: "no_offers", class: "band", role: "note" }, t("status.no_offers", { why: noOffers(why) })) : null;
}
