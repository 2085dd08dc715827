// Signing in by a provider, where deskd has one: the browser goes there by a link and comes back signed
// in, or with a word that says why not.

import { h } from "./dom.js";
import { Fault, request } from "./http.js";
import { at } from "./root.js";
import { has, t } from "./words.js";

/** @typedef {{ name: string, login: string }} Provider */

/** The provider, where there is one. @returns {Promise<Provider | undefined>} */
export async function provider() {
  try {
    return await request("GET", "v1/oidc");
  } catch (fault) {
    if (fault instanceof Fault) return undefined;
    throw fault;
  }
}

/** Why somebody came back from there and is not signed in, taken out of the address; "" where it is not so. */
export function sentBack() {
  const why = new URLSearchParams(location.hash.slice(1)).get("signin");
  if (!why) return "";
  history.replaceState(null, "", location.pathname + location.search);
  return t(has(`sign_in.${why}`) ? `sign_in.${why}` : "sign_in.refused");
}

/** The way there. @param {Provider | undefined} provider @param {"desk" | "wall"} page */
export const wayIn = (provider, page) =>
  provider ? h("p", null, h("a", { class: "button strong", href: at(`${provider.login}?page=${page}`) }, t("sign_in.by", { name: provider.name }))) : null;
