// The agent's desk: what belongs together is put together here, and nothing is decided.

import { Clock } from "../shared/clock.js";
import { render } from "../shared/dom.js";
import { Fault } from "../shared/http.js";
import { kept, tabStorage } from "../shared/kept.js";
import { provider, sentBack } from "../shared/provider.js";
import { invitation, signIn, signOut, socketAddress, whoIsSignedIn } from "../shared/session.js";
import { later } from "../shared/timer.js";
import { refusal, refused } from "../shared/told.js";
import { loadWords } from "../shared/words.js";
import { Refused, Wire } from "../shared/wire.js";
import { acts } from "./acts.js";
import { attention } from "./attention.js";
import { keys } from "./keys.js";
import { everything, looks, looksAtChat, missing, stale } from "./looks.js";
import { Overtaken } from "./overtaken.js";
import { popper } from "./pops.js";
import { Sound } from "./sound.js";
import { whole } from "./state.js";
import { Store } from "./store.js";
import { deskView } from "./view/desk.js";

/** @import { Session } from "../shared/session.js" */
/** @import { Desk } from "./state.js" */
/** @import { Look } from "./looks.js" */

const TICK_MS = 250;
const AGAIN_MS = 3000;

const root = /** @type {HTMLElement} */ (document.getElementById("desk"));
const narrowWindow = matchMedia("(max-width: 760px)");
const store = new Store();
const clock = new Clock();
const sound = new Sound();
const overtaken = new Overtaken();
const keptMe = kept(tabStorage(), "deskd.me");
let [drawing, first, ticks] = [false, true, 0];
/** @type {{ offer: string, whole: number }} */
let ring = { offer: "", whole: 0 };

const wire = new Wire({
  client: "desk 0.1.0",
  ticket: socketAddress,
  hears: {
    welcome: () => clock.forget(),
    live: (anew) => {
      store.tell({ type: "link", link: "live" });
      look(anew ? everything() : [{ verb: "status_show", with: {} }]);
      if (first) act.sendLeft();
      first = false;
    },
    notices: (line) => {
      clock.sample(line.at);
      overtaken.hear(line);
      store.tell({ type: "line", line });
      for (const { notice, with: told } of line.notices) {
        if (notice === "wrapup_started" && told.agent === store.desk.me && told.chat === store.desk.open) {
          store.set({ tab: "wrapup", panel: undefined });
        }
      }
      look(looks(store.desk, line));
    },
    down: (why, said) => {
      if (why === "signed_out") store.set({ again: true });
      store.tell({ type: "link", link: why, detail: said && refusal(said) });
    },
  },
});

const act = acts(store, wire, {
  overtaken,
  look,
  take,
  narrow: () => narrowWindow.matches,
  signIn: (secret) => enter(() => signIn(secret)),
  signOut: async () => {
    wire.stop();
    await signOut().catch(() => {});
    keptMe.set(undefined);
    store.tell({ type: "me", me: "" });
    store.set({ again: false, panel: undefined, drafts: {}, notes: {}, words: {}, continued: {} });
    store.tell({ type: "link", link: "signed_out" });
  },
  be,
});

const queueName = (/** @type {string} */ id) => store.desk.queues.find(({ queue }) => queue === id)?.name ?? id;

/** @param {string} id @param {string} text */
function spoken(id, text) {
  const place = document.getElementById(id);
  if (place) place.textContent = text;
}

const attend = attention({
  sound,
  mayRing: () => store.ui.sound,
  left: (deadline) => clock.left(deadline),
  queueName,
  speak: (text, now) => spoken(now ? "told-now" : "told", text),
});

const pop = popper({
  change: (verb, args) => wire.change(verb, args),
  stands: (pop, stands) => store.tell({ type: "pop", pop, stands }),
  now: () => clock.now(),
});

/** Asks what a notice did not tell. @param {Look[]} wanted */
function look(wanted) {
  for (const { verb, with: args } of wanted) {
    const chat = "chat" in args ? String(args.chat) : undefined;
    overtaken.wait(wire.ask(verb, args), () => chat).then(
      ({ reply, overtaken }) => {
        take(reply);
        if (overtaken) look([{ verb, with: args }]);
      },
      (error) => {
        if (!(error instanceof Refused)) throw error;
        // A chat that is not the agent's any more: it is looked at no further.
        if ("chat" in args && verb === "chat_show") store.tell({ type: "gone", chat: args.chat });
      },
    );
  }
}

/** Takes an answer into the state, whatever it is about. @param {any} reply */
function take(reply) {
  const [[kind, view]] = Object.entries(reply);
  const known = (/** @type {string} */ id) => whole(store.desk.talks[id]?.messages ?? []);
  const talked = (/** @type {any} */ chat) => {
    const before = known(chat.chat);
    const isNew = !(chat.chat in store.desk.talks);
    store.tell({ type: "chat", chat });
    if (isNew || known(chat.chat) > before) look(looksAtChat(store.desk, chat.chat));
  };
  switch (kind) {
    case "agent":
      clock.sampleTimer(view.offer);
      store.tell({ type: "agent", agent: view });
      look(missing(store.desk));
      break;
    case "chat":
      talked(view);
      break;
    case "chats":
      // Those that are not among them are gone; what else is known of the others may be old.
      store.tell({ type: "chats", chats: view });
      Object.keys(store.desk.talks).forEach((chat) => look(looksAtChat(store.desk, chat, true)));
      break;
    case "wrapup":
      clock.sampleTimer(view.timer);
      store.tell({ type: "wrapup", wrapup: view });
      break;
    case "incident":
      store.tell({ type: "incidents", incidents: [view] });
      break;
    case "match":
      store.tell({ type: "match", match: view });
      break;
    case "incidents":
    case "queues":
    case "replies":
      store.tell({ type: kind, [kind]: view });
      break;
  }
}

/** Signs in, or goes on with a session that there is. @param {() => Promise<Session | undefined>} how */
async function enter(how) {
  try {
    const session = await how();
    if (!session) store.tell({ type: "link", link: "signed_out" });
    else begin(session);
  } catch (fault) {
    store.set({ signInWrong: refused(fault) });
    if (!(fault instanceof Fault)) return;
    if (fault.status === 401 || fault.status === 403 || fault.status === 422) {
      store.tell({ type: "link", link: "signed_out" });
    } else if (store.desk.link !== "signed_out") {
      store.tell({ type: "link", link: "lost" });
      later(() => void enter(whoIsSignedIn), AGAIN_MS);
    }
  }
}

/** @param {Session} session */
function begin({ agents }) {
  const before = store.desk.me || keptMe.get();
  store.set({ again: false, signInWrong: "", agents });
  if (agents.includes(before)) be(before);
  else if (agents.length === 1) be(agents[0]);
  else {
    store.tell({ type: "link", link: "connecting" });
    store.set({ choosing: true });
  }
}

/** @param {string} agent */
function be(agent) {
  keptMe.set(agent);
  store.set({ choosing: false });
  store.tell({ type: "me", me: agent });
  store.tell({ type: "link", link: "connecting" });
  wire.start(`agent:${agent}`);
}

function draw() {
  drawing = false;
  const { desk, ui } = store;
  const now = clock.now();
  if (desk.offer && desk.offer.offer !== ring.offer) {
    ring = { offer: desk.offer.offer, whole: Math.max(desk.offer.remaining_ms, desk.offer.deadline - now) };
  }
  const log = root.querySelector("[data-keep-end]");
  const shown = log?.getAttribute("data-keep-end");
  const atEnd = !log || log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  render(root, ...deskView({ desk, ui, act, now, ringWhole: ring.whole, narrow: narrowWindow.matches, queueName }));
  const after = root.querySelector("[data-keep-end]");
  if (after && (atEnd || after.getAttribute("data-keep-end") !== shown)) after.scrollTop = after.scrollHeight;
}

function drawSoon() {
  if (drawing) return;
  drawing = true;
  queueMicrotask(draw);
}

/** The chat that the agent looks at is seen. */
function see() {
  const { open } = store.desk;
  const talk = open ? store.desk.talks[open] : undefined;
  const looks = document.visibilityState === "visible" && document.hasFocus();
  const hidden = narrowWindow.matches && store.ui.tab !== "talk";
  if (talk && looks && !hidden && talk.seen < (talk.messages.at(-1)?.n ?? 0)) store.tell({ type: "seen", chat: open });
}

/** @param {Desk} before */
function changed(before) {
  attend(before, store.desk);
  if (before.open !== store.desk.open) act.turnTo();
  pop(store.desk);
  see();
  drawSoon();
}

function tick() {
  ticks += 1;
  // A ring runs smoothly; all else changes by the second.
  if (store.desk.offer || ticks % 4 === 0) drawSoon();
  if (ticks % 40 === 0 && wire.live) look(stale(store.desk));
}

async function start() {
  await loadWords(undefined, "desk.title");
  store.changed = changed;
  store.set({ language: document.documentElement.lang });
  const onKey = keys(store, act);
  document.addEventListener("keydown", onKey);
  document.addEventListener("pointerdown", ({ target }) => {
    const inside = target instanceof Element && target.closest(".status, .tools, .only-narrow");
    if (!inside && (store.ui.panel === "status" || store.ui.panel === "more")) act.panel(undefined);
  });
  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, () => sound.wake());
  for (const kind of ["focus", "visibilitychange"]) window.addEventListener(kind, see, true);
  narrowWindow.addEventListener("change", drawSoon);
  setInterval(tick, TICK_MS);
  const { ticket, as } = invitation();
  if (as?.startsWith("agent:")) keptMe.set(as.slice("agent:".length));
  store.set({ signInWrong: sentBack(), provider: await provider() });
  drawSoon();
  await enter(ticket ? () => signIn({ ticket }) : whoIsSignedIn);
}

void start();
