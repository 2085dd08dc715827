// What an agent can do. Each act asks deskd and takes the answer into the state; a refusal is shown.

import { randomId } from "../shared/http.js";
import { refused } from "../shared/told.js";
import { Refused } from "../shared/wire.js";
import { toggled } from "./codes.js";
import { myPart } from "./order.js";
import { fieldsOf, filled, offered, slashed } from "./replies.js";

/** @import { Wire } from "../shared/wire.js" */
/** @import { Overtaken } from "./overtaken.js" */
/** @import { Store } from "./store.js" */
/** @import { Panel, Tab } from "./page.js" */
/** @import { Intent } from "../shared/views" */
/** @typedef {ReturnType<typeof acts>} Acts */

const TYPING_MS = 3000;
const NOTE_PAUSE_MS = 700;

/**
 * @param {Store} store
 * @param {Wire} wire
 * @param {object} other
 * @param {Overtaken} other.overtaken
 * @param {(looks: { verb: string, with: object }[]) => void} other.look
 * @param {(reply: any) => void} other.take takes an answer into the state
 * @param {() => boolean} other.narrow
 * @param {(secret: { token: string }) => Promise<void>} other.signIn
 * @param {() => Promise<void>} other.signOut
 * @param {(agent: string) => void} other.be
 */
export function acts(store, wire, { overtaken, look, take, narrow, signIn, signOut, be }) {
  let typedAt = 0;
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  const noteTimers = new Map();

  const open = () => store.desk.open ?? "";
  const draft = () => store.ui.drafts[open()] ?? { text: "", internal: false };
  const setDraft = (/** @type {Partial<import("./page.js").Draft>} */ part) =>
    store.set({ drafts: { ...store.ui.drafts, [open()]: { ...draft(), ...part } } });

  /** @param {unknown} error */
  function wrong(error) {
    if (!(error instanceof Refused)) throw error;
    store.set({ wrong: refused(error) });
    return error.code;
  }

  /** Changes something, and shows why not. @param {string} verb @param {object} [args] */
  async function change(verb, args) {
    try {
      const answered = await overtaken.wait(wire.change(verb, args), chatOf);
      take(answered.reply);
      if (answered.overtaken) look([again(answered.reply)]);
      store.set({ wrong: undefined });
      return true;
    } catch (error) {
      // Reasons may have become others since they were asked for.
      if (wrong(error).startsWith("reason_")) look([{ verb: "status_show", with: {} }]);
      return false;
    }
  }

  const reason = () => (store.ui.reason.trim() ? { reason: store.ui.reason.trim() } : {});

  /** @param {string} cmd */
  async function send(cmd) {
    const message = store.desk.unsent.find((one) => one.cmd === cmd);
    if (!message) return;
    const { by, chat, text, internal } = message;
    store.tell({ type: "unsent", message: { cmd, by, chat, text, internal } });
    try {
      const args = { chat, text, visibility: internal ? "internal" : "all" };
      const reply = await wire.change("chat_say", args, cmd);
      const kept = { cursor: { epoch: 0, seq: 0 }, at: 0, notices: [{ notice: "message", with: { chat, message: reply.message } }] };
      if (reply.message) store.tell({ type: "line", line: kept });
      store.tell({ type: "sent", cmd });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      store.tell({ type: "unsent", message: { ...message, failed: refused(error) } });
    }
  }

  /** Sends a note that is not yet with deskd. @param {string} chat */
  async function flushNote(chat) {
    clearTimeout(noteTimers.get(chat));
    noteTimers.delete(chat);
    const text = store.ui.notes[chat];
    const known = store.desk.talks[chat]?.wrapup?.note ?? "";
    return text === undefined || text === known || change("wrapup_note", { chat, text });
  }

  /** Who may take a chat over: asked queue by queue, each agent once. */
  async function findTargets() {
    const replies = await Promise.all(
      store.desk.queues.map(({ queue }) => wire.ask("queue_show", { queue }).catch(() => undefined)),
    );
    const members = replies.flatMap((reply) => reply?.queue?.agents ?? []);
    store.set({ targets: [...new Map(members.map((member) => [member.agent, member])).values()] });
  }

  const act = {
    login: () => change("login"),
    logout: async () => (await change("logout")) && act.panel(undefined),
    async stopNew() {
      // It stands for a status that may want a reason.
      const done = store.desk.agent?.reasons?.work_offline.required
        ? store.set({ panel: "status", wants: "work_offline" })
        : await change("status_stop_new");
      return done;
    },
    resume: () => change("status_resume"),

    /** A status; one that has reasons is asked for the reason first.
     * @param {Intent} to @param {string} [why] */
    async status(to, why) {
      const list = to === "available" ? undefined : store.desk.agent?.reasons?.[to];
      if (why === undefined && list?.codes.length) {
        store.set({ panel: "status", wants: store.ui.wants === to ? undefined : to });
        return;
      }
      const args = why ? { to, reason: why } : { to, ...reason() };
      if (!(await change("status_set", args))) return;
      store.set({ panel: store.ui.panel === "status" ? undefined : store.ui.panel, reason: "", wants: undefined });
    },

    async accept() {
      const { offer } = store.desk;
      if (!offer || store.ui.answering) return;
      store.set({ answering: true });
      const done = await change("offer_accept", { offer: offer.offer });
      store.set({ answering: false });
      if (done) act.open(offer.chat, true);
    },

    /** @param {Event} [event] */
    async reject(event) {
      event?.preventDefault();
      const { offer } = store.desk;
      if (!offer || store.ui.answering) return;
      store.set({ answering: true });
      const done = await change("offer_reject", { offer: offer.offer, ...reason() });
      store.set({ answering: false, ...(done && { panel: undefined, reason: "" }) });
    },

    /** @param {Panel | undefined} panel the same one again closes it */
    panel(panel) {
      const next = store.ui.panel === panel ? undefined : panel;
      store.set({ panel: next, reason: "", wants: undefined, targets: next === "transfer" ? [] : store.ui.targets });
      if (next === "transfer") {
        look([{ verb: "queue_list", with: {} }]);
        void findTargets();
      }
    },

    /** @param {string} chat @param {boolean} [write] whether to go on writing there */
    open(chat, write = false) {
      if (!store.desk.talks[chat]) return;
      store.tell({ type: "open", chat });
      act.turnTo();
      if (write) requestAnimationFrame(() => document.getElementById("writer")?.focus());
    },

    /** Shows of the chat that is open what its agent needs next. */
    turnTo() {
      const talk = store.desk.talks[open()];
      const after = talk && myPart(talk, store.desk.me)?.state === "post_processing";
      const many = (talk?.chat.match.candidates.length ?? 0) > 1;
      const tab = after ? "wrapup" : narrow() ? "talk" : many ? "search" : "details";
      store.set({ tab, panel: undefined, codeWords: "" });
    },

    /** @param {Tab} tab */
    tab: (tab) => store.set({ tab }),

    /** @param {any} event */
    write({ target }) {
      const text = target.value;
      setDraft({ text });
      const looks = slashed(text, target.selectionStart) !== undefined;
      store.set({ caret: target.selectionStart, reply: looks ? 0 : undefined });
      const now = Date.now();
      if (draft().internal || now - typedAt < TYPING_MS || !wire.live) return;
      typedAt = now;
      wire.change("chat_typing", { chat: open() }).catch(() => {});
    },

    /** Looks for a canned reply, as a slash does. */
    lookForReply() {
      const { text } = draft();
      const put = text === "" || /\s$/.test(text) ? `${text}/` : `${text} /`;
      setDraft({ text: put });
      store.set({ caret: put.length, reply: 0 });
      requestAnimationFrame(() => {
        const writer = /** @type {HTMLTextAreaElement | null} */ (document.getElementById("writer"));
        writer?.focus();
        // A browser may put the caret back where it was before the slash.
        writer?.setSelectionRange(put.length, put.length);
      });
    },

    /** Puts a canned reply into the text. @param {number} n */
    reply(n) {
      const looked = offered(store.desk, store.ui);
      const reply = looked?.replies[n];
      if (!looked || !reply) return;
      const { chat, at } = looked;
      const queue = store.desk.queues.find(({ queue }) => queue === chat.queue)?.name ?? chat.queue;
      const said = filled(reply.text, fieldsOf(chat, store.desk.agent?.name ?? "", queue));
      const { text } = draft();
      setDraft({ text: text.slice(0, at.from) + said + text.slice(at.to) });
      store.set({ reply: undefined });
    },

    /** @param {any} event */
    internal: (event) => setDraft({ internal: event.target.checked }),

    /** @param {KeyboardEvent} event */
    writerKey(event) {
      if (event.isComposing || act.replyKey(event)) return;
      if (event.key !== "Enter" || event.shiftKey || event.altKey) return;
      act.say(event);
    },

    /** A key while a canned reply is looked for. @param {KeyboardEvent} event */
    replyKey(event) {
      const looked = offered(store.desk, store.ui);
      const at = store.ui.reply;
      if (!looked || at === undefined || event.shiftKey || event.altKey) return false;
      const count = looked.replies.length;
      if (event.key === "Escape") store.set({ reply: undefined });
      else if (count === 0) return false;
      else if (event.key === "ArrowDown") store.set({ reply: (at + 1) % count });
      else if (event.key === "ArrowUp") store.set({ reply: (at + count - 1) % count });
      else if (event.key === "Enter" || event.key === "Tab") act.reply(at);
      else return false;
      event.preventDefault();
      return true;
    },

    /** @param {Event} [event] */
    say(event) {
      event?.preventDefault();
      const { text, internal } = draft();
      if (text.trim() === "") return;
      const message = { cmd: randomId(), by: store.desk.me, chat: open(), text, internal };
      typedAt = 0;
      setDraft({ text: "" });
      store.tell({ type: "unsent", message });
      void send(message.cmd);
    },

    /** Sends a message that did not get through, as the same one. @param {string} cmd */
    again: (cmd) => send(cmd),
    /** @param {string} cmd */
    dropUnsent: (cmd) => store.tell({ type: "sent", cmd }),

    async finish() {
      if (await change("chat_end", { chat: open() })) store.set({ panel: undefined });
    },

    /** @param {any} event */
    async transfer(event) {
      event.preventDefault();
      const [kind, name] = event.target.elements.to.value.split(/:(.*)/);
      if (await change("chat_transfer", { chat: open(), [kind]: name })) store.set({ panel: undefined });
    },

    /** @param {any} event */
    words: (event) => store.set({ words: { ...store.ui.words, [open()]: event.target.value } }),

    /** @param {Event} event */
    search(event) {
      event.preventDefault();
      const chat = open();
      const words = (store.ui.words[chat] ?? "").trim();
      if (!words) return;
      const known = (store.desk.talks[chat]?.chat.match.candidates ?? []).map(({ sys_id }) => sys_id);
      store.set({ searched: { ...store.ui.searched, [chat]: { words, known } } });
      void change("match_search", { chat, words });
    },

    /** @param {string} candidate */
    choose: (candidate) => change("match_choose", { chat: open(), candidate }),

    /** @param {any} event */
    codeWords: (event) => store.set({ codeWords: event.target.value }),

    /** @param {string} code */
    code(code) {
      const wrapup = store.desk.talks[open()]?.wrapup;
      if (!wrapup) return;
      const codes = toggled(wrapup.codes, code, wrapup.most);
      store.tell({ type: "wrapup", wrapup: { ...wrapup, codes } });
      void change("wrapup_code", { chat: wrapup.chat, codes }).then((done) => {
        if (!done) look([{ verb: "wrapup_show", with: { chat: wrapup.chat } }]);
      });
    },

    /** @param {boolean} settled */
    continued(settled) {
      store.set({ continued: { ...store.ui.continued, [open()]: settled } });
      if (settled) requestAnimationFrame(() => document.getElementById("wrapup-note")?.focus());
    },

    /** @param {any} event */
    note(event) {
      const chat = open();
      store.set({ notes: { ...store.ui.notes, [chat]: event.target.value } });
      clearTimeout(noteTimers.get(chat));
      noteTimers.set(chat, setTimeout(() => void flushNote(chat), NOTE_PAUSE_MS));
    },

    extend: () => change("wrapup_extend", { chat: open() }),

    async wrapUp() {
      const chat = open();
      if (!store.desk.talks[chat] || store.ui.wrapping) return;
      store.set({ wrapping: true });
      const done = (await flushNote(chat)) && (await change("wrapup_done", { chat }));
      store.set({ wrapping: false, ...(!done && { tab: "wrapup" }) });
    },

    /** @param {"missed" | "announced"} what */
    putAway: (what) => store.tell({ type: "put_away", what }),
    rightAgain: () => store.set({ wrong: undefined }),
    /** @param {string} pop */
    popOpened: (pop) => store.tell({ type: "pop", pop, stands: "opened" }),

    sound: () => store.set({ sound: !store.ui.sound }),
    async allowNotes() {
      store.set({ mayNotify: await Notification.requestPermission() });
    },
    help: () => act.panel("help"),
    helpClosed: () => store.ui.panel === "help" && act.panel(undefined),
    /** @param {string} text */
    reason: (text) => store.set({ reason: text }),

    /** @param {any} event */
    async signIn(event) {
      event.preventDefault();
      const field = event.target.elements.token;
      const token = field.value.trim();
      store.set({ signingIn: true, signInWrong: "" });
      await signIn({ token });
      field.value = "";
      store.set({ signingIn: false });
    },
    signOut,
    be,
    /** Messages that were on their way when the page was left. */
    sendLeft: () => store.desk.unsent.filter(({ failed }) => !failed).forEach(({ cmd }) => void send(cmd)),
  };
  return act;
}

/** The chat that an answer is about, if it is about one. @param {any} reply @returns {string | undefined} */
const chatOf = (reply) => Object.values(reply).map((view) => view?.chat)[0];

/** How what came as an answer is looked at once more. @param {any} reply */
function again(reply) {
  const chat = chatOf(reply);
  if (chat === undefined) return { verb: "status_show", with: {} };
  return { verb: reply.wrapup ? "wrapup_show" : "chat_show", with: { chat } };
}
