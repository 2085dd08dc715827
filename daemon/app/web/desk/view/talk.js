// One conversation: what was said, what is on its way, what the agent writes, and what can be done
// with the chat.

import { h } from "../../shared/dom.js";
import { moment } from "../../shared/times.js";
import { linked } from "../../shared/linked.js";
import { say, t } from "../../shared/words.js";
import { myPart } from "../order.js";
import { offered } from "../replies.js";
import { named, person } from "./person.js";
import { repliesList } from "./replies.js";

/** @import { Page } from "../page.js" */
/** @import { Desk, Talk } from "../state.js" */
/** @import { MessageView } from "../../shared/views" */

/** @param {Page} page */
export function conversation(page) {
  const { desk } = page;
  const talk = desk.open ? desk.talks[desk.open] : undefined;
  if (!talk) {
    const text = desk.offer ? "talk.none_offered" : desk.agent?.status === "available" ? "talk.none_ready" : "talk.none";
    return h("section", { key: "empty", class: "talk-pane empty", "aria-label": t("talk.title") }, h("p", { class: "faint" }, t(text)));
  }
  const { chat } = talk;
  const active = myPart(talk, desk.me)?.state === "active" && chat.state === "active";
  return h(
    "section",
    { key: chat.chat, class: "talk-pane", "aria-label": t("talk.with", { who: named(chat.customer) }) },
    head(page, talk, active),
    page.ui.panel === "transfer" && active && transfer(page),
    page.ui.panel === "finish" && active && finish(page),
    log(page, talk),
    active ? writer(page, talk) : h("p", { class: "over" }, over(talk)),
  );
}

/** @param {Talk} talk */
function over({ chat }) {
  if (chat.state !== "ended") return t("talk.handed_on");
  return t("talk.over", { how: say("how_ended", chat.how_ended) });
}

/** @param {Page} page @param {Talk} talk @param {boolean} active */
function head({ act, ui, queueName }, { chat }, active) {
  return h(
    "div",
    { class: "talk-head" },
    h("div", { class: "grow" }, h("h2", null, person(chat.customer)), h("p", { class: "small faint" }, queueName(chat.queue))),
    active &&
      h(
        "div",
        { class: "buttons" },
        h(
          "button",
          { "aria-expanded": String(ui.panel === "transfer"), on: { click: () => act.panel("transfer") } },
          t("talk.transfer"),
        ),
        h(
          "button",
          { "aria-expanded": String(ui.panel === "finish"), "aria-keyshortcuts": "Alt+X", on: { click: () => act.panel("finish") } },
          t("talk.finish"),
        ),
      ),
  );
}

/** Ending a customer's chat cannot be taken back: it is asked once. @param {Page} page */
function finish({ act }) {
  return h(
    "div",
    { key: "finish", class: "strip", role: "group", "aria-label": t("talk.finish") },
    h("span", { class: "grow" }, t("talk.finish_sure")),
    h("button", { class: "danger", mounted: focus, on: { click: act.finish } }, t("talk.finish_yes")),
    h("button", { class: "quiet", on: { click: () => act.panel(undefined) } }, t("cancel")),
  );
}

/** @param {Page} page */
function transfer({ act, ui, desk }) {
  const agents = ui.targets.filter(({ agent }) => agent !== desk.me);
  return h(
    "form",
    { key: "transfer", class: "strip", "aria-label": t("talk.transfer"), on: { submit: act.transfer } },
    h(
      "label",
      { class: "grow" },
      t("transfer.to"),
      h(
        "select",
        { name: "to", required: true, mounted: focus },
        h("option", { value: "" }, t("transfer.choose")),
        h(
          "optgroup",
          { key: "queues", label: t("transfer.queues") },
          desk.queues.filter(({ retired }) => !retired).map(({ queue, name, waiting, available }) =>
            h("option", { key: queue, value: `queue:${queue}` }, t("transfer.queue", { name, waiting, available })),
          ),
        ),
        agents.length > 0 &&
          h(
            "optgroup",
            { key: "agents", label: t("transfer.agents") },
            agents.map(({ agent, name, status, can_take }) =>
              h(
                "option",
                { key: agent, value: `agent:${agent}`, disabled: !can_take },
                t("transfer.agent", { agent: name || agent, status: say("status", status) }),
              ),
            ),
          ),
      ),
    ),
    h("button", { type: "submit", class: "strong" }, t("talk.transfer")),
    h("button", { type: "button", class: "quiet", on: { click: () => act.panel(undefined) } }, t("cancel")),
  );
}

/** @param {Element} element */
const focus = (element) => /** @type {HTMLElement} */ (element).focus();

/** @param {Page} page @param {Talk} talk */
function log({ desk, act, now }, talk) {
  const mine = talk.messages.findLast(({ from }) => from === "agent");
  const unsent = desk.unsent.filter(({ chat }) => chat === talk.chat.chat);
  return h(
    "div",
    // Reachable by the keyboard, so that it can be scrolled by it.
    { class: "log", role: "log", tabindex: "0", "aria-label": t("talk.log"), "data-keep-end": talk.chat.chat },
    talk.messages.map((message) => said(message, talk, desk, message === mine)),
    unsent.map(({ cmd, text, internal, failed }) =>
      h(
        "div",
        { key: cmd, class: internal ? "said mine internal" : "said mine" },
        h("p", { class: "text" }, linked(text)),
        failed
          ? h(
              "p",
              { class: "small" },
              h("span", { class: "wrong" }, t("talk.not_sent", { why: failed })),
              " ",
              h("button", { class: "link", on: { click: () => act.again(cmd) } }, t("talk.again")),
              " ",
              h("button", { class: "link", on: { click: () => act.dropUnsent(cmd) } }, t("talk.drop")),
            )
          : h("p", { class: "small faint" }, t("talk.sending")),
      ),
    ),
    talk.typing > now && h("p", { key: "typing", class: "small faint" }, t("talk.types", { who: named(talk.chat.customer) })),
  );
}

/** @param {MessageView} message @param {Talk} talk @param {Desk} desk @param {boolean} last */
function said({ n, at, from, name, visibility, text }, { chat }, desk, last) {
  const internal = visibility === "internal";
  if (from === "system") {
    return h("p", { key: n, class: "notice" }, linked(text ?? t("talk.erased")), h("span", { class: "faint" }, ` ${moment(at)}`));
  }
  const speaker = from === "agent" && name === desk.me ? desk.agent?.name : name;
  const who = from === "customer" ? named(chat.customer) : (speaker ?? say("sender", from));
  return h(
    "div",
    { key: n, class: `said ${from === "customer" ? "theirs" : "mine"}${internal ? " internal" : ""}` },
    h(
      "p",
      { class: "small" },
      h("strong", null, who),
      internal ? h("span", { class: "tag warn" }, t("talk.internal")) : null,
      h("span", { class: "faint" }, ` ${moment(at)}`),
    ),
    h("p", { class: "text" }, text === undefined ? t("talk.erased") : linked(text)),
    last ? h("p", { class: "small faint" }, t("talk.sent")) : null,
  );
}


/** @param {Page} page @param {Talk} talk */
function writer(page, { chat }) {
  const { ui, act, desk } = page;
  const draft = ui.drafts[chat.chat] ?? { text: "", internal: false };
  const label = t(draft.internal ? "talk.write_internal" : "talk.write");
  const looked = offered(desk, ui);
  const listed = (looked?.replies.length ?? 0) > 0;
  return h(
    "form",
    { class: draft.internal ? "writer internal" : "writer", on: { submit: act.say } },
    looked && repliesList(page, chat, looked.replies),
    h("textarea", {
      id: "writer",
      rows: 3,
      "aria-label": label,
      placeholder: label,
      "aria-autocomplete": desk.replies.length ? "list" : null,
      "aria-controls": listed ? "replies" : null,
      "aria-activedescendant": listed ? `reply-${ui.reply}` : null,
      value: draft.text,
      on: { input: act.write, keydown: act.writerKey },
    }),
    h(
      "div",
      { class: "line" },
      h(
        "label",
        { class: "check" },
        h("input", { type: "checkbox", checked: draft.internal, on: { change: act.internal } }),
        t("talk.internal_note"),
      ),
      h("span", { class: "push" }),
      desk.link !== "live" ? h("span", { class: "small faint" }, t("talk.kept")) : null,
      desk.replies.length > 0 &&
        h("button", { key: "reply", type: "button", class: "quiet", on: { click: act.lookForReply } }, t("replies.open"), h("kbd", { "aria-hidden": "true" }, "/")),
      h("button", { key: "send", type: "submit", class: "strong", disabled: draft.text.trim() === "" }, t(draft.internal ? "talk.send_note" : "talk.send")),
    ),
  );
}
