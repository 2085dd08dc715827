// The customer's chat: what belongs together is put together here. The token that opens the chat stays
// in this tab, so that whoever reloads or leaves and comes back goes on.

import { render } from "../shared/dom.js";
import { Fault, randomId, request } from "../shared/http.js";
import { kept, tabStorage } from "../shared/kept.js";
import { later } from "../shared/timer.js";
import { refused } from "../shared/told.js";
import { loadWords, t } from "../shared/words.js";
import { follow } from "./follow.js";
import { settings } from "./settings.js";
import { nothing, reduce, unread } from "./state.js";
import { keepTranscript } from "./transcript.js";
import { chatView } from "./view.js";

/** @import { Ask, QueueForm } from "../shared/views" */
/** @typedef {typeof act} Acts */
/** @typedef {{ chat: string, token: string }} Opened */
/**
 * @typedef {object} Ui
 * @property {string} queue
 * @property {string} name
 * @property {string} email
 * @property {Ask[]} asks what the queue asks
 * @property {Record<string, string>} answers
 * @property {boolean} vouched whether a site vouches for who the customer is
 * @property {string} text what the customer wrote before there was a chat
 * @property {string} draft
 * @property {boolean} busy
 * @property {boolean} asking whether to end
 * @property {string} [wrong]
 */

const TYPING_MS = 3000;
const AGAIN_MS = 3000;

const root = /** @type {HTMLElement} */ (document.getElementById("chat"));
const asked = settings(location.search, location.hash, window.parent !== window);
const storage = tabStorage();
const keptChat = kept(storage, `deskd.chat.${asked.queue}`);
const keptUnsent = kept(storage, `deskd.chat.unsent.${asked.queue}`);
const keptUi = kept(storage, `deskd.chat.draft.${asked.queue}`);

let chat = nothing();
/** @type {Ui} */
let ui = {
  queue: asked.queue,
  name: asked.name,
  email: asked.email,
  asks: [],
  answers: {},
  vouched: asked.identity !== undefined,
  text: "",
  draft: "",
  ...keptUi.get(),
  busy: false,
  asking: false,
};
/** @type {Opened | undefined} */
let opened;
/** The id of a request that may have got through: a repeat is the same one. */
let requestId = randomId();
let following = new AbortController();
let [typedAt, skew, drawing] = [0, 0, false];

/** @param {string} type @param {any} [told] */
function tell(type, told) {
  const { unsent } = chat;
  chat = reduce(chat, type, told);
  if (chat.unsent !== unsent) keptUnsent.set(chat.unsent);
  changed();
}

/** @param {Partial<Ui>} part */
function set(part) {
  ui = { ...ui, ...part };
  const { name, email, answers, text, draft } = ui;
  keptUi.set({ name, email, answers, text, draft });
  changed();
}

function changed() {
  if (chat.shows === "open" && document.visibilityState === "visible" && document.hasFocus() && unread(chat)) {
    chat = reduce(chat, "seen");
  }
  const news = unread(chat);
  document.title = news ? t("title.unread", { count: news, title: t("chat.title") }) : t("chat.title");
  if (asked.framed) window.parent.postMessage({ deskd: "unread", count: news }, "*");
  if (drawing) return;
  drawing = true;
  queueMicrotask(draw);
}

function draw() {
  drawing = false;
  const log = root.querySelector(".log");
  const atEnd = !log || log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  render(root, chatView({ chat, ui, act, now: Date.now() + skew, framed: asked.framed }));
  const after = root.querySelector(".log");
  if (after && atEnd) after.scrollTop = after.scrollHeight;
}

/** What went wrong, in words. @param {unknown} error */
function wrong(error) {
  set({ wrong: refused(error) });
}

/** @param {Opened} of */
function go(of) {
  opened = of;
  keptChat.set(of);
  following.abort();
  following = new AbortController();
  tell("opened");
  void follow({
    ...of,
    signal: following.signal,
    told: (event, data) => {
      if (typeof data.at === "number") skew = Math.max(skew, data.at - Date.now());
      tell(event, data);
    },
    stands: (how) => {
      tell("lost", { lost: how === "lost" });
      // A token that opens nothing any more: begin anew.
      if (how === "unknown") forget();
    },
  });
}

function forget() {
  following.abort();
  opened = undefined;
  keptChat.set(undefined);
  requestId = randomId();
  tell("begin");
}

/** Says something; a repeat is kept once. @param {string} id */
async function send(id) {
  const message = chat.unsent.find((one) => one.id === id);
  if (!message || !opened) return;
  const { chat: name, token } = opened;
  tell("unsent", { message: { id, text: message.text } });
  try {
    const { n } = await request("POST", `v1/chats/${name}/messages`, { token, body: { id, text: message.text } });
    tell("sent", { id, n, at: Date.now() + skew });
    set({ wrong: undefined });
  } catch (error) {
    if (error instanceof Fault && error.passes) later(() => void send(id), AGAIN_MS);
    else tell("unsent", { message: { ...message, failed: true } });
    if (error instanceof Fault && error.code !== "unreachable") wrong(error);
  }
}

/** @param {string} text @param {string} [id] */
function put(text, id = randomId()) {
  tell("unsent", { message: { id, text } });
  void send(id);
}

/** @param {any} event */
function filled(event) {
  event.preventDefault();
  const { name, email, text } = event.target.elements;
  // Where a site vouches for who it is, nobody is asked.
  const who = name && email ? { name: name.value.trim(), email: email.value.trim() } : {};
  set({ ...who, text: text.value, busy: true, wrong: undefined });
}

/** Who asks for a chat or leaves a message, and what is known of them. */
function person() {
  const { queue, name, email, answers } = ui;
  const given = Object.entries(answers).filter(([name, answer]) => answer && ui.asks.some((ask) => ask.name === name));
  const fields = { language: navigator.language, ...Object.fromEntries(given), ...asked.fields };
  const who = ui.vouched ? { identity: asked.identity } : { name, email };
  return { queue, ...who, fields, id: requestId };
}

/** What a site signed may be too old by now: then the customer says who they are. @param {unknown} error */
function notBegun(error) {
  if (ui.vouched && error instanceof Fault && error.problem.errors?.some(({ field }) => field === "identity")) {
    set({ vouched: false, wrong: t("chat.who") });
  } else wrong(error);
}

/** What the queue asks, and whether it takes chats at all; without an answer it is asked when the chat begins. */
async function lookAtQueue() {
  if (!ui.queue) return;
  try {
    /** @type {QueueForm} */
    const { open, opens, message, form, ask } = await request("GET", `v1/queues/${encodeURIComponent(ui.queue)}`);
    set({ asks: ask });
    if (!open && chat.shows === "form") tell("away", { away: { why: "closed", message, opens, form } });
  } catch (error) {
    if (error instanceof Fault && error.code === "unknown_queue") wrong(error);
  }
}

const act = {
  /** @param {any} event */
  async begin(event) {
    filled(event);
    const { text } = ui;
    try {
      go(await request("POST", "v1/chats", { body: person() }));
      set({ text: "" });
      put(text);
    } catch (error) {
      const problem = error instanceof Fault ? error.problem : {};
      if (error instanceof Fault && (error.code === "turned_away" || error.code === "queue_closed")) {
        tell("away", { away: { why: problem.why, message: problem.message, opens: problem.opens, form: Boolean(problem.form) } });
        requestId = randomId();
      } else notBegun(error);
    }
    set({ busy: false });
  },

  /** @param {any} event */
  async leave(event) {
    filled(event);
    const { text } = ui;
    try {
      await request("POST", "v1/forms", { body: { ...person(), text } });
      set({ text: "" });
      keptChat.set(undefined);
      tell("left");
    } catch (error) {
      notBegun(error);
    }
    set({ busy: false });
  },

  /** @param {string} name @param {any} event */
  answer: (name, event) => set({ answers: { ...ui.answers, [name]: event.target.value } }),

  /** @param {any} event */
  keepText: (event) => set({ text: event.target.value }),

  /** @param {any} event */
  write(event) {
    set({ draft: event.target.value });
    const now = Date.now();
    if (!opened || now - typedAt < TYPING_MS || chat.state === "waiting") return;
    typedAt = now;
    request("POST", `v1/chats/${opened.chat}/typing`, { token: opened.token }).catch(() => {});
  },

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    act.say(event);
  },

  /** @param {Event} event */
  say(event) {
    event.preventDefault();
    const text = ui.draft;
    if (text.trim() === "") return;
    typedAt = 0;
    set({ draft: "" });
    put(text);
  },

  /** @param {string} id */
  again: (id) => void send(id),
  ask: () => set({ asking: !ui.asking }),
  async end() {
    if (!opened) return;
    try {
      await request("POST", `v1/chats/${opened.chat}/end`, { token: opened.token });
      set({ asking: false });
    } catch (error) {
      wrong(error);
    }
  },
  keep: () => keepTranscript(chat.messages),
  anew() {
    set({ wrong: undefined, draft: "", asking: false });
    forget();
    void lookAtQueue();
  },
  minimise: () => window.parent.postMessage({ deskd: "minimise" }, "*"),
};

async function start() {
  await loadWords(undefined, "chat.title");
  const [before, unsent] = [keptChat.get(), keptUnsent.get() ?? []];
  if (before) go(before);
  else {
    tell("begin");
    void lookAtQueue();
  }
  if (before) unsent.forEach((/** @type {{ id: string, text: string }} */ { id, text }) => put(text, id));
  for (const kind of ["focus", "visibilitychange"]) window.addEventListener(kind, changed, true);
  // The one who typed stops: nothing tells of it.
  setInterval(() => chat.typing && changed(), 1000);
}

void start();
