// A table whose last column holds what can be done.

import { h } from "../../shared/dom.js";
import { t } from "../../shared/words.js";

/** @param {string} label @param {string[]} heads @param {any[]} rows @param {string} none what is said where there is nothing */
export const table = (label, heads, rows, none) =>
  rows.length === 0
    ? h("p", { class: "faint" }, none)
    : h(
        "div",
        // Reachable by the keyboard, so that it can be scrolled by it.
        { class: "scroll", role: "region", tabindex: "0", "aria-label": t("wall.table", { label }) },
        h(
          "table",
          null,
          h("thead", null, h("tr", null, heads.map((head) => h("th", { key: head, scope: "col" }, t(head))), h("th", { scope: "col" }, h("span", { class: "unseen" }, t("wall.do"))))),
          h("tbody", null, rows),
        ),
      );
