// The customer: what they filled in, the records that were found, which one the chat is tied to, and
// its incident.

import { h } from "../../shared/dom.js";
import { moment } from "../../shared/times.js";
import { safeAddress } from "../../shared/links.js";
import { has, say, t } from "../../shared/words.js";
import { person } from "./person.js";
import { incidentLine } from "./talks.js";

/** @import { Page, Searched } from "../page.js" */
/** @import { Talk } from "../state.js" */
/** @import { CandidateView, MatchView } from "../../shared/views" */

/** @param {Page} page @param {Talk} talk */
export function details(page, { chat }) {
  const { match, times, incident } = chat;
  const chosen = match.candidates.find(({ sys_id }) => sys_id === match.chosen);
  return h(
    "div",
    { class: "stack" },
    h("h3", null, t("details.customer")),
    h("p", null, person(chat.customer)),
    chosen
      ? h("p", null, t("details.record"), " ", recordLink(chosen))
      : h("p", { class: "small faint" }, t(`match.${match.state}`)),
    match.candidates.length > 1 &&
      h("button", { class: "link", on: { click: () => page.act.tab("search") } }, t("details.others", { count: match.candidates.length - 1 })),
    chosen && openIncidents(chosen),
    pairs(labelled(chat.fields)),
    h("h3", null, t("details.chat")),
    pairs({
      [t("details.queue")]: page.queueName(chat.queue),
      [t("details.initiated")]: moment(times.initiated),
      ...(times.accepted && { [t("details.accepted")]: moment(times.accepted) }),
      ...(times.terminated && { [t("details.terminated")]: moment(times.terminated) }),
    }),
    h("h3", null, t("details.incident")),
    h("div", null, incidentLine(incident)),
  );
}

/** Fields by what people call them; what nobody here knows by another name stays as it is.
 * @param {Record<string, string>} [fields] */
const labelled = (fields = {}) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [say("field", name), has(`value.${value}`) ? t(`value.${value}`) : value]));

/** @param {Record<string, string>} named */
const pairs = (named) =>
  Object.keys(named).length
    ? h(
        "dl",
        { class: "pairs" },
        Object.entries(named).flatMap(([name, value]) => [h("dt", { key: `${name}-` }, name), h("dd", { key: name }, value)]),
      )
    : null;

/** What is open of this person already. @param {CandidateView} candidate */
function openIncidents({ incidents = [] }) {
  if (incidents.length === 0) return null;
  return h(
    "div",
    { key: "open-incidents" },
    h("p", { class: "small faint" }, t("details.open_incidents")),
    h("ul", { role: "list" }, incidents.map((one) => h("li", { key: one.sys_id, class: "small" }, recordLink({ ...one, label: one.number }), ` ${one.label}`))),
  );
}

/** @param {{ label: string, url?: string }} record */
function recordLink({ label, url }) {
  const href = safeAddress(url);
  if (!href) return h("strong", null, label);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, label, h("span", { class: "unseen" }, ` ${t("new_tab")}`));
}

/** The Search tab: all that was found, another one to choose, other words to look by.
 * @param {Page} page @param {Talk} talk */
export function search({ act, ui, desk }, { chat }) {
  const { match } = chat;
  return h(
    "div",
    { class: "stack" },
    h(
      "form",
      { class: "inline", role: "search", on: { submit: act.search } },
      h(
        "label",
        { class: "grow" },
        t("search.words"),
        h("input", {
          type: "search",
          id: "search-words",
          maxlength: "200",
          "aria-describedby": "search-how",
          value: ui.words[chat.chat] ?? "",
          on: { input: act.words },
        }),
      ),
      h("button", { type: "submit" }, t("search.go")),
    ),
    h("p", { id: "search-how", class: "small faint" }, how(desk.agent?.search)),
    h("p", { class: "small", role: "status" }, found(match, ui.searched[chat.chat])),
    match.candidates.length > 0 &&
      h(
        "ol",
        { class: "candidates", "aria-label": t("search.found") },
        match.candidates.map((candidate) => candidateEntry(candidate, match, act)),
      ),
  );
}

/** What can be searched by. @param {string[]} [fields] */
const how = (fields = []) =>
  fields.length ? t("search.how", { fields: fields.map((field) => say("field", field)).join(", ") }) : null;

/** What was found by the customer's address, and then by an agent's words.
 * @param {MatchView} match @param {Searched} [searched] */
function found({ state, candidates }, searched) {
  if (searched && state !== "pending" && state !== "failed") {
    const count = candidates.filter(({ sys_id }) => !searched.known.includes(sys_id)).length;
    return t(count ? "search.found_by" : "search.none_by", { count, words: searched.words });
  }
  return t(`match.${state}`, { count: candidates.length });
}

/** @param {CandidateView} candidate @param {MatchView} match @param {Page["act"]} act */
function candidateEntry(candidate, match, act) {
  const chosen = candidate.sys_id === match.chosen;
  const inactive = candidate.fields?.active === "false";
  return h(
    "li",
    { key: candidate.sys_id, class: chosen ? "candidate chosen" : "candidate" },
    h("p", { class: "line" }, h("strong", { class: "grow" }, recordLink(candidate)), inactive && h("span", { class: "tag warn" }, t("search.inactive")), h("span", { class: "small faint" }, say("table", candidate.table))),
    pairs(labelled(candidate.fields)),
    openIncidents(candidate),
    chosen
      ? h("span", { class: "tag good" }, t("search.chosen"))
      : h(
          "button",
          { "aria-label": t("search.choose_this", { label: candidate.label }), on: { click: () => act.choose(candidate.sys_id) } },
          t("search.choose"),
        ),
  );
}
