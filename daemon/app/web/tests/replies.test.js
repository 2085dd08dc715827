import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldsOf, filled, found, slashed } from "../desk/replies.js";
import { chat } from "./samples.js";

const reply = (short, other = {}) => ({ short, title: short, text: short, ...other });

test("a slash looks for a reply where a word begins, and an address does not", () => {
  assert.deepEqual(slashed("/he", 3), { from: 0, to: 3, words: "he" });
  assert.deepEqual(slashed("Well, /he and more", 9), { from: 6, to: 9, words: "he" });
  assert.deepEqual(slashed("/", 1), { from: 0, to: 1, words: "" });
  for (const text of ["and/or", "https://x.example/he", "no", "/he "]) assert.equal(slashed(text, text.length), undefined);
});

test("replies are those of the chat's queue, and the customer's language comes first", () => {
  const all = [
    reply("hello", { language: "en" }),
    reply("hello", { language: "de" }),
    reply("bye", { title: "says hello no more" }),
    reply("help", { queues: ["sales"] }),
    reply("hero", { queues: ["support"] }),
  ];
  const of = (language, words) => found(all, chat({ fields: { language } }), "en", words).map(({ short, language }) => `${short} ${language ?? ""}`.trim());
  assert.deepEqual(of("de-AT", "he"), ["hello de", "hero", "hello en", "bye"]);
  assert.deepEqual(of(undefined, "hell"), ["hello en", "hello de", "bye"]);
  assert.deepEqual(of("de", "nothing"), []);
});

test("a reply's fields are filled in, and what is not known leaves no brace", () => {
  const fields = fieldsOf(chat({ customer: { name: "Ada" }, fields: { order: "17" } }), "Ann Arbour", "Support");
  assert.equal(filled("Hello {customer.name}, {agent.name} of {queue.name} here. Order {fields.order}?", fields), "Hello Ada, Ann Arbour of Support here. Order 17?");
  assert.equal(filled("Hello {customer.email}, {nobody.knows} this", fields), "Hello, this");
});
