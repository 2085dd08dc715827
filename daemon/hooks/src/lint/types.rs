//! Properties against the registry: `ctx` is what the hook is given, and a variable that is only
//! ever set from a chain of known properties has that chain's type.

use super::File;
use crate::error::ScriptError;
use crate::near::nearest;
use crate::registry::{self, Object, Ty};
use rhai::{ASTFlags, ASTNode, BinaryExpr, Expr, Position, Stmt};
use std::collections::BTreeMap;

/// The type of an expression, where it is known and has something to check.
#[derive(Clone, Copy)]
enum Known {
    One(&'static Object),
    Many(&'static Object),
}

/// Variables by name; `None` where a name stands for different things.
type Variables = BTreeMap<String, Option<Known>>;

/// Every property that its object does not have.
pub(super) fn properties(file: &File<'_>) -> Vec<ScriptError> {
    let Some(hook) = file.hook else { return Vec::new() };
    let ctx = Known::One(registry::spec(hook).ctx());
    let mut variables = Variables::new();
    let mut ctx_names = Vec::new();
    for function in file.ast.iter_functions() {
        let is_hook = function.name == hook.name();
        for name in &function.params {
            variables.insert((*name).to_owned(), None);
            if is_hook {
                ctx_names.push((*name).to_owned());
            }
        }
    }
    // A helper's parameter of the same name is taken to be the same thing.
    for name in ctx_names {
        variables.insert(name, Some(ctx));
    }
    // The first pass learns the variables, the second checks.
    walk(file, &mut variables, &mut |_| {});
    let mut errors = Vec::new();
    let learnt = &mut variables;
    walk(file, learnt, &mut |unknown| errors.push(unknown));
    errors.into_iter().map(|unknown: Unknown| unknown.error(file)).collect()
}

struct Unknown {
    object: &'static Object,
    property: String,
    at: Position,
}

impl Unknown {
    fn error(self, file: &File<'_>) -> ScriptError {
        let names = || self.object.properties.iter().map(|property| property.name);
        let (object, property) = (self.object.name, &self.property);
        let message = format!("{object} has no property '{property}'");
        let help = match nearest(property, names()) {
            Some(near) => format!("did you mean '{near}'?"),
            None => format!("it has {}", names().collect::<Vec<_>>().join(", ")),
        };
        ScriptError::at(file.path, file.text, self.at, message).help(help)
    }
}

fn walk(file: &File<'_>, variables: &mut Variables, report: &mut dyn FnMut(Unknown)) {
    file.ast.walk(&mut |path: &[ASTNode]| {
        match path.last() {
            Some(ASTNode::Stmt(Stmt::Var(var, ..))) => {
                let known = infer(&var.1, variables, &mut |_| {});
                learn(variables, &var.0.name, known);
            }
            Some(ASTNode::Stmt(Stmt::For(each, _))) => {
                let known = match infer(&each.2.expr, variables, &mut |_| {}) {
                    Some(Known::Many(object)) => Some(Known::One(object)),
                    _ => None,
                };
                learn(variables, &each.0.name, known);
            }
            // An inner link of a chain is reported with the chain's head.
            Some(ASTNode::Expr(expr @ (Expr::Dot(..) | Expr::Index(..)))) if heads(path) => {
                infer(expr, variables, report);
            }
            _ => {}
        }
        true
    });
}

/// Whether the last node of the path begins a chain rather than going on with one.
fn heads(path: &[ASTNode<'_>]) -> bool {
    let [.., ASTNode::Expr(Expr::Dot(parent, ..) | Expr::Index(parent, ..)), ASTNode::Expr(last)] =
        path
    else {
        return true;
    };
    !std::ptr::eq(&raw const parent.rhs, *last)
}

fn learn(variables: &mut Variables, name: &str, known: Option<Known>) {
    let same = |before: &Option<Known>| match (before, &known) {
        (Some(Known::One(a)), Some(Known::One(b)))
        | (Some(Known::Many(a)), Some(Known::Many(b))) => std::ptr::eq(*a, *b),
        _ => false,
    };
    let agreed = match variables.get(name) {
        Some(before) if !same(before) => None,
        _ => known,
    };
    variables.insert(name.into(), agreed);
}

/// The type of an expression, reporting properties on the way that do not exist.
fn infer(expr: &Expr, variables: &Variables, report: &mut dyn FnMut(Unknown)) -> Option<Known> {
    match expr {
        Expr::Variable(name, ..) if name.2.is_empty() => {
            variables.get(name.1.as_str()).copied().flatten()
        }
        Expr::Dot(link, ..) => {
            let base = infer(&link.lhs, variables, report);
            follow(base?, &link.rhs, report)
        }
        Expr::Index(link, flags, _) => {
            let base = infer(&link.lhs, variables, report);
            index(base?, link, *flags, report)
        }
        _ => None,
    }
}

/// The type of what follows a `.` on a value of this type.
fn follow(base: Known, rest: &Expr, report: &mut dyn FnMut(Unknown)) -> Option<Known> {
    match rest {
        Expr::Property(names, at) => property(base, &names.2, *at, report),
        Expr::Dot(link, ..) => follow(follow(base, &link.lhs, report)?, &link.rhs, report),
        Expr::Index(link, flags, _) => {
            let base = follow(base, &link.lhs, report)?;
            index(base, link, *flags, report)
        }
        _ => None,
    }
}

/// The type of an element, or of what follows it where the chain goes on.
fn index(
    base: Known,
    link: &BinaryExpr,
    flags: ASTFlags,
    report: &mut dyn FnMut(Unknown),
) -> Option<Known> {
    let Known::Many(object) = base else { return None };
    let element = Known::One(object);
    if flags.contains(ASTFlags::BREAK) {
        return Some(element);
    }
    match &link.rhs {
        Expr::Dot(next, ..) => follow(element, &next.rhs, report),
        _ => None,
    }
}

fn property(
    base: Known,
    name: &str,
    at: Position,
    report: &mut dyn FnMut(Unknown),
) -> Option<Known> {
    let Known::One(object) = base else { return None };
    let Some(property) = object.properties.iter().find(|property| property.name == name) else {
        report(Unknown { object, property: name.into(), at });
        return None;
    };
    match property.ty {
        Ty::One(object) | Ty::Maybe(object) => Some(Known::One(object)),
        Ty::Many(object) => Some(Known::Many(object)),
        _ => None,
    }
}
