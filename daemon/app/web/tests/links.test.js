import assert from "node:assert/strict";
import { test } from "node:test";
import { pieces, safeAddress } from "../shared/links.js";

/** Links of a text in brackets. */
const shown = (text) => pieces(text).map(({ text, href }) => (href ? `[${text}]` : text)).join("");

test("only plain web addresses become links, without what ends the sentence", () => {
  const cases = [
    ["see https://example.com.", "see [https://example.com]."],
    ["(https://example.com/a_(b))", "([https://example.com/a_(b)])"],
    ["https://example.com/?q=1&r=2!", "[https://example.com/?q=1&r=2]!"],
    ["two: http://a.example, http://b.example", "two: [http://a.example], [http://b.example]"],
    ["javascript:alert(1)", "javascript:alert(1)"],
    ["data:text/html,<script>", "data:text/html,<script>"],
    ["file:///etc/passwd", "file:///etc/passwd"],
    ["example.com is no address", "example.com is no address"],
    ["<a href=\"https://x.example\">x</a>", "<a href=\"[https://x.example]\">x</a>"],
    ["xhttps://x.example", "xhttps://x.example"],
    ["https://bank.example@evil.example/", "https://bank.example@evil.example/"],
    ["https://user:word@evil.example/", "https://user:word@evil.example/"],
    ["https://x.example/\u202egnp.exe", "https://x.example/\u202egnp.exe"],
    ["https://x.example/\u200bhidden", "https://x.example/\u200bhidden"],
    ["https://", "https://"],
    ["", ""],
  ];
  for (const [text, expected] of cases) assert.equal(shown(text), expected);
});

test("nothing of a text is lost", () => {
  for (const text of ["a https://x.example/(b). c", "https://x.example", "no", "[https://x.example]"]) {
    assert.equal(pieces(text).map((piece) => piece.text).join(""), text);
  }
});

test("an address that runs or hides something is none", () => {
  for (const bad of ["javascript:alert(1)", " JAVASCRIPT:alert(1)", "data:,x", "//x.example", "/a", "", null, undefined, "http://u:p@x.example"]) {
    assert.equal(safeAddress(bad), undefined, String(bad));
  }
  assert.equal(safeAddress("https://sn.example/nav_to.do?uri=x"), "https://sn.example/nav_to.do?uri=x");
});
