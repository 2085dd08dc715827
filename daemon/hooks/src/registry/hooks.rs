//! The table of hooks, in the order of a chat's life.

use super::{HookSpec, Key, Kind};
use desk_core::policy::Hook;

const fn key(name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key { name, kind, doc }
}

const QUEUE: Kind = Kind::Queue;
const PRIORITY: Kind = Kind::Int(-1000, 1000);
const LATER: Kind = Kind::Int(10, 3600);

/// The hooks, in the order of a chat's life.
pub static HOOKS: [HookSpec; 13] = [
    HookSpec {
        hook: Hook::OnChat,
        when: "a chat arrives",
        verdict: &[
            key("queue", QUEUE, "Another queue."),
            key("priority", PRIORITY, "Its priority: higher goes first."),
            key("skills", Kind::Levels(10), "The skills it needs, in place of those it came with."),
            key("fields", Kind::Form(50, 2000), "Fields to add to the form's, or to replace."),
            key("turn_away", Kind::Text(500), "It is turned away, and the customer told this."),
        ],
        default: "it waits in the queue that it came to",
        failure: None,
        example: "if email_domain(ctx.chat.customer.email) == \"example.org\" {\n        \
            why(\"our own people\");\n        return #{ priority: 10 };\n    }",
    },
    HookSpec {
        hook: Hook::OnRoute,
        when: "agents could be offered a chat",
        verdict: &[
            key("order", Kind::Agents, "Who is asked first; those not named follow."),
            key(
                "hold",
                Kind::Int(1, 60),
                "The chat is offered to nobody for so many seconds; 120 in all.",
            ),
        ],
        default: "the best agent by the queue's strategy is asked",
        failure: None,
        example: "let order = ctx.agents.filter(|a| a.level >= 50).map(|a| a.id);\n    \
            if order.len() > 0 {\n        return #{ order: order };\n    }",
    },
    HookSpec {
        hook: Hook::OnOffer,
        when: "a chat is about to be offered to an agent",
        verdict: &[
            key("accept_secs", Kind::Int(5, 600), "How long the agent has to accept, in seconds."),
            key("lines", Kind::Lines(8, 200), "Lines for the agent's preview of the chat."),
            key(
                "pop",
                Kind::Word(&["offer", "accept", "never"]),
                "When the customer's record pops up.",
            ),
        ],
        default: "the offer is made as configured",
        failure: None,
        example: "if ctx.chat.skills.french > 0 {\n        why(\"French takes longer\");\n        return #{ accept_secs: 60 };\n    }",
    },
    HookSpec {
        hook: Hook::OnOfferMissed,
        when: "an offer was missed or rejected",
        verdict: &[
            key(
                "status",
                Kind::Word(&["on_break", "work_offline", "available"]),
                "What the agent is set to.",
            ),
            key(
                "recover_secs",
                Kind::Int(0, 3600),
                "After how many seconds they are available again; 0: not by themselves.",
            ),
            key("priority", PRIORITY, "The chat's new priority."),
            key(
                "cooldown_secs",
                Kind::Int(0, 3600),
                "For how many seconds they are not offered this chat again.",
            ),
        ],
        default: "agent and chat are treated as the queue says",
        failure: None,
        example: "if !ctx.rejected && ctx.chat.misses > 1 {\n        \
            return #{ priority: ctx.chat.priority + 1 };\n    }",
    },
    HookSpec {
        hook: Hook::OnWaitLimit,
        when: "a chat waited for as long as its queue lets it",
        verdict: &[
            key("extend_secs", LATER, "It may wait for so many seconds more, at most 8 times."),
            key("queue", QUEUE, "It goes to this queue, which it has not been in yet."),
            key("message", Kind::Text(500), "What the customer is told."),
            key("form", Kind::Bool, "It ends, and the customer is offered the queue's form."),
        ],
        default: "it goes on or is given up, as its queue says",
        failure: None,
        example: "if ctx.overflow != () {\n        \
            return #{ queue: ctx.overflow, message: \"A colleague takes over.\" };\n    }",
    },
    HookSpec {
        hook: Hook::OnLookup,
        when: "ServiceNow is about to be asked for the customer",
        verdict: &[key(
            "asks",
            Kind::Lookups(4),
            "What is asked in turn, until something is found.",
        )],
        default: "the customer's address is looked up as configured",
        failure: None,
        example: "if ctx.words == () && \"employee\" in ctx.chat.fields {\n        \
            let number = ctx.chat.fields.employee;\n        \
            return #{ asks: [#{ table: \"sys_user\", field: \"employee_number\", \
            value: number }] };\n    }",
    },
    HookSpec {
        hook: Hook::OnMatch,
        when: "ServiceNow's records for the customer came (at most 50)",
        verdict: &[
            key("choose", Kind::Candidate, "The record that the chat is tied to."),
            key("order", Kind::Candidates, "The order of the list; those not named follow."),
            key("drop", Kind::Candidates, "Records to leave out."),
        ],
        default: "one record is chosen; of several the agent picks, in ServiceNow's order",
        failure: None,
        example: "let active = ctx.candidates.filter(|c| c.active);\n    if active.len() == 1 {\n        return #{ choose: active[0].sys_id };\n    }",
    },
    HookSpec {
        hook: Hook::OnMessage,
        when: "a message is about to be kept",
        verdict: &[
            key(
                "text",
                Kind::Text(5000),
                "What is kept in its place; what was said is kept nowhere.",
            ),
            key("tag", Kind::Text(40), "A tag that stands with the message."),
            key("reply", Kind::Text(1000), "What is said in deskd's name after it."),
        ],
        default: "it is kept as it was said",
        failure: Some(
            "it is kept as it was said, or withheld, as the queue's `on_message_failure` says",
        ),
        example: "let clean = mask_cards(ctx.text);\n    \
            if clean != ctx.text {\n        \
            why(\"a card number\");\n        return #{ text: clean, tag: \"card\" };\n    }",
    },
    HookSpec {
        hook: Hook::OnIdle,
        when: "somebody in an active chat has been silent for the configured time",
        verdict: &[
            key("text", Kind::Text(1000), "What the customer is told."),
            key("extend_secs", LATER, "What is due comes so many seconds later."),
            key("close", Kind::Bool, "The chat is closed now."),
        ],
        default: "the customer is reminded, the chat closed or the agent reminded, as configured",
        failure: None,
        example: "if ctx.what == \"close\" && ctx.chat.priority > 5 {\n        \
            return #{ extend_secs: 300 };\n    }",
    },
    HookSpec {
        hook: Hook::OnWrapup,
        when: "a wrap-up was submitted, or its timer ran out",
        verdict: &[
            key("deny", Kind::Text(200), "Why the wrap-up is denied, for the agent to read."),
            key(
                "post_secs",
                Kind::Int(1, 3600),
                "A new length of post-processing from now on, in seconds.",
            ),
            key("codes", Kind::Codes(6), "Other disposition codes than the submitted ones."),
        ],
        default: "the segment is wrapped up as it was submitted",
        failure: None,
        example: "if ctx.trigger == \"submitted\" && ctx.segment.note.is_blank() {\n        return #{ deny: \"Please add a note.\" };\n    }",
    },
    HookSpec {
        hook: Hook::OnIncident,
        when: "a step of the chat's incident is about to be frozen and sent",
        verdict: &[
            key("skip", Kind::Bool, "No incident for this chat (at create alone)."),
            key("table", Kind::Table, "Another table (at create alone)."),
            key(
                "append_to",
                Kind::OpenIncident,
                "The chat is added to this incident as work notes, and none is made (at create alone).",
            ),
            key(
                "fields",
                Kind::Fields(50, 4000),
                "Fields to add or replace; never sys_id or correlation_id.",
            ),
            key(
                "attach",
                Kind::Bool,
                "Whether the transcript is attached as a file; as configured, only a long one is.",
            ),
        ],
        default: "the fields are sent as configured",
        failure: None,
        example: "if ctx.step == \"create\" {\n        return #{ fields: #{ category: \"inquiry\" } };\n    }",
    },
    HookSpec {
        hook: Hook::OnStatus,
        when: "an agent asks for a status (never where an admin sets one, nor for a logout)",
        verdict: &[
            key(
                "deny",
                Kind::Text(200),
                "Why it is denied, for the agent to read; 5 times in a row.",
            ),
            key(
                "status",
                Kind::Word(&["available", "on_break", "work_offline"]),
                "Another status.",
            ),
            key(
                "return_secs",
                Kind::Int(1, 86_400),
                "After how many seconds the agent is available again.",
            ),
        ],
        default: "the status is set",
        failure: None,
        example: "if ctx.to == \"on_break\" && ctx.reason == \"coffee\" {\n        \
            return #{ return_secs: 600 };\n    }",
    },
    HookSpec {
        hook: Hook::OnEvent,
        when: "something was decided and is on disk: it follows the journal, on a thread of its own, \
            and holds nothing up (it is not asked about deliveries)",
        verdict: &[],
        default: "nothing is sent",
        failure: None,
        example: "if ctx.event == \"chat_ended\" && ctx.chat != () {\n        \
            deliver(\"crm\", #{ chat: ctx.chat.id, queue: ctx.queue, how: ctx.fields.how });\n    }",
    },
];
