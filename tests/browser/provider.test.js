// Signing in by a provider of OpenID Connect, all the way through the browser and back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Provider, SECRET } from "./provider.js";
import { stages, within } from "./stage.js";

/** By name: an agent, a supervisor who is an agent as well, and somebody whom the desk does not know. */
const PEOPLE = { ann: { groups: ["agents"] }, ben: { groups: ["agents", "leads"] }, zoe: { groups: ["guests"] } };
let provider;
before(async () => (provider = await new Provider(PEOPLE).start()));
after(() => provider.end());
const on = stages(() => ({
  more: `[oidc]
issuer = "${provider.issuer}"
name = "Larkfield ID"
client_secret_file = "oidc.secret"
[[oidc.group]]
name = "agents"
role = "agent"
[[oidc.group]]
name = "leads"
role = "supervisor"
queues = ["support"]
`,
  files: { "oidc.secret": SECRET },
}));

/** From the desk's sign-in to the provider's page, and back with that person's answer. */
async function signIn(page, who, answer = "Let me in") {
  await page.click("Sign in by Larkfield ID");
  await page.until((issuer) => location.origin === issuer && document.querySelector("input[name=who]"), provider.issuer);
  if (who) await page.fill("input[name=who]", who);
  await page.click(answer);
  await page.until((desk) => location.origin === desk, on.stage.url);
}

const signedIn = () => JSON.parse(on.stage.ctl("--json", "--as", "role:admin", "session", "list")).tokens;

test("an agent signs in by the provider and works", within, async () => {
  const { stage } = on;
  const desk = await stage.page(await stage.context(), `${stage.url}/desk`);
  await desk.text("Sign in by Larkfield ID", "dialog");
  await desk.look("desk-sign-in-provider");
  await signIn(desk, "ann");
  await desk.click("Log in to work");
  await desk.text("On Break", ".pill");
  await desk.text("Ann Arbour", ".bar");
  assert.equal(new URL(desk.page.url()).pathname, "/desk");
  assert.equal(new URL(desk.page.url()).hash, "", "nothing of it stays in the address");
  await desk.alt("KeyB");
  await desk.text("Available", ".pill");
  await stage.chat("Tom Okafor", "tom.okafor@larkfield.example", "Hello");
  await desk.accept();
  await desk.text("Hello", ".log");
  // The session is the browser's from then on.
  await desk.page.reload();
  await desk.text("Hello", ".log");
  assert.equal(provider.asked, 1);
});

test("a session that is over is had again by the provider, and what was written is still there", within, async () => {
  const { stage } = on;
  const desk = await stage.page(await stage.context(), `${stage.url}/desk`);
  await signIn(desk, "ann");
  await desk.click("Log in to work");
  await desk.alt("KeyB");
  await desk.text("Available", ".pill");
  await stage.chat("Tom Okafor", "tom.okafor@larkfield.example", "Hello");
  await desk.accept();
  await desk.fill("#writer", "I am looking ");
  const [session] = signedIn();
  stage.ctl("--as", "role:admin", "session", "revoke", session.id);
  await desk.text("Your session has ended", "dialog");
  await signIn(desk, "ann");
  await desk.text("Hello", ".log");
  assert.equal(await desk.value("#writer"), "I am looking ");
});

test("a supervisor comes to the wall by the provider", within, async () => {
  const { stage } = on;
  const wall = await stage.page(await stage.context(), `${stage.url}/wall`, { width: 1400, height: 900 });
  await signIn(wall, "ben");
  await wall.text("Connected", ".bar");
  await wall.text("Support", "#queues");
  assert.equal(new URL(wall.page.url()).pathname, "/wall");
});

test("whom the desk does not know, or who would rather not, is told so and let in nowhere", within, async () => {
  const { stage } = on;
  const desk = await stage.page(await stage.context(), `${stage.url}/desk`);
  await signIn(desk, "zoe");
  await desk.text("You are signed in there, and unknown here.", "dialog");
  await desk.look("desk-sign-in-nobody");
  await signIn(desk, undefined, "Rather not");
  await desk.text("That did not work.", "dialog");
  assert.equal(new URL(desk.page.url()).hash, "");
  assert.deepEqual(signedIn(), []);
  // A provider that is gone is told of, too.
  await provider.end();
  await desk.click("Sign in by Larkfield ID");
  await desk.text("The sign-in service does not answer.", "dialog");
});
