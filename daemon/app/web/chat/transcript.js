// The conversation as a text file for the customer to keep.

import { moment } from "../shared/times.js";
import { say, t } from "../shared/words.js";

/** @import { Message } from "./state.js" */

/** @param {Message[]} messages @param {number} [now] @param {string} [language] */
export function transcript(messages, now, language) {
  const lines = messages.map(({ at, from, name, text }) => {
    const who = from === "customer" ? t("chat.you") : (name ?? say("sender", from));
    return `[${moment(at, now, language)}] ${who}: ${text ?? t("talk.erased")}`;
  });
  return `${lines.join("\r\n")}\r\n`;
}

/** @param {Message[]} messages */
export function keepTranscript(messages) {
  const url = URL.createObjectURL(new Blob([transcript(messages, 0)], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `chat-${new Date(messages[0]?.at ?? Date.now()).toISOString().slice(0, 10)}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
