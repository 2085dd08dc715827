// The stream of a chat's events, which goes on where it broke off.

import { at } from "../shared/root.js";
import { Events } from "../shared/sse.js";
import { pause } from "../shared/timer.js";

/** deskd says that it is alive at least every 15 s. */
const SILENCE_MS = 60_000;
const AGAIN_MS = [500, 1000, 2000, 4000, 8000];

/**
 * Follows a chat until it is over or `signal` ends it.
 * @param {object} of
 * @param {string} of.chat
 * @param {string} of.token
 * @param {AbortSignal} of.signal
 * @param {(event: string, data: any) => void} of.told
 * @param {(why: "lost" | "live" | "over" | "unknown") => void} of.stands
 */
export async function follow({ chat, token, signal, told, stands }) {
  /** @type {string | undefined} */
  let cursor;
  let tries = 0;
  while (!signal.aborted) {
    const once = new AbortController();
    const stop = () => once.abort();
    signal.addEventListener("abort", stop);
    try {
      const headers = { authorization: `Bearer ${token}`, accept: "text/event-stream" };
      const answer = await fetch(at(`v1/chats/${chat}/events`), {
        headers: cursor ? { ...headers, "last-event-id": cursor } : headers,
        signal: once.signal,
        cache: "no-store",
        credentials: "omit",
      });
      if (answer.status === 204) return stands("over");
      if (answer.status === 401 || answer.status === 404) return stands("unknown");
      if (answer.ok && answer.body) {
        tries = 0;
        stands("live");
        for await (const { event, data, id } of read(answer.body, once)) {
          told(event, JSON.parse(data));
          cursor = id ?? cursor;
          if (event === "end") return stands("over");
        }
      }
    } catch {
      // It broke, or nothing was heard for too long: it is tried again.
    } finally {
      signal.removeEventListener("abort", stop);
    }
    if (signal.aborted) return;
    stands("lost");
    const ms = AGAIN_MS[Math.min(tries++, AGAIN_MS.length - 1)];
    await pause(ms * (0.75 + Math.random() / 2));
  }
}

/** @param {ReadableStream<Uint8Array>} body @param {AbortController} once */
async function* read(body, once) {
  const events = new Events();
  const text = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    const silent = setTimeout(() => once.abort(), SILENCE_MS);
    const { done, value } = await reader.read().finally(() => clearTimeout(silent));
    if (done) return;
    yield* events.take(text.decode(value, { stream: true }));
  }
}
