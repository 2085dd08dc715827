// The customer's page.

import { h } from "../shared/dom.js";
import { linked } from "../shared/linked.js";
import { moment } from "../shared/times.js";
import { has, languages, say, t } from "../shared/words.js";
import { minutes } from "./state.js";

/** @import { Chat, Message } from "./state.js" */
/** @import { Acts, Ui } from "./chat.js" */
/** @import { Ask } from "../shared/views" */

/** @param {{ chat: Chat, ui: Ui, act: Acts, now: number, framed: boolean }} page */
export function chatView(page) {
  const { chat, ui, act, framed } = page;
  return h(
    "div",
    { class: "chat" },
    h(
      "header",
      { class: "top" },
      h("h1", null, t("chat.title")),
      h("span", { class: "push" }),
      chat.shows === "open" && !chat.ended && h("button", { key: "end", class: "quiet", on: { click: act.ask } }, t("chat.end")),
      framed && h("button", { key: "minimise", class: "quiet", "aria-label": t("chat.minimise"), on: { click: act.minimise } }, "–"),
    ),
    chat.lost && h("p", { key: "lost", class: "band danger", role: "alert" }, t("link.lost")),
    ui.wrong && h("p", { key: "wrong", class: "band danger", role: "alert" }, ui.wrong),
    h("main", { class: "body" }, body(page)),
  );
}

/** @param {Parameters<typeof chatView>[0]} page */
function body(page) {
  switch (page.chat.shows) {
    case "form":
      return page.ui.queue ? beginForm(page) : h("p", null, t("chat.no_queue"));
    case "away":
      return away(page);
    case "left":
      return left(page);
    case "open":
      return open(page);
    default:
      return h("p", { class: "faint" }, t("loading"));
  }
}

/** @param {Parameters<typeof chatView>[0]} page */
function beginForm({ ui, act }) {
  return h(
    "form",
    { key: "begin", class: "stack pad", on: { submit: act.begin } },
    h("p", null, t("chat.intro")),
    ui.vouched ? null : [who(ui), field(t("chat.email"), "email", ui.email, { type: "email", autocomplete: "email", maxlength: 254 }, t("chat.email_hint"))],
    ui.asks.map((ask) => question(ask, ui, act)),
    text(t("chat.question"), ui.text, act),
    h("button", { type: "submit", class: "strong", disabled: ui.busy }, t("chat.begin")),
  );
}

/** @param {Ui} ui */
const who = (ui) => field(t("chat.name"), "name", ui.name, { autocomplete: "name", required: true, maxlength: 200 });

/** @param {string} label @param {string} name @param {string} value @param {object} more @param {string} [hint] */
const field = (label, name, value, more, hint) =>
  h(
    "label",
    { key: name },
    label,
    h("input", { type: "text", name, value, ...more }),
    hint && h("span", { class: "small faint" }, hint),
  );

/** What a queue asks. @param {Ask} ask @param {Ui} ui @param {Acts} act */
function question({ name, label, labels = {}, required, choices = [] }, ui, act) {
  const props = { value: ui.answers[name] ?? "", required, on: { input: (/** @type {Event} */ event) => act.answer(name, event) } };
  return h(
    "label",
    { key: `ask-${name}` },
    labels[languages(navigator.languages).find((language) => language in labels) ?? ""] ?? label,
    choices.length
      ? h("select", props, h("option", { value: "" }, t("chat.choose")), choices.map((choice) => h("option", { key: choice, value: choice }, choice)))
      : h("input", { type: "text", maxlength: 1000, ...props }),
  );
}

/** @param {string} label @param {string} value @param {Acts} act */
const text = (label, value, act) =>
  h("label", { key: "text" }, label, h("textarea", { name: "text", rows: 4, required: true, value, on: { input: act.keepText } }));

/** Nobody takes the chat: why, and the form where there is one. @param {Parameters<typeof chatView>[0]} page */
function away({ chat, ui, act }) {
  const { away } = chat;
  return h(
    "div",
    { key: "away", class: "stack pad" },
    h("p", { class: "band" }, away?.message || t(away?.why && has(`chat.away.${away.why}`) ? `chat.away.${away.why}` : "chat.away")),
    away?.opens && h("p", null, t("chat.opens", { at: moment(away.opens) })),
    away?.form
      ? leaveForm(ui, act)
      : h("button", { on: { click: act.anew } }, t("chat.anew")),
  );
}

/** @param {Ui} ui @param {Acts} act */
function leaveForm(ui, act) {
  return h(
    "form",
    { key: "leave", class: "stack", on: { submit: act.leave } },
    h("p", null, t("chat.leave_intro")),
    ui.vouched ? null : [who(ui), field(t("chat.email"), "email", ui.email, { type: "email", autocomplete: "email", required: true, maxlength: 254 })],
    text(t("chat.message"), ui.text, act),
    h("button", { type: "submit", class: "strong", disabled: ui.busy }, t("chat.leave")),
  );
}

/** @param {Parameters<typeof chatView>[0]} page */
function left({ ui, act }) {
  return h(
    "div",
    { key: "left", class: "stack pad", role: "status" },
    h("h2", null, t("chat.left")),
    ui.email ? h("p", null, t("chat.left_hint", { email: ui.email })) : null,
    h("button", { on: { click: act.anew } }, t("chat.anew")),
  );
}

/** @param {Parameters<typeof chatView>[0]} page */
function open({ chat, ui, act, now }) {
  return h(
    "section",
    { key: "open", class: "open", "aria-label": t("chat.title") },
    ui.asking && !chat.ended ? sure(act) : null,
    h("p", { class: "stands", role: "status" }, stands(chat)),
    h(
      "div",
      { class: "log", role: "log", tabindex: "0", "aria-label": t("talk.log") },
      chat.messages.map(said),
      chat.unsent.map(({ id, text, failed }) =>
        h(
          "div",
          { key: id, class: "said mine" },
          h("p", { class: "text" }, linked(text)),
          failed
            ? h("button", { class: "link", on: { click: () => act.again(id) } }, t("chat.again"))
            : h("p", { class: "small faint" }, t("talk.sending")),
        ),
      ),
      chat.typing && chat.typing.until > now
        ? h("p", { key: "typing", class: "small faint" }, t("talk.types", { who: chat.typing.name ?? t("sender.agent") }))
        : null,
    ),
    chat.ended ? over(chat, ui, act) : writer(ui, act),
  );
}

/** @param {Acts} act */
const sure = (act) =>
  h(
    "div",
    { key: "sure", class: "strip", role: "group", "aria-label": t("chat.end") },
    h("span", { class: "grow" }, t("chat.end_sure")),
    h("button", { class: "danger", on: { click: act.end } }, t("chat.end_yes")),
    h("button", { class: "quiet", on: { click: act.ask } }, t("chat.stay")),
  );

/** Where the chat stands, in a sentence. @param {Chat} chat */
function stands({ state, agent, place }) {
  if (state === "active") return t(agent ? "chat.with" : "chat.with_somebody", { who: agent ?? "" });
  if (state === "ended") return t("chat.over");
  if (state === "offered") return t("chat.soon");
  if (!place) return t("chat.waiting");
  const count = minutes(place.expected_wait_secs);
  const first = place.position === 1 ? t("chat.next") : t("chat.place", { position: place.position });
  return count === undefined ? first : `${first} ${t("chat.expected", { count })}`;
}

/** @param {Message} message */
function said({ n, at, from, name, text }) {
  if (from === "system") return h("p", { key: n, class: "notice" }, linked(text ?? t("talk.erased")));
  const mine = from === "customer";
  return h(
    "div",
    { key: n, class: mine ? "said mine" : "said theirs" },
    h("p", { class: "small" }, h("strong", null, mine ? t("chat.you") : (name ?? say("sender", from))), h("span", { class: "faint" }, ` ${moment(at)}`)),
    h("p", { class: "text" }, text === undefined ? t("talk.erased") : linked(text)),
  );
}


/** @param {Ui} ui @param {Acts} act */
function writer(ui, act) {
  return h(
    "form",
    { key: "writer", class: "writer", on: { submit: act.say } },
    h("textarea", {
      id: "writer",
      rows: 2,
      "aria-label": t("chat.write"),
      placeholder: t("chat.write"),
      value: ui.draft,
      on: { input: act.write, keydown: act.key },
    }),
    h("button", { type: "submit", class: "strong", disabled: ui.draft.trim() === "" }, t("talk.send")),
  );
}

/** @param {Chat} chat @param {Ui} ui @param {Acts} act */
function over({ ended, messages }, ui, act) {
  return h(
    "div",
    { key: "over", class: "over stack pad" },
    ended?.form ? leaveForm(ui, act) : null,
    h(
      "div",
      { class: "buttons" },
      messages.length > 0 && h("button", { on: { click: act.keep } }, t("chat.keep")),
      h("button", { on: { click: act.anew } }, t("chat.anew")),
    ),
  );
}
