// What deskd says by a code, in the words of the catalogue. The English sentence beside each code is for
// terminals and logs; no page shows it. What a rule or ServiceNow said in its own words stands within.

import { No } from "./http.js";
import { moment } from "./times.js";
import { has, t } from "./words.js";

/** @import { IncidentView, NoOffersView, Refusal } from "./views" */

/** Why it was not done; anything else than a "no" of deskd's is thrown on. @param {unknown} error */
export function refused(error) {
  if (error instanceof No) return refusal(error);
  throw error;
}

/** @param {Pick<Refusal, "code" | "field" | "values">} refusal */
export function refusal({ code, field = "", values = {} }) {
  const keys = [`refused.${code}.${values.why}`, `refused.${code}`, "refused.other"];
  return t(keys.find(has) ?? code, { code, field, ...values });
}

/** Why no offers come although the agent is available: told to them, or of others on the wall.
 * @param {NoOffersView} view @param {boolean} [ofOthers] */
export function noOffers({ reason, until }, ofOthers = false) {
  const named = (/** @type {string} */ word) => (ofOthers ? `wall.no_offers.${word}` : `no_offers.${word}`);
  const key = has(named(reason)) ? named(reason) : named("other");
  const then = until && has(`${key}.until`) ? ` ${t(`${key}.until`, { at: moment(until) })}` : "";
  return t(key) + then;
}

/** Why there is no incident, or none yet; "" where nothing is said. @param {IncidentView} incident */
export const whyNone = ({ why, tries = 1 }) =>
  why && has(`incident.why.${why}`) ? t(`incident.why.${why}`, { count: tries }) : "";
