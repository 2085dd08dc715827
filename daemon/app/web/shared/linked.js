// A text whose addresses are links that open elsewhere and tell nothing of the page they stood on.

import { h } from "./dom.js";
import { pieces } from "./links.js";

/** @param {string} text */
export const linked = (text) =>
  pieces(text).map(({ text, href }) =>
    href ? h("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, text) : text,
  );
