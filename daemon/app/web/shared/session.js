// Signing in. The session itself is a cookie that no script can read; what stands here is who it is.

import { Fault, request } from "./http.js";
import { socketAt } from "./root.js";

/** @typedef {{ session?: string, agents: string[], roles: string[], queues: string[], expires?: number }} Session */

/** What `deskctl desk` opened the page with, taken out of the address at once: a ticket, and as whom to
 * act, such as `agent:alice`. */
export function invitation() {
  const said = new URLSearchParams(location.hash.slice(1));
  if (said.has("ticket")) history.replaceState(null, "", location.pathname + location.search);
  return { ticket: said.get("ticket") ?? undefined, as: said.get("as") ?? undefined };
}

/** @param {{ ticket: string } | { token: string }} secret @returns {Promise<Session>} */
export const signIn = (secret) => request("POST", "v1/session", { body: secret });

/** Who is signed in, or nobody. @returns {Promise<Session | undefined>} */
export async function whoIsSignedIn() {
  try {
    return await request("GET", "v1/session");
  } catch (fault) {
    if (fault instanceof Fault && (fault.status === 401 || fault.status === 403)) return undefined;
    throw fault;
  }
}

export const signOut = () => request("DELETE", "v1/session");

/** The address of a WebSocket, good for one connection within seconds. */
export async function socketAddress() {
  const { ticket } = await request("POST", "v1/session/socket", { body: {} });
  return `${socketAt("v1/socket")}?ticket=${encodeURIComponent(ticket)}`;
}
