// All texts that the pages show, from one catalogue a language. English is complete; another one may
// lack texts, and then the English one stands.

import { at } from "./root.js";

/** @typedef {Record<string, string>} Catalogue */

/** @type {Catalogue} */
let words = {};

/** Takes catalogues, the later ones before the earlier. @param {...Catalogue} catalogues */
export function setWords(...catalogues) {
  words = Object.assign({}, ...catalogues);
}

/**
 * A text, with `{name}` replaced. Where a count is given, `key.one` stands for exactly one.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  const one = values.count === 1 ? words[`${key}.one`] : undefined;
  const text = one ?? words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** Whether there is such a text. @param {string} key */
export const has = (key) => key in words;

/** A word of the protocol as people read it; one that is newer than this page stays as it is.
 * @param {string} kind @param {string | undefined | null} word */
export const say = (kind, word) =>
  word && has(`${kind}.${word}`) ? words[`${kind}.${word}`] : (word ?? "").replaceAll("_", " ");

/**
 * The languages to look for, the most wanted first, until English.
 * @param {readonly string[]} wanted
 */
export function languages(wanted) {
  const bases = wanted.map((language) => language.toLowerCase().split("-")[0]);
  const known = [...new Set(bases)].filter((base) => /^[a-z]{2,3}$/.test(base));
  const english = known.indexOf("en");
  return (english < 0 ? known : known.slice(0, english)).slice(0, 2);
}

/**
 * Loads the catalogue of the first wanted language that there is. The page's own language follows.
 * @param {string[]} wanted
 * @param {string} [title] the key of the page's title
 */
export async function loadWords(wanted = [...navigator.languages], title) {
  const english = await catalogue("en");
  if (!english) throw new Error("the catalogue could not be loaded");
  setWords(english);
  for (const language of languages(wanted)) {
    const other = await catalogue(language);
    if (!other) continue;
    setWords(english, other);
    document.documentElement.lang = language;
    break;
  }
  if (title) document.title = t(title);
}

/** @param {string} language @returns {Promise<Catalogue | undefined>} */
async function catalogue(language) {
  const answer = await fetch(at(`shared/words.${language}.json`));
  return answer.ok ? answer.json() : undefined;
}
