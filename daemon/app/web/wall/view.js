// The wall: queues, agents, offers, incidents that are pending, and a chat that is read along.

import { h } from "../shared/dom.js";
import { pieces } from "../shared/links.js";
import { clock, moment } from "../shared/times.js";
import { say, t } from "../shared/words.js";
import { line } from "./state.js";

/** @import { AgentView, ChatView, QueueView } from "../shared/views" */
/** @import { Wall } from "./state.js" */
/** @import { Acts, Ui } from "./wall.js" */
/** @typedef {{ wall: Wall, ui: Ui, act: Acts, now: number }} Page */

/** @param {Page} page */
export function wallView(page) {
  const { wall, ui, act } = page;
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
      wall.link === "lost" ? h("p", { key: "lost", class: "band danger", role: "alert" }, t("wall.lost")) : null,
      wall.link === "too_old" ? h("p", { key: "old", class: "band danger", role: "alert" }, t("link.too_old", { why: wall.detail ?? "" })) : null,
      wall.link === "not_allowed" ? h("p", { key: "no", class: "band danger", role: "alert" }, t("wall.not_allowed")) : null,
      ui.wrong ? h("p", { key: "wrong", class: "band danger", role: "alert" }, ui.wrong) : null,
      h("main", { key: "main", class: "parts" }, figures(wall), queues(page), agents(page), chats(page), incidents(wall)),
      wall.read ? reading(page) : null,
    ),
    wall.link === "signed_out" ? signIn(ui, act) : null,
  ].flatMap((tree) => tree ?? []);
}

/** @param {Wall} wall */
function figures({ queues, agents, offers, since, pending }) {
  const sum = (/** @type {(queue: QueueView) => number} */ of) => queues.reduce((all, queue) => all + of(queue), 0);
  const figure = (/** @type {string} */ name, /** @type {number | string} */ value, bad = false) =>
    h("div", { key: name, class: bad ? "figure bad" : "figure" }, h("dt", null, t(name)), h("dd", null, value));
  return h(
    "section",
    { class: "part whole", "aria-label": t("wall.now") },
    h(
      "dl",
      { class: "figures" },
      figure("wall.waiting", sum(({ waiting }) => waiting)),
      figure("wall.longest", clock(Math.max(0, ...queues.map(({ longest_wait_ms = 0 }) => longest_wait_ms)))),
      figure("wall.active", sum(({ active }) => active)),
      figure("wall.available", agents.filter(({ status }) => status === "available").length),
      figure("wall.pending", pending.length, pending.length > 0),
      figure("wall.accepted", offers.accepted),
      figure("wall.missed", offers.timed_out, offers.timed_out > 0),
      figure("wall.rejected", offers.rejected),
      figure("wall.abandoned", offers.abandoned),
    ),
    h("p", { class: "small faint" }, t("wall.since", { at: moment(since) })),
  );
}

/** @param {Page} page */
function queues({ wall, act }) {
  const heads = ["wall.queue", "wall.waiting", "wall.longest", "wall.expected", "wall.active", "wall.available", "wall.level", "wall.past"];
  return h(
    "section",
    { class: "part whole" },
    h("h2", null, t("wall.queues")),
    table(
      t("wall.queues"),
      heads,
      wall.queues.map((queue) => queueRow(queue, wall, act)),
    ),
  );
}

/** A table whose last column holds what can be done. @param {string} label @param {string[]} heads @param {any[]} rows */
const table = (label, heads, rows) =>
  h(
    "div",
    // Reachable by the keyboard, so that it can be scrolled by it.
    { class: "scroll", role: "region", tabindex: "0", "aria-label": t("wall.table", { label }) },
    h(
      "table",
      null,
      h("thead", null, h("tr", null, heads.map((head) => h("th", { key: head, scope: "col" }, t(head))), h("th", { scope: "col" }, h("span", { class: "unseen" }, t("wall.do"))))),
      h("tbody", null, rows),
    ),
  );

/** @param {QueueView} queue @param {Wall} wall @param {Acts} act */
function queueRow(queue, wall, act) {
  const { service_level: level, hours } = queue;
  return h(
    "tr",
    { key: queue.queue },
    h(
      "th",
      { scope: "row" },
      queue.name,
      hours && !hours.open ? h("span", { class: "tag warn" }, t("wall.closed")) : null,
      queue.drained ? h("span", { class: "tag warn" }, t("wall.drained")) : null,
    ),
    h("td", null, queue.waiting),
    h("td", null, queue.longest_wait_ms === undefined ? "–" : clock(queue.longest_wait_ms)),
    h("td", null, queue.expected_wait_ms === undefined ? "–" : clock(queue.expected_wait_ms)),
    h("td", null, queue.active),
    h("td", null, `${queue.available} / ${queue.members}`),
    h("td", null, level ? h("span", { class: level.below ? "tag danger" : "tag good" }, t("wall.level_of", { percent: level.percent ?? "–", target: level.target, secs: level.secs })) : "–"),
    h("td", null, plot(wall.past[queue.queue] ?? [], queue.name)),
    h(
      "td",
      null,
      h(
        "button",
        { "aria-label": t(queue.drained ? "wall.undrain_queue" : "wall.drain_queue", { name: queue.name }), on: { click: () => act.drainQueue(queue.queue, !queue.drained) } },
        t(queue.drained ? "wall.undrain" : "wall.drain"),
      ),
    ),
  );
}

/** @param {{ at: number, waiting: number }[]} points @param {string} name */
function plot(points, name) {
  const most = Math.max(0, ...points.map(({ waiting }) => waiting));
  return h(
    "svg",
    { class: "plot", viewBox: "0 0 120 28", role: "img", "aria-label": t("wall.plot", { name, most }) },
    h("polyline", { points: line(points) }),
  );
}

/** @param {Page} page */
function agents({ wall, act, ui, now }) {
  return h(
    "section",
    { class: "part" },
    h("h2", null, t("wall.agents")),
    table(t("wall.agents"), ["wall.agent", "wall.status", "wall.time", "wall.load"], wall.agents.map((agent) => agentRow(agent, wall, act, ui, now))),
  );
}

/** @param {AgentView} agent @param {Wall} wall @param {Acts} act @param {Ui} ui @param {number} now */
function agentRow(agent, wall, act, ui, now) {
  const others = wall.agents.filter((other) => other.agent !== agent.agent && other.status !== "logged_out");
  const value = (/** @type {any} */ event) => event.target.value;
  return h(
    "tr",
    { key: agent.agent },
    h("th", { scope: "row" }, agent.name, agent.drained ? h("span", { class: "tag warn" }, t("wall.drained")) : null),
    h(
      "td",
      null,
      h("span", { class: `dot is-${agent.status}`, "aria-hidden": "true" }),
      ` ${say("status", agent.status)}`,
      agent.reason ? h("span", { class: "faint" }, ` · ${agent.reason}`) : null,
      agent.no_offers ? h("span", { class: "small warn" }, ` ${agent.no_offers}`) : null,
    ),
    // Who never logged in has been away since no time at all.
    h("td", null, agent.since > 0 ? clock(now - agent.since) : "–"),
    h("td", null, `${agent.load} / ${agent.capacity}`),
    h(
      "td",
      null,
      h(
        "select",
        {
          key: `do-${ui.turn}`,
          "aria-label": t("wall.set_status", { name: agent.name }),
          disabled: agent.status === "logged_out",
          on: { change: (/** @type {any} */ event) => act.agent(agent, value(event)) },
        },
        h("option", { value: "" }, t("wall.act")),
        ["available", "on_break", "work_offline"].map((to) => h("option", { key: to, value: `status:${to}` }, say("status", to))),
        h("option", { value: agent.drained ? "drain:off" : "drain:on" }, t(agent.drained ? "wall.undrain_agent" : "wall.drain_agent")),
        h("option", { value: "hand:" }, t("wall.hand_back")),
        others.map((other) => h("option", { key: `hand-${other.agent}`, value: `hand:${other.agent}` }, t("wall.hand_to", { name: other.name }))),
        h("option", { value: "logout:" }, say("status", "logged_out")),
      ),
    ),
  );
}

/** @param {Page} page */
function chats({ wall, act, now }) {
  const names = Object.fromEntries(wall.agents.map(({ agent, name }) => [agent, name]));
  const queues = Object.fromEntries(wall.queues.map(({ queue, name }) => [queue, name]));
  return h(
    "section",
    { class: "part" },
    h("h2", null, t("wall.chats")),
    table(
      t("wall.chats"),
      ["wall.customer", "wall.queue", "wall.state", "wall.agent", "wall.age"],
      wall.chats.slice(0, 100).map((chat) =>
        h(
          "tr",
          { key: chat.chat },
          h("th", { scope: "row" }, chat.customer.name ?? t("customer.erased")),
          h("td", null, queues[chat.queue] ?? chat.queue),
          h("td", null, say("state", chat.state)),
          h("td", null, chat.agent ? (names[chat.agent] ?? chat.agent) : "–"),
          h("td", null, clock(now - chat.times.initiated)),
          h("td", null, h("button", { "aria-label": t("wall.read_of", { name: chat.customer.name ?? "" }), on: { click: () => act.read(chat.chat) } }, t("wall.read"))),
        ),
      ),
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
      pending.slice(0, 50).map(({ chat, reason }) => h("li", { key: chat, class: "small" }, h("code", null, chat), reason ? ` – ${reason}` : "")),
    ),
  );
}

/** A live chat, unseen by its customer. @param {Page} page */
function reading({ wall, act, ui }) {
  if (!wall.read) return null;
  const { chat, messages } = wall.read;
  const open = chat.state !== "ended";
  return h(
    "aside",
    { key: "read", class: "reading", "aria-label": t("wall.reading", { name: chat.customer.name ?? "" }) },
    h(
      "div",
      { class: "line" },
      h("h2", { class: "grow" }, chat.customer.name ?? t("customer.erased")),
      h("button", { class: "quiet", on: { click: act.close } }, t("close")),
    ),
    h(
      "div",
      { class: "log", role: "log", tabindex: "0", "aria-label": t("talk.log") },
      messages.map(({ n, at, from, name, visibility, text }) =>
        h(
          "div",
          { key: n, class: visibility === "internal" ? "said internal" : "said" },
          h("p", { class: "small" }, h("strong", null, from === "customer" ? (chat.customer.name ?? "") : (name ?? say("sender", from))), h("span", { class: "faint" }, ` ${moment(at)}`)),
          h("p", { class: "text" }, text === undefined ? t("talk.erased") : linked(text)),
        ),
      ),
    ),
    open &&
      h(
        "form",
        { class: "stack", on: { submit: act.note } },
        h("label", null, t("wall.note"), h("textarea", { name: "text", rows: 2, value: ui.note, on: { input: act.noteText } })),
        h(
          "div",
          { class: "buttons" },
          h("button", { type: "submit", class: "strong", disabled: ui.note.trim() === "" }, t("talk.send_note")),
          assign(chat, wall, act),
        ),
      ),
  );
}

/** Taking a chat over: it is offered to somebody else, or goes back to its queue.
 * @param {ChatView} chat @param {Wall} wall @param {Acts} act */
const assign = (chat, wall, act) =>
  h(
    "select",
    { "aria-label": t("wall.assign"), on: { change: (/** @type {any} */ event) => act.assign(chat.chat, event.target.value) } },
    h("option", { value: "" }, t("wall.assign")),
    wall.agents
      .filter(({ agent, status }) => agent !== chat.agent && (status === "available" || status === "busy"))
      .map(({ agent, name }) => h("option", { key: agent, value: agent }, name)),
    h("option", { value: "-" }, t("wall.requeue")),
  );

/** @param {string} text */
const linked = (text) =>
  pieces(text).map(({ text, href }) => (href ? h("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, text) : text));

/** @param {Ui} ui @param {Acts} act */
function signIn(ui, act) {
  const show = (/** @type {any} */ dialog) => queueMicrotask(() => dialog.showModal());
  return h(
    "dialog",
    { key: "sign-in", "aria-labelledby": "sign-in-title", mounted: show, on: { cancel: (/** @type {Event} */ event) => event.preventDefault() } },
    h("h2", { id: "sign-in-title" }, t("sign_in.title")),
    h(
      "form",
      { class: "stack", on: { submit: act.signIn } },
      h("label", null, t("sign_in.token"), h("input", { type: "password", name: "token", autocomplete: "off", required: true })),
      h("p", { class: "small wrong", role: "alert" }, ui.signInWrong),
      h("button", { type: "submit", class: "strong" }, t("sign_in.go")),
    ),
  );
}
