// The agents: what they do and for how long, and what a supervisor can do about it.

import { h } from "../../shared/dom.js";
import { clock, moment } from "../../shared/times.js";
import { noOffers } from "../../shared/told.js";
import { say, t } from "../../shared/words.js";
import { table } from "./table.js";

/** @import { AgentView } from "../../shared/views" */
/** @import { Page } from "../view.js" */

/** @param {Page} page */
export function agents(page) {
  const { wall } = page;
  return h(
    "section",
    { class: "part", id: "agents" },
    h("h2", null, t("wall.agents")),
    counts(wall.agents),
    table(t("wall.agents"), ["wall.agent", "wall.status", "wall.time", "wall.load"], wall.agents.map((agent) => agentRow(agent, page)), t("wall.no_agents")),
  );
}

/** How many are in each status. @param {AgentView[]} agents */
function counts(agents) {
  const by = new Map();
  for (const { status } of agents) by.set(status, (by.get(status) ?? 0) + 1);
  return h(
    "p",
    { class: "line small" },
    [...by].map(([status, count]) => h("span", { key: status }, dot(status), ` ${say("status", status)}: ${count}`)),
  );
}

/** @param {string} status */
const dot = (status) => h("span", { class: `dot is-${status}`, "aria-hidden": "true" });

/** @param {AgentView} agent @param {Page} page */
function agentRow(agent, page) {
  return h(
    "tr",
    { key: agent.agent },
    h("th", { scope: "row" }, agent.name, agent.drained ? h("span", { class: "tag warn" }, t("wall.drained")) : null),
    h(
      "td",
      null,
      h("span", { class: "one" }, dot(agent.status), ` ${say("status", agent.status)}`),
      agent.reason ? h("span", { class: "faint" }, ` · ${agent.reason}`) : null,
      agent.next && agent.next !== "available" ? h("span", { class: "faint" }, ` ${t("status.next", { status: say("status", agent.next) })}`) : null,
      agent.return_at ? h("span", { class: "faint" }, ` ${t("status.return_at", { at: moment(agent.return_at) })}`) : null,
      agent.away ? h("span", { class: "tag warn" }, t("status.away")) : null,
      agent.no_offers ? h("p", { class: "small warn" }, noOffers(agent.no_offers, true)) : null,
    ),
    // Who never logged in has been away since no time at all.
    h("td", null, agent.since > 0 ? clock(page.now - agent.since) : "–"),
    h("td", null, `${agent.load} / ${agent.capacity}`),
    h("td", null, what(agent, page)),
  );
}

/** What can be done with an agent. @param {AgentView} agent @param {Page} page */
function what(agent, { wall, act, ui }) {
  const others = wall.agents.filter((other) => other.agent !== agent.agent && other.status !== "logged_out");
  const option = (/** @type {string} */ value, /** @type {string} */ text) => h("option", { key: value, value }, text);
  return h(
    "select",
    {
      key: `do-${ui.turn}`,
      "aria-label": t("wall.set_status", { name: agent.name }),
      disabled: agent.status === "logged_out",
      on: { change: (/** @type {any} */ event) => act.agent(agent, event.target.value) },
    },
    option("", t("wall.act")),
    h(
      "optgroup",
      { label: t("wall.status") },
      ["available", "on_break", "work_offline"].map((to) => option(`status:${to}`, say("status", to))),
      option("logout:", say("status", "logged_out")),
    ),
    h("optgroup", { label: t("wall.offers") }, option(agent.drained ? "drain:off" : "drain:on", t(agent.drained ? "wall.undrain_agent" : "wall.drain_agent"))),
    h(
      "optgroup",
      { label: t("wall.shift") },
      others.map((other) => option(`hand:${other.agent}`, t("wall.hand_to", { name: other.name }))),
      option("hand:", t("wall.hand_back")),
    ),
  );
}
