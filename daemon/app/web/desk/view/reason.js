// Why: a reason code of a status or of a rejection.

import { h } from "../../shared/dom.js";
import { t } from "../../shared/words.js";

/** @import { Page } from "../page.js" */

/** A reason: one of the codes where deskd has named them, else any text.
 * @param {Page["ui"]} ui @param {Page["act"]} act */
export function reasonField(ui, act) {
  const on = { input: (/** @type {any} */ event) => act.reason(event.target.value) };
  return h(
    "label",
    null,
    t("status.reason"),
    ui.reasons.length
      ? h(
          "select",
          { key: "choice", value: ui.reason, on },
          h("option", { value: "" }, t("status.choose_reason")),
          ui.reasons.map((code) => h("option", { key: code, value: code }, code)),
        )
      : h("input", { key: "text", type: "text", maxlength: "64", value: ui.reason, on }),
  );
}
