// Views as deskd sends them, with what a test wants otherwise.

export const ME = "alice";

export const offer = (other = {}) => ({
  offer: "o1",
  chat: "c1",
  queue: "support",
  customer: { name: "Ada Byron", email: "ada@example.com", verified: false },
  candidates: [],
  waiting_ms: 4000,
  deadline: 1_030_000,
  remaining_ms: 30_000,
  lines: [],
  ...other,
});

export const agent = (other = {}) => ({
  agent: ME,
  name: "Alice",
  status: "available",
  status_number: 4,
  intent: "available",
  since: 1_000_000,
  cause: "asked",
  by: "agent:alice",
  load: 0,
  capacity: 2,
  segments: [],
  away: false,
  retired: false,
  drained: false,
  ...other,
});

export const segment = (other = {}) => ({
  chat: "c1",
  n: 1,
  agent: ME,
  queue: "support",
  state: "active",
  accepted: 1_000_000,
  codes: [],
  wrapup: { mode: "timed" },
  ...other,
});

export const message = (n, other = {}) => ({
  n,
  at: 1_000_000 + n * 1000,
  from: "customer",
  visibility: "all",
  text: `message ${n}`,
  ...other,
});

export const chat = (other = {}) => ({
  chat: "c1",
  queue: "support",
  state: "active",
  agent: ME,
  customer: { name: "Ada Byron", email: "ada@example.com", verified: false },
  segments: [segment({ chat: other.chat ?? "c1" })],
  match: { chat: other.chat ?? "c1", state: "none", candidates: [] },
  message_count: 0,
  incident: { chat: other.chat ?? "c1", state: "pending" },
  times: { initiated: 999_000, accepted: 1_000_000 },
  unacknowledged: false,
  ...other,
});

export const wrapup = (other = {}) => ({
  chat: "c1",
  segment: 1,
  agent: ME,
  state: "active",
  codes: [],
  timer: { mode: "timed" },
  extensions_left: 3,
  mandatory: true,
  most: 1,
  allowed: [],
  ...other,
});

export const line = (seq, notices, at = 1_000_000) => ({
  cursor: { epoch: 1, seq },
  at,
  notices: Object.entries(notices).map(([notice, told]) => ({ notice, with: told })),
});
