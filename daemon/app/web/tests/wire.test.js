import assert from "node:assert/strict";
import { test } from "node:test";
import { Refused, Wire } from "../shared/wire.js";

/** A connection to a deskd that the test plays. */
function played() {
  const heard = [];
  const sockets = [];
  const laters = [];
  const looked = [];
  const wire = new Wire({
    client: "test",
    ticket: async () => {
      if (play.fault) throw play.fault;
      return "ws://desk/";
    },
    hears: {
      notices: (line) => heard.push(["notices", line.cursor.seq]),
      welcome: () => heard.push(["welcome"]),
      live: (anew) => heard.push(["live", anew]),
      down: (why) => heard.push(["down", why]),
    },
    open: () => {
      const socket = { sent: [], send: (text) => socket.sent.push(JSON.parse(text)), close: () => socket.onclose?.() };
      sockets.push(socket);
      return socket;
    },
    // A connection is looked after every five seconds; all else are tries to connect.
    later: (act, ms) => (ms === 5000 ? looked : laters).push(act),
  });
  const play = {
    wire,
    heard,
    looked,
    fault: undefined,
    get socket() {
      return sockets.at(-1);
    },
    says: (line) => play.socket.onmessage({ data: JSON.stringify(line) }),
    settle: () => new Promise((resolve) => setImmediate(resolve)),
    async again() {
      laters.shift()();
      await play.settle();
    },
    /** Answers the hello and the watch. */
    async live(reply) {
      await play.settle();
      play.socket.onopen();
      play.says({ v: 1, daemon: "0.1.0", epoch: 1, seq: 5, you: { agents: ["alice"], roles: ["agent"] } });
      const { id } = play.socket.sent.at(-1);
      play.says({ id, ok: reply ?? { resync: { cursor: { epoch: 1, seq: 5 } } } });
    },
  };
  return play;
}

test("it says hello, watches as the agent, and is live", async () => {
  const play = played();
  play.wire.start("agent:alice");
  await play.live();
  const [hello, watch] = play.socket.sent;
  assert.deepEqual(hello, { v: 1, client: "test" });
  assert.equal(watch.verb, "watch");
  assert.equal(watch.as, "agent:alice");
  assert.deepEqual(watch.with, {});
  assert.deepEqual(play.heard, [["welcome"], ["live", true]]);
});

test("it answers pings", async () => {
  const play = played();
  play.wire.start("agent:alice");
  await play.live();
  play.says({ ping: 3 });
  assert.deepEqual(play.socket.sent.at(-1), { pong: 3 });
});

test("a lost connection goes on behind the last notice", async () => {
  const play = played();
  play.wire.start("agent:alice");
  await play.live();
  play.says({ cursor: { epoch: 1, seq: 9 }, at: 1, notices: [] });
  play.socket.onclose();
  await play.again();
  await play.live({ watching: { cursor: { epoch: 1, seq: 9 } } });
  assert.deepEqual(play.socket.sent[1].with, { from: { epoch: 1, seq: 9 } });
  assert.deepEqual(play.heard.slice(-3), [["down", "lost"], ["welcome"], ["live", false]]);
});

test("a change whose answer got lost is asked again under the same command id", async () => {
  const play = played();
  play.wire.start("agent:alice");
  await play.live();
  const done = play.wire.change("chat_say", { text: "hello" });
  const first = play.socket.sent.at(-1);
  play.socket.onclose();
  await play.again();
  await play.live();
  const second = play.socket.sent.at(-1);
  assert.equal(second.verb, "chat_say");
  assert.equal(second.cmd, first.cmd);
  play.says({ id: second.id, ok: { message: { n: 1 } } });
  assert.deepEqual(await done, { message: { n: 1 } });
});

test("what is asked while there is no connection is sent once there is one", async () => {
  const play = played();
  play.wire.start("agent:alice");
  const done = play.wire.ask("status_show");
  await play.live();
  const { id, verb } = play.socket.sent.at(-1);
  assert.equal(verb, "status_show");
  play.says({ id, refused: { code: "not_logged_in", message: "no" } });
  await assert.rejects(done, (error) => error instanceof Refused && error.code === "not_logged_in");
});

test("without a session it stays down until somebody signs in", async () => {
  const play = played();
  play.fault = Object.assign(new Error("no"), { status: 401 });
  play.wire.start("agent:alice");
  await play.settle();
  assert.deepEqual(play.heard, [["down", "signed_out"]]);
  play.fault = undefined;
  play.wire.start("agent:alice");
  await play.live();
  assert.deepEqual(play.heard.at(-1), ["live", true]);
});

test("a desk that cannot be reached is tried again", async () => {
  const play = played();
  play.fault = Object.assign(new Error("no"), { status: 0 });
  play.wire.start("agent:alice");
  await play.settle();
  play.fault = undefined;
  await play.again();
  await play.live();
  assert.deepEqual(play.heard.map(([what]) => what), ["down", "welcome", "live"]);
});

test("a silent connection is given up", async () => {
  const play = played();
  play.wire.start("agent:alice");
  await play.live();
  play.wire.check(Date.now() + 60_000);
  assert.deepEqual(play.heard.at(-1), ["live", true]);
  play.wire.check(Date.now() + 120_000);
  assert.deepEqual(play.heard.at(-1), ["down", "lost"]);
});

test("how long is too silent goes by deskd's own pings", async () => {
  const play = played();
  play.wire.start("agent:alice");
  await play.live();
  const [began, now] = [Date.now(), Date.now];
  try {
    for (const secs of [0, 15]) {
      Date.now = () => began + secs * 1000;
      play.says({ ping: secs });
    }
  } finally {
    Date.now = now;
  }
  play.wire.check(began + 50_000);
  assert.deepEqual(play.heard.at(-1), ["live", true]);
  play.wire.check(began + 61_000);
  assert.deepEqual(play.heard.at(-1), ["down", "lost"]);
});

test("a connection is looked after for as long as it is the one", async () => {
  const play = played();
  play.wire.start("agent:alice");
  await play.live();
  const [first] = play.looked.splice(0);
  first();
  assert.equal(play.looked.length, 1, "again in a while");
  play.socket.onclose();
  play.looked.splice(0).forEach((look) => look());
  assert.equal(play.looked.length, 0);
});

test("a connection that its owner ends is not called lost, and does not come back", async () => {
  const play = played();
  play.wire.start("agent:alice");
  await play.live();
  const socket = play.socket;
  play.wire.stop();
  socket.onclose();
  assert.deepEqual(play.heard.at(-1), ["live", true]);
  play.wire.start("agent:alice");
  await play.live();
  assert.notEqual(play.socket, socket);
});

test("more than can wait is refused", async () => {
  const play = played();
  const many = Array.from({ length: 201 }, () => play.wire.ask("whoami"));
  await assert.rejects(many.at(-1), (error) => error.code === "too_many_requests");
});
