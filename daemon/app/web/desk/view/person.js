// A customer, and whether anybody vouches for who they say they are.

import { h } from "../../shared/dom.js";
import { t } from "../../shared/words.js";

/** @import { CustomerView } from "../../shared/views" */

/** @param {CustomerView} customer */
export const named = (customer) => customer.name ?? customer.email ?? t("customer.erased");

/** @param {CustomerView} customer */
export function person(customer) {
  return h(
    "span",
    { class: "person" },
    h("strong", null, named(customer)),
    customer.email && customer.name ? h("span", { class: "faint" }, ` ${customer.email}`) : null,
    " ",
    h(
      "span",
      { class: customer.verified ? "tag good" : "tag", title: t(customer.verified ? "customer.verified_hint" : "customer.unverified_hint") },
      t(customer.verified ? "customer.verified" : "customer.unverified"),
    ),
  );
}
