// A session that runs out by its clock, under a page at which somebody works.

import assert from "node:assert/strict";
import { test } from "node:test";
import { stages, within } from "./stage.js";

const on = stages();
/** Long enough to come to where it is to run out. A session lasts no longer than the token that it is for. */
const GOOD_FOR = ["--expires", "12s"];

async function signIn(page, token) {
  await page.page.waitForSelector("input[name=token]", { visible: true });
  await page.page.$eval("input[name=token]", (field) => field.focus());
  await page.page.keyboard.type(`${token}\n`);
}

/** What its session says of its end. */
const expires = (page) => page.page.evaluate(async () => (await (await fetch("v1/session")).json()).expires);

test("at the desk it asks again, and the chat, what was written and what was chosen are as they were", within, async () => {
  const { stage } = on;
  const desk = await stage.page(await stage.context(), `${stage.url}/desk`);
  await signIn(desk, stage.token("--agent", "ann", ...GOOD_FOR));
  await desk.click("Log in to work");
  await desk.alt("KeyB");
  const end = await expires(desk);
  const tom = await stage.chat("Tom Okafor", "tom.okafor@larkfield.example", "I cannot log in.");
  await desk.accept();
  await desk.say("Let me look.");
  await desk.text("Let me look.", ".log");
  await desk.alt("KeyS");
  await desk.fill("#search-words", "Ines");
  await desk.fill("#writer", "half a sentence");
  assert.ok(Date.now() < end, "it was good until here");

  await desk.text("Your session has ended", "dialog");
  assert.ok(Date.now() >= end, "it was the clock");
  await desk.look("desk-session-out");
  assert.equal(await desk.value("#writer"), "half a sentence");
  // Meanwhile the customer goes on, and the agent is not lost.
  await tom.say("Are you there?");
  await signIn(desk, "nonsense");
  await desk.text("This token or ticket is not valid", "dialog");
  await signIn(desk, stage.token("--agent", "ann"));
  await desk.gone("dialog");
  await desk.text("Are you there?", ".log");
  assert.deepEqual([await desk.value("#writer"), await desk.value("#search-words")], ["half a sentence", "Ines"]);
  await desk.text("Busy", ".pill");
  await desk.say(" and its end");
  await desk.text("half a sentence and its end", ".log");
  const said = await desk.page.$$eval(".log .text", (texts) => texts.map((text) => text.innerText));
  assert.deepEqual(said, ["I cannot log in.", "Let me look.", "Are you there?", "half a sentence and its end"]);
});

test("on the wall it asks again, and the chat that is read goes on with the note half written", within, async () => {
  const { stage } = on;
  const supervisor = ["--role", "supervisor", "--queue", "support"];
  const desk = await stage.available("ann");
  const tom = await stage.chat("Tom Okafor", "tom.okafor@larkfield.example", "I cannot log in.");
  await desk.accept();
  const wall = await stage.wall(...supervisor, ...GOOD_FOR);
  await wall.press("Read the chat of", "#chats");
  await wall.text("I cannot log in.", ".reading .log");
  await wall.fill("textarea[name=text]", "Ask for");
  await wall.text("Your session has ended", "dialog");
  await tom.say("Are you there?");
  await signIn(wall, stage.token(...supervisor));
  await wall.gone("dialog");
  await wall.text("Are you there?", ".reading .log");
  assert.equal(await wall.value(".reading textarea"), "Ask for");
  // What becomes of a chat is seen by who reads it.
  await desk.front();
  await desk.finish();
  await wall.until(() => !document.querySelector(".reading form"));
});
