// What this tab keeps over a reload. Where the browser keeps nothing, all else works.

/** @param {Storage | undefined} storage @param {string} name */
export function kept(storage, name) {
  return {
    /** @returns {any} */
    get() {
      try {
        return JSON.parse(storage?.getItem(name) ?? "null") ?? undefined;
      } catch {
        return undefined;
      }
    },
    /** @param {unknown} value undefined: nothing any more */
    set(value) {
      try {
        if (value === undefined) storage?.removeItem(name);
        else storage?.setItem(name, JSON.stringify(value));
      } catch {
        // A full or forbidden storage: it is kept in this page alone.
      }
    },
  };
}

/** The tab's storage; reading the property alone fails where it is forbidden. */
export function tabStorage() {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
}
