// The customers' chat: as a page, and as a widget on a site of somebody else's.

import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { soon, stages, within } from "./stage.js";

const ASK = `[[ask]]
name = "device"
label = "Which device?"
required = true
choices = ["Laptop", "Phone"]
[[ask]]
name = "order"
label = "Order number"
labels = { de = "Bestellnummer" }
`;

/** What the shop shares with deskd. */
const SECRET = randomUUID() + randomUUID();

/** What the shop signs of who its visitor is. @param {number} age of it, in seconds */
function signed(age) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const iat = Math.floor(Date.now() / 1000) - age;
  const claims = { iss: site(), aud: "support", sub: "u-17", iat, exp: iat + 120, name: "Tom Okafor", email: "tom.okafor@larkfield.example", fields: { plan: "gold" } };
  const text = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${text}.${createHmac("sha256", SECRET).update(text).digest("base64url")}`;
}

/** What the shop's pages know of their visitor. */
const KNOWN = {
  "/": () => 'data-name="Tom Okafor" data-email="tom.okafor@larkfield.example" data-field-order="4711"',
  "/signed": () => `data-identity="${signed(0)}"`,
  "/old": () => `data-identity="${signed(3600)}"`,
};

/** A shop, with as strict a policy as a site can have that shows the widget. */
let shop;
/** The address of deskd, which the shop's page is to name. */
let desk;
before(async () => {
  shop = createServer(({ url }, response) => {
    const policy = `default-src 'none'; script-src ${desk}; frame-src ${desk}`;
    const widget = `<script src="${desk}/widget.js" data-queue="support" data-label="Talk to us" ${KNOWN[url]?.()}></script>`;
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.setHeader("content-security-policy", policy);
    response.end(`<!doctype html><html lang="en"><title>Shop</title><main><h1>Shop</h1></main>${url in KNOWN ? widget : ""}</html>`);
  });
  await new Promise((resolve) => shop.listen(0, "127.0.0.1", resolve));
});
after(() => shop.close());
/** Another site than deskd's, not only another port of it. */
const site = () => `http://localhost:${shop.address().port}`;

const on = stages(() => ({
  http: `widget_origins = ["${site()}"]\nplaces_secs = 1`,
  more: `[[identity.site]]\norigin = "${site()}"\nsecret_file = "shop-secret"`,
  files: { "shop-secret": SECRET },
  support: { more: `length_max = 2\n${ASK}` },
}));

/** A customer who has answered what the queue asks. */
async function begin(stage, name, email, text) {
  const page = await stage.page(await stage.context(), `${stage.url}/chat?queue=support`, { width: 420, height: 700 });
  await page.text("Which device?");
  await page.page.select("select", "Laptop");
  await page.fill("input[name=name]", name);
  await page.fill("input[name=email]", email);
  await page.fill("textarea[name=text]", text);
  await page.click("Begin the chat");
  await page.page.waitForFunction(() => !document.querySelector("select"));
  return page;
}

/** The chat in the widget's frame. */
async function framed(page) {
  const target = await page.page.browserContext().waitForTarget((target) => target.url().includes("/chat?"), { timeout: 20_000 });
  let frame;
  await soon(() => (frame = page.page.frames().find((frame) => frame.url().includes("/chat?"))));
  return { frame, target };
}

test("a customer is told their place, comes back to it, and is asked for a message where the queue is full", within, async () => {
  const { stage } = on;
  const first = await begin(stage, "Tom Okafor", "tom.okafor@larkfield.example", "Hello");
  await first.text("You are next.", ".stands");
  await first.look("chat-waiting");
  const second = await begin(stage, "Ines Duarte", "ines.duarte@larkfield.example", "Me too");
  await second.text("You are number 2 in the queue.", ".stands");
  await second.page.goto("about:blank");
  await second.page.goBack();
  await second.text("You are number 2 in the queue.", ".stands");
  await second.text("Me too", ".log");
  const third = await begin(stage, "Zoe Unknown", "zoe@nowhere.example", "And me");
  await third.text("Leave us a message");
  await third.look("chat-full");
  await third.click("Leave the message");
  await third.text("We answer to zoe@nowhere.example.");
  await third.look("chat-left");
  await soon(async () => (await stage.rows("incident", "descriptionLIKEAnd me")).length === 1);
  await first.click("End chat");
  await first.click("End it");
  await first.text("This chat has ended.", ".stands");
  await second.text("You are next.", ".stands");
});

test("a queue asks what it needs to know before a chat, in the customer's language, and the agent sees the answers", within, async () => {
  const { stage } = on;
  const agent = await stage.available("ann");
  const page = await stage.page(await stage.context(), "about:blank", { width: 420, height: 700 });
  await page.languages("de-DE");
  await page.page.goto(`${stage.url}/chat?queue=support`);
  await page.text("Which device?");
  await page.look("chat-form");
  await page.fill("input[name=name]", "Tom Okafor");
  await page.fill("input[name=email]", "tom.okafor@larkfield.example");
  await page.fill("textarea[name=text]", "It is broken.");
  await page.click("Begin the chat");
  assert.equal(await page.page.$eval("select", (field) => field.validity.valueMissing), true, "it must be answered");
  await page.page.select("select", "Phone");
  await page.fill("label:has(> input[maxlength='1000']) input", "4711");
  await page.click("Begin the chat");
  await agent.accept();
  for (const answer of ["Phone", "4711", "de-DE"]) await agent.text(answer, ".side");
  assert.equal(await page.page.evaluate(() => document.documentElement.scrollWidth), 420);
});

test("out of hours the form says when somebody is there again", within, async () => {
  const { stage } = on;
  stage.ctl("--as", "role:admin", "queue", "close", "support", "--until", "2h");
  const late = await stage.page(await stage.context(), `${stage.url}/chat?queue=support`, { width: 420, height: 700 });
  await late.text("We are here again:");
  await late.fill("input[name=name]", "Zoe Unknown");
  await late.fill("input[name=email]", "zoe@nowhere.example");
  await late.fill("textarea[name=text]", "Anybody?");
  await late.look("chat-closed");
  await late.click("Leave the message");
  await late.text("Thank you: your message is with us.");
});

test("a conversation can be kept as a file, in the customer's own time", within, async () => {
  const { stage } = on;
  const agent = await stage.available("ann");
  const customer = await begin(stage, "Tom Okafor", "tom.okafor@larkfield.example", "I cannot log in.");
  await agent.accept();
  await agent.say("Try again now.");
  await customer.text("Try again now.", ".log");
  await agent.finish();
  await customer.text("This chat has ended.", ".stands");
  await customer.look("chat-over");
  const folder = join(stage.folder, "downloads");
  mkdirSync(folder);
  const session = await customer.page.createCDPSession();
  await session.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: folder, browserContextId: customer.page.browserContext().id });
  await customer.click("Save the conversation");
  await soon(() => readdirSync(folder).some((name) => name.endsWith(".txt")));
  const text = readFileSync(join(folder, readdirSync(folder)[0]), "utf8");
  assert.match(text, /You: I cannot log in\.\r\n.*Ann Arbour: Try again now\./);
});

test("the widget stands on a foreign site under a strict policy, and what the site says of its visitor is unverified", within, async () => {
  const { stage } = on;
  desk = stage.url;
  const agent = await stage.available("ann");
  const page = await stage.page(await stage.context(), `${site()}/`, { width: 900, height: 760 });
  // The button stands in a tree of its own, which the site's scripts cannot reach, nor can a test's.
  await page.page.mouse.click(900 - 16 - 60, 760 - 16 - 24);
  const { frame } = await framed(page);
  await frame.waitForSelector("select");
  await frame.select("select", "Phone");
  assert.equal(await frame.$eval("input[name=name]", (field) => field.value), "Tom Okafor");
  await frame.type("textarea[name=text]", "Where is my parcel?");
  await frame.click("button[type=submit]");
  await agent.text("unverified", ".offer");
  await agent.accept();
  await agent.text("4711", ".side");
  await agent.say("On its way.");
  await frame.waitForFunction(() => document.querySelector(".log")?.innerText.includes("On its way."), { polling: 50 });
  await page.look("widget");
  // Away and back: the visitor goes to another page of the site, and the chat goes on.
  await page.page.reload();
  await page.page.mouse.click(900 - 16 - 60, 760 - 16 - 24);
  const { frame: again } = await framed(page);
  await again.waitForFunction(() => document.querySelector(".log")?.innerText.includes("On its way."), { polling: 50 });
});

test("a site that signs who its visitor is makes them verified, and one that signed it too long ago does not", within, async () => {
  const { stage } = on;
  desk = stage.url;
  const agent = await stage.available("ann");
  const open = async (path) => {
    const page = await stage.page(await stage.context(), `${site()}${path}`, { width: 900, height: 760 });
    await page.page.mouse.click(900 - 16 - 60, 760 - 16 - 24);
    const { frame } = await framed(page);
    await frame.waitForSelector("select");
    await frame.select("select", "Phone");
    assert.equal(await frame.$("input[name=name]"), null, "nobody asks who is known");
    await frame.type("textarea[name=text]", "Where is my parcel?");
    await frame.click("button[type=submit]");
    return frame;
  };
  const old = await open("/old");
  await old.waitForFunction(() => document.body.innerText.includes("Please say who you are."), { polling: 50 });
  await old.waitForSelector("input[name=name]");
  await open("/signed");
  await agent.page.waitForSelector(".offer .tag.good");
  await agent.look("desk-verified");
  await agent.accept();
  await agent.text("gold", ".side");
});

test("a site that is not named may not show the chat in a frame", within, async () => {
  const { stage } = on;
  const other = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><iframe src="${stage.url}/chat?queue=support"></iframe>`);
  });
  await new Promise((resolve) => other.listen(0, "127.0.0.1", resolve));
  try {
    const page = await (await stage.context()).newPage();
    const refused = new Promise((resolve) => page.on("console", (message) => /frame-ancestors/.test(message.text()) && resolve(message.text())));
    await page.goto(`http://localhost:${other.address().port}/`);
    assert.match(await refused, /frame-ancestors/);
  } finally {
    other.close();
  }
});
