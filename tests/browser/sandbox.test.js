// The sandbox's own pages, as a person uses them: records are changed, made and deleted, and come from a file.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { launch, Stage, within } from "./stage.js";

const LONG = "One line.\nAnother one.";
let browser, stage;
before(async () => (browser = await launch()));
after(() => browser.close());
beforeEach(async () => {
  stage = new Stage(browser);
  await stage.startSandbox();
});
afterEach(() => stage.end());

const open = async (path, scheme = "light") => {
  const shown = await stage.page(await stage.context(), "about:blank");
  await shown.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await shown.page.goto(`${stage.sn}${path}`);
  return shown;
};
const made = (fields) => stage.write("POST", "incident", fields);

test("an incident is edited on its page, and only what was changed is written", within, async () => {
  const { sys_id } = await made({ short_description: "before", description: LONG });
  const page = await open(`/incident.do?sys_id=${sys_id}`);
  await page.click("Edit");
  await page.page.waitForSelector("#short_description");
  await stage.write("PATCH", `incident/${sys_id}`, { impact: "2" });
  await page.rewrite("#short_description", "after");
  await page.page.select("#urgency", "1");
  await page.fill("#work_notes", "By hand.");
  await page.click("Save");
  await page.text("By hand.", ".journal");
  const [row] = await stage.rows("incident", `sys_id=${sys_id}`);
  const { short_description, urgency, impact, description } = row;
  assert.deepEqual([short_description, urgency, impact, description], ["after", "1", "2", LONG]);
});

test("a text with line ends keeps them although its field is short", within, async () => {
  const { sys_id } = await made({ short_description: "one\ntwo", subcategory: "a\nb" });
  const page = await open(`/incident.do?sys_id=${sys_id}&edit=true`);
  await page.page.select("#urgency", "1");
  await page.click("Save");
  await page.text("1 - High", "dd");
  const [{ short_description, subcategory }] = await stage.rows("incident", `sys_id=${sys_id}`);
  assert.deepEqual([short_description, subcategory], ["one\ntwo", "a\nb"]);
});

test("a record is made, and deleted once that was confirmed", within, async () => {
  const page = await open("/incident_list.do");
  await page.click("New");
  await page.fill("#short_description", "Made by hand");
  await page.click("Save");
  await page.text("INC0010001", "h1");
  await page.click("Edit");
  await page.click("Delete");
  await page.text("Delete this record?", "h1");
  await page.click("Cancel");
  await page.text("INC0010001", "h1");
  assert.equal((await stage.rows("incident", "")).length, 1);
  await page.click("Edit");
  await page.click("Delete");
  await page.text("Delete this record?", "h1");
  await page.page.click("button.bad");
  await page.text("No records.");
  assert.deepEqual(await stage.rows("incident", ""), []);
});

test("people come from rows that were pasted", within, async () => {
  const page = await open("/import");
  await page.fill("#rows", "user_name,first_name,last_name,email\nada.k,Ada,King,ada@corp.example");
  await page.page.click("form.edit button");
  await page.text("1 new, 0 changed, 0 as before");
  const [ada] = await stage.rows("sys_user", "user_name=ada.k");
  assert.equal(ada.name, "Ada King");
});

for (const scheme of ["light", "dark"]) {
  test(`every kind of page can be read, ${scheme}`, within, async () => {
    const { sys_id } = await made({ short_description: "To be read", work_notes: "A note." });
    const user = (await stage.rows("sys_user", "vip=true"))[0].sys_id;
    const record = `/incident.do?sys_id=${sys_id}`;
    const paths = ["/", "/incident_list.do", record, `${record}&edit=true`, `/sys_user.do?sys_id=${user}`, "/import"];
    for (const [n, path] of paths.entries()) await (await open(path, scheme)).look(`sandbox-${scheme}-${n}`);
  });
}
