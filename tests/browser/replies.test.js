// Canned replies: what agents may say without writing it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { stages, within } from "./stage.js";

const REPLIES = `[[reply]]
short = "hello"
title = "Greeting"
text = "Hello {customer.name}, {agent.name} of {queue.name} here."
[[reply]]
short = "help"
title = "Where the help is"
text = "See https://help.example/."
`;
const GERMAN = `language = "de"
[[reply]]
short = "hello"
title = "Begrüßung"
text = "Guten Tag {customer.name}."
`;
const on = stages({ files: { "replies.d/all.toml": REPLIES, "replies.d/german.toml": GERMAN } });

test("a slash finds a canned reply, in the customer's own language first, with its fields filled in", within, async () => {
  const { stage } = on;
  const desk = await stage.available("ann");
  await stage.chat("Zoe Unknown", "zoe@nowhere.example", "Hilfe", { fields: { language: "de-AT" } });
  await desk.accept({ record: false });
  await desk.fill("#writer", "/he");
  await desk.text("/hello", ".replies");
  await desk.look("desk-replies");
  await desk.page.keyboard.press("Enter");
  assert.equal(await desk.value("#writer"), "Guten Tag Zoe Unknown.");
  await desk.page.keyboard.press("Enter");
  await desk.text("Guten Tag Zoe Unknown.", ".log");

  // By the mouse, and by what a reply is about; Esc closes, and what was typed stays.
  await desk.click("Canned reply");
  await desk.focused("writer");
  await desk.page.keyboard.type("where");
  await desk.text("/help", ".replies");
  await desk.page.keyboard.press("Escape");
  await desk.gone(".replies");
  assert.equal(await desk.value("#writer"), "/where");
  await desk.page.$eval("#writer", (field) => field.select());
  await desk.page.keyboard.type("Well. /hello");
  await desk.until(() => document.querySelectorAll(".replies li").length === 2);
  await desk.page.keyboard.press("ArrowDown");
  await desk.page.keyboard.press("Tab");
  assert.equal(await desk.value("#writer"), "Well. Hello Zoe Unknown, Ann Arbour of Support here.");
});
