// What stands above the work: a lost connection, a page that the browser did not open, what went wrong.

import { h } from "../../shared/dom.js";
import { safeAddress } from "../../shared/links.js";
import { t } from "../../shared/words.js";

/** @import { Page } from "../page.js" */
/** @import { Pop } from "../state.js" */

/** @param {Page} page @param {...(import("../../shared/dom.js").Child)} more */
export function bands(page, ...more) {
  const { desk, ui, act } = page;
  return h(
    "section",
    { key: "bands", class: "bands", "aria-label": t("bands.title") },
    desk.link === "lost" && h("p", { key: "lost", class: "band danger", role: "alert" }, t("link.lost")),
    desk.link === "too_old" && h("p", { key: "old", class: "band danger", role: "alert" }, t("link.too_old", { why: desk.detail ?? "" })),
    desk.announced &&
      h(
        "p",
        { key: "announced", class: "band", role: "status" },
        h("span", { class: "grow" }, t(`daemon.${desk.announced}`)),
        h("button", { class: "quiet", on: { click: () => act.putAway("announced") } }, t("put_away")),
      ),
    desk.pops.filter(({ stands }) => stands === "blocked").map((pop) => blocked(page, pop)),
    ui.wrong &&
      h(
        "p",
        { key: "wrong", class: "band danger", role: "alert" },
        h("span", { class: "grow" }, ui.wrong),
        h("button", { class: "quiet", on: { click: act.rightAgain } }, t("put_away")),
      ),
    ...more,
  );
}

/** @param {Page} page @param {Pop} pop */
function blocked({ act, desk }, pop) {
  const href = safeAddress(pop.url);
  const who = desk.talks[pop.chat]?.chat.customer.name ?? desk.incidents[pop.chat]?.who ?? "";
  return h(
    "div",
    { key: pop.pop, class: "band", role: "status" },
    h(
      "div",
      { class: "grow" },
      h("strong", null, t(`pop.blocked.${pop.what}`, { who })),
      h("p", { class: "small" }, t("pop.help")),
    ),
    href &&
      h(
        "a",
        { class: "button strong", href, target: "_blank", rel: "noopener noreferrer", on: { click: () => act.popOpened(pop.pop) } },
        t(`pop.open.${pop.what}`),
      ),
    h("button", { class: "quiet", on: { click: () => act.popOpened(pop.pop) } }, t("put_away")),
  );
}
