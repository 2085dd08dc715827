// The wall for supervisors: lists taken anew every few seconds, and at once when something happens.

import { Clock } from "../shared/clock.js";
import { render } from "../shared/dom.js";
import { Fault } from "../shared/http.js";
import { provider, sentBack } from "../shared/provider.js";
import { invitation, signIn, signOut, socketAddress, whoIsSignedIn } from "../shared/session.js";
import { later } from "../shared/timer.js";
import { refusal, refused } from "../shared/told.js";
import { loadWords } from "../shared/words.js";
import { Wire } from "../shared/wire.js";
import { nothing, reduce } from "./state.js";
import { wallView } from "./view.js";

/** @import { AgentView } from "../shared/views" */
/** @import { Provider } from "../shared/provider.js" */
/** @import { Session } from "../shared/session.js" */
/** @typedef {typeof act} Acts */
/**
 * @typedef {object} Ui
 * @property {string} [wrong]
 * @property {string} signInWrong
 * @property {boolean} again a session ended under the page
 * @property {Provider} [provider] by which to sign in
 * @property {string} note
 * @property {number} turn how often a choice went back to what it is for
 * @property {string[]} notesIn the queues whose agents may be written notes to: a supervisor's own
 * @property {string} [me] as which agent a chat may be taken over
 */

const EVERY_MS = 5000;
const SOON_MS = 400;
const AGAIN_MS = 3000;

const root = /** @type {HTMLElement} */ (document.getElementById("wall"));
const clock = new Clock();
let wall = nothing();
/** @type {Ui} */
let ui = { signInWrong: "", again: false, note: "", turn: 0, notesIn: [] };
let [drawing, looking] = [false, false];
/** As what the page was opened to act. @type {string | undefined} */
let asked;

/** @param {string} type @param {any} [told] */
function tell(type, told) {
  wall = reduce(wall, type, told);
  drawSoon();
}

/** @param {Partial<Ui>} part */
function set(part) {
  ui = { ...ui, ...part };
  drawSoon();
}

const wire = new Wire({
  client: "wall 0.1.0",
  ticket: socketAddress,
  hears: {
    welcome: () => clock.forget(),
    live: (anew) => {
      tell("link", { link: "live" });
      lookSoon();
      // What was said meanwhile is not told again.
      if (anew && wall.read) void look("chat_show", "chat", { chat: wall.read.chat.chat });
    },
    notices: (line) => {
      clock.sample(line.at);
      tell("line", { line });
      lookSoon();
    },
    down: (link, said) => {
      if (link === "signed_out") set({ again: true });
      tell("link", { link, detail: said && refusal(said) });
    },
  },
});

/** Asks for all lists; several reasons within a moment are one. */
function lookSoon() {
  if (looking) return;
  looking = true;
  setTimeout(async () => {
    const since = new Date(clock.now()).setHours(0, 0, 0, 0);
    await Promise.all([
      look("queue_list", "queues"),
      look("queue_figures", "figures", { since }),
      look("agent_list", "agents"),
      look("chat_list", "chats"),
      look("incident_list", "incidents"),
    ]);
    looking = false;
  }, SOON_MS);
}

/** @param {string} verb @param {string} kind @param {object} [args] */
async function look(verb, kind, args) {
  try {
    const reply = await wire.ask(verb, args);
    tell(kind, { [kind]: reply[kind], now: clock.now() });
  } catch (error) {
    wrong(error);
  }
}

/** @param {unknown} error */
function wrong(error) {
  set({ wrong: refused(error) });
}

/** @param {string} verb @param {object} args @param {string} [as] whom it is done as, if not as who looks */
async function change(verb, args, as) {
  let done = true;
  try {
    await wire.change(verb, args, undefined, as);
    set({ wrong: undefined });
  } catch (error) {
    wrong(error);
    done = false;
  }
  lookSoon();
  return done;
}

const act = {
  /** @param {string} queue @param {boolean} on */
  drainQueue: (queue, on) => change("queue_drain", { queue, on }),

  /** @param {AgentView} of @param {string} what */
  async agent({ agent }, what) {
    const [kind, value] = what.split(":");
    if (kind === "status") await change("agent_set_status", { agent, to: value });
    if (kind === "drain") await change("agent_drain", { agent, on: value === "on" });
    if (kind === "hand") await change("agent_hand_over", value ? { agent, to: value } : { agent });
    if (kind === "logout") await change("agent_logout", { agent });
    // The choice goes back to naming what it is for.
    set({ turn: ui.turn + 1 });
  },

  /** @param {string} chat */
  async read(chat) {
    set({ note: "" });
    try {
      tell("chat", await wire.ask("chat_show", { chat }));
    } catch (error) {
      wrong(error);
    }
  },
  close: () => tell("close"),

  /** @param {any} event */
  noteText: (event) => set({ note: event.target.value }),
  /** @param {Event} event */
  async note(event) {
    event.preventDefault();
    const chat = wall.read?.chat.chat;
    const text = ui.note;
    if (!chat || text.trim() === "") return;
    set({ note: "" });
    await change("chat_say", { chat, text, visibility: "internal" }, "role:supervisor");
  },

  /** The chat goes on with whoever looks, who is an agent as well. @param {string} chat */
  async takeOver(chat) {
    const { me } = ui;
    if (!me || !(await change("chat_assign", { chat, agent: me }))) return;
    await change("offer_accept", {}, `agent:${me}`);
    await act.read(chat);
  },

  /** @param {string} chat @param {string} to */
  async assign(chat, to) {
    if (to === "") return;
    await (to === "-" ? change("chat_requeue", { chat }) : change("chat_assign", { chat, agent: to }));
    await act.read(chat);
  },

  /** @param {any} event */
  signIn(event) {
    event.preventDefault();
    void enter(() => signIn({ token: event.target.elements.token.value.trim() }));
  },
  async signOut() {
    wire.stop();
    await signOut().catch(() => {});
    tell("close");
    tell("link", { link: "signed_out" });
  },
};

/** @param {() => Promise<Session | undefined>} how */
async function enter(how) {
  try {
    const session = await how();
    if (!session) return tell("link", { link: "signed_out" });
    set({ signInWrong: "", again: false });
    const role = [asked, "admin", "supervisor"].find((role) => role && session.roles.includes(role));
    const [me, other] = session.agents;
    // An admin takes no part in conversations.
    set({ notesIn: session.roles.includes("supervisor") ? session.queues : [], me: other ? undefined : me });
    tell("link", { link: role ? "connecting" : "not_allowed" });
    if (role) wire.start(`role:${role}`);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    if (fault.passes) {
      tell("link", { link: "lost" });
      later(() => void enter(whoIsSignedIn), AGAIN_MS);
    } else {
      set({ signInWrong: refused(fault) });
      tell("link", { link: "signed_out" });
    }
  }
}

function draw() {
  drawing = false;
  render(root, ...wallView({ wall, ui, act, now: clock.now() }));
}

function drawSoon() {
  if (drawing) return;
  drawing = true;
  queueMicrotask(draw);
}

async function start() {
  await loadWords(undefined, "wall.title");
  setInterval(drawSoon, 1000);
  setInterval(() => wire.live && lookSoon(), EVERY_MS);
  const { ticket, as } = invitation();
  if (as?.startsWith("role:")) asked = as.slice("role:".length);
  set({ signInWrong: sentBack(), provider: await provider() });
  await enter(ticket ? () => signIn({ ticket }) : whoIsSignedIn);
}

void start();
