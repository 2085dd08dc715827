// What the page that leads here says: the queue, and what it knows of the customer. Nothing of it is
// proof of anything but an identity that the site signed, which deskd looks at.

/** @typedef {{ queue: string, name: string, email: string, fields: Record<string, string>, identity?: string, framed: boolean }} Settings */

const FIELDS_MAX = 20;

/**
 * @param {string} query
 * @param {string} fragment what goes to no server, and stands in nobody's log
 * @param {boolean} framed
 * @returns {Settings}
 */
export function settings(query, fragment, framed) {
  const asked = new URLSearchParams(query);
  const fields = [...asked].flatMap(([name, value]) => (name.startsWith("field.") ? [[name.slice(6), value]] : []));
  return {
    queue: asked.get("queue") ?? "",
    name: asked.get("name") ?? "",
    email: asked.get("email") ?? "",
    fields: Object.fromEntries(fields.slice(0, FIELDS_MAX)),
    identity: new URLSearchParams(fragment.slice(1)).get("identity") ?? undefined,
    framed,
  };
}
