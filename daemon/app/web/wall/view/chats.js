// The chats that are under way, and one that is read along without its customer's knowing.

import { h } from "../../shared/dom.js";
import { linked } from "../../shared/linked.js";
import { clock, moment } from "../../shared/times.js";
import { say, t } from "../../shared/words.js";
import { table } from "./table.js";

/** @import { ChatView, MessageView } from "../../shared/views" */
/** @import { Page } from "../view.js" */

const SHOWN_MAX = 100;

/** @param {ChatView} chat */
const named = ({ customer }) => customer.name ?? customer.email ?? t("customer.erased");

/** @param {Page} page */
export function chats({ wall, act, now }) {
  const names = Object.fromEntries(wall.agents.map(({ agent, name }) => [agent, name]));
  const queues = Object.fromEntries(wall.queues.map(({ queue, name }) => [queue, name]));
  const row = (/** @type {ChatView} */ chat) =>
    h(
      "tr",
      { key: chat.chat },
      h("th", { scope: "row" }, named(chat)),
      h("td", null, queues[chat.queue] ?? chat.queue),
      h("td", null, say("state", chat.state)),
      h("td", null, chat.agent ? (names[chat.agent] ?? chat.agent) : "–"),
      h("td", null, clock(now - chat.times.initiated)),
      h("td", null, h("button", { "aria-label": t("wall.read_of", { name: named(chat) }), on: { click: () => act.read(chat.chat) } }, t("wall.read"))),
    );
  const heads = ["wall.customer", "wall.queue", "wall.state", "wall.agent", "wall.age"];
  return h(
    "section",
    { class: "part", id: "chats" },
    h("h2", null, t("wall.chats")),
    table(t("wall.chats"), heads, wall.chats.slice(0, SHOWN_MAX).map(row), t("wall.no_chats")),
    wall.chats.length > SHOWN_MAX && h("p", { class: "small faint" }, t("wall.more_chats", { count: wall.chats.length - SHOWN_MAX })),
  );
}

/** @param {Page} page */
export function reading(page) {
  const { wall, act } = page;
  if (!wall.read) return null;
  const { chat, messages } = wall.read;
  return h(
    "aside",
    { key: "read", class: "reading", "aria-label": t("wall.reading", { name: named(chat) }) },
    h(
      "div",
      { class: "line" },
      h("h2", { class: "grow" }, named(chat)),
      h("button", { class: "quiet", on: { click: act.close } }, t("close")),
    ),
    h("p", { class: "small faint" }, t("wall.unseen")),
    h(
      "div",
      { class: "log", role: "log", tabindex: "0", "aria-label": t("talk.log") },
      messages.map((message) => said(message, named(chat))),
    ),
    chat.state !== "ended" && canDo(page, chat),
  );
}

/** @param {MessageView} message @param {string} customer */
function said({ n, at, from, name, visibility, text }, customer) {
  return h(
    "div",
    { key: n, class: visibility === "internal" ? "said internal" : "said" },
    h(
      "p",
      { class: "small" },
      h("strong", null, from === "customer" ? customer : (name ?? say("sender", from))),
      visibility === "internal" ? h("span", { class: "tag warn" }, t("talk.internal")) : null,
      h("span", { class: "faint" }, ` ${moment(at)}`),
    ),
    h("p", { class: "text" }, text === undefined ? t("talk.erased") : linked(text)),
  );
}

/** @param {Page} page @param {ChatView} chat */
function canDo({ wall, act, ui }, chat) {
  const mine = wall.agents.find(({ agent }) => agent === ui.me);
  const notes = ui.notesIn.includes(chat.queue);
  const may = mine && mine.agent !== chat.agent && (mine.status === "available" || mine.status === "busy");
  return h(
    "form",
    { class: "stack", on: { submit: act.note } },
    notes && h("label", null, t("wall.note"), h("textarea", { name: "text", rows: 2, value: ui.note, on: { input: act.noteText } })),
    h(
      "div",
      { class: "buttons" },
      notes && h("button", { key: "note", type: "submit", class: "strong", disabled: ui.note.trim() === "" }, t("talk.send_note")),
      mine && chat.agent !== mine.agent && h("button", { key: "take", type: "button", disabled: !may, title: may ? null : t("wall.not_ready"), on: { click: () => act.takeOver(chat.chat) } }, t("wall.take_over")),
      assign(chat, wall.agents, act),
    ),
  );
}

/** It is offered to somebody else, or goes back to its queue.
 * @param {ChatView} chat @param {Page["wall"]["agents"]} agents @param {Page["act"]} act */
const assign = (chat, agents, act) =>
  h(
    "select",
    { "aria-label": t("wall.assign"), on: { change: (/** @type {any} */ event) => act.assign(chat.chat, event.target.value) } },
    h("option", { value: "" }, t("wall.assign")),
    agents
      .filter(({ agent, status }) => agent !== chat.agent && (status === "available" || status === "busy"))
      .map(({ agent, name }) => h("option", { key: agent, value: agent }, name)),
    h("option", { value: "-" }, t("wall.requeue")),
  );

