import assert from "node:assert/strict";
import { test } from "node:test";
import { Stage, stages, within } from "./stage.js";

const TOM = ["Tom Okafor", "tom.okafor@larkfield.example"];
const INES = ["Inês Duarte", "ines.duarte@larkfield.example"];
const NOBODY = ["Zoe Unknown", "zoe@nowhere.example"];

const on = stages();

test("the whole procedure, with one record", within, async () => {
  const { stage } = on;
  const desk = await stage.available("ann");
  const begun = performance.now();
  const customer = await stage.customer(...TOM, "I cannot log in.");
  await desk.text("Tom Okafor", ".offer");
  console.log(`from the customer's first key to the offer: ${Math.round(performance.now() - begun)} ms`);
  assert.match(await desk.page.title(), /Tom Okafor/);
  await desk.look("desk-offer");
  await desk.alt("KeyA");
  assert.match(await desk.opens(/sys_user/), /sys_user/);
  await desk.front();
  await desk.text("I cannot log in.", ".log");
  await desk.say("Let me look. See https://help.example/login.");
  await customer.text("Let me look.", ".log");
  await customer.look("chat-talk");
  await customer.say("Thank you!");
  await desk.text("Thank you!", ".log");
  await desk.look("desk-chat");
  await desk.finish();
  await customer.text("This chat has ended.");
  await desk.look("desk-wrapup");
  await desk.click("Account locked");
  await desk.click("Continue");
  await desk.focused("wrapup-note");
  await desk.page.keyboard.type("Unlocked the account.");
  await desk.alt("KeyW");
  await desk.text("Available", ".pill");
  await desk.text("INC", ".done");
  const rows = await stage.rows("incident", "contact_type=chat");
  assert.equal(rows.length, 1);
  assert.match(rows[0].description, /I cannot log in\./);
  assert.equal((await desk.tabs()).length, 2, "the record and the incident, each once");
});

test("several records: the Search tab lists them, and another one can be chosen", within, async () => {
  const { stage } = on;
  const desk = await stage.available("ann");
  await stage.customer(...INES, "Hello");
  await desk.accept();
  await desk.text("records found", ".side");
  await desk.look("desk-search");
  const before = await desk.tabs();
  await desk.click("Choose");
  await desk.until((count) => document.querySelectorAll(".candidate.chosen").length === count, 1);
  await desk.page.browserContext().waitForTarget((target) => target.url().startsWith(stage.sn) && !before.includes(target.url()));
});

test("no record: nothing opens until the incident at the end", within, async () => {
  const { stage } = on;
  const desk = await stage.available("ann");
  await stage.customer(...NOBODY, "Who am I?");
  await desk.accept({ record: false });
  await desk.text("No record found", ".side");
  assert.deepEqual(await desk.tabs(), []);
  await desk.alt("KeyX");
  await desk.click("Finish the chat");
  assert.match(await desk.opens(/incident/), /incident/);
  assert.equal((await desk.tabs()).length, 1);
});

test("a missed offer stays on the screen, one key from Available", within, async () => {
  const { stage } = on;
  const desk = await stage.available("ann");
  await stage.customer(...TOM, "Hello?", "quick");
  await desk.text("Tom Okafor", ".offer");
  await desk.text("You missed a chat", ".missed");
  await desk.text("On Break", ".pill");
  await desk.look("desk-missed");
  await desk.alt("KeyB");
  await desk.gone(".missed");
});

test("a reload in the middle of each phase loses nothing", within, async () => {
  const { stage } = on;
  const desk = await stage.available("ann");
  const customer = await stage.customer(...TOM, "Hello");
  await desk.text("Tom Okafor", ".offer");
  await desk.page.reload();
  await desk.accept();
  await desk.fill("#writer", "half a sentence");
  await desk.page.reload();
  await desk.text("Hello", ".log");
  assert.equal(await desk.value("#writer"), "half a sentence");
  await customer.page.reload();
  await customer.text("Hello", ".log");
  await customer.say("Still there?");
  await desk.text("Still there?", ".log");
  await desk.finish();
  await desk.click("Password reset");
  await desk.until(() => document.querySelectorAll(".codes input:checked").length === 1);
  await desk.fill("#wrapup-note", "a note");
  await desk.page.reload();
  await desk.text("left to wrap up", ".side");
  assert.equal(await desk.value("#wrapup-note"), "a note");
  await desk.alt("KeyW");
  await desk.text("Available", ".pill");
  assert.equal((await stage.rows("incident", "contact_type=chat")).length, 1);
});

test("a daemon that is killed and comes back under open pages goes on without gap or doubling", within, async () => {
  const { stage } = on;
  const desk = await stage.available("ann");
  const customer = await stage.customer(...TOM, "one");
  await desk.accept();
  await desk.say("two");
  await customer.text("two", ".log");
  await stage.stop("desk", "SIGKILL");
  await desk.text("The connection is lost");
  await desk.look("desk-lost");
  await desk.say("three, written while it was gone");
  await customer.say("four, written while it was gone");
  await stage.startDesk();
  await customer.text("three, written", ".log");
  await desk.text("four, written", ".log");
  await desk.gone(".band.danger");
  const said = (page) => page.page.$$eval(".log .text", (texts) => texts.map((text) => text.innerText).sort());
  const all = ["four, written while it was gone", "one", "three, written while it was gone", "two"];
  assert.deepEqual(await said(desk), all);
  assert.deepEqual(await said(customer), all);
});

test("two desks of one agent open each page once", within, async () => {
  const { stage } = on;
  const context = await stage.context();
  const first = await stage.available("ann", context);
  const second = await stage.desk_("ann", context);
  await stage.customer(...TOM, "Hello");
  await second.text("Tom Okafor", ".offer");
  await second.alt("KeyA");
  await second.opens(/sys_user/);
  await first.text("Tom Okafor", ".talks");
  await second.front();
  await second.alt("KeyX");
  await second.click("Finish the chat");
  await second.opens(/incident/);
  await first.text("INC", ".side", true);
  assert.equal((await second.tabs()).length, 2);
});

test("a browser that opens no page shows a link, and says how to allow it", within, async () => {
  const { stage } = on;
  const desk = await stage.desk_("ann");
  stage.ctl("--as", "agent:ann", "login");
  stage.ctl("--as", "agent:ann", "status", "available");
  await stage.customer(...TOM, "Hello");
  await desk.text("Tom Okafor", ".offer");
  const { line: reported } = await desk.sends(/pop_report/);
  // What a driver asks of a page counts as its user's touch, for five seconds by the browser's own rule:
  // then nobody has touched this page, and the browser lets it open nothing.
  await new Promise((resolve) => setTimeout(resolve, 6000));
  stage.ctl("--as", "agent:ann", "offer", "accept");
  assert.match(await reported, /blocked/);
  await desk.text("The browser did not open the record", ".band");
  await desk.text("allow pop-ups", ".band");
  await desk.look("desk-blocked");
  assert.deepEqual(await desk.tabs(), []);
  await desk.click("Open the record");
  await desk.opens(/sys_user/);
});

test("what people write is shown as they wrote it, and only addresses are links", within, async () => {
  const { stage } = on;
  const desk = await stage.available("ann");
  const corpus = [
    "<script>document.title = 'owned'</script>",
    "<img src=x onerror=\"document.title = 'owned'\">",
    "javascript:alert(1) data:text/html,x",
    "https://bank.example@evil.example/",
    "\"><svg onload=alert(1)>",
    "https://fine.example/a?b=c&d=<e>",
  ];
  const customer = await stage.customer("<b>Bold</b> Name", "x@nowhere.example", corpus[0]);
  await desk.accept({ record: false });
  for (const text of corpus.slice(1)) await customer.say(text);
  await desk.until((count) => document.querySelectorAll(".log .theirs").length === count, corpus.length);
  // It is kept as it was written, and made harmless where it is shown.
  const show = JSON.parse(stage.ctl("--json", "--as", "agent:ann", "chat", "show")).chat;
  assert.deepEqual(show.messages.map(({ text }) => text), corpus);
  for (const page of [desk, customer]) {
    const said = await page.page.$$eval(".log .text", (texts) => texts.map((text) => text.innerText));
    assert.deepEqual(said, corpus);
    const links = await page.page.$$eval(".log a", (links) => links.map((link) => link.getAttribute("href")));
    assert.deepEqual(links, ["https://fine.example/a?b=c&d="]);
    assert.equal(await page.page.$(".log script, .log img, .log b"), null);
    assert.doesNotMatch(await page.page.title(), /owned/);
  }
});

test("the instance is gone while chats end: links stand in the list, and no tab opens later", within, async () => {
  await on.stage.end();
  on.stage = await new Stage(on.browser, { popSecs: 1 }).begin();
  const { stage } = on;
  const desk = await stage.available("ann");
  await stage.stop("sandbox");
  const chats = 20;
  for (let n = 1; n <= chats; n += 1) {
    await stage.chat(`Caller ${n}`, `caller${n}@nowhere.example`, "Hello");
    await desk.text(`Caller ${n}`, ".offer");
    await desk.alt("KeyA");
    await desk.text(`Caller ${n}`, ".talk-head");
    await desk.wrapUp("Other", { incident: false });
    await desk.text("Available", ".pill");
  }
  await desk.until((count) => document.querySelectorAll(".done .tag.warn").length === count, chats);
  // Longer than pages may open by themselves after their cause.
  await desk.until((since) => Date.now() - since > 1000, Date.now());
  await stage.startSandbox();
  await desk.until((count) => document.querySelectorAll(".done a").length === count, chats);
  assert.deepEqual(await desk.tabs(), []);
});

test("a session that is taken back asks again, and keeps what was written", within, async () => {
  const { stage } = on;
  const desk = await stage.available("ann");
  await stage.customer(...TOM, "Hello");
  await desk.accept();
  await desk.fill("#writer", "half a sentence");
  const { sessions = [], tokens = sessions } = JSON.parse(stage.ctl("--json", "--as", "role:admin", "session", "list"));
  for (const { id } of tokens) stage.ctl("--as", "role:admin", "session", "revoke", id);
  await desk.text("Your session has ended");
  await desk.look("desk-session-ended");
  const { secret } = JSON.parse(stage.ctl("--json", "--as", "role:admin", "token", "create", "--agent", "ann")).token;
  await desk.fill("input[name=token]", secret);
  await desk.page.keyboard.press("Enter");
  await desk.gone("dialog");
  assert.equal(await desk.value("#writer"), "half a sentence");
  await desk.say(" and its end");
  await desk.text("half a sentence and its end", ".log");
});

test("a narrow window, and the dark", within, async () => {
  const { stage } = on;
  const desk = await stage.available("ann", undefined, { width: 420, height: 800 });
  await desk.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
  await stage.customer(...INES, "Hello");
  await desk.text("Duarte", ".offer");
  await desk.look("desk-narrow-offer");
  await desk.accept();
  await desk.text("Hello", ".log");
  await desk.look("desk-narrow-chat");
  await desk.wrapUp();
  await desk.text("Available", ".pill");
  // What has become of the chat is seen here, too.
  await desk.text("INC", ".done");
  await desk.look("desk-narrow-done");
  const wide = await desk.page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 420, `${wide} px wide`);
});
