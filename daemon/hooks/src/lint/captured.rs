//! Closures that use the variable whose list they go through: the engine holds it for the whole of
//! the chain, and refuses the second use when the rule runs.

use super::types::{capture, heads};
use super::{ERRORS_MAX, File};
use crate::error::ScriptError;
use rhai::{ASTNode, Expr, FnCallExpr, Position};

/// Every such closure.
pub(super) fn captured(file: &File<'_>) -> Vec<ScriptError> {
    let mut errors = Vec::new();
    file.ast.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Expr(expr @ (Expr::Dot(..) | Expr::Index(..)))) = path.last()
            && heads(path)
            && let Some(root) = root(expr)
        {
            calls(expr, &mut |call, at| {
                let closures = call.args.iter().filter_map(capture);
                let names = closures.flat_map(|closure| closure.args.iter().skip(1).map(variable));
                if names.flatten().any(|name| name == root) {
                    errors.push(error(file, root, at));
                }
            });
        }
        errors.len() < ERRORS_MAX
    });
    errors
}

fn error(file: &File<'_>, root: &str, at: Position) -> ScriptError {
    let message = format!("the closure uses '{root}', whose list it goes through");
    let help = match root {
        "ctx" => "keep what it needs before, as in 'let chat = ctx.chat;'".to_owned(),
        root => format!("keep what it needs of '{root}' in a variable of its own before"),
    };
    ScriptError::at(file.path, file.text, at, message).help(help)
}

/// The variable that a chain begins with.
fn root(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Dot(link, ..) | Expr::Index(link, ..) => root(&link.lhs),
        expr => variable(expr),
    }
}

fn variable(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Variable(name, ..) if name.2.is_empty() => Some(name.1.as_str()),
        _ => None,
    }
}

/// The calls of a chain.
fn calls(expr: &Expr, found: &mut dyn FnMut(&FnCallExpr, Position)) {
    match expr {
        Expr::Dot(link, ..) | Expr::Index(link, ..) => {
            calls(&link.lhs, found);
            calls(&link.rhs, found);
        }
        Expr::MethodCall(call, at) => found(call, *at),
        _ => {}
    }
}
