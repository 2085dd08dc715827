// Why: the reason of a status or of a rejection, one of the codes where there are any.

import { h } from "../../shared/dom.js";
import { say, t } from "../../shared/words.js";

/** @import { Page } from "../page.js" */
/** @import { Intent, ReasonListView } from "../../shared/views" */

/** A reason of a rejection: one of the codes where there are any, else any words.
 * @param {Page["ui"]} ui @param {Page["act"]} act @param {ReasonListView | undefined} list */
export function reasonField(ui, act, list) {
  const on = { input: (/** @type {any} */ event) => act.reason(event.target.value) };
  const required = list?.required ?? false;
  return h(
    "label",
    null,
    t(required ? "status.reason" : "status.reason_if"),
    list?.codes.length
      ? h(
          "select",
          { key: "choice", value: ui.reason, required, on },
          h("option", { value: "" }, t("status.choose_reason")),
          list.codes.map((code) => h("option", { key: code, value: code }, code)),
        )
      : h("input", { key: "text", type: "text", maxlength: "64", required, value: ui.reason, on }),
  );
}

/** The reasons of a status, one of which sets it. @param {Page} page @param {Intent} to */
export function reasonsOf({ desk, act }, to) {
  const list = to === "available" ? undefined : desk.agent?.reasons?.[to];
  if (!list) return null;
  return h(
    "div",
    { key: `why-${to}`, class: "reasons", role: "group", "aria-label": t("status.reason_of", { status: say("status", to) }) },
    list.codes.map((code, n) =>
      h("button", { key: code, class: "row", mounted: n === 0 ? focus : null, on: { click: () => act.status(to, code) } }, code),
    ),
    list.required ? null : h("button", { class: "row faint", on: { click: () => act.status(to, "") } }, t("status.no_reason")),
  );
}

/** @param {Element} element */
const focus = (element) => /** @type {HTMLElement} */ (element).focus();
