// Disposition codes as a tree, and the part of it that some words find.

/** @import { CodeView } from "../shared/views" */

/** @typedef {{ code: CodeView, below: Branch[] }} Branch */

/** @param {CodeView[]} codes @returns {Branch[]} */
export function tree(codes) {
  const known = new Set(codes.map(({ code }) => code));
  /** @param {string | undefined} parent @returns {Branch[]} */
  const below = (parent) =>
    codes
      .filter((code) => (code.parent && known.has(code.parent) ? code.parent : undefined) === parent)
      .map((code) => ({ code, below: below(code.code) }));
  return below(undefined);
}

/**
 * Branches that hold every word, in their own name or those above them; a group stays with what it
 * holds, and one that is found itself stays whole.
 * @param {Branch[]} branches @param {string} words @param {string} [above] @returns {Branch[]}
 */
export function found(branches, words, above = "") {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return branches.flatMap((branch) => {
    const path = `${above} ${branch.code.label} ${branch.code.code}`.toLowerCase();
    if (wanted.every((word) => path.includes(word))) return [branch];
    const below = found(branch.below, words, path);
    return below.length ? [{ ...branch, below }] : [];
  });
}

/** The codes after one was chosen or put back. Where one is allowed, another takes its place.
 * @param {string[]} chosen @param {string} code @param {number} most */
export function toggled(chosen, code, most) {
  if (chosen.includes(code)) return chosen.filter((other) => other !== code);
  if (most <= 1) return [code];
  return chosen.length < most ? [...chosen, code] : chosen;
}

/** What people read for a code. @param {CodeView[]} codes @param {string} code */
export const label = (codes, code) => codes.find((one) => one.code === code)?.label ?? code;
