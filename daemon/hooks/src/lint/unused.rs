//! Values that nobody uses: a verdict without `return` in the middle of a function, a comparison
//! where an assignment was meant, a call of a function that only answers.

use super::{ERRORS_MAX, File};
use crate::error::ScriptError;
use rhai::{ASTNode, Expr, FnCallExpr, Position, Stmt, StmtBlock};
use std::rc::Rc;

/// Functions that change nothing, so that a call of one whose result goes nowhere does nothing.
const ANSWERS: [&str; 64] = [
    "abs",
    "all",
    "bytes",
    "ceiling",
    "chars",
    "contains",
    "cos",
    "email_domain",
    "email_local",
    "ends_with",
    "exp",
    "extract",
    "filter",
    "find",
    "find_map",
    "floor",
    "get",
    "hash",
    "index_of",
    "int",
    "is_blank",
    "is_empty",
    "is_even",
    "is_odd",
    "is_zero",
    "keys",
    "kv_get",
    "len",
    "ln",
    "local",
    "log10",
    "map",
    "mask",
    "mask_cards",
    "mask_form",
    "max",
    "min",
    "parse_float",
    "parse_int",
    "range",
    "reduce",
    "reduce_rev",
    "round",
    "sign",
    "sin",
    "some",
    "split",
    "split_rev",
    "sqrt",
    "starts_with",
    "sub_string",
    "tail",
    "to_chars",
    "to_debug",
    "to_float",
    "to_int",
    "to_json",
    "to_lower",
    "to_string",
    "to_upper",
    "truncate_to",
    "type_of",
    "utc_hour",
    "utc_weekday",
];

/// Every value that goes nowhere.
pub(super) fn unused(file: &File<'_>) -> Vec<ScriptError> {
    let own = file.ast.iter_functions().map(|f| f.name.to_owned()).collect();
    let mut finder = Finder { own, found: Vec::new() };
    let top = file.ast.statements();
    finder.all(top, false);
    let mut seen = 0;
    let mut before: Option<Pending> = None;
    file.ast.walk(&mut |path: &[ASTNode]| {
        if let [ASTNode::Stmt(statement)] = path {
            seen += 1;
            if seen > top.len() {
                let pending = finder.pending(statement);
                if let Some(before) = before.take() {
                    finder.keep(before.ends(Some(&pending)));
                }
                before = Some(pending);
            }
        }
        finder.found.len() < ERRORS_MAX
    });
    if let Some(last) = before {
        finder.keep(last.ends(None));
    }
    let error =
        |(at, message, help): Found| ScriptError::at(file.path, file.text, at, message).help(help);
    finder.found.into_iter().map(error).collect()
}

/// Where what is not used, and what to do about it.
type Found = (Position, String, &'static str);

/// A statement of a function's body. Its value is the function's if it is the last one, which the
/// walk does not tell: it goes from one body to the next without a word. Statements of one body
/// stand side by side in memory.
struct Pending {
    at: *const Stmt,
    wanted: Vec<Found>,
    unwanted: Vec<Found>,
}

impl Pending {
    /// What is wrong with it, known what comes next.
    fn ends(self, next: Option<&Self>) -> Vec<Found> {
        let goes_on = next.is_some_and(|next| self.at.wrapping_add(1) == next.at);
        if goes_on { self.unwanted } else { self.wanted }
    }
}

struct Finder {
    /// The file's own functions: they go before the language's.
    own: Rc<[String]>,
    found: Vec<Found>,
}

impl Finder {
    fn pending(&self, statement: &Stmt) -> Pending {
        let found = |wanted: bool| {
            let mut finder = Self { found: Vec::new(), own: Rc::clone(&self.own) };
            finder.statement(statement, wanted);
            finder.found
        };
        Pending { at: statement, wanted: found(true), unwanted: found(false) }
    }

    fn keep(&mut self, found: Vec<Found>) {
        let room = ERRORS_MAX.saturating_sub(self.found.len());
        self.found.extend(found.into_iter().take(room));
    }

    /// `wanted`: whether the value of the last statement is used.
    fn block(&mut self, block: &StmtBlock, wanted: bool) {
        self.all(block.statements(), wanted);
    }

    fn all(&mut self, statements: &[Stmt], wanted: bool) {
        for (n, statement) in statements.iter().enumerate() {
            self.statement(statement, wanted && n + 1 == statements.len());
        }
    }

    fn statement(&mut self, statement: &Stmt, wanted: bool) {
        match statement {
            Stmt::Expr(expr) => self.expr(expr, wanted),
            Stmt::FnCall(call, at) if !wanted => self.call(call, *at),
            Stmt::If(flow, _) | Stmt::TryCatch(flow, _) => {
                self.block(&flow.body, wanted);
                self.block(&flow.branch, wanted);
            }
            Stmt::Switch(switch, _) => {
                for case in &switch.1.expressions {
                    self.expr(&case.rhs, wanted);
                }
            }
            Stmt::While(flow, _) | Stmt::Do(flow, ..) => self.block(&flow.body, false),
            Stmt::For(each, _) => self.block(&each.2.body, false),
            Stmt::Block(block) => self.block(block, wanted),
            Stmt::Var(var, ..) => self.expr(&var.1, true),
            Stmt::Assignment(assignment) => self.expr(&assignment.1.rhs, true),
            Stmt::Return(Some(expr), ..) => self.expr(expr, true),
            _ => {}
        }
    }

    fn expr(&mut self, expr: &Expr, wanted: bool) {
        match expr {
            Expr::Stmt(block) => self.block(block, wanted),
            _ if wanted => {}
            Expr::FnCall(call, at) => self.call(call, *at),
            Expr::Map(_, at) => {
                self.report(*at, "this map", "to answer with it, write 'return #{ … };'");
            }
            Expr::Dot(link, ..) => match last_link(&link.rhs) {
                Expr::MethodCall(call, at) => self.call(call, *at),
                _ => self.report(expr.start_position(), "this value", KEEP),
            },
            Expr::Unit(_) | Expr::Custom(..) => {}
            // `a && f()` is a way of writing `if a { f(); }`.
            Expr::And(..) | Expr::Or(..) | Expr::Coalesce(..) => {}
            _ => self.report(expr.start_position(), "this value", KEEP),
        }
    }

    fn call(&mut self, call: &FnCallExpr, at: Position) {
        let name = call.name.as_str();
        let operator = call.op_token.is_some();
        let answers = operator && !name.ends_with('=')
            || !operator
                && call.namespace.is_empty()
                && ANSWERS.contains(&name)
                && !self.own.iter().any(|own| own == name);
        if operator && name == "==" {
            self.report(at, "the result of '=='", "to set a value, write '='");
        } else if answers {
            self.report(at, &format!("the result of '{name}'"), KEEP);
        }
    }

    fn report(&mut self, at: Position, what: &str, help: &'static str) {
        if self.found.len() < ERRORS_MAX {
            self.found.push((at, format!("{what} is not used"), help));
        }
    }
}

const KEEP: &str = "keep it with 'let … =', or delete it";

/// The end of a chain of dots.
fn last_link(expr: &Expr) -> &Expr {
    match expr {
        Expr::Dot(link, ..) => last_link(&link.rhs),
        _ => expr,
    }
}
