// Links in what people write: only what is plainly a web address becomes one, and it leads where it
// says. The text around and in it is shown as it was written.

/** @typedef {{ text: string, href?: string }} Piece */

const ADDRESS = /\bhttps?:\/\/[^\s<>"'`{}|\\^]+/giu;
/** What ends a sentence rather than an address. */
const TAIL = /[.,;:!?…»”’*_]+$/u;
const PAIRS = /** @type {const} */ ([["(", ")"], ["[", "]"]]);

/**
 * An address that may be opened, or none: no script, no file, no name and password in it, which
 * would let it look like another site's.
 * @param {string | undefined | null} text
 * @returns {string | undefined}
 */
export function safeAddress(text) {
  let url;
  try {
    url = new URL(String(text));
  } catch {
    return undefined;
  }
  const plain = (url.protocol === "http:" || url.protocol === "https:") && !url.username && !url.password;
  return plain ? url.href : undefined;
}

/**
 * Cuts a text into pieces, some of which are links.
 * @param {string} text
 * @returns {Piece[]}
 */
export function pieces(text) {
  /** @type {Piece[]} */
  const found = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const written = trimmed(match[0]);
    const href = safeAddress(written);
    // An address with turned or hidden characters could be read as another one than it is.
    if (!href || /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u.test(written)) continue;
    if (match.index > from) found.push({ text: text.slice(from, match.index) });
    found.push({ text: written, href });
    from = match.index + written.length;
  }
  if (from < text.length) found.push({ text: text.slice(from) });
  return found;
}

/** An address without what belongs to the sentence around it. @param {string} address */
function trimmed(address) {
  for (;;) {
    let shorter = address.replace(TAIL, "");
    for (const [open, close] of PAIRS) {
      const opened = shorter.split(open).length;
      if (shorter.endsWith(close) && shorter.split(close).length > opened) shorter = shorter.slice(0, -1);
    }
    if (shorter === address) return address;
    address = shorter;
  }
}
