import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Fault } from "../shared/http.js";
import { noOffers, refusal, refused, whyNone } from "../shared/told.js";
import { Refused } from "../shared/wire.js";
import { setWords } from "../shared/words.js";

setWords(JSON.parse(readFileSync(new URL("../shared/words.en.json", import.meta.url), "utf8")));

test("a refusal is told by its code, never in the sentence that came with it", () => {
  const message = "only for terminals";
  assert.equal(refused(new Refused({ code: "too_early", message, values: { secs: "7" } })), "Wrap-up takes its full time here: 7 s are left.");
  assert.equal(refused(new Refused({ code: "denied", message, values: { said: "not before ten" } })), "A rule says no: not before ten");
  const often = { code: "not_extendable", values: { why: "often" } };
  assert.equal(refusal(often), "This wrap-up was extended as often as it may be.");
  assert.equal(refusal({ ...often, values: { why: "new" } }), "This wrap-up cannot be extended.");
  assert.equal(refusal({ code: "brand_new" }), "The desk did not do that (brand_new).");
  const problem = { detail: message, errors: [{ field: "fields.shoe", problem: message }] };
  assert.equal(refused(new Fault("wrong_field", problem, 422)), "This is not what the desk takes here: fields.shoe.");
  assert.throws(() => refused(new TypeError("a mistake of ours")), TypeError);
});

test("why no offers come is told to the agent, and otherwise on the wall", () => {
  assert.equal(noOffers({ reason: "drained" }), "an administrator keeps offers from you.");
  assert.equal(noOffers({ reason: "drained" }, true), "Offers are kept from them.");
  assert.match(noOffers({ reason: "closed", until: 1 }), /^none of your queues takes chats now. The next one opens at /);
  assert.equal(noOffers({ reason: "brand_new" }), "the desk holds them back just now.");
});

test("why an incident is pending is told with how often it was tried", () => {
  assert.equal(whyNone({ chat: "c1", state: "pending", why: "again", tries: 1 }), "ServiceNow did not take it; it is tried again.");
  assert.equal(whyNone({ chat: "c1", state: "pending", why: "again", tries: 3 }), "ServiceNow did not take it 3 times; it is tried again.");
  assert.equal(whyNone({ chat: "c1", state: "created" }), "");
});
