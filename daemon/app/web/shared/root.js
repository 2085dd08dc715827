// Where deskd's pages begin. The address that people use may carry a path of a proxy's, so every
// address is made from that of this module, which stands one folder below the beginning.

export const ROOT = new URL("..", import.meta.url);

/** The address of something that deskd serves. @param {string} path without a leading slash */
export const at = (path) => new URL(path, ROOT).href;

/** The address of a WebSocket that deskd serves. @param {string} path without a leading slash */
export function socketAt(path) {
  const url = new URL(path, ROOT);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
