// The agent's chats, the one whose customer waits longest at the head, and incidents of those that are
// done.

import { h } from "../../shared/dom.js";
import { clock } from "../../shared/times.js";
import { whyNone } from "../../shared/told.js";
import { t } from "../../shared/words.js";
import { safeAddress } from "../../shared/links.js";
import { inOrder, myPart, unread, waitsSince } from "../order.js";
import { named } from "./person.js";

/** @import { Page } from "../page.js" */
/** @import { Talk } from "../state.js" */
/** @import { IncidentView } from "../../shared/views" */

/** @param {Page} page */
export function talks(page) {
  const list = inOrder(page.desk);
  return h(
    "nav",
    { class: "talks", "aria-label": t("talks.title") },
    h("h2", null, t("talks.title")),
    list.length === 0 ? h("p", { class: "faint small" }, t("talks.none")) : null,
    h("ul", { role: "list" }, list.map((talk, index) => h("li", { key: talk.chat.chat }, entry(page, talk, index)))),
    done(page),
  );
}

/** @param {Page} page @param {Talk} talk @param {number} index */
function entry({ desk, act, now, queueName }, talk, index) {
  const { chat } = talk;
  const since = waitsSince(talk);
  const news = unread(talk);
  const part = myPart(talk, desk.me);
  const wrapping = part?.state === "post_processing";
  const left = part?.wrapup.deadline;
  return h(
    "button",
    {
      class: "talk",
      "aria-current": desk.open === chat.chat ? "true" : null,
      title: index < 9 ? `Alt+${index + 1}` : null,
      on: { click: () => act.open(chat.chat) },
    },
    h("span", { class: "line" }, h("strong", { class: "cut" }, named(chat.customer)), news > 0 && badge(news)),
    h(
      "span",
      { class: "line small" },
      h("span", { class: "cut" }, queueName(chat.queue)),
      wrapping
        ? h("span", { class: "tag warn" }, left ? t("talks.wrapping_left", { time: clock(Math.max(0, left - now) + 999) }) : t("talks.wrapping"))
        : since !== undefined
          ? h("span", { class: talk.replyDue ? "tag danger" : "tag" }, t("talks.waits", { time: clock(now - since) }))
          : talk.typing > now
            ? h("span", { class: "faint" }, t("talks.typing"))
            : null,
    ),
  );
}

/** @param {number} count */
const badge = (count) =>
  h("span", { class: "badge" }, count, h("span", { class: "unseen" }, ` ${t("talks.unread")}`));

/** @param {Page} page */
function done({ desk }) {
  const incidents = Object.values(desk.incidents).filter(({ state }) => state !== "none");
  if (incidents.length === 0) return null;
  return h(
    "section",
    { class: "done", "aria-label": t("done.title") },
    h("h2", null, t("done.title")),
    h("ul", { role: "list" }, incidents.slice(0, 20).map((one) => h("li", { key: one.chat }, incidentLine(one)))),
  );
}

/** In what ServiceNow holds it otherwise than it was sent.
 * @param {IncidentView} incident */
function differs({ differences = [] }) {
  const fields = new Set(differences.map(({ field }) => field));
  const left = fields.delete("caller_id");
  const told = [left && t("incident.caller_left"), fields.size && t("incident.differs", { fields: [...fields].join(", ") })];
  return told.filter(Boolean).map((text) => h("p", { class: "small wrong" }, text));
}

/** An incident: its number as a link, or why there is none yet.
 * @param {IncidentView & { who?: string }} incident */
export function incidentLine(incident) {
  const { number, url, state, who } = incident;
  const why = whyNone(incident);
  const whose = who ? ` · ${who}` : "";
  if (state === "created") {
    const href = safeAddress(url);
    const text = `${number ?? t("incident.one")}${whose}`;
    const unseen = h("span", { class: "unseen" }, ` ${t("new_tab")}`);
    return h(
      "div",
      null,
      href ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, text, unseen) : h("span", null, text),
      differs(incident),
    );
  }
  if (state === "none") return h("span", { class: "small faint" }, t("incident.none", { why }));
  return h(
    "span",
    { class: "small" },
    h("span", { class: "tag warn" }, t("incident.pending")),
    whose,
    why ? h("span", { class: "faint" }, ` ${why}`) : null,
  );
}
