// A tree of what is to be shown, and how it is laid over the page. Views are functions from state to
// such a tree; what stands on the page already stays the same element, so that focus, selection and
// half-written text outlive every rendering. Texts become text nodes: nothing is ever read as HTML.

/**
 * @typedef {object} Tree
 * @property {string} tag
 * @property {Record<string, any>} props
 * @property {(Tree | string)[]} children
 */
/** @typedef {Tree | string | number | null | undefined | false} Child */

const SVG = "http://www.w3.org/2000/svg";

/** What was laid over an element last. @type {WeakMap<Node, Record<string, any>>} */
const laid = new WeakMap();

/**
 * Describes an element. `key` finds it again among its siblings, `on` holds its listeners, `value`
 * and `checked` are properties; all else are attributes, left out where null, undefined or false.
 * @param {string} tag
 * @param {Record<string, any> | null} [props]
 * @param {...(Child | Child[])} children
 * @returns {Tree}
 */
export function h(tag, props, ...children) {
  const shown = children.flat().flatMap((child) => {
    if (child == null || child === false || child === "") return [];
    return [typeof child === "object" ? child : String(child)];
  });
  return { tag, props: props ?? {}, children: shown };
}

/**
 * Lays trees over the content of an element.
 * @param {Element} parent
 * @param {(Tree | string)[]} trees
 */
export function patch(parent, trees) {
  const keyed = new Map();
  /** @type {ChildNode[]} */
  const free = [];
  for (const node of parent.childNodes) {
    const key = laid.get(node)?.key;
    if (key === undefined) free.push(node);
    else keyed.set(key, node);
  }
  let place = /** @type {ChildNode | null} */ (parent.firstChild);
  for (const tree of trees) {
    const node = fitting(tree, keyed, free) ?? made(tree, parent);
    if (node === place) place = place.nextSibling;
    else parent.insertBefore(node, place);
    if (typeof tree === "string") {
      if (node.textContent !== tree) node.textContent = tree;
    } else {
      lay(/** @type {Element} */ (node), tree);
    }
  }
  for (const node of [...keyed.values(), ...free]) node.remove();
}

/**
 * Takes an element that shows the same thing out of those that are left.
 * @param {Tree | string} tree
 * @param {Map<any, ChildNode>} keyed
 * @param {ChildNode[]} free
 */
function fitting(tree, keyed, free) {
  const tag = typeof tree === "string" ? "#text" : tree.tag;
  if (typeof tree !== "string" && tree.props.key !== undefined) {
    const node = keyed.get(tree.props.key);
    if (!node || node.nodeName.toLowerCase() !== tag.toLowerCase()) return null;
    keyed.delete(tree.props.key);
    return node;
  }
  const index = free.findIndex((node) => node.nodeName.toLowerCase() === tag.toLowerCase());
  return index < 0 ? null : free.splice(index, 1)[0];
}

/** @param {Tree | string} tree @param {Element} parent @returns {ChildNode} */
function made(tree, parent) {
  if (typeof tree === "string") return document.createTextNode(tree);
  const inSvg = tree.tag === "svg" || parent.namespaceURI === SVG;
  return inSvg ? document.createElementNS(SVG, tree.tag) : document.createElement(tree.tag);
}

/** @param {Element} node @param {Tree} tree */
function lay(node, { tag, props, children }) {
  const before = laid.get(node);
  laid.set(node, props);
  listen(node, before?.on, props.on);
  for (const name of Object.keys(before ?? {})) {
    if (!(name in props)) set(node, name, null);
  }
  // The options of a choice must stand before one of them can be chosen.
  patch(node, children);
  for (const [name, value] of Object.entries(props)) {
    if (name === "value" || name === "checked" || before?.[name] !== value) set(node, name, value, before);
  }
  if (!before && props.mounted) props.mounted(node, tag);
}

/**
 * @param {Element} node
 * @param {string} name
 * @param {any} value
 * @param {Record<string, any>} [before]
 */
function set(node, name, value, before) {
  switch (name) {
    case "key":
    case "on":
    case "mounted":
      return;
    case "value": {
      // What a person typed stays until what is to be shown is another text.
      const field = /** @type {HTMLInputElement} */ (node);
      if (before?.value !== value && field.value !== value) field.value = value ?? "";
      return;
    }
    case "checked":
      /** @type {HTMLInputElement} */ (node).checked = Boolean(value);
      return;
    default:
      if (value == null || value === false) node.removeAttribute(name);
      else node.setAttribute(name, value === true ? "" : String(value));
  }
}

/**
 * One listener a kind is added once; it calls whichever function was laid last.
 * @param {Element} node
 * @param {Record<string, Function> | undefined} before
 * @param {Record<string, Function> | undefined} now
 */
function listen(node, before, now) {
  for (const kind of Object.keys(now ?? {})) {
    if (before && kind in before) continue;
    node.addEventListener(kind, (event) => laid.get(node)?.on?.[kind]?.(event));
  }
}

/**
 * Shows trees in an element. An element that loses the focus by being moved gets it back.
 * @param {Element} root
 * @param {...Tree} trees
 */
export function render(root, ...trees) {
  const focused = document.activeElement;
  patch(root, trees);
  const lost = document.activeElement === document.body || document.activeElement === null;
  if (focused instanceof HTMLElement && focused !== document.body && lost && focused.isConnected) {
    focused.focus({ preventScroll: true });
  }
}
