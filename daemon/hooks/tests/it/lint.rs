//! Errors, as an author sees them.

use crate::support::{files, load};
use desk_hooks::registry;
use expect_test::{Expect, expect, expect_file};

fn check<const N: usize>(given: [(&str, &str); N], expect: Expect) {
    let errors = load(files(given)).err().unwrap_or_default();
    let text: Vec<_> = errors.iter().map(ToString::to_string).collect();
    expect.assert_eq(&text.join("\n"));
}

#[test]
fn a_syntax_error_shows_its_place() {
    check(
        [("on_offer.rhai", "fn on_offer(ctx) {\n\tlet x = ;\n}")],
        expect![[r#"
        error: Unexpected ';'
         --> on_offer.rhai:2:10
          |
        2 | 	let x = ;
          | 	        ^
          = help: look for a missing quote or bracket before this place"#]],
    );
    check(
        [("on_offer.rhai", "fn on_offer(ctx) {\n")],
        expect![[r#"
        error: Expecting '}' to terminate this block
         --> on_offer.rhai:2:1
          |
        2 | 
          | ^"#]],
    );
}

#[test]
fn an_unknown_variable_is_an_error() {
    let text = "const SECS = 5;\nfn on_offer(ctx) { #{ accept_secs: SECS } }";
    check(
        [("on_offer.rhai", text)],
        expect![[r#"
        error: Undefined variable: SECS
         --> on_offer.rhai:2:36
          |
        2 | fn on_offer(ctx) { #{ accept_secs: SECS } }
          |                                    ^
          = help: declare it with 'let SECS = …'; a constant of the file is read as global::SECS"#]],
    );
}

#[test]
fn an_unknown_function_is_told_with_the_near_name() {
    let text = "fn on_offer(ctx) {\n    let name = mazk(ctx.chat.customer.name);\n    \
                ctx.chat.customer.email.to_uper();\n}";
    check(
        [("on_offer.rhai", text)],
        expect![[r#"
        error: unknown function 'mazk'
         --> on_offer.rhai:2:16
          |
        2 |     let name = mazk(ctx.chat.customer.name);
          |                ^
          = help: did you mean 'mask'?
        error: unknown function 'to_uper'
         --> on_offer.rhai:3:29
          |
        3 |     ctx.chat.customer.email.to_uper();
          |                             ^
          = help: did you mean 'to_upper'?"#]],
    );
}

#[test]
fn a_wrong_number_of_arguments_is_an_error() {
    let text = "fn twice(x) { x * 2 }\nfn on_offer(ctx) { twice(1, 2); \"x\".pad(1); why(); }";
    check(
        [("on_offer.rhai", text)],
        expect![[r#"
            error: 'twice' takes 1 argument, not 2
             --> on_offer.rhai:2:20
              |
            2 | fn on_offer(ctx) { twice(1, 2); "x".pad(1); why(); }
              |                    ^
            error: 'pad' takes 2 arguments, not 1
             --> on_offer.rhai:2:37
              |
            2 | fn on_offer(ctx) { twice(1, 2); "x".pad(1); why(); }
              |                                     ^
            error: 'why' takes 1 or 2 arguments, not 0
             --> on_offer.rhai:2:45
              |
            2 | fn on_offer(ctx) { twice(1, 2); "x".pad(1); why(); }
              |                                             ^"#]],
    );
}

#[test]
fn a_misspelt_hook_is_told_with_the_near_name() {
    check(
        [("on_mach.rhai", "fn on_mach(ctx) {}")],
        expect![[r#"
        error: there is no hook 'on_mach'
         --> on_mach.rhai
          = help: did you mean 'on_match.rhai'?"#]],
    );
    check(
        [("on_match.rhai", "fn pick() {}\n\nfn on_mach(ctx) {}")],
        expect![[r#"
        error: there is no hook 'on_mach'
         --> on_match.rhai:3:4
          |
        3 | fn on_mach(ctx) {}
          |    ^
          = help: did you mean 'on_match'?"#]],
    );
    check(
        [("vip.rhai", "fn is_vip(chat) { true }")],
        expect![[r#"
            error: there is no hook 'vip'
             --> vip.rhai
              = help: a file is named after its hook (on_chat, on_route, on_offer, on_offer_missed, on_wait_limit, on_lookup, on_match, on_message, on_idle, on_wrapup, on_incident, on_status, on_event); shared functions belong in lib/"#]],
    );
}

#[test]
fn a_hook_in_the_wrong_file_or_form_is_an_error() {
    check(
        [("on_match.rhai", "fn on_match(ctx) {}\nfn on_offer(ctx) {}")],
        expect![[r#"
        error: 'on_offer' does not belong in this file
         --> on_match.rhai:2:4
          |
        2 | fn on_offer(ctx) {}
          |    ^
          = help: put it in a file 'on_offer.rhai'"#]],
    );
    check(
        [("on_match.rhai", "fn on_match(chat, candidates) {}")],
        expect![[r#"
        error: on_match is written 'fn on_match(ctx)'
         --> on_match.rhai:1:4
          |
        1 | fn on_match(chat, candidates) {}
          |    ^"#]],
    );
    check(
        [("on_match.rhai", "// nothing")],
        expect![[r#"
        error: the file has no 'fn on_match(ctx)'
         --> on_match.rhai
          = help: to take a rule out of force, delete its file"#]],
    );
    check(
        [("lib/a.rhai", "fn on_match(ctx) {}")],
        expect![[r#"
        error: 'on_match' does not belong in this file
         --> lib/a.rhai:1:4
          |
        1 | fn on_match(ctx) {}
          |    ^
          = help: put it in a file 'on_match.rhai'"#]],
    );
}

#[test]
fn an_unknown_property_is_told_wherever_its_object_is_known() {
    let text = "fn on_match(ctx) {
    let chat = ctx.chat;
    if chat.custmer.name == \"\" { return; }
    for c in ctx.candidates { if c.actve { return #{ choose: c.sys_id }; } }
    why(ctx.candidates[0].sysid);
    helper(ctx);
}
fn helper(ctx) { ctx.agent }";
    check(
        [("on_match.rhai", text)],
        expect![[r#"
        error: Chat has no property 'custmer'
         --> on_match.rhai:3:13
          |
        3 |     if chat.custmer.name == "" { return; }
          |             ^
          = help: did you mean 'customer'?
        error: Candidate has no property 'actve'
         --> on_match.rhai:4:36
          |
        4 |     for c in ctx.candidates { if c.actve { return #{ choose: c.sys_id }; } }
          |                                    ^
          = help: did you mean 'active'?
        error: Candidate has no property 'sysid'
         --> on_match.rhai:5:27
          |
        5 |     why(ctx.candidates[0].sysid);
          |                           ^
          = help: did you mean 'sys_id'?
        error: ctx has no property 'agent'
         --> on_match.rhai:8:22
          |
        8 | fn helper(ctx) { ctx.agent }
          |                      ^
          = help: it has chat, queue, now, candidates"#]],
    );
}

#[test]
fn an_unknown_property_is_told_in_closures_and_own_functions() {
    let text = "fn on_match(ctx) {
    let limit = 1;
    let active = ctx.candidates.filter(|c| c.activ);
    let named = ctx.candidates.filter(|c| c.nam.len() > limit);
    let ids = active.map(|found| found.sysid);
    if vip(ctx.chat) { return #{ order: ids }; }
    #{ drop: named.map(|c| c.sys_id) }
}
fn vip(chat) { tier(chat) == \"vip\" && chat.queu != \"\" }
fn tier(of) { of.feilds.tier }";
    check(
        [("on_match.rhai", text)],
        expect![[r#"
        error: Candidate has no property 'activ'
         --> on_match.rhai:3:46
          |
        3 |     let active = ctx.candidates.filter(|c| c.activ);
          |                                              ^
          = help: did you mean 'active'?
        error: Candidate has no property 'nam'
         --> on_match.rhai:4:45
          |
        4 |     let named = ctx.candidates.filter(|c| c.nam.len() > limit);
          |                                             ^
          = help: did you mean 'name'?
        error: Candidate has no property 'sysid'
         --> on_match.rhai:5:40
          |
        5 |     let ids = active.map(|found| found.sysid);
          |                                        ^
          = help: did you mean 'sys_id'?
        error: Chat has no property 'queu'
         --> on_match.rhai:9:44
          |
        9 | fn vip(chat) { tier(chat) == "vip" && chat.queu != "" }
          |                                            ^
          = help: did you mean 'queue'?
        error: Chat has no property 'feilds'
          --> on_match.rhai:10:18
           |
        10 | fn tier(of) { of.feilds.tier }
           |                  ^
           = help: did you mean 'fields'?"#]],
    );
}

#[test]
fn closures_of_which_nothing_is_known_are_left_alone() {
    let text = "fn on_match(ctx) {
    let all = ctx.candidates.filter(|c| c.active);
    let own = [#{ score: 1 }].map(|c| c.score);
    let score = |x| x.score;
    why(`${own.len()} ${score.call(#{ score: 2 })} ${all.len()}`);
    pick(ctx.chat);
    pick(#{ other: 1 });
}
fn pick(from) { from.other }
fn never(from_nowhere) { from_nowhere.other }";
    check([("on_match.rhai", text)], expect![""]);
}

#[test]
fn a_closure_that_uses_what_it_goes_through_is_an_error() {
    let text = "fn on_route(ctx) {
    let all = ctx.agents;
    let some = all.filter(|a| a.level > ctx.chat.priority);
    let most = all.filter(|a| a.load < all.len());
    let same = ctx.agents.filter(|a| a.level > 3).map(|a| `${a.id} ${ctx.now}`);
    why(`${some.len()} ${most.len()} ${same.len()}`);
}";
    check(
        [("on_route.rhai", text)],
        expect![[r#"
        error: the closure uses 'all', whose list it goes through
         --> on_route.rhai:4:20
          |
        4 |     let most = all.filter(|a| a.load < all.len());
          |                    ^
          = help: keep what it needs of 'all' in a variable of its own before
        error: the closure uses 'ctx', whose list it goes through
         --> on_route.rhai:5:51
          |
        5 |     let same = ctx.agents.filter(|a| a.level > 3).map(|a| `${a.id} ${ctx.now}`);
          |                                                   ^
          = help: keep what it needs before, as in 'let chat = ctx.chat;'"#]],
    );
}

#[test]
fn a_value_that_nobody_uses_is_an_error() {
    let text = "fn on_offer(ctx) {
    if ctx.accept_secs > 20 { #{ accept_secs: 20 } }
    let name = ctx.chat.customer.name;
    name.to_upper();
    name == \"x\";
    ctx.chat.customer;
    ctx.accept_secs + 1;
    switch name { \"a\" => 1, _ => why(\"other\") }
    for i in 0..3 { i }
    mask(name);
    #{ lines: [name] }
}";
    check(
        [("on_offer.rhai", text)],
        expect![[r#"
        error: this map is not used
         --> on_offer.rhai:2:31
          |
        2 |     if ctx.accept_secs > 20 { #{ accept_secs: 20 } }
          |                               ^
          = help: to answer with it, write 'return #{ … };'
        error: the result of 'to_upper' is not used
         --> on_offer.rhai:4:10
          |
        4 |     name.to_upper();
          |          ^
          = help: keep it with 'let … =', or delete it
        error: the result of '==' is not used
         --> on_offer.rhai:5:10
          |
        5 |     name == "x";
          |          ^
          = help: to set a value, write '='
        error: this value is not used
         --> on_offer.rhai:6:5
          |
        6 |     ctx.chat.customer;
          |     ^
          = help: keep it with 'let … =', or delete it
        error: the result of '+' is not used
         --> on_offer.rhai:7:21
          |
        7 |     ctx.accept_secs + 1;
          |                     ^
          = help: keep it with 'let … =', or delete it
        error: this value is not used
         --> on_offer.rhai:8:26
          |
        8 |     switch name { "a" => 1, _ => why("other") }
          |                          ^
          = help: keep it with 'let … =', or delete it
        error: this value is not used
         --> on_offer.rhai:9:21
          |
        9 |     for i in 0..3 { i }
          |                     ^
          = help: keep it with 'let … =', or delete it
        error: the result of 'mask' is not used
          --> on_offer.rhai:10:5
           |
        10 |     mask(name);
           |     ^
           = help: keep it with 'let … =', or delete it"#]],
    );
}

#[test]
fn what_does_something_or_answers_at_the_end_is_no_unused_value() {
    let text = "import \"lib/a\" as a;
fn on_offer(ctx) {
    let list = [3, 1];
    list.push(2);
    list.sort();
    list.pop();
    let text = \" x \";
    text.trim();
    text.replace(\"x\", \"y\");
    text += \"z\";
    a::note(text);
    min(1);
    ctx.accept_secs > 10 && a::note(text);
    let map = #{ a: 1 };
    map.b = 2;
    map.remove(\"a\");
    let chosen = if ctx.accept_secs > 10 { 10 } else { ctx.accept_secs };
    let tier = switch chosen { 10 => \"a\", _ => \"b\" };
    try { list.clear(); } catch (e) { why(`${e} ${tier}`); }
    if chosen > 5 { #{ accept_secs: chosen } } else { () }
}
fn min(x) { why(`min ${x}`); }";
    let lib = "fn note(x) { why(x) }";
    check([("on_offer.rhai", text), ("lib/a.rhai", lib)], expect![[""]]);
}

#[test]
fn of_a_long_line_the_part_around_the_place_is_shown() {
    let text = format!("fn on_offer(ctx) {{ let a = \"{}\"; ctx.nothing; }}", "x".repeat(500));
    check(
        [("on_offer.rhai", &text)],
        expect![[r#"
        error: ctx has no property 'nothing'
         --> on_offer.rhai:1:536
          |
        1 | xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"; ctx.nothing; }
          |                                                            ^
          = help: it has chat, queue, now, agent, accept_secs, pop"#]],
    );
}

#[test]
fn what_cannot_be_known_is_not_complained_about() {
    let text = "fn on_offer(ctx) {
    let options = #{ score: |x| x * 2, name: \"x\" };
    let best = ctx.agent;
    best = options;
    let twice = |x| options.score(x);
    why(options.name + twice.call(2) + best.name);
    let list = [1, 2].filter(|x| x > 1).map(|x| x.to_string());
    print(list.len());
    if type_of(list) == \"array\" { debug(list); }
}";
    check([("on_offer.rhai", text)], expect![[""]]);
}

#[test]
fn waiting_clocks_and_running_text_are_told_apart_from_typos() {
    let text = "fn on_offer(ctx) { sleep(1); let t = timestamp(); }";
    check(
        [("on_offer.rhai", text)],
        expect![[r#"
        error: 'sleep' cannot be called
         --> on_offer.rhai:1:20
          |
        1 | fn on_offer(ctx) { sleep(1); let t = timestamp(); }
          |                    ^
          = help: a rule cannot wait: it holds up every other chat
        error: 'timestamp' cannot be called
         --> on_offer.rhai:1:38
          |
        1 | fn on_offer(ctx) { sleep(1); let t = timestamp(); }
          |                                      ^
          = help: a rule has no clock of its own: use ctx.now"#]],
    );
    check(
        [("on_offer.rhai", "fn on_offer(ctx) { eval(\"1\") }")],
        expect![[r#"
            error: reserved keyword 'eval' is disabled
             --> on_offer.rhai:1:20
              |
            1 | fn on_offer(ctx) { eval("1") }
              |                    ^
              = help: a rule cannot run text as a script"#]],
    );
}

#[test]
fn imports_are_checked_against_lib() {
    let lib = ("lib/text", "fn short(x) { x }\nprivate fn hidden() {}");
    let text = "import \"lib/txt\" as a;\nimport \"lib/text\" as text;\n\
                fn on_offer(ctx) { text::shrt(1); text::short(); text::hidden(); }";
    check(
        [("lib/text.rhai", lib.1), ("on_offer.rhai", text)],
        expect![[r#"
            error: there is no file 'lib/txt.rhai'
             --> on_offer.rhai:1:1
              |
            1 | import "lib/txt" as a;
              | ^
              = help: did you mean 'lib/text'?
            error: unknown function 'text::shrt'
             --> on_offer.rhai:3:26
              |
            3 | fn on_offer(ctx) { text::shrt(1); text::short(); text::hidden(); }
              |                          ^
              = help: did you mean 'text::short'?
            error: 'text::short' takes 1 argument, not 0
             --> on_offer.rhai:3:41
              |
            3 | fn on_offer(ctx) { text::shrt(1); text::short(); text::hidden(); }
              |                                         ^
            error: unknown function 'text::hidden'
             --> on_offer.rhai:3:56
              |
            3 | fn on_offer(ctx) { text::shrt(1); text::short(); text::hidden(); }
              |                                                        ^"#]],
    );
    let (a, b) = ("import \"lib/b\" as b;", "import \"lib/a\" as a;");
    check(
        [("lib/a.rhai", a), ("lib/b.rhai", b)],
        expect![[r#"
        error: the file imports itself, if only by way of others
         --> lib/a.rhai
        error: the file imports itself, if only by way of others
         --> lib/b.rhai"#]],
    );
}

#[test]
fn an_error_at_the_top_level_is_an_error_of_the_set() {
    let text = "let limits = #{ vip: 10 };\nlet other = limits.gold;\nfn on_offer(ctx) {}";
    check(
        [("on_offer.rhai", text)],
        expect![[r#"
        error: Property not found: gold
         --> on_offer.rhai:2:20
          |
        2 | let other = limits.gold;
          |                    ^
          = help: the top level of a file runs once, when it is loaded"#]],
    );
}

#[test]
fn one_error_anywhere_and_there_are_no_rules() {
    let good = ("on_offer.rhai", "fn on_offer(ctx) {}");
    assert!(load(files([good, ("queues/billing/on_match.rhai", "fn on_match(")])).is_err());
}

#[test]
fn every_skeleton_is_a_rule_that_loads() {
    for hook in desk_core::policy::Hook::ALL {
        let text = registry::skeleton(hook.name()).unwrap();
        if let Err(errors) = load(files([(&format!("{hook}.rhai"), &text)])) {
            panic!("{}", errors[0]);
        }
    }
    assert_eq!(registry::skeleton("on_nothing"), None);
}

#[test]
fn the_reference_is_made_from_the_registry() {
    expect_file!["../../../../docs/hooks.md"].assert_eq(&registry::markdown());
}

#[test]
fn the_definitions_are_made_from_the_registry() {
    expect_file!["../../../../docs/deskd.d.rhai"].assert_eq(&registry::definitions());
}
