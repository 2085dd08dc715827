// What deskd sends, as `desk-wire` has it (daemon/wire/src/view). For the type checker alone: the
// browser never loads this file.

export type UnixMs = number;
export type Cursor = { epoch: number; seq: number };

export type Status =
  | "logged_out" | "busy" | "offered" | "post_processing"
  | "on_break" | "available" | "work_offline";
export type Intent = "available" | "on_break" | "work_offline" | "logged_out";
export type ChatState = "waiting" | "offered" | "active" | "ended";
export type Sender = "customer" | "agent" | "supervisor" | "bot" | "system";
export type Visibility = "all" | "internal";
export type OfferOutcome = "accepted" | "rejected" | "timed_out" | "abandoned" | "rescinded";
export type WrapupMode = "none" | "optional" | "timed" | "fixed";
export type SegmentState = "active" | "post_processing" | "wrapped_up";
export type PopResult = "opened" | "blocked" | "not_possible";

export type Refusal = {
  code: string; message: string; hint?: string; field?: string; choices?: string[];
  values?: Record<string, string>;
};

export type Whoami = { agents: string[]; roles: string[]; acting_as?: string; may?: string[] };

export type CustomerView = { name?: string; email?: string; verified: boolean };

export type CandidateView = {
  n: number; table: string; sys_id: string; label: string;
  fields?: Record<string, string>; url?: string; incidents?: OpenIncidentView[];
};

export type OpenIncidentView = { number: string; sys_id: string; label: string; state?: string; opened?: string; url?: string };

export type MatchView = {
  chat: string; state: "pending" | "none" | "one" | "many" | "failed";
  candidates: CandidateView[]; chosen?: string;
};

export type OfferView = {
  offer: string; chat: string; queue: string; customer: CustomerView;
  candidates: CandidateView[]; waiting_ms: number; deadline: UnixMs; remaining_ms: number;
  lines: string[];
};

export type MissedView = {
  offer: string; chat: string; queue: string; outcome: OfferOutcome; at: UnixMs;
};

export type TimerView = { mode: WrapupMode; deadline?: UnixMs; remaining_ms?: number };

export type SegmentView = {
  chat: string; n: number; agent: string; queue: string; state: SegmentState;
  accepted: UnixMs; left?: UnixMs; why_left?: "ended" | "transferred" | "requeued" | "lost";
  codes: string[]; note?: string; wrapup: TimerView;
};

export type AgentView = {
  agent: string; name: string; status: Status; status_number: number; sub_status?: string;
  intent: Intent; next?: Status; reason?: string; since: UnixMs; cause: string; by: string;
  load: number; capacity: number; offer?: OfferView; segments: SegmentView[];
  return_at?: UnixMs; away: boolean; last_missed?: MissedView; queues?: string[];
  no_offers?: NoOffersView; retired: boolean; drained: boolean; reasons?: ReasonsView;
  search?: string[];
};

export type NoOffersView = { reason: string; until?: UnixMs };
export type ReasonListView = { codes: string[]; required: boolean };
export type ReasonsView = {
  on_break: ReasonListView; work_offline: ReasonListView; logged_out: ReasonListView;
  reject: ReasonListView;
};

export type MessageView = {
  n: number; at: UnixMs; from: Sender; name?: string; visibility: Visibility; text?: string;
};

export type DifferenceView = { field: string; sent: string; held?: string };

export type IncidentView = {
  chat: string; state: "none" | "pending" | "created"; why?: string; tries?: number; number?: string;
  sys_id?: string; url?: string; differences?: DifferenceView[];
};

export type ChatView = {
  chat: string; queue: string; state: ChatState; how_ended?: string; agent?: string;
  customer: CustomerView; fields?: Record<string, string>; segments: SegmentView[];
  match: MatchView; message_count: number; messages?: MessageView[]; incident: IncidentView;
  times: { initiated: UnixMs; accepted?: UnixMs; terminated?: UnixMs; waiting_ms?: number };
  unacknowledged: boolean;
};

export type CodeView = {
  code: string; label: string; default: boolean; parent?: string; group: boolean;
};

export type WrapupView = {
  chat: string; segment: number; agent: string; state: SegmentState; codes: string[];
  note?: string; timer: TimerView; extensions_left: number; mandatory: boolean; most: number;
  allowed: CodeView[]; stays?: string; incident?: IncidentView;
};

export type PopView = {
  pop: string; agent: string; chat: string; what: "record" | "incident"; url: string; until: UnixMs;
};

export type MemberView = { agent: string; name?: string; level: number; status: Status; can_take: boolean };

export type QueueView = {
  queue: string; name: string; waiting: number; longest_wait_ms?: number;
  expected_wait_ms?: number;
  service_level?: { secs: number; target: number; percent?: number; below: boolean };
  offered: number; active: number; members: number; available: number; priority: number;
  weight: number; accept_secs: number; wrapup: WrapupMode; wrapup_secs?: number;
  retired: boolean; drained: boolean;
  hours?: { open: boolean; until?: UnixMs; opens?: UnixMs; by_hand: boolean };
  agents?: MemberView[];
};

export type TookView = { count: number; mean_ms?: number };
export type QueueFiguresView = {
  queue: string; name: string; came: number; offers: Record<OfferOutcome, number>;
  handled: TookView; wrapped: TookView; quarters: { at: UnixMs; came: number; accepted: number }[];
};
export type FiguresView = { since: UnixMs; until: UnixMs; queues: QueueFiguresView[] };

/** What a queue asks its customers before a chat. */
export type Ask = {
  name: string; label: string; labels?: Record<string, string>; required: boolean; choices?: string[];
};
export type QueueForm = { queue: string; open: boolean; opens?: UnixMs; message?: string; form: boolean; ask: Ask[] };

export type CannedReplyView = {
  short: string; title: string; queues?: string[]; language?: string; text: string;
};

/** A notice: its name and what it says. */
export type Notice = { notice: string; with: any };
export type NoticeLine = { cursor: Cursor; at: UnixMs; notices: Notice[] };

/** A problem by RFC 9457, as the HTTP door answers it. */
export type Problem = {
  title?: string; status?: number; detail?: string; code?: string; why?: string; message?: string;
  values?: Record<string, string>;
  opens?: UnixMs; form?: string; errors?: { field: string; problem: string }[];
};
