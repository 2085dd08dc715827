// The pages in the reader's language and by the reader's clock.

import assert from "node:assert/strict";
import { test } from "node:test";
import { stages, within } from "./stage.js";

const GERMAN = `"talks.none" = "Keine Chats"
"status.available" = "Verfügbar"
"offer.accept" = "Annehmen"
"offer.waiting" = "{queue} · wartet seit {time}"
"chat.begin" = "Chat beginnen"
"chat.next" = "Sie sind als Nächstes dran."
`;
const on = stages({ http: "places_secs = 1", files: { "words.d/de.toml": GERMAN } });

test("another language lies beside the English catalogue, which stands in for what it lacks", within, async () => {
  const { stage } = on;
  const context = await stage.context();
  const desk = await stage.page(context, "about:blank");
  await desk.languages("de-AT", "en");
  const address = stage.ctl("--as", "agent:ann", "desk", "--print").trim().split(/\s+/).find((word) => word.startsWith("http"));
  await desk.page.goto(address);
  await desk.text("Keine Chats", ".talks");
  assert.equal(await desk.page.evaluate(() => document.documentElement.lang), "de");
  await desk.click("Log in to work");
  await desk.alt("KeyB");
  await desk.text("Verfügbar", ".pill");
  const customer = await stage.page(await stage.context(), "about:blank", { width: 420, height: 700 });
  await customer.languages("de");
  await customer.page.goto(`${stage.url}/chat?queue=support`);
  await customer.fill("input[name=name]", "Tom Okafor");
  await customer.fill("textarea[name=text]", "Hilfe");
  await customer.click("Chat beginnen");
  await desk.text("wartet seit", ".offer");
  await desk.text("Reject", ".offer");
  await desk.look("desk-german");
  await desk.alt("KeyA");
  await desk.text("Hilfe", ".log");
  // A language that nobody has dropped there is English.
  const french = await stage.page(await stage.context(), "about:blank", { width: 420, height: 700 });
  await french.languages("fr-FR");
  await french.page.goto(`${stage.url}/chat?queue=support`);
  await french.text("Begin the chat");
  assert.equal(await french.page.evaluate(() => document.documentElement.lang), "en");
});

test("times are told by the viewer's own clock", within, async () => {
  const { stage } = on;
  const told = [];
  for (const zone of ["Asia/Tokyo", "America/New_York"]) {
    const page = await stage.page(await stage.context(), "about:blank", { width: 420, height: 700 });
    await page.page.emulateTimezone(zone);
    await page.languages("en-GB");
    await page.page.goto(`${stage.url}/chat?queue=support`);
    await page.fill("input[name=name]", "Tom Okafor");
    await page.fill("textarea[name=text]", "What time is it?");
    await page.click("Begin the chat");
    await page.until(() => /\d\d:\d\d/.test(document.querySelector(".log .faint")?.innerText));
    const [hours, minutes] = (await page.page.$eval(".log .faint", (time) => time.innerText)).match(/\d\d/g).map(Number);
    const here = new Date().toLocaleTimeString("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" }).split(":").map(Number);
    const apart = Math.abs(hours * 60 + minutes - here[0] * 60 - here[1]);
    assert.ok(Math.min(apart, 1440 - apart) <= 1, `${hours}:${minutes} in ${zone}`);
    told.push(hours);
  }
  assert.notEqual(told[0], told[1]);
});
