// Requests to deskd's HTTP door. What goes wrong has one shape: a problem with a stable code.

import { at } from "./root.js";

/** @import { Problem } from "./views" */

/** A no of deskd's, at whichever door. What people read is found by the code. */
export class No extends Error {
  /** @param {string} message for logs
   * @param {{ code: string, field?: string, values?: Record<string, string> }} what */
  constructor(message, { code, field, values }) {
    super(message);
    this.code = code;
    this.field = field;
    this.values = values;
  }
}

/** Something that deskd did not do, or `unreachable`, or `timeout`. */
export class Fault extends No {
  /** @param {string} code @param {Problem} [problem] @param {number} [status] */
  constructor(code, problem = {}, status = 0) {
    super(problem.detail ?? code, { code, field: problem.errors?.[0]?.field, values: problem.values });
    this.problem = problem;
    this.status = status;
  }

  /** Whether the same request may do better later. */
  get passes() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

const TIMEOUT_MS = 20_000;

/**
 * @param {string} method
 * @param {string} path without a leading slash
 * @param {{ body?: unknown, token?: string, timeout?: number }} [with_]
 * @returns {Promise<any>} the answer's body; undefined where it has none
 */
export async function request(method, path, { body, token, timeout = TIMEOUT_MS } = {}) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (body !== undefined) headers["content-type"] = "application/json";
  if (token) headers.authorization = `Bearer ${token}`;
  let answer;
  try {
    answer = await fetch(at(path), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(timeout),
    });
  } catch (error) {
    throw new Fault(error instanceof Error && error.name === "TimeoutError" ? "timeout" : "unreachable");
  }
  const text = await answer.text().catch(() => "");
  const content = parsed(text);
  if (answer.ok) return content;
  throw new Fault(content?.code ?? `http_${answer.status}`, content ?? {}, answer.status);
}

/** @param {string} text @returns {any} */
function parsed(text) {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/** An id that nobody guesses: 32 hexadecimal digits. It works without a secure context, too. */
export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
