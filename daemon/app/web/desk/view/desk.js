// The whole desk.

import { h } from "../../shared/dom.js";
import { t } from "../../shared/words.js";
import { bands } from "./bands.js";
import { bar, noOffersBand } from "./bar.js";
import { help, signInDialog, whichAgent } from "./dialogs.js";
import { missedCard, offerCard } from "./offer.js";
import { details, search } from "./record.js";
import { conversation } from "./talk.js";
import { talks } from "./talks.js";
import { wrapupPanel } from "./wrapup.js";

/** @import { Page, Tab } from "../page.js" */

const TABS = /** @type {const} */ (["talk", "details", "search", "wrapup"]);

/** @param {Page} page */
export function deskView(page) {
  const { desk, ui } = page;
  return [
    h(
      "div",
      { key: "desk", class: "desk", "data-tab": ui.tab },
      bar(page),
      offerCard(page),
      bands(page, missedCard(page), noOffersBand(page)),
      h("main", { key: "work", class: "work" }, talks(page), tabs(page), conversation(page), side(page)),
    ),
    ui.panel === "help" && help(page),
    desk.link === "signed_out" && signInDialog(page),
    desk.link !== "signed_out" && ui.choosing && whichAgent(page),
  ].flatMap((tree) => tree || []);
}

/** In a narrow window the conversation is one of the tabs; else it stands beside them.
 * @param {Page} page */
function tabs({ desk, ui, act, narrow }) {
  const talk = desk.open ? desk.talks[desk.open] : undefined;
  if (!talk) return null;
  const many = talk.chat.match.candidates.length;
  return h(
    "div",
    { key: "tabs", class: "tabs", role: "group", "aria-label": t("tabs.title") },
    TABS.map((tab) =>
      h(
        "button",
        {
          key: tab,
          class: `tab only-${tab}`,
          "aria-pressed": String((narrow ? ui.tab : shownTab(ui.tab)) === tab),
          on: { click: () => act.tab(tab) },
        },
        t(`tabs.${tab}`),
        tab === "search" && many > 1 ? h("span", { class: "count" }, many) : null,
        tab === "wrapup" && talk.wrapup?.mandatory && talk.wrapup.codes.length === 0
          ? h("span", { class: "count danger", title: t("wrapup.stays.code_missing") }, "!")
          : null,
      ),
    ),
  );
}

/** What stands at the side while the conversation is shown. @param {Tab} tab */
const shownTab = (tab) => (tab === "talk" ? "details" : tab);

/** @param {Page} page */
function side(page) {
  const { desk, ui } = page;
  const talk = desk.open ? desk.talks[desk.open] : undefined;
  if (!talk) return h("aside", { key: "side", class: "side empty" });
  const tab = shownTab(ui.tab);
  return h(
    "aside",
    { key: `side-${talk.chat.chat}-${tab}`, class: "side", "aria-label": t(`tabs.${tab}`) },
    tab === "details" ? details(page, talk) : tab === "search" ? search(page, talk) : wrapupPanel(page, talk),
  );
}
