// What covers the desk: signing in, and the keys.

import { h } from "../../shared/dom.js";
import { wayIn } from "../../shared/provider.js";
import { t } from "../../shared/words.js";

/** @import { Page } from "../page.js" */

const KEYS = [
  ["Alt A", "keys.accept"],
  ["Alt R", "keys.reject"],
  ["Alt B", "keys.back"],
  ["Alt N", "keys.next"],
  ["Alt 1 … 9", "keys.nth"],
  ["Alt M", "keys.write"],
  ["Enter", "keys.send"],
  ["Shift Enter", "keys.line"],
  ["/", "keys.reply"],
  ["Alt I", "keys.internal"],
  ["Alt S", "keys.search"],
  ["Alt D", "keys.details"],
  ["Alt X", "keys.finish"],
  ["Alt W", "keys.wrapup"],
  ["Esc", "keys.close"],
  ["?", "keys.help"],
];

/** @param {Page} page */
export function help({ act }) {
  return h(
    "dialog",
    { key: "help", "aria-labelledby": "help-title", mounted: show, on: { close: act.helpClosed } },
    h("h2", { id: "help-title" }, t("help.title")),
    h(
      "table",
      null,
      h("thead", null, h("tr", null, h("th", { scope: "col" }, t("help.key")), h("th", { scope: "col" }, t("help.does")))),
      h("tbody", null, KEYS.map(([keys, does]) => h("tr", { key: keys }, h("td", null, h("kbd", null, keys)), h("td", null, t(does))))),
    ),
    h("p", { class: "small faint" }, t("help.pops")),
    h("form", { method: "dialog" }, h("button", { class: "strong" }, t("close"))),
  );
}

/** @param {Element} element */
const show = (element) => queueMicrotask(() => /** @type {HTMLDialogElement} */ (element).showModal());

/** Signing in. It stands above the desk, whose drafts and chats stay as they are. @param {Page} page */
export function signInDialog({ ui, act }) {
  return h(
    "dialog",
    { key: "sign-in", "aria-labelledby": "sign-in-title", mounted: show, on: { cancel: (/** @type {Event} */ event) => event.preventDefault() } },
    h("h2", { id: "sign-in-title" }, t(ui.again ? "sign_in.again" : "sign_in.title")),
    // Whichever way did not work: above all of them.
    h("p", { id: "sign-in-wrong", class: "wrong", role: "alert" }, ui.signInWrong),
    wayIn(ui.provider, "desk"),
    h("p", null, t(ui.again ? "sign_in.kept" : "sign_in.how")),
    h(
      "form",
      { class: "stack", on: { submit: act.signIn } },
      h(
        "label",
        null,
        t("sign_in.token"),
        h("input", { type: "password", name: "token", autocomplete: "off", required: true, "aria-describedby": "sign-in-wrong" }),
      ),
      h("button", { type: "submit", class: ui.provider ? null : "strong", disabled: ui.signingIn }, t("sign_in.go")),
    ),
  );
}

/** Which of several agents to be. @param {Page} page */
export function whichAgent({ ui, act }) {
  return h(
    "dialog",
    { key: "which", "aria-labelledby": "which-title", mounted: show, on: { cancel: (/** @type {Event} */ event) => event.preventDefault() } },
    h("h2", { id: "which-title" }, t(ui.agents.length ? "which.title" : "which.none")),
    h("div", { class: "stack" }, ui.agents.map((agent) => h("button", { key: agent, on: { click: () => act.be(agent) } }, agent))),
    ui.agents.length === 0 ? h("button", { on: { click: act.signOut } }, t("sign_out")) : null,
  );
}
