// Server-sent events read from a request of our own: the browser's own reader cannot send the token
// that opens a customer's chat.

/** @typedef {{ event: string, data: string, id?: string }} Told */

/** Takes a stream's text in pieces, gives its events. */
export class Events {
  constructor() {
    this.rest = "";
  }

  /** @param {string} text @returns {Told[]} */
  take(text) {
    const lines = (this.rest + text).replaceAll("\r\n", "\n").split("\n\n");
    this.rest = lines.pop() ?? "";
    return lines.flatMap((block) => told(block) ?? []);
  }
}

/** @param {string} block @returns {Told | undefined} */
function told(block) {
  /** @type {Told} */
  const event = { event: "message", data: "" };
  const data = [];
  for (const line of block.split("\n")) {
    const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (name === "data") data.push(value);
    else if (name === "event") event.event = value;
    else if (name === "id") event.id = value;
  }
  return data.length ? { ...event, data: data.join("\n") } : undefined;
}
