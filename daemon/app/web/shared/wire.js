// deskd's own protocol over a WebSocket: one line a frame, as `desk-wire` has it. A connection that is
// lost comes back by itself and goes on behind the last notice; requests without an answer are asked
// again under the same command id, so that nothing is done twice.

import { No, randomId } from "./http.js";
import { later as inTime } from "./timer.js";

/** @import { Cursor, NoticeLine, Refusal, Whoami } from "./views" */

/**
 * @typedef {object} Pending
 * @property {string} verb
 * @property {object} args
 * @property {string} [cmd]
 * @property {string} [as]
 * @property {(reply: any) => void} resolve
 * @property {(refusal: Refused) => void} reject
 */

/**
 * What a connection tells its owner.
 * @typedef {object} Hears
 * @property {(line: NoticeLine) => void} notices
 * @property {(you: Whoami) => void} welcome
 * @property {(anew: boolean) => void} live notices follow; `anew`: take the state anew
 * @property {(why: "lost" | "signed_out" | "too_old", no?: Pick<Refusal, "code" | "field" | "values">) => void} down
 */

/** deskd said no. */
export class Refused extends No {
  /** @param {Refusal} refusal */
  constructor(refusal) {
    super(refusal.message, refusal);
  }
}

/** Nothing was heard for so long, or for so many of the pauses between deskd's pings: the connection is dead.
 * The agent counts as away soon after deskd has found the same. */
const SILENCE_MS = 90_000;
const SILENT_PINGS = 3;
/** However fast deskd pings: a page that was busy is no dead connection. */
const SILENCE_MS_MIN = 10_000;
const CHECK_MS = 5000;
const AGAIN_MS = [250, 500, 1000, 2000, 4000, 8000];
const PENDING_MAX = 200;

export class Wire {
  /**
   * @param {object} of
   * @param {string} of.client its name, for deskd's log
   * @param {() => Promise<string>} of.ticket the address to connect to; fails with `status` 401 where
   *   nobody is signed in
   * @param {Hears} of.hears
   * @param {(address: string) => WebSocket} [of.open]
   * @param {(act: () => void, ms: number) => void} [of.later]
   */
  constructor({ client, ticket, hears, open = (address) => new WebSocket(address), later = inTime }) {
    this.client = client;
    this.ticket = ticket;
    this.hears = hears;
    this.open = open;
    this.later = later;
    /** @type {string | undefined} */
    this.as = undefined;
    /** @type {WebSocket | undefined} */
    this.socket = undefined;
    /** @type {Cursor | undefined} */
    this.cursor = undefined;
    /** @type {Map<number, Pending>} */
    this.pending = new Map();
    this.next = 1;
    this.tries = 0;
    this.live = false;
    this.wanted = false;
    this.heard = 0;
    /** When deskd pinged last, and how long after the ping before. */
    this.pinged = 0;
    this.pace = Infinity;
  }

  /** Connects, and stays connected, as this actor. @param {string} as such as `agent:alice` */
  start(as) {
    if (as !== this.as) this.cursor = undefined;
    this.as = as;
    this.wanted = true;
    this.tries = 0;
    if (!this.socket) void this.connect();
  }

  /** Stays away until it is started again; its owner knows. */
  stop() {
    this.wanted = false;
    this.live = false;
    const socket = this.socket;
    this.socket = undefined;
    socket?.close();
  }

  async connect() {
    let address;
    try {
      address = await this.ticket();
    } catch (fault) {
      const status = /** @type {any} */ (fault).status;
      if (status === 401 || status === 403) {
        this.wanted = false;
        this.hears.down("signed_out");
      } else {
        this.hears.down("lost");
        this.again();
      }
      return;
    }
    if (!this.wanted || this.socket) return;
    const socket = this.open(address);
    this.socket = socket;
    this.heard = Date.now();
    [this.pinged, this.pace] = [0, Infinity];
    this.watchOver(socket);
    socket.onopen = () => this.send({ v: 1, client: this.client });
    socket.onmessage = (event) => socket === this.socket && this.line(String(event.data));
    socket.onclose = () => socket === this.socket && this.lost();
  }

  /** The connection is gone. Whoever owns it hears so, and it is tried again. */
  lost() {
    this.socket = undefined;
    this.live = false;
    this.hears.down("lost");
    if (this.wanted) this.again();
  }

  again() {
    const ms = AGAIN_MS[Math.min(this.tries++, AGAIN_MS.length - 1)];
    this.later(() => {
      if (this.wanted && !this.socket) void this.connect();
    }, ms * (0.75 + Math.random() / 2));
  }

  /** Looks after a connection for as long as it is the one. @param {WebSocket} socket */
  watchOver(socket) {
    this.later(() => {
      if (socket !== this.socket) return;
      this.check();
      this.watchOver(socket);
    }, CHECK_MS);
  }

  /** A connection that is silent for too long is given up. */
  check(now = Date.now()) {
    const socket = this.socket;
    const most = Math.max(SILENCE_MS_MIN, Math.min(SILENCE_MS, SILENT_PINGS * this.pace));
    if (!socket || now - this.heard < most) return;
    socket.onclose = null;
    socket.close();
    this.lost();
  }

  /** @param {object} line */
  send(line) {
    this.socket?.send(JSON.stringify(line));
  }

  /** @param {string} text */
  line(text) {
    this.heard = Date.now();
    const line = JSON.parse(text);
    if ("notices" in line) this.notices(line);
    else if ("id" in line) this.answer(line);
    else if ("ping" in line) this.ping(line.ping);
    else if ("refused" in line) this.rejected(line.refused);
    else if ("v" in line) this.welcome(line);
  }

  /** @param {unknown} ping */
  ping(ping) {
    this.send({ pong: ping });
    if (this.pinged) this.pace = this.heard - this.pinged;
    this.pinged = this.heard;
  }

  /** @param {Refusal} refusal */
  rejected(refusal) {
    if (this.live) return;
    this.wanted = false;
    this.hears.down("too_old", refusal);
  }

  /** @param {{ you: Whoami }} line */
  welcome({ you }) {
    this.hears.welcome(you);
    const watch = this.cursor ? { from: this.cursor } : {};
    const taken = (/** @type {any} */ reply) => {
      this.live = true;
      this.tries = 0;
      const anew = "resync" in reply || !this.cursor;
      const { cursor } = reply.resync ?? reply.watching;
      if (anew) this.cursor = cursor;
      for (const [id, pending] of this.pending) this.put(id, pending);
      this.hears.live(anew);
    };
    const refused = (/** @type {Refused} */ refusal) => {
      this.wanted = false;
      this.hears.down("too_old", refusal);
    };
    const id = this.next++;
    const pending = { verb: "watch", args: watch, as: this.as, resolve: taken, reject: refused };
    this.watching = { id, pending };
    this.put(id, pending);
  }

  /** @param {NoticeLine} line */
  notices(line) {
    if (!this.cursor || line.cursor.seq >= this.cursor.seq) this.cursor = line.cursor;
    this.hears.notices(line);
  }

  /** @param {{ id: number, ok?: any, refused?: Refusal }} line */
  answer({ id, ok, refused }) {
    const mine = this.watching?.id === id;
    const pending = mine ? this.watching?.pending : this.pending.get(id);
    if (mine) this.watching = undefined;
    this.pending.delete(id);
    if (refused) pending?.reject(new Refused(refused));
    else pending?.resolve(ok);
  }

  /** @param {number} id @param {Pick<Pending, "verb" | "args" | "cmd" | "as">} pending */
  put(id, { verb, args, cmd, as }) {
    this.send({ id, ...(cmd && { cmd }), ...(as && { as }), verb, with: args });
  }

  /**
   * Asks something that changes nothing.
   * @param {string} verb @param {object} [args] @returns {Promise<any>}
   */
  ask(verb, args = {}) {
    return this.request({ verb, args });
  }

  /**
   * Changes something, once: an answer that got lost is asked for again under the same id.
   * @param {string} verb @param {object} [args] @param {string} [cmd] @param {string} [as] another actor
   * than the one who watches
   * @returns {Promise<any>}
   */
  change(verb, args = {}, cmd = randomId(), as = this.as) {
    return this.request({ verb, args, cmd, as });
  }

  /** @param {{ verb: string, args: object, cmd?: string, as?: string }} what @returns {Promise<any>} */
  request(what) {
    return new Promise((resolve, reject) => {
      if (this.pending.size >= PENDING_MAX) {
        const message = `${PENDING_MAX} requests wait for an answer`;
        reject(new Refused({ code: "too_many_requests", message }));
        return;
      }
      const id = this.next++;
      const pending = { as: this.as, ...what, resolve, reject };
      this.pending.set(id, pending);
      if (this.live) this.put(id, pending);
    });
  }
}
