//! Definitions for editors: what Rhai's language server reads of functions and properties.

use super::{HOOKS, Object, Ty};
use crate::objects::SHARED;
use std::collections::{BTreeMap, BTreeSet};

/// The text of a `.d.rhai` file: the functions that rules can call and the properties that they can
/// read, each with what it does.
#[must_use]
pub fn definitions() -> String {
    let mut text = String::from("module static;\n");
    for function in crate::api::FUNCTIONS {
        define(&mut text, function.doc, function.typed);
    }
    for object in SHARED {
        for property in object.properties {
            let typed = getter(property.name, object.name, &typed(property.ty));
            define(&mut text, property.doc, &typed);
        }
    }
    for (name, property) in ctx() {
        let of = |(doc, hooks): (&str, Vec<&str>)| format!("{doc} ({})", hooks.join(", "));
        let docs: Vec<_> = property.docs.into_iter().map(of).collect();
        let types: Vec<_> = property.types.into_iter().collect();
        define(&mut text, &docs.join("\n/// "), &getter(name, "ctx", &types.join(" | ")));
    }
    text
}

fn define(text: &mut String, doc: &str, typed: &str) {
    text.push_str(&format!("\n/// {doc}\nfn {typed};\n"));
}

fn getter(name: &str, of: &str, typed: &str) -> String {
    format!("get {name}(of: {of}) -> {typed}")
}

fn typed(ty: Ty) -> String {
    match ty {
        Ty::Text => "string".into(),
        Ty::MaybeText => "string | ()".into(),
        Ty::Int => "int".into(),
        Ty::Bool => "bool".into(),
        Ty::Texts | Ty::Many(_) => "array".into(),
        Ty::Fields => "Fields".into(),
        Ty::Levels => "Levels".into(),
        Ty::One(object) => object.name.into(),
        Ty::Maybe(object) => format!("{} | ()", object.name),
    }
}

/// A property of `ctx`, which holds other things in each hook.
#[derive(Default)]
struct InCtx {
    types: BTreeSet<String>,
    docs: Vec<(&'static str, Vec<&'static str>)>,
}

fn ctx() -> BTreeMap<&'static str, InCtx> {
    let mut all: BTreeMap<&'static str, InCtx> = BTreeMap::new();
    for spec in &HOOKS {
        let Object { properties, .. } = spec.ctx();
        for property in *properties {
            let known = all.entry(property.name).or_default();
            known.types.insert(typed(property.ty));
            match known.docs.iter_mut().find(|(doc, _)| *doc == property.doc) {
                Some((_, hooks)) => hooks.push(spec.hook.name()),
                None => known.docs.push((property.doc, vec![spec.hook.name()])),
            }
        }
    }
    all
}
