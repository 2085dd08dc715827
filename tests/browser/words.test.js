// Every text that a page shows comes from the catalogue: a language that puts brackets around all of them
// leaves nothing outside of brackets but what people, the config and ServiceNow say.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { test } from "node:test";
import { stages, within } from "./stage.js";

const ENGLISH = JSON.parse(readFileSync(new URL("../../daemon/app/web/shared/words.en.json", import.meta.url), "utf8"));

/** Brackets around what stands between the fields: what is put into a sentence is to have its own. */
const bracketed = (text) =>
  text
    .split(/(\{\w+\})/)
    .map((part) => (/^\{\w+\}$/.test(part) || !/\p{L}/u.test(part) ? part : `⟦${part}⟧`))
    .join("");
const WORDS = Object.entries(ENGLISH).map(([key, text]) => `${JSON.stringify(key)} = ${JSON.stringify(bracketed(text))}\n`).join("");

/** What people, the config and the instance say in their own words. */
const DATA = [
  "Ann Arbour", "Ben Brook", "ann", "ben", "Support", "support", "Quick", "quick", "Tom Okafor", "Zoe Unknown", "Hana",
  "tom.okafor@larkfield.example", "zoe@nowhere.example", "tom.okafor", "eo", "lunch", "wrong language",
  "Access", "Password reset", "Account locked", "Device", "Laptop", "Phone", "Printer", "Advice", "Other",
  "I cannot log in.", "Let me look.", "For a colleague.", "Never mind.", "hello", "Greeting", "Good day",
  "only by phone",
];
const REASONS = `[reasons.on_break]
codes = ["lunch"]
required = true
[reasons.reject]
codes = ["wrong language"]
`;
const USER = `[[ipc.user]]
user = "${userInfo().username}"
agents = ["ann", "ben"]
roles = ["agent", "supervisor", "admin"]
`;
const RULE = `fn on_status(ctx) {
    if ctx.to == "work_offline" { #{ deny: "only by phone" } }
}
`;
const REPLY = `[[reply]]
short = "hello"
title = "Greeting"
text = "Good day"
`;
const on = stages({
  more: `[scripts]\ndir = "scripts"\n${REASONS}${USER}`,
  popSecs: 2,
  support: { wrapup: 60, more: "cooldown_secs = 20" },
  files: { "words.d/eo.toml": WORDS, "replies.d/english.toml": REPLY, "scripts/on_status.rhai": RULE },
});

/** Texts of a page, seen or told to screen readers, that stand outside of brackets and are no data. */
async function outside(page) {
  const texts = await page.page.evaluate(() => {
    const found = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!node.parentElement.closest("kbd, noscript, script, code")) found.push(node.textContent);
    }
    for (const one of document.querySelectorAll("*")) {
      for (const name of ["title", "aria-label", "placeholder", "alt", "label"]) found.push(one.getAttribute(name) ?? "");
    }
    return found;
  });
  const data = [...DATA].sort((a, b) => b.length - a.length);
  return [...new Set(texts)].filter((text) => {
    const rest = data.reduce((left, known) => left.replaceAll(known, ""), text.replace(/⟦[^⟧]*⟧/g, ""));
    // Numbers of incidents, keys and signs are the same in every language, and so are months of one that
    // the browser does not know: tomorrow, which is near at night.
    return /\p{L}/u.test(rest.replace(/\b(INC|IMS)\d+|Alt\+\d|\bM\d\d?(?= \d)/g, ""));
  });
}

async function all(page, where) {
  assert.deepEqual(await outside(page), [], where);
}

/** A page in the language of brackets. */
async function opened(address, size) {
  const { stage } = on;
  const page = await stage.page(await stage.context(), "about:blank", size);
  await page.languages("eo");
  await page.page.goto(address);
  await page.until(() => document.body.innerText.includes("⟦"));
  return page;
}

const ticket = (...whom) => on.stage.ctl(...whom, "desk", "--print").match(/http\S+/)[0];

/** A customer's chat that is held in the language of brackets. */
const chat = (name, email, text, queue = "support") => on.stage.chat(name, email, text, { queue, fields: { language: "eo" } });

async function signIn(page, token) {
  await page.page.waitForSelector("input[name=token]");
  await page.page.$eval("input[name=token]", (field) => field.focus());
  await page.page.keyboard.type(`${token}\n`);
}

test("the desk says nothing that is not in the catalogue", within, async () => {
  const { stage } = on;
  const desk = await opened(`${stage.url}/desk`);
  await desk.page.waitForSelector("dialog[open]");
  await all(desk, "signing in");
  await signIn(desk, "nonsense");
  await desk.text("⟦This token", "dialog");
  await all(desk, "a wrong token");
  await desk.page.goto("about:blank");
  await desk.page.goto(ticket("--as", "agent:ann"));
  await desk.click("⟦Log in to work");
  await desk.text("⟦On Break", ".pill");
  await all(desk, "logged in");
  await desk.page.keyboard.press("?");
  await desk.page.waitForSelector("dialog[open]");
  await all(desk, "keys");
  await desk.page.keyboard.press("Escape");
  await desk.click("⟦On Break");
  await desk.page.waitForSelector("#status-panel");
  await all(desk, "statuses");
  // What a rule says stays as it is, within a sentence of the catalogue's.
  await desk.press("⟦Work Offline", "#status-panel");
  await desk.text("⟦A rule says no: ⟧only by phone", ".band");
  await all(desk, "what a rule denies");
  await desk.alt("KeyB");
  await desk.text("⟦Available", ".pill");

  await chat("Tom Okafor", "tom.okafor@larkfield.example", "I cannot log in.");
  await desk.page.waitForSelector(".offer");
  await all(desk, "an offer");
  await desk.alt("KeyR");
  await desk.page.waitForSelector(".offer form");
  await all(desk, "a rejection");
  await desk.alt("KeyA");
  await desk.opens(/sys_user/);
  await desk.front();
  await desk.page.waitForSelector("#writer");
  await desk.say("Let me look.");
  await desk.alt("KeyI");
  await desk.say("For a colleague.");
  await desk.text("For a colleague.", ".log .internal");
  await all(desk, "a conversation");
  await desk.fill("#writer", "/");
  await desk.page.waitForSelector(".replies");
  await all(desk, "canned replies");
  await desk.page.keyboard.press("Escape");
  await desk.click("⟦Transfer");
  await desk.until(() => document.querySelector("option[value='agent:ben']"));
  await all(desk, "a transfer");
  // Nobody is there: refused.
  await desk.page.$eval("option[value='agent:ben']", (option) => (option.disabled = false));
  await desk.page.select("select[name=to]", "agent:ben");
  await desk.press("⟦Transfer", "form.strip");
  await desk.text("⟦ cannot take a chat", ".band");
  await all(desk, "a refusal");
  await desk.alt("KeyS");
  await desk.focused("search-words");
  await desk.page.keyboard.type("Zoe Unknown\n");
  await desk.text("⟦Nothing more found", ".side");
  await all(desk, "a search");
  await desk.alt("KeyD");
  await all(desk, "details");

  await stage.stop("sandbox");
  await desk.alt("KeyX");
  await desk.click("⟦Finish the chat");
  await desk.page.waitForSelector(".side .timer");
  await desk.text("⟦ServiceNow did not take it", ".side");
  await all(desk, "an incident that is pending");
  await desk.alt("KeyW");
  await desk.text("⟦Choose a disposition code first", ".band");
  await all(desk, "a code is missing");
  await desk.click("Account locked");
  await desk.click("⟦Continue");
  await desk.click("⟦Extend");
  await desk.alt("KeyW");
  await desk.text("⟦incident pending", ".done");
  await all(desk, "wrapped up");

  // Who came while nobody was asked, a missed offer, and why no other comes.
  const zoe = await chat("Zoe Unknown", "zoe@nowhere.example", "Never mind.", "quick");
  await desk.page.waitForSelector(".offer");
  await desk.page.waitForSelector(".missed");
  await all(desk, "a missed offer");
  await desk.alt("KeyB");
  await desk.page.waitForSelector(".band[role=note]");
  await all(desk, "why no offers come");
  assert.ok(zoe.chat);

  await stage.stop("desk", "SIGKILL");
  await desk.text("⟦The connection is lost", ".band");
  await all(desk, "a lost connection");
});

test("what deskd announces, and what a page is told that is refused, comes from the catalogue", within, async () => {
  const { stage } = on;
  const desk = await opened(ticket("--as", "agent:ann"));
  await desk.click("⟦Log in to work");
  await desk.alt("KeyB");
  await desk.text("⟦Available", ".pill");
  for (const queue of ["support", "quick"]) stage.ctl("--as", "role:admin", "queue", "close", queue, "--until", "2h");
  await desk.text("⟦none of your queues", ".band");
  await all(desk, "closed queues");
  await desk.alt("KeyW");
  stage.ctl("--as", "role:admin", "agent", "drain", "ann");
  await desk.text("⟦an administrator keeps offers", ".band");
  await all(desk, "drained");
  const ended = desk.text("⟦The desk is being restarted", ".band");
  await stage.stop("desk");
  await ended;
  await all(desk, "a restart");
});

test("the wall says nothing that is not in the catalogue", within, async () => {
  const { stage } = on;
  const desk = await opened(ticket("--as", "agent:ann"));
  await desk.click("⟦Log in to work");
  await desk.alt("KeyB");
  await desk.text("⟦Available", ".pill");
  await chat("Tom Okafor", "tom.okafor@larkfield.example", "I cannot log in.");
  await desk.page.waitForSelector(".offer");
  const wall = await opened(`${stage.url}/wall`, { width: 1400, height: 900 });
  await wall.page.waitForSelector("dialog[open]");
  await all(wall, "signing in");
  await signIn(wall, stage.token("--role", "supervisor", "--queue", "support", "--label", "Hana"));
  await wall.text("Tom Okafor", "#chats");
  await all(wall, "an offer");
  await stage.stop("sandbox");
  await desk.alt("KeyA");
  await desk.page.waitForSelector("#writer");
  await wall.press("⟦Read the chat of", "#chats");
  await wall.page.waitForSelector(".reading .log");
  await all(wall, "reading");
  stage.ctl("--as", "role:admin", "queue", "close", "support", "--until", "2h");
  stage.ctl("--as", "role:admin", "queue", "drain", "support");
  await wall.text("⟦drained", "#queues");
  await desk.front();
  await desk.alt("KeyX");
  await desk.click("⟦Finish the chat");
  await wall.until(() => document.querySelector(".whole:last-child li")?.innerText.includes("⟦ServiceNow"));
  await all(wall, "an incident that is pending");
  await stage.stop("desk", "SIGKILL");
  await wall.text("⟦The connection is lost", ".band");
  await all(wall, "a lost connection");
});

test("the customers' chat says nothing that is not in the catalogue", within, async () => {
  const { stage } = on;
  const size = { width: 420, height: 700 };
  const none = await opened(`${stage.url}/chat?queue=nonsense`, size);
  await none.page.waitForSelector(".band");
  await all(none, "no such queue");
  const tom = await opened(`${stage.url}/chat?queue=support`, size);
  await all(tom, "the form");
  const english = await stage.page(await stage.context(), `${stage.url}/chat?queue=support`, size);
  await english.text("Begin the chat");
  assert.ok((await outside(english)).includes("Begin the chat"), "a text that has no brackets is found");
  await tom.fill("input[name=name]", "Tom Okafor");
  await tom.fill("input[name=email]", "tom.okafor@larkfield.example");
  await tom.fill("textarea[name=text]", "I cannot log in.");
  await tom.click("⟦Begin the chat");
  await tom.text("I cannot log in.", ".log");
  await tom.text("⟦You are next", ".stands");
  await all(tom, "waiting");
  const desk = await opened(ticket("--as", "agent:ann"));
  await desk.click("⟦Log in to work");
  await desk.alt("KeyB");
  await desk.page.waitForSelector(".offer");
  await desk.alt("KeyA");
  await desk.opens(/sys_user/);
  await desk.front();
  await tom.text("Ann Arbour", ".stands");
  // What deskd says in its own name, in the customer's language.
  stage.ctl("--as", "agent:ben", "login");
  stage.ctl("--as", "agent:ben", "status", "available");
  stage.ctl("--as", "role:admin", "agent", "hand-over", "ann", "--to", "ben");
  await tom.text("Ben Brook⟦ takes over from here", ".log");
  await all(tom, "handed over");
  await tom.click("⟦End chat");
  await tom.click("⟦End it");
  await tom.text("⟦This chat has ended", ".stands");
  await all(tom, "ended");
  stage.ctl("--as", "role:admin", "queue", "close", "support", "--until", "2h");
  await tom.click("⟦Begin a new chat");
  await tom.text("⟦We are closed", ".band");
  await all(tom, "closed");
  await tom.fill("textarea[name=text]", "I cannot log in.");
  await tom.click("⟦Leave the message");
  await tom.text("⟦Thank you", "body");
  await all(tom, "a message was left");
});
