// The supervisors' wall.

import assert from "node:assert/strict";
import { userInfo } from "node:os";
import { test } from "node:test";
import { Stage, stages, within } from "./stage.js";

/** Whoever runs the tests is a supervisor who is an agent as well. */
const USER = `[[ipc.user]]
user = "${userInfo().username}"
agents = ["ben"]
roles = ["agent", "supervisor", "admin"]
queues = ["support"]
`;
const on = stages({ support: { more: "service_level = { secs = 30, target = 80 }" } });
const SUPERVISOR = ["--role", "supervisor", "--queue", "support", "--label", "Hana"];

/** The cells of a table's rows. */
const cells = (wall, id, count) =>
  wall.page.$$eval(`#${id} tbody tr`, (rows, count) => rows.map((row) => [...row.children].slice(0, count).map((cell) => cell.innerText)), count);

test("its numbers are those of `deskctl queue list` and `deskctl queue figures`", within, async () => {
  const { stage } = on;
  const desk = await stage.available("ann");
  await stage.chat("Tom Okafor", "tom.okafor@larkfield.example", "Hello");
  await desk.accept();
  await desk.wrapUp();
  await desk.text("Available", ".pill");
  const quick = await stage.chat("Zoe Unknown", "zoe@nowhere.example", "Hello", { queue: "quick" });
  await desk.text("You missed a chat", ".missed");
  const wall = await stage.wall("--role", "admin");
  await wall.text("Ann Arbour", "#agents");
  await wall.text("Zoe Unknown", "#chats");
  await wall.text("1 · 0 · 0", "#queues");
  await wall.look("wall");
  const ask = (...args) => JSON.parse(stage.ctl("--json", "--as", "role:admin", ...args));
  const { queues } = ask("queue", "list");
  const since = new Date(new Date().setHours(0, 0, 0, 0)).toISOString();
  const { figures } = ask("queue", "figures", "--since", since);
  const shown = await cells(wall, "queues", 11);
  assert.deepEqual(shown.map(([name, waiting]) => [name, waiting]), queues.map(({ name, waiting }) => [name, String(waiting)]));
  const offers = (of) => `${of.accepted} · ${of.timed_out} · ${of.rejected}`;
  assert.deepEqual(shown.map((row) => row[8]), figures.queues.map((queue) => offers(queue.offers)));
  const support = figures.queues.find(({ queue }) => queue === "support");
  assert.deepEqual([support.came, support.offers.accepted, support.handled.count, support.wrapped.count], [1, 1, 1, 1]);
  const missed = figures.queues.find(({ queue }) => queue === "quick");
  assert.deepEqual([missed.came, missed.offers.timed_out], [1, 1]);
  assert.ok(quick.chat);
});

test("a supervisor reads a chat unseen, writes to its agent, and each act has their name", within, async () => {
  const { stage } = on;
  const desk = await stage.available("ann");
  const tom = await stage.customer("Tom Okafor", "tom.okafor@larkfield.example", "Hello");
  await desk.accept();
  const wall = await stage.wall(...SUPERVISOR);
  await wall.text("Tom Okafor", "#chats");
  assert.deepEqual((await cells(wall, "queues", 1)).flat(), ["Support"], "others' queues are not seen");
  await wall.press("Read", "#chats");
  await wall.text("Hello", ".reading .log");
  await tom.say("One more thing.");
  await wall.text("One more thing.", ".reading .log");
  await wall.fill("textarea[name=text]", "Offer a refund.");
  await wall.click("Keep note");
  await wall.text("Offer a refund.", ".reading .internal");
  await wall.look("wall-reading");
  await desk.text("Offer a refund.", ".log .internal");
  await desk.text("Hana", ".log .internal");
  await desk.say("Right.");
  await tom.text("Right.", ".log");
  assert.doesNotMatch(await tom.page.$eval(".log", (log) => log.innerText), /refund|Hana/);

  // A status that somebody else sets, and a chat that they give away: the record says who it was.
  await wall.page.select("#agents tbody tr:first-child select", "status:on_break");
  await desk.text("then On Break", ".status");
  await wall.page.select(".reading select", "-");
  await desk.text("This chat is no longer yours.", ".over");
  const [{ chat }] = JSON.parse(stage.ctl("--json", "--as", "role:admin", "chat", "list")).chats;
  const explained = stage.ctl("--as", "role:admin", "explain", chat);
  assert.match(explained, /role:supervisor \(Hana\)/);
});

test("a shift change hands an agent's chats and wrap-ups over in one act", within, async () => {
  const { stage } = on;
  const ann = await stage.available("ann");
  await stage.chat("Tom Okafor", "tom.okafor@larkfield.example", "Mine");
  await ann.accept();
  await stage.chat("Zoe Unknown", "zoe@nowhere.example", "Mine too");
  await ann.accept({ record: false });
  await ann.finish();
  const ben = await stage.available("ben");
  const wall = await stage.wall(...SUPERVISOR);
  await wall.until(() => document.querySelector("option[value='hand:ben']"));
  const row = await wall.page.$$eval("#agents tbody tr", (rows) => rows.findIndex((row) => row.innerText.startsWith("Ann")) + 1);
  await wall.page.select(`#agents tbody tr:nth-child(${row}) select`, "hand:ben");
  await ben.text("Tom Okafor", ".talks");
  await ben.text("Zoe Unknown", ".talks");
  await ann.text("No chats", ".talks");
  await ben.text("Ben Brook takes over from here.", ".log");
});

test("queues are drained and taken again, a chat goes back to its queue, and there is room in a narrow window and in the dark", within, async () => {
  const { stage } = on;
  const desk = await stage.available("ann");
  await stage.chat("Tom Okafor", "tom.okafor@larkfield.example", "Hello");
  await desk.accept();
  const wall = await stage.wall(...SUPERVISOR);
  await wall.press("Drain Support", "#queues");
  await wall.text("drained", "#queues");
  await assert.rejects(stage.chat("Zoe Unknown", "zoe@nowhere.example", "Hello"), /turned_away|503|409/);
  await wall.press("Take chats of Support again", "#queues");
  await wall.until(() => !document.querySelector("#queues .tag.warn"));
  await wall.press("Read", "#chats");
  await wall.text("Hello", ".reading .log");
  await wall.page.select(".reading select", "-");
  await desk.text("This chat is no longer yours.", ".over");
  await wall.press("Close", ".reading");
  await wall.page.setViewport({ width: 420, height: 800 });
  await wall.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
  await wall.look("wall-narrow");
  const wide = await wall.page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 420, `${wide} px wide`);
});

test("who may write no note to an agent is shown no place for it", within, async () => {
  const { stage } = on;
  const desk = await stage.available("ann");
  await stage.chat("Tom Okafor", "tom.okafor@larkfield.example", "Hello");
  await desk.accept();
  await stage.chat("Zoe Unknown", "zoe@nowhere.example", "Hello", { queue: "quick" });
  await desk.accept({ record: false });
  // An admin takes no part in conversations.
  const admin = await stage.wall("--role", "admin");
  await admin.press("Read the chat of Tom Okafor", "#chats");
  await admin.text("Hello", ".reading .log");
  await admin.text("Back to its queue", ".reading", true);
  assert.equal(await admin.page.$(".reading textarea"), null);
  const supervisor = await stage.wall(...SUPERVISOR);
  await supervisor.press("Read the chat of Tom Okafor", "#chats");
  await supervisor.page.waitForSelector(".reading textarea");
});

test("a supervisor who is an agent as well takes a chat over to their own desk", within, async () => {
  const options = { more: USER };
  await on.stage.end();
  on.stage = await new Stage(on.browser, options).begin();
  const { stage } = on;
  const ann = await stage.page(await stage.context(), `${stage.url}/desk`);
  await ann.fill("input[name=token]", stage.token("--agent", "ann"));
  await ann.page.keyboard.press("Enter");
  await ann.click("Log in to work");
  await ann.alt("KeyB");
  await ann.text("Available", ".pill");
  const tom = await stage.customer("Tom Okafor", "tom.okafor@larkfield.example", "I want your boss.");
  await ann.accept();
  const context = await stage.context();
  const ben = await stage.available("ben", context);
  const address = stage.ctl("--as", "role:supervisor", "desk", "--print").match(/http\S+/)[0];
  assert.match(address, /\/wall#ticket=/);
  const wall = await stage.page(await stage.context(), address, { width: 1400, height: 900 });
  await wall.text("Tom Okafor", "#chats");
  await wall.press("Read", "#chats");
  await wall.click("Take over");
  await ben.text("Tom Okafor", ".talks");
  await ben.front();
  await ben.text("I want your boss.", ".log");
  await ann.text("This chat is no longer yours.", ".over");
  await tom.text("Ben Brook", ".stands");
});
