// What an agent does at the desk beside the procedure itself.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { soon, stages, within } from "./stage.js";

const REASONS = `[reasons.on_break]
codes = ["lunch", "training"]
required = true
[reasons.reject]
codes = ["wrong language", "knows the customer"]
required = true
`;
const on = stages({ more: REASONS, support: { wrapup: 60, more: "cooldown_secs = 20" } });

test("the whole procedure by the keyboard alone", within, async () => {
  const { stage } = on;
  const desk = await stage.page(await stage.context(), `${stage.url}/desk`);
  const { keyboard } = desk.page;
  await desk.until(() => document.activeElement?.name === "token");
  await desk.look("desk-sign-in");
  await keyboard.type(`${stage.token("--agent", "ann")}\n`);
  await desk.text("Log in to work", ".bar");
  await desk.tabTo("Log in to work");
  await keyboard.press("Enter");
  await desk.text("On Break", ".pill");
  await keyboard.press("?");
  await desk.text("Accept the offer", "dialog");
  await desk.look("desk-keys");
  await keyboard.press("Escape");
  await desk.gone("dialog");
  await desk.alt("KeyB");
  const tom = await stage.chat("Tom Okafor", "tom.okafor@larkfield.example", "I cannot log in.");
  await desk.accept();
  await desk.focused("writer");
  await keyboard.type("Let me look.\n");
  await desk.text("Let me look.", ".log .mine");
  await desk.alt("KeyX");
  await desk.until(() => document.activeElement?.textContent === "Finish the chat");
  await keyboard.press("Enter");
  await desk.text("left to wrap up", ".side");
  await desk.opens(/incident/);
  await desk.front();
  await desk.tabTo("Account locked");
  await keyboard.press("Space");
  await desk.tabTo("Continue");
  await keyboard.press("Enter");
  await desk.focused("wrapup-note");
  await keyboard.type("Unlocked the account.");
  await desk.alt("KeyW");
  await desk.text("Available", ".pill");
  await soon(async () => (await stage.rows("incident", "contact_type=chat")).length === 1);
  assert.ok(tom.chat);
});

test("a status is chosen with its reason by the keyboard alone, and stop new says what comes next", within, async () => {
  const { stage } = on;
  const desk = await stage.available("ann");
  await desk.press("Change status");
  await desk.press("On Break");
  await desk.until(() => document.activeElement?.textContent === "lunch");
  await desk.look("desk-status-reason");
  await desk.page.keyboard.press("Enter");
  await desk.text("lunch", ".pill");
  await desk.alt("KeyB");
  await desk.text("Available", ".pill");
  await stage.chat("Tom Okafor", "tom.okafor@larkfield.example", "Hello");
  await desk.accept();
  await desk.text("then Available", ".status");
  await desk.click("Stop new");
  await desk.text("then Work Offline", ".status");
  await desk.text("stop new", ".pill");
  await desk.click("Resume");
  await desk.text("then Available", ".status");
});

test("an offer is rejected with a reason, never takes the focus, and who is asked no more is told why", within, async () => {
  const { stage } = on;
  const desk = await stage.available("ann");
  await stage.chat("Tom Okafor", "tom.okafor@larkfield.example", "Hello");
  await desk.accept();
  await desk.fill("#writer", "I am ");
  await stage.chat("Zoe Unknown", "zoe@nowhere.example", "Me too");
  await desk.text("Zoe Unknown", ".offer");
  await desk.page.keyboard.type("writing");
  assert.equal(await desk.value("#writer"), "I am writing");
  await desk.alt("KeyR");
  await desk.page.select(".offer select", "wrong language");
  await desk.look("desk-reject");
  await desk.press("Reject", ".offer form");
  await desk.gone(".offer");
  await desk.alt("KeyW");
  await desk.text("Choose a disposition code first", ".band");
  await desk.click("Other");
  await desk.until(() => document.querySelectorAll(".codes input:checked").length === 1);
  await desk.alt("KeyW");
  await desk.opens(/incident/);
  await desk.front();
  await desk.text("On Break", ".pill");
  await desk.alt("KeyB");
  await desk.text("you missed the chats that wait", ".band");
  await desk.look("desk-no-offers");
  await desk.text("Zoe Unknown", ".offer");
  await desk.gone(".band[role=note]");
});

test("an agent whose queues are closed is told so", within, async () => {
  const { stage } = on;
  for (const queue of ["support", "quick"]) stage.ctl("--as", "role:admin", "queue", "close", queue, "--until", "2h");
  const desk = await stage.available("ann");
  await desk.text("none of your queues takes chats now. The next one opens at", ".band");
  stage.ctl("--as", "role:admin", "queue", "open", "support");
  await desk.gone(".band[role=note]");
});

test("several chats stand by who waits longest, with unread marks, typing and notes", within, async () => {
  const { stage } = on;
  const desk = await stage.available("ann");
  const tom = await stage.customer("Tom Okafor", "tom.okafor@larkfield.example", "I cannot log in since this morning.");
  await desk.accept();
  await desk.say("Let me look, Tom.");
  const zoe = await stage.chat("Zoe Unknown", "zoe@nowhere.example", "Where do I order a new phone?");
  await desk.accept({ record: false });
  const order = () => desk.page.$$eval(".talk strong", (names) => names.map((name) => name.textContent));
  await desk.until(() => document.querySelector(".talk strong")?.textContent === "Zoe Unknown");
  assert.deepEqual(await order(), ["Zoe Unknown", "Tom Okafor"]);

  await desk.say("Here: https://shop.example/phones. Shall I order one for you?");
  await desk.text("Shall I order one", ".log");

  // Somebody types, then writes: unread until it is looked at.
  await tom.fill("#writer", "Are you");
  await desk.text("typing…", ".talks");
  await tom.page.keyboard.type(" there?\n");
  await desk.text("1", ".talks .badge");
  assert.match(await desk.page.title(), /^\(1\)/);
  await desk.look("desk-several");
  await desk.alt("KeyN");
  await desk.text("Are you there?", ".log");
  await desk.gone(".talks .badge");
  await desk.text("sent", ".log");

  // An internal note is for colleagues alone.
  await desk.alt("KeyI");
  await desk.say("He is in a hurry.");
  await desk.text("He is in a hurry.", ".log .internal");
  await desk.alt("KeyI");
  await desk.say("I am.");
  await tom.text("I am.", ".log");
  assert.doesNotMatch(await tom.page.$eval(".log", (log) => log.innerText), /hurry/);
  await zoe.say("Danke");
  await desk.text("1", ".talks .badge");
});

test("a chat is transferred to a colleague, who sees it whole", within, async () => {
  const { stage } = on;
  const ben = await stage.available("ben");
  stage.ctl("--as", "role:admin", "agent", "drain", "ben");
  const ann = await stage.available("ann");
  await stage.chat("Tom Okafor", "tom.okafor@larkfield.example", "For a specialist");
  await ann.accept();
  stage.ctl("--as", "role:admin", "agent", "drain", "ben", "--off");
  await ann.click("Transfer");
  await ann.until(() => document.querySelector("option[value='agent:ben']:not(:disabled)"));
  await ann.look("desk-transfer");
  await ann.page.select("select[name=to]", "agent:ben");
  await ann.press("Transfer", "form.strip");
  await ann.text("This chat is no longer yours.", ".over");
  await ben.accept();
  await ben.text("For a specialist", ".log");
});

test("the records are searched again by other words, and what is chosen opens", within, async () => {
  const { stage } = on;
  const desk = await stage.available("ann");
  await stage.chat("Zoe Unknown", "zoe@nowhere.example", "Hello");
  await desk.accept({ record: false });
  await desk.alt("KeyS");
  await desk.focused("search-words");
  await desk.text("First name, Last name, User name, E-mail", "#search-how");
  await desk.page.keyboard.type("Nobody Here\n");
  await desk.text("Nothing more found by “Nobody Here”", ".side");
  // By a last name alone, in whichever case.
  await desk.rewrite("#search-words", "duarte\n");
  await desk.text("Ines Duarte", ".candidates");
  await desk.text("found by “duarte”", ".side");
  await desk.look("desk-search-again");
  const before = await desk.tabs();
  await desk.press("Choose", ".candidates");
  await soon(async () => (await desk.tabs()).some((url) => url.includes("sys_user") && !before.includes(url)));
  await desk.front();
  await desk.alt("KeyD");
  await desk.text("Ines Duarte", ".side");
});

test("the wrap-up panel: a tree with search, several codes, the timer extended and stopped, and why an incident is pending", within, async () => {
  const { stage } = on;
  const desk = await stage.available("ann");
  await stage.chat("Tom Okafor", "tom.okafor@larkfield.example", "Hello");
  await desk.accept();
  await stage.stop("sandbox");
  await desk.finish({ incident: false });
  await desk.text("incident pending", ".side");
  await desk.until(() => document.querySelector(".side .tag.warn")?.parentElement?.innerText.trim().length > "incident pending".length);
  await desk.look("desk-pending");
  await desk.fill(".codes input[type=search]", "locked");
  await desk.until(() => document.querySelectorAll(".codes input[type=checkbox]").length === 1);
  await desk.click("Account locked");
  await desk.text("Up to 2 codes; 1 chosen.", ".codes");
  await desk.rewrite(".codes input[type=search]", "other");
  await desk.click("Other");
  await desk.text("Up to 2 codes; 2 chosen.", ".codes");
  await desk.click("Continue");
  await desk.text("Account locked, Other", ".side");
  await desk.click("Extend (3 left)");
  await desk.text("Extend (2 left)", ".side");
  await desk.click("Work Offline");
  await desk.text("Timer stopped with", ".timer");
  await desk.text("Work Offline", ".status");
  await desk.look("desk-offline");
  await desk.alt("KeyW");
  await desk.text("Work Offline", ".pill");
  await stage.startSandbox();
  await desk.text("INC", ".done");
});

test("a desk and `deskctl watch --pop` open each page once between them", within, async () => {
  const { stage } = on;
  const desk = await stage.available("ann");
  // What the machine's own browser would be asked to open.
  const [opener, opened] = [join(stage.folder, "xdg-open"), join(stage.folder, "opened")];
  writeFileSync(opener, `#!/bin/sh\necho "$1" >> ${opened}\n`);
  chmodSync(opener, 0o755);
  const args = ["--socket", join(stage.folder, "deskd.sock"), "--as", "agent:ann", "--json", "watch", "--pop"];
  const watch = spawn(process.env.DESKCTL, args, { env: { ...process.env, PATH: `${stage.folder}:${process.env.PATH}` } });
  let told = "";
  watch.stdout.on("data", (data) => (told += data));
  const ended = new Promise((resolve) => watch.once("exit", resolve));
  try {
    await stage.chat("Tom Okafor", "tom.okafor@larkfield.example", "Hello");
    await desk.text("Tom Okafor", ".offer");
    await desk.alt("KeyA");
    await desk.text("Tom Okafor", ".talks");
    const all = async () => {
      const byWatch = existsSync(opened) ? readFileSync(opened, "utf8").trim().split("\n") : [];
      const urls = [...byWatch, ...(await desk.tabs())];
      return [urls.filter((url) => url.includes("sys_user")).length, urls.filter((url) => url.includes("incident")).length];
    };
    // A tab that opens here stands before the desk, and takes its keys.
    await soon(async () => (await all())[0] > 0);
    await desk.front();
    // The incident opens here or there.
    await desk.finish({ incident: false });
    await desk.text("INC", ".side");
    await desk.front();
    // Both have been told of both, and whoever came second has been refused.
    await soon(() => (told.match(/"pop_claimed"/g) ?? []).length === 2);
    await soon(async () => (await all()).every((count) => count > 0));
    assert.deepEqual(await all(), [1, 1], "the record and the incident");
  } finally {
    watch.kill("SIGINT");
    await ended;
  }
});
