// The canned replies that fit what was typed behind a slash. The focus stays in the text: arrows choose
// one, Enter or Tab takes it.

import { h } from "../../shared/dom.js";
import { t } from "../../shared/words.js";
import { fieldsOf, filled } from "../replies.js";

/** @import { Page } from "../page.js" */
/** @import { ChatView, CannedReplyView } from "../../shared/views" */

/** @param {Page} page @param {ChatView} chat @param {CannedReplyView[]} replies */
export function repliesList({ desk, ui, act, queueName }, chat, replies) {
  const fields = fieldsOf(chat, desk.agent?.name ?? "", queueName(chat.queue));
  if (replies.length === 0) {
    return h("p", { key: "replies", class: "replies small faint", role: "status" }, t("replies.none"));
  }
  return h(
    "ul",
    { key: "replies", id: "replies", class: "replies", role: "listbox", "aria-label": t("replies.title") },
    replies.map((reply, n) =>
      h(
        "li",
        {
          key: `${reply.short}-${reply.language ?? ""}-${n}`,
          id: `reply-${n}`,
          role: "option",
          "aria-selected": String(n === ui.reply),
          // The text keeps the focus, so that typing goes on behind what was put in.
          on: { mousedown: (/** @type {Event} */ event) => event.preventDefault(), click: () => act.reply(n) },
        },
        h("span", { class: "line" }, h("strong", null, `/${reply.short}`), reply.title, reply.language && h("span", { class: "tag" }, reply.language)),
        h("span", { class: "small faint cut" }, filled(reply.text, fields)),
      ),
    ),
  );
}
