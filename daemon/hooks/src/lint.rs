//! What the parser does not see: calls of functions that do not exist, misspelt hooks, properties
//! that no object has, values that nobody uses. Silent where it cannot know.

mod captured;
mod types;
mod unused;

use crate::error::ScriptError;
use crate::load::lib_advice;
use crate::near::nearest;
use crate::registry;
use desk_core::policy::Hook;
use rhai::{AST, ASTNode, Engine, Expr, FnAccess, FnCallExpr, ParseErrorType, Position, Stmt};
use std::collections::{BTreeMap, BTreeSet};

/// Words that are called like functions but are none.
const KEYWORDS: [&str; 11] = [
    "call",
    "curry",
    "debug",
    "eval",
    "Fn",
    "is_def_fn",
    "is_def_var",
    "is_shared",
    "print",
    "this",
    "type_of",
];

/// Functions of the language that the host has not, or has only to refuse them.
const REFUSED: [(&str, &str); 3] = [
    ("sleep", "a rule cannot wait: it holds up every other chat"),
    ("timestamp", "a rule has no clock of its own: use ctx.now"),
    ("eval", "a rule cannot run text as a script"),
];

/// Most errors told of one kind in a file: nobody reads more.
const ERRORS_MAX: usize = 100;

/// A parsed file.
pub(crate) struct File<'a> {
    pub(crate) path: &'a str,
    pub(crate) text: &'a str,
    pub(crate) ast: &'a AST,
    /// The hook that the file is for; `None` for a shared file.
    pub(crate) hook: Option<Hook>,
}

/// The functions of a shared file that others may call, and how many arguments each takes.
#[derive(Debug, Default)]
pub(crate) struct Lib(BTreeSet<(String, usize)>);

impl Lib {
    pub(crate) fn of(ast: &AST) -> Self {
        let public = ast.iter_functions().filter(|f| f.access == FnAccess::Public);
        Self(public.map(|f| (f.name.to_owned(), f.params.len())).collect())
    }
}

/// An `import "path" as alias`.
pub(crate) struct Import {
    pub(crate) path: String,
    alias: String,
    at: Position,
}

/// The imports of a file, wherever they stand. One whose path is computed has an empty path.
pub(crate) fn imports(ast: &AST) -> Vec<Import> {
    let mut found = Vec::new();
    ast.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Stmt(Stmt::Import(import, at))) = path.last() {
            let path = match &import.0 {
                Expr::StringConstant(text, _) => text.to_string(),
                _ => String::new(),
            };
            found.push(Import { path, alias: import.1.name.to_string(), at: *at });
        }
        true
    });
    found
}

/// Everything that is wrong with a file.
pub(crate) fn lint(
    engine: &Engine,
    file: &File<'_>,
    libs: &BTreeMap<String, Lib>,
) -> Vec<ScriptError> {
    let mut errors = hooks(file);
    let imports = imports(file.ast);
    for import in &imports {
        let error = |message: String| ScriptError::at(file.path, file.text, import.at, message);
        if import.path.is_empty() {
            errors.push(error("an import names its file as it stands, in quotes".into()));
        } else if !libs.contains_key(&import.path) {
            let message = format!("there is no file '{}.rhai'", import.path);
            errors.push(error(message).help(lib_advice(&import.path, libs)));
        }
    }
    let known = Known::of(engine, file, &imports, libs);
    file.ast.walk(&mut |path: &[ASTNode]| {
        let found = match path.last() {
            Some(ASTNode::Stmt(Stmt::FnCall(call, at)) | ASTNode::Expr(Expr::FnCall(call, at))) => {
                known.call(call, *at, false)
            }
            Some(ASTNode::Expr(Expr::MethodCall(call, at))) => known.call(call, *at, true),
            _ => None,
        };
        if let Some((at, message, help)) = found
            && errors.len() < ERRORS_MAX
        {
            let mut error = ScriptError::at(file.path, file.text, at, message);
            error.help = help;
            errors.push(error);
        }
        true
    });
    errors.extend(types::properties(file));
    errors.extend(captured::captured(file));
    errors.extend(unused::unused(file));
    errors
}

/// Adds advice to what the parser found.
pub(crate) fn advise(error: ScriptError, kind: &ParseErrorType) -> ScriptError {
    if let Some((_, why)) =
        REFUSED.iter().find(|(name, _)| error.message.contains(&format!("'{name}'")))
    {
        return error.help(*why);
    }
    match kind {
        ParseErrorType::VariableUndefined(name) => error.help(format!(
            "declare it with 'let {name} = …'; a constant of the file is read as global::{name}"
        )),
        ParseErrorType::BadInput(_) | ParseErrorType::UnexpectedEOF => {
            error.help("look for a missing quote or bracket before this place")
        }
        _ => error,
    }
}

/// The file defines its hook and no other, and no shared file defines one.
fn hooks(file: &File<'_>) -> Vec<ScriptError> {
    let mut errors = Vec::new();
    let mut defined = false;
    for function in file.ast.iter_functions() {
        let name = function.name;
        let at = place_of(file.text, name);
        let error = |message: String| ScriptError::at(file.path, file.text, at, message);
        if file.hook.is_some_and(|hook| hook.name() == name) {
            defined = true;
            if function.params.len() != 1 || function.access == FnAccess::Private {
                let message = format!("{name} is written 'fn {name}(ctx)'");
                errors.push(error(message));
            }
        } else if registry::names().any(|hook| hook == name) {
            let help = format!("put it in a file '{name}.rhai'");
            errors.push(error(format!("'{name}' does not belong in this file")).help(help));
        } else if name.starts_with("on_") {
            let message = format!("there is no hook '{name}'");
            let help = match nearest(name, registry::names()) {
                Some(near) => format!("did you mean '{near}'?"),
                None => "names that begin with on_ are kept for hooks".into(),
            };
            errors.push(error(message).help(help));
        }
    }
    if let (Some(hook), false, true) = (file.hook, defined, errors.is_empty()) {
        let message = format!("the file has no 'fn {hook}(ctx)'");
        let help = "to take a rule out of force, delete its file";
        errors.push(ScriptError::of_file(file.path, message).help(help));
    }
    errors
}

/// Where a function is defined: the syntax tree does not say.
fn place_of(text: &str, function: &str) -> Position {
    for (number, line) in text.lines().enumerate() {
        let Some(start) = line.find("fn ") else { continue };
        let rest = &line[start + 3..];
        let name = rest.trim_start();
        let follows = name.strip_prefix(function).and_then(|rest| rest.trim_start().chars().next());
        if follows == Some('(') {
            let before = line[..start + 3 + (rest.len() - name.len())].chars().count();
            let line = u16::try_from(number + 1).unwrap_or(u16::MAX);
            return Position::new(line, u16::try_from(before + 1).unwrap_or(u16::MAX));
        }
    }
    Position::NONE
}

/// What can be called in a file.
struct Known<'a> {
    /// Functions of the host and the language.
    native: BTreeMap<String, BTreeSet<usize>>,
    /// Functions of the file.
    own: BTreeMap<String, BTreeSet<usize>>,
    /// Names that may hold a closure: variables, parameters, keys of maps.
    names: BTreeSet<String>,
    imported: BTreeMap<String, &'a Lib>,
}

type Finding = Option<(Position, String, Option<String>)>;

impl<'a> Known<'a> {
    fn of(
        engine: &Engine,
        file: &File<'_>,
        imports: &[Import],
        libs: &'a BTreeMap<String, Lib>,
    ) -> Self {
        let mut native: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        let all = |f: rhai::FuncInfo| Some((f.metadata.name.to_string(), f.metadata.num_params));
        for (name, arguments) in engine.collect_fn_metadata(None, all, true) {
            native.entry(name).or_default().insert(arguments);
        }
        let mut own: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        let mut names = BTreeSet::new();
        for function in file.ast.iter_functions() {
            own.entry(function.name.into()).or_default().insert(function.params.len());
            names.extend(function.params.iter().map(|name| (*name).to_owned()));
        }
        file.ast.walk(&mut |path: &[ASTNode]| {
            match path.last() {
                Some(ASTNode::Stmt(Stmt::Var(var, ..))) => {
                    names.insert(var.0.name.to_string());
                }
                Some(ASTNode::Expr(Expr::Map(map, _))) => {
                    names.extend(map.0.iter().map(|(key, _)| key.name.to_string()));
                }
                _ => {}
            }
            true
        });
        let imported = imports
            .iter()
            .filter_map(|import| Some((import.alias.clone(), libs.get(&import.path)?)))
            .collect();
        Self { native, own, names, imported }
    }

    fn call(&self, call: &FnCallExpr, at: Position, method: bool) -> Finding {
        let name = call.name.as_str();
        let operator = call.op_token.is_some() || !name.starts_with(|c: char| c.is_alphabetic());
        if !call.namespace.is_empty() {
            return self.imported_call(call, at);
        }
        if operator {
            return None;
        }
        if let Some((_, why)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
            return Some((at, format!("'{name}' cannot be called"), Some((*why).into())));
        }
        if KEYWORDS.contains(&name) || self.names.contains(name) {
            return None;
        }
        let given = call.args.len();
        let (native, own) = (self.native.get(name), self.own.get(name));
        if native.is_none() && own.is_none() {
            return Some((at, format!("unknown function '{name}'"), self.near(name)));
        }
        let receiver = usize::from(method);
        let fits = native.is_some_and(|takes| takes.contains(&(given + receiver)))
            || own.is_some_and(|takes| takes.contains(&given));
        if fits {
            return None;
        }
        let mut takes = own.cloned().unwrap_or_default();
        let native = native.into_iter().flatten();
        takes.extend(native.filter_map(|takes| takes.checked_sub(receiver)));
        Some((at, wrong_arity(name, &takes, given), None))
    }

    fn imported_call(&self, call: &FnCallExpr, at: Position) -> Finding {
        let alias = call.namespace.root();
        let lib = self.imported.get(alias)?;
        let name = call.name.as_str();
        let takes: BTreeSet<usize> =
            lib.0.iter().filter(|(known, _)| known == name).map(|(_, takes)| *takes).collect();
        if takes.is_empty() {
            let near = nearest(name, lib.0.iter().map(|(known, _)| known.as_str()));
            let help = near.map(|near| format!("did you mean '{alias}::{near}'?"));
            return Some((at, format!("unknown function '{alias}::{name}'"), help));
        }
        let given = call.args.len();
        let wrong = !takes.contains(&given);
        wrong.then(|| (at, wrong_arity(&format!("{alias}::{name}"), &takes, given), None))
    }

    fn near(&self, name: &str) -> Option<String> {
        let known = self.native.keys().chain(self.own.keys()).map(String::as_str);
        let known = known.filter(|known| known.starts_with(|c: char| c.is_alphabetic()));
        nearest(name, known.filter(|known| !known.contains('$')))
            .map(|near| format!("did you mean '{near}'?"))
    }
}

fn wrong_arity(name: &str, takes: &BTreeSet<usize>, given: usize) -> String {
    let takes: Vec<_> = takes.iter().map(ToString::to_string).collect();
    let noun = if takes == ["1"] { "argument" } else { "arguments" };
    format!("'{name}' takes {} {noun}, not {given}", takes.join(" or "))
}
