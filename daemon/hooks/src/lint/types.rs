//! Properties against the registry: `ctx` is what the hook is given; a variable that is only ever
//! set from a chain of known properties has that chain's type, and so has a parameter of the file's
//! own functions and of closures that go through a list.

use super::{ERRORS_MAX, File};
use crate::error::ScriptError;
use crate::near::nearest;
use crate::registry::{self, Object, Ty};
use rhai::{ASTFlags, ASTNode, BinaryExpr, Expr, FnCallExpr, FnPtr, Position, Stmt};
use std::collections::{BTreeMap, BTreeSet};

/// The type of an expression, where it is known and has something to check.
#[derive(Clone, Copy)]
enum Known {
    One(&'static Object),
    Many(&'static Object),
}

/// What is known of an expression.
#[derive(Clone, Copy)]
enum Type {
    Known(Known),
    /// Nothing, and nothing will be.
    Unknown,
    /// Nothing yet: it begins with a parameter of which no call was seen so far.
    Pending,
}

/// Variables by name; `None` where a name stands for different things.
type Variables = BTreeMap<String, Option<Known>>;

/// Functions of lists that call a closure with each element.
const EACH: [&str; 11] = [
    "all", "dedup", "drain", "filter", "find", "find_map", "for_each", "index_of", "map", "retain",
    "some",
];

/// How often the variables are gone through: a parameter may hang on another function's.
const PASSES: usize = 4;

/// Every property that its object does not have.
pub(super) fn properties(file: &File<'_>) -> Vec<ScriptError> {
    let Some(hook) = file.hook else { return Vec::new() };
    let mut learner = Learner {
        file,
        functions: Functions::of(file),
        variables: Variables::new(),
        last: false,
        unknown: Vec::new(),
    };
    let ctx = Known::One(registry::spec(hook).ctx());
    for function in file.ast.iter_functions().filter(|function| function.name == hook.name()) {
        for name in &function.params {
            learner.variables.insert((*name).to_owned(), Some(ctx));
        }
    }
    for pass in 1..=PASSES {
        learner.last = pass == PASSES;
        learner.walk();
    }
    learner.unknown.clear();
    learner.walk();
    learner.unknown.into_iter().take(ERRORS_MAX).map(|unknown| unknown.error(file)).collect()
}

/// The file's functions, closures among them, with their parameters.
struct Functions(BTreeMap<(String, usize), Vec<String>>);

impl Functions {
    fn of(file: &File<'_>) -> Self {
        let params = |f: &rhai::ScriptFnMetadata<'_>| {
            f.params.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()
        };
        let of = |f: rhai::ScriptFnMetadata<'_>| ((f.name.to_owned(), f.params.len()), params(&f));
        Self(file.ast.iter_functions().map(of).collect())
    }

    fn params(&self, name: &str, count: usize) -> Option<&Vec<String>> {
        self.0.get(&(name.to_owned(), count))
    }

    /// The parameters of a closure, without those that stand for captured variables.
    fn closure(&self, name: &str, captured: usize) -> Option<&[String]> {
        let mut all = self.0.iter().filter(|((known, _), _)| known == name);
        all.next().and_then(|(_, params)| params.get(captured..))
    }
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

/// Whether the last node of the path begins a chain rather than going on with one.
pub(super) fn heads(path: &[ASTNode<'_>]) -> bool {
    let [.., ASTNode::Expr(Expr::Dot(parent, ..) | Expr::Index(parent, ..)), ASTNode::Expr(last)] =
        path
    else {
        return true;
    };
    !std::ptr::eq(&raw const parent.rhs, *last)
}

struct Learner<'a> {
    file: &'a File<'a>,
    functions: Functions,
    variables: Variables,
    /// Whether this is the last time that anything is learnt.
    last: bool,
    unknown: Vec<Unknown>,
}

impl Learner<'_> {
    fn walk(&mut self) {
        let ast = self.file.ast;
        // Closures that go through a list of which the elements are known.
        let mut through = BTreeSet::new();
        let mut all = BTreeMap::new();
        ast.walk(&mut |path: &[ASTNode]| {
            match path.last() {
                Some(ASTNode::Stmt(Stmt::Var(var, ..))) => {
                    let ty = self.infer(&var.1, &mut through);
                    self.learn(&var.0.name, ty);
                }
                Some(ASTNode::Stmt(Stmt::For(each, _))) => {
                    let ty = match self.infer(&each.2.expr, &mut through) {
                        Type::Known(Known::Many(object)) => Type::Known(Known::One(object)),
                        Type::Known(Known::One(_)) => Type::Unknown,
                        other => other,
                    };
                    self.learn(&each.0.name, ty);
                }
                Some(
                    ASTNode::Stmt(Stmt::FnCall(call, _)) | ASTNode::Expr(Expr::FnCall(call, _)),
                ) => self.call(call, &mut through),
                // An inner link of a chain is reported with the chain's head.
                Some(ASTNode::Expr(expr @ (Expr::Dot(..) | Expr::Index(..)))) if heads(path) => {
                    self.infer(expr, &mut through);
                }
                _ => {}
            }
            if let Some(ASTNode::Expr(expr)) = path.last()
                && let Some((name, captured)) = closure_of(expr)
            {
                let captured = captured.max(all.get(&name).copied().unwrap_or_default());
                all.insert(name, captured);
            }
            true
        });
        for (name, captured) in all {
            if !through.contains(&name) {
                let params = self.functions.closure(&name, captured).unwrap_or_default().to_vec();
                for param in params {
                    self.learn(&param, Type::Unknown);
                }
            }
        }
    }

    /// A call of one of the file's own functions tells what its parameters are.
    fn call(&mut self, call: &FnCallExpr, through: &mut BTreeSet<String>) {
        if !call.namespace.is_empty() || call.op_token.is_some() {
            return;
        }
        let params = self.functions.params(&call.name, call.args.len()).cloned();
        for (param, given) in params.unwrap_or_default().iter().zip(&call.args) {
            let ty = self.infer(given, through);
            self.learn(param, ty);
        }
    }

    fn learn(&mut self, name: &str, ty: Type) {
        let known = match ty {
            Type::Known(known) => Some(known),
            Type::Pending if !self.last => return,
            Type::Pending | Type::Unknown => None,
        };
        let same = |before: &Option<Known>| match (before, &known) {
            (Some(Known::One(a)), Some(Known::One(b)))
            | (Some(Known::Many(a)), Some(Known::Many(b))) => std::ptr::eq(*a, *b),
            _ => false,
        };
        let agreed = match self.variables.get(name) {
            Some(before) if !same(before) => None,
            _ => known,
        };
        self.variables.insert(name.to_owned(), agreed);
    }

    /// The type of an expression; unknown properties on the way are noted.
    fn infer(&mut self, expr: &Expr, through: &mut BTreeSet<String>) -> Type {
        match expr {
            Expr::Variable(name, ..) if name.2.is_empty() => {
                match self.variables.get(name.1.as_str()) {
                    Some(Some(known)) => Type::Known(*known),
                    Some(None) => Type::Unknown,
                    None => Type::Pending,
                }
            }
            Expr::Dot(link, ..) => match self.infer(&link.lhs, through) {
                Type::Known(base) => self.follow(base, &link.rhs, through),
                other => other,
            },
            Expr::Index(link, flags, _) => match self.infer(&link.lhs, through) {
                Type::Known(base) => self.index(base, link, *flags, through),
                other => other,
            },
            _ => Type::Unknown,
        }
    }

    /// The type of what follows a `.` on a value of this type.
    fn follow(&mut self, base: Known, rest: &Expr, through: &mut BTreeSet<String>) -> Type {
        match rest {
            Expr::Property(names, at) => self.property(base, &names.2, *at),
            Expr::MethodCall(call, _) => self.each(base, call, through),
            Expr::Dot(link, ..) => match self.follow(base, &link.lhs, through) {
                Type::Known(base) => self.follow(base, &link.rhs, through),
                other => other,
            },
            Expr::Index(link, flags, _) => match self.follow(base, &link.lhs, through) {
                Type::Known(base) => self.index(base, link, *flags, through),
                other => other,
            },
            _ => Type::Unknown,
        }
    }

    /// A function of a list: a closure given to it gets the elements.
    fn each(&mut self, base: Known, call: &FnCallExpr, through: &mut BTreeSet<String>) -> Type {
        let (Known::Many(object), true) = (base, EACH.contains(&call.name.as_str())) else {
            return Type::Unknown;
        };
        if let Some((name, captured)) = call.args.first().and_then(closure_of) {
            let element = self.functions.closure(&name, captured).and_then(|params| params.first());
            if let Some(element) = element.cloned() {
                self.learn(&element, Type::Known(Known::One(object)));
            }
            through.insert(name);
        }
        match call.name.as_str() {
            "filter" => Type::Known(base),
            "find" => Type::Known(Known::One(object)),
            _ => Type::Unknown,
        }
    }

    /// The type of an element, or of what follows it where the chain goes on.
    fn index(
        &mut self,
        base: Known,
        link: &BinaryExpr,
        flags: ASTFlags,
        through: &mut BTreeSet<String>,
    ) -> Type {
        let Known::Many(object) = base else { return Type::Unknown };
        let element = Known::One(object);
        if flags.contains(ASTFlags::BREAK) {
            return Type::Known(element);
        }
        match &link.rhs {
            Expr::Dot(next, ..) => self.follow(element, &next.rhs, through),
            _ => Type::Unknown,
        }
    }

    fn property(&mut self, base: Known, name: &str, at: Position) -> Type {
        let Known::One(object) = base else { return Type::Unknown };
        let Some(property) = object.properties.iter().find(|property| property.name == name) else {
            self.unknown.push(Unknown { object, property: name.into(), at });
            return Type::Unknown;
        };
        match property.ty {
            Ty::One(object) | Ty::Maybe(object) => Type::Known(Known::One(object)),
            Ty::Many(object) => Type::Known(Known::Many(object)),
            _ => Type::Unknown,
        }
    }
}

/// The name of a closure's function, and how many variables it captures.
fn closure_of(expr: &Expr) -> Option<(String, usize)> {
    if let Some(call) = capture(expr) {
        let (name, _) = closure_of(call.args.first()?)?;
        return Some((name, call.args.len() - 1));
    }
    let Expr::DynamicConstant(value, _) = expr else { return None };
    let pointer = value.read_lock::<FnPtr>()?;
    Some((pointer.fn_name().to_owned(), 0))
}

/// The call by which a closure captures variables: they are its arguments but the first.
pub(super) fn capture(expr: &Expr) -> Option<&FnCallExpr> {
    match expr {
        Expr::FnCall(call, _) => (call.name == "curry").then_some(call),
        Expr::Stmt(block) => match block.statements() {
            [Stmt::Share(..), Stmt::Expr(expr)] => capture(expr),
            [Stmt::Share(..), Stmt::FnCall(call, _)] => (call.name == "curry").then_some(call),
            _ => None,
        },
        _ => None,
    }
}
