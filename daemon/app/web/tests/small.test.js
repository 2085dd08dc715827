import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { found, label, toggled, tree } from "../desk/codes.js";
import { due, popper } from "../desk/pops.js";
import { Clock } from "../shared/clock.js";
import { kept } from "../shared/kept.js";
import { clock, secondsLeft } from "../shared/times.js";
import { languages, setWords, say, t } from "../shared/words.js";

const web = new URL("../", import.meta.url);

test("a countdown goes by the desk's clock, whatever this machine's says", () => {
  let local = 50_000;
  const desk = new Clock(() => local);
  desk.sample(1_000_000);
  local += 1000;
  assert.equal(desk.left(1_010_000), 9000);
  desk.sample(900_000);
  assert.equal(desk.left(1_010_000), 9000, "old news does no harm");
  desk.sampleTimer({ deadline: 1_010_000, remaining_ms: 8500 });
  assert.equal(desk.left(1_010_000), 8500, "the least delayed sample is the best");
  assert.equal(desk.left(0), 0);
  desk.forget();
  assert.equal(desk.now(), 51_000);
});

test("durations are read as people write them", () => {
  assert.deepEqual([0, 7_000, 750_000, 3_723_000, -5].map(clock), ["0:00", "0:07", "12:30", "1:02:03", "0:00"]);
  assert.deepEqual([0, 1, 1000, 1001].map(secondsLeft), [0, 1, 1, 2]);
});

const codes = [
  { code: "access", label: "Access", group: true },
  { code: "reset", label: "Password reset", parent: "access" },
  { code: "locked", label: "Account locked", parent: "access" },
  { code: "other", label: "Other" },
];

test("codes stand in their groups, and words find them by all names above", () => {
  const branches = tree(codes);
  assert.deepEqual(branches.map(({ code }) => code.code), ["access", "other"]);
  assert.deepEqual(branches[0].below.map(({ code }) => code.code), ["reset", "locked"]);
  const names = (words) => found(branches, words).flatMap(({ code, below }) => [code.code, ...below.map((one) => one.code.code)]);
  assert.deepEqual(names("pass"), ["access", "reset"]);
  assert.deepEqual(names("access account"), ["access", "locked"]);
  assert.deepEqual(names("nothing"), []);
  assert.deepEqual(names(""), ["access", "reset", "locked", "other"]);
  assert.equal(label(codes, "reset"), "Password reset");
});

test("no more codes are chosen than may be", () => {
  assert.deepEqual(toggled(["a"], "b", 1), ["b"]);
  assert.deepEqual(toggled(["a"], "b", 2), ["a", "b"]);
  assert.deepEqual(toggled(["a", "b"], "c", 2), ["a", "b"]);
  assert.deepEqual(toggled(["a", "b"], "a", 2), ["b"]);
});

const wanted = (other = {}) => ({ pop: "p1", agent: "alice", chat: "c1", what: "record", url: "https://sn/1", until: 100, stands: "wanted", ...other });

test("only what is wanted and not too late opens", () => {
  const pops = [wanted(), wanted({ pop: "p2", until: 10 }), wanted({ pop: "p3", stands: "elsewhere" })];
  assert.deepEqual(due({ pops }, 50).map(({ pop }) => pop), ["p1"]);
});

test("a page is claimed before it opens, opens once, and is reported", async () => {
  for (const [opens, stands] of [["opened", "opened"], ["blocked", "blocked"]]) {
    const asked = [];
    const stood = [];
    const pop = popper({
      change: async (verb, args) => (asked.push([verb, args.result]), { pop: wanted() }),
      stands: (_, how) => stood.push(how),
      now: () => 50,
      inFront: () => true,
      open: () => opens,
    });
    pop({ pops: [wanted()] });
    pop({ pops: [wanted()] });
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(asked, [["pop_claim", undefined], ["pop_report", opens]]);
    assert.deepEqual(stood, ["claimed", stands]);
  }
});

test("a storage that keeps nothing does no harm", () => {
  const broken = { getItem: () => { throw new Error("no"); }, setItem: () => { throw new Error("full"); } };
  assert.equal(kept(broken, "x").get(), undefined);
  kept(broken, "x").set(1);
  assert.equal(kept(undefined, "x").get(), undefined);
});

test("languages are looked for until English", () => {
  assert.deepEqual(languages(["de-AT", "de", "en", "fr"]), ["de"]);
  assert.deepEqual(languages(["en-GB", "de"]), []);
  assert.deepEqual(languages(["../x", "fr"]), ["fr"]);
});

test("a text lacks nothing in another language: English stands in", () => {
  setWords({ a: "A {x}", "b.one": "one", b: "{count}" }, { a: "Ä {x}" });
  assert.equal(t("a", { x: 1 }), "Ä 1");
  assert.equal(t("b", { count: 1 }), "one");
  assert.equal(t("b", { count: 2 }), "2");
  assert.equal(say("status", "brand_new"), "brand new");
});

/** Every source of the pages. */
function sources(folder = web) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (["node_modules", "tests"].includes(entry.name)) return [];
    if (entry.isDirectory()) return sources(new URL(`${entry.name}/`, folder));
    return /\.(js|html|css)$/.test(entry.name) ? [[entry.name, readFileSync(new URL(entry.name, folder), "utf8")]] : [];
  });
}

test("every text that the pages name is in the catalogue, and the catalogue names no other", () => {
  const words = JSON.parse(readFileSync(new URL("shared/words.en.json", web), "utf8"));
  const all = sources().filter(([name]) => name.endsWith(".js")).map(([, text]) => text).join("\n");
  const literal = [...all.matchAll(/\bt\(\s*"([\w.]+)"/g)].map(([, key]) => key);
  for (const key of literal) assert.ok(key in words, `${key} is not in the catalogue`);
  // Some keys are put together from a word of the protocol; their first part is named.
  const stems = [...all.matchAll(/[`"]([\w.]+)\.\$\{|say\(\s*"([\w.]+)"|has\(`([\w.]+)\./g)].map(([, a, b, c]) => a ?? b ?? c);
  for (const key of Object.keys(words)) {
    // What deskd says itself; its own tests know which.
    if (key.startsWith("said.")) continue;
    const stem = stems.some((stem) => key.startsWith(`${stem}.`));
    assert.ok(stem || all.includes(`"${key.replace(/\.one$/, "")}"`), `nothing shows ${key}`);
  }
});

test("nothing stands inline, and nothing comes from elsewhere", () => {
  for (const [name, text] of sources()) {
    assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/, name);
    if (!name.endsWith(".html")) continue;
    assert.doesNotMatch(text, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/, name);
    for (const [, address] of text.matchAll(/(?:src|href)="([^"]*)"/g)) {
      assert.doesNotMatch(address, /^(\/|\w+:)/, `${name}: ${address} is not relative`);
    }
  }
});

test("files hold one idea each", () => {
  for (const [name, text] of sources()) assert.ok(text.split("\n").length <= 450, `${name}: look for the second idea in it`);
});
