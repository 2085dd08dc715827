//! A rule that was asked, and what came of it.

use desk_core::{HookAsked, Private};
use desk_wire::view::AskedView;
use serde_json::Value;

pub(super) fn view(asked: &HookAsked) -> AskedView {
    let erased = |private: Option<bool>| private.is_some_and(|known| !known);
    let verdict = asked.verdict.as_ref();
    let failure = asked.failure.as_ref();
    AskedView {
        hook: asked.hook.to_string(),
        set: asked.set.to_string(),
        verdict: verdict.and_then(Private::known).map(said),
        default: asked.default_taken,
        failure: failure.map(|failure| failure.kind.name().to_owned()),
        error: failure.and_then(|failure| failure.text.known().cloned()),
        why: asked.why.or_empty(),
        operations: asked.operations,
        took_us: asked.took_us,
        erased: erased(verdict.map(|verdict| verdict.known().is_some()))
            || erased(failure.map(|failure| failure.text.known().is_some()))
            || asked.why.known().is_none(),
    }
}

/// What a verdict says, without what it leaves open.
pub(super) fn said(verdict: &desk_core::policy::Verdict) -> Value {
    // Every verdict can be written as JSON: one entry, under the hook's word.
    let value = serde_json::to_value(verdict).unwrap_or(Value::Null);
    let Value::Object(map) = value else { return value };
    let Some(Value::Object(inner)) = map.into_iter().next().map(|(_, inner)| inner) else {
        return Value::Null;
    };
    let empty = |value: &Value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    };
    Value::Object(inner.into_iter().filter(|(_, value)| !empty(value)).collect())
}
