// Screen pops: a page of ServiceNow's opens in a tab of its own, once, however many desks of the agent
// are open. Who claims it first opens it; a browser that will not is helped by a link.

import { safeAddress } from "../shared/links.js";
import { pause } from "../shared/timer.js";
import { Refused } from "../shared/wire.js";

/** @import { PopResult } from "../shared/views" */
/** @import { Desk, Pop } from "./state.js" */

/** The desk at which the agent just acted comes first: the browser lets it open a tab, and the agent
 * looks there. */
const OTHERS_WAIT_MS = 400;

/** The pops that are still to be claimed, in time. @param {Desk} desk @param {number} now */
export const due = (desk, now) => desk.pops.filter(({ stands, until }) => stands === "wanted" && until > now);

/**
 * Opens an address in a new tab that knows nothing of this one.
 * @param {string} url
 * @returns {PopResult}
 */
export function openTab(url) {
  const address = safeAddress(url);
  if (!address) return "not_possible";
  // `noopener` would hide whether a tab came: it opens empty, is cut off, and then goes there.
  const tab = window.open("about:blank", "_blank");
  if (!tab) return "blocked";
  tab.opener = null;
  tab.location.replace(address);
  return "opened";
}

/**
 * @param {object} of
 * @param {(verb: string, args: object) => Promise<any>} of.change
 * @param {(pop: string, stands: Pop["stands"]) => void} of.stands
 * @param {() => number} of.now deskd's time
 * @param {() => boolean} [of.inFront] whether the agent looks at this desk
 * @param {(url: string) => PopResult} [of.open]
 */
export function popper({ change, stands, now, inFront = () => document.hasFocus(), open = openTab }) {
  /** @type {Set<string>} */
  const taken = new Set();

  /** @param {Pop} pop */
  async function pop({ pop, url, until }) {
    if (!inFront()) await pause(OTHERS_WAIT_MS);
    try {
      const claimed = await change("pop_claim", { pop });
      stands(pop, "claimed");
      const late = now() > until;
      const result = late ? "blocked" : open(claimed.pop?.url ?? url);
      stands(pop, result === "opened" ? "opened" : "blocked");
      await change("pop_report", { pop, result });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.code.startsWith("pop_")) stands(pop, "elsewhere");
    }
  }

  /** Takes what is to open now. @param {Desk} desk */
  return (desk) => {
    for (const wanted of due(desk, now())) {
      if (taken.has(wanted.pop)) continue;
      taken.add(wanted.pop);
      void pop(wanted);
    }
  };
}
