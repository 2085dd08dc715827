// Wrapping up: first the disposition codes, Continue, then the note, and Wrap up or Work Offline. The
// timer stands above; what it does at zero is deskd's to say.

import { h } from "../../shared/dom.js";
import { clock } from "../../shared/times.js";
import { say, t } from "../../shared/words.js";
import { found, label, tree } from "../codes.js";
import { incidentLine } from "./talks.js";

/** @import { Page } from "../page.js" */
/** @import { Talk } from "../state.js" */
/** @import { Branch } from "../codes.js" */
/** @import { WrapupView } from "../../shared/views" */

/** @param {Page} page @param {Talk} talk */
export function wrapupPanel(page, talk) {
  const { wrapup, chat } = talk;
  if (!wrapup) return h("p", { class: "faint" }, t("loading"));
  const { ui, act } = page;
  const after = wrapup.state === "post_processing";
  const missing = wrapup.mandatory && wrapup.codes.length === 0;
  const settled = ui.continued[chat.chat] && !missing;
  return h(
    "div",
    { class: "stack" },
    after ? timer(page, wrapup) : h("p", { class: "small faint" }, t("wrapup.draft")),
    // Above what is long: its number is looked for as soon as there is one.
    after && h("p", { key: "incident" }, t("wrapup.incident"), " ", incidentLine(wrapup.incident ?? chat.incident)),
    wrapup.stays ? h("p", { class: "band small" }, say("wrapup.stays", wrapup.stays)) : null,
    wrapup.allowed.length === 0 ? null : settled ? codesChosen(page, wrapup) : codes(page, wrapup, missing),
    h(
      "label",
      null,
      t("wrapup.note"),
      h("textarea", { id: "wrapup-note", rows: 4, value: ui.notes[chat.chat] ?? wrapup.note ?? "", on: { input: act.note } }),
    ),
    h(
      "div",
      { key: "actions", class: "buttons actions" },
      h(
        "button",
        { key: "wrap", class: "strong", "aria-keyshortcuts": "Alt+W", disabled: ui.wrapping, on: { click: act.wrapUp } },
        t(after ? "wrapup.done" : "wrapup.end_and_done"),
        h("kbd", { "aria-hidden": "true" }, "Alt W"),
      ),
      after && page.desk.agent?.intent !== "work_offline"
        ? h("button", { key: "offline", on: { click: () => act.status("work_offline") } }, t("wrapup.offline"))
        : null,
    ),
  );
}

/** @param {Page} page @param {WrapupView} wrapup */
function timer({ now, act }, { timer, extensions_left }) {
  const { deadline, mode, remaining_ms } = timer;
  if (deadline === undefined) {
    const stopped = mode === "timed" && remaining_ms !== undefined;
    const text = stopped ? t("wrapup.stopped", { time: clock(remaining_ms) }) : t("wrapup.no_timer");
    return h("p", { class: "timer" }, text);
  }
  const left = Math.max(0, deadline - now);
  return h(
    "div",
    { key: "timer", class: left < 10_000 ? "timer late" : "timer" },
    h("span", { role: "timer", class: "grow" }, t("wrapup.left", { time: clock(left + 999) })),
    mode === "timed" && extensions_left > 0
      ? h("button", { key: "extend", on: { click: act.extend } }, t("wrapup.extend", { count: extensions_left }))
      : null,
  );
}

/** @param {Page} page @param {WrapupView} wrapup */
function codesChosen({ act }, wrapup) {
  const names = wrapup.codes.map((code) => label(wrapup.allowed, code)).join(", ");
  return h(
    "div",
    { key: "chosen", class: "line" },
    h("span", { class: "grow" }, h("strong", null, t("wrapup.codes")), ` ${names || t("wrapup.no_code")}`),
    h("button", { class: "link", on: { click: () => act.continued(false) } }, t("wrapup.change")),
  );
}

/** @param {Page} page @param {WrapupView} wrapup @param {boolean} missing */
function codes({ ui, act }, wrapup, missing) {
  const branches = found(tree(wrapup.allowed), ui.codeWords);
  return h(
    "fieldset",
    { key: "codes", class: "codes", "aria-describedby": "codes-rule" },
    h("legend", null, t("wrapup.codes"), wrapup.mandatory ? h("span", { class: "tag danger" }, t("wrapup.mandatory")) : null),
    wrapup.most > 1
      ? h("p", { id: "codes-rule", class: "small faint" }, t("wrapup.most", { most: wrapup.most, chosen: wrapup.codes.length }))
      : h("p", { id: "codes-rule", class: "small faint" }, t("wrapup.one")),
    wrapup.allowed.length > 8 &&
      h("input", {
        type: "search",
        "aria-label": t("wrapup.search"),
        placeholder: t("wrapup.search"),
        value: ui.codeWords,
        on: { input: act.codeWords },
      }),
    h("ul", { role: "list" }, branches.map((branch) => branchEntry(branch, wrapup, act))),
    branches.length === 0 ? h("p", { class: "small faint" }, t("wrapup.none_found")) : null,
    h(
      "button",
      { disabled: missing, title: missing ? t("wrapup.stays.code_missing") : null, on: { click: () => act.continued(true) } },
      t("wrapup.continue"),
    ),
  );
}

/** @param {Branch} branch @param {WrapupView} wrapup @param {Page["act"]} act @returns {any} */
function branchEntry({ code, below }, wrapup, act) {
  const inside = below.length ? h("ul", { role: "list" }, below.map((one) => branchEntry(one, wrapup, act))) : null;
  if (code.group) return h("li", { key: code.code }, h("span", { class: "group" }, code.label), inside);
  const checked = wrapup.codes.includes(code.code);
  const full = wrapup.most > 1 && !checked && wrapup.codes.length >= wrapup.most;
  return h(
    "li",
    { key: code.code },
    h(
      "label",
      { class: "check" },
      h("input", {
        type: wrapup.most > 1 ? "checkbox" : "radio",
        name: `code-${wrapup.chat}`,
        checked,
        disabled: full,
        on: { change: () => act.code(code.code) },
      }),
      code.label,
    ),
    inside,
  );
}
