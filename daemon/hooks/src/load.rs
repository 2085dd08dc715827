//! From a set to rules that can be asked: parse, lint, run the top level once. All or nothing:
//! one error anywhere and there are no rules, so that the set before stays in force.

use crate::engine::engine;
use crate::error::ScriptError;
use crate::limits::Limits;
use crate::lint::{self, Lib};
use crate::meter::Meter;
use crate::near::advice;
use crate::registry;
use crate::set::{Place, ScriptSet};
use desk_core::name::QueueId;
use desk_core::policy::Hook;
use rhai::module_resolvers::StaticModuleResolver;
use rhai::{AST, Engine, Module, OptimizationLevel, Scope};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which rule: of which hook, for every queue or for one.
pub(crate) type RuleKey = (Hook, Option<QueueId>);

/// What comes of a set.
pub(crate) struct Loaded {
    /// Its rules.
    pub(crate) rules: BTreeMap<RuleKey, LoadedRule>,
    /// What its files can import.
    pub(crate) modules: StaticModuleResolver,
}

/// A rule that is ready to be asked.
pub(crate) struct LoadedRule {
    /// Its file.
    pub(crate) file: String,
    /// The engine whose global functions are the file's.
    pub(crate) engine: Engine,
}

/// Loads a set.
pub(crate) fn load(
    set: &ScriptSet,
    limits: &Limits,
    meter: &Arc<Meter>,
) -> Result<Loaded, Vec<ScriptError>> {
    let mut loader = Loader { set, limits, meter, errors: Vec::new() };
    let (modules, libs) = loader.libs();
    let mut rules = BTreeMap::new();
    for path in set.files().keys() {
        let (stem, queue) = match Place::of(path) {
            Place::Rule(stem) => (stem, None),
            Place::QueueRule(queue, stem) => (stem, Some(queue)),
            Place::Lib(_) | Place::Test | Place::Stray => continue,
        };
        let Some(hook) = Hook::ALL.into_iter().find(|hook| hook.name() == stem) else {
            loader.errors.push(no_hook(path, &stem));
            continue;
        };
        if let Some(loaded) = loader.rule(path, hook, &modules, &libs) {
            rules.insert((hook, queue), loaded);
        }
    }
    loader.errors.sort();
    if loader.errors.is_empty() { Ok(Loaded { rules, modules }) } else { Err(loader.errors) }
}

fn no_hook(path: &str, stem: &str) -> ScriptError {
    let help = match crate::near::nearest(stem, registry::names()) {
        Some(near) => format!("did you mean '{near}.rhai'?"),
        None => format!(
            "a file is named after its hook ({}); shared functions belong in lib/",
            registry::names().collect::<Vec<_>>().join(", ")
        ),
    };
    ScriptError::of_file(path, format!("there is no hook '{stem}'")).help(help)
}

struct Loader<'a> {
    set: &'a ScriptSet,
    limits: &'a Limits,
    meter: &'a Arc<Meter>,
    errors: Vec<ScriptError>,
}

impl Loader<'_> {
    /// Compiles the shared files and runs each after those that it imports.
    fn libs(&mut self) -> (StaticModuleResolver, BTreeMap<String, Lib>) {
        let mut modules = StaticModuleResolver::new();
        let mut libs = BTreeMap::new();
        let mut waiting = BTreeMap::new();
        let names = lib_names(self.set);
        let bare = engine(self.limits, self.meter, &modules);
        for name in &names {
            let path = format!("{name}.rhai");
            if let Some(ast) = self.parse(&bare, &path) {
                libs.insert(name.clone(), Lib::of(&ast));
                waiting.insert(name.clone(), ast);
            }
        }
        for (name, ast) in &waiting {
            self.lint(&bare, &format!("{name}.rhai"), ast, None, &libs);
        }
        if !self.errors.is_empty() {
            return (modules, libs);
        }
        while let Some(name) = ready(&waiting) {
            let Some(ast) = waiting.remove(&name) else { break };
            let engine = engine(self.limits, self.meter, &modules);
            if let Some(module) = self.run(&engine, &format!("{name}.rhai"), ast) {
                modules.insert(name, module);
            }
        }
        for name in waiting.keys() {
            let message = "the file imports itself, if only by way of others";
            self.errors.push(ScriptError::of_file(format!("{name}.rhai"), message));
        }
        (modules, libs)
    }

    fn rule(
        &mut self,
        path: &str,
        hook: Hook,
        modules: &StaticModuleResolver,
        libs: &BTreeMap<String, Lib>,
    ) -> Option<LoadedRule> {
        let mut engine = engine(self.limits, self.meter, modules);
        let ast = self.parse(&engine, path)?;
        let before = self.errors.len();
        self.lint(&engine, path, &ast, Some(hook), libs);
        // With an error in a shared file, running would only repeat it in other words.
        if self.errors.len() > before || modules.len() < libs.len() {
            return None;
        }
        let module = self.run(&engine, path, ast)?;
        engine.register_global_module(module.into());
        Some(LoadedRule { file: path.into(), engine })
    }

    fn parse(&mut self, engine: &Engine, path: &str) -> Option<AST> {
        let text = self.set.text(path).unwrap_or_default();
        match engine.compile(text) {
            Ok(mut ast) => {
                ast.set_source(path);
                Some(ast)
            }
            Err(error) => {
                let found = ScriptError::of_parse(path, text, &error);
                self.errors.push(lint::advise(found, error.err_type()));
                None
            }
        }
    }

    fn lint(
        &mut self,
        engine: &Engine,
        path: &str,
        ast: &AST,
        hook: Option<Hook>,
        libs: &BTreeMap<String, Lib>,
    ) {
        let text = self.set.text(path).unwrap_or_default();
        self.errors.extend(lint::lint(engine, &lint::File { path, text, ast, hook }, libs));
    }

    /// Runs the top level, once and for all: functions find its constants and imports.
    fn run(&mut self, engine: &Engine, path: &str, ast: AST) -> Option<Module> {
        let ast = engine.optimize_ast(&Scope::new(), ast, OptimizationLevel::Simple);
        self.meter.begin(self.limits, 0);
        match Module::eval_ast_as_new(Scope::new(), &ast, engine) {
            Ok(mut module) => {
                module.set_id(path);
                Some(module)
            }
            Err(error) => {
                let error = ScriptError::of_run(path, &error, |path| self.set.text(path));
                self.errors
                    .push(error.help("the top level of a file runs once, when it is loaded"));
                None
            }
        }
    }
}

/// The shared files by the names under which they are imported.
fn lib_names(set: &ScriptSet) -> Vec<String> {
    let stem = |path: &String| match Place::of(path) {
        Place::Lib(stem) => Some(format!("lib/{stem}")),
        _ => None,
    };
    set.files().keys().filter_map(stem).collect()
}

/// What the shared files of a set that loads offer to others.
pub(crate) fn libs_of(set: &ScriptSet, engine: &Engine) -> BTreeMap<String, Lib> {
    let lib = |name: String| {
        let text = set.text(&format!("{name}.rhai"))?;
        Some((name, Lib::of(&engine.compile(text).ok()?)))
    };
    lib_names(set).into_iter().filter_map(lib).collect()
}

/// A file of which all imports are done.
fn ready(waiting: &BTreeMap<String, AST>) -> Option<String> {
    waiting
        .iter()
        .find(|(_, ast)| {
            !lint::imports(ast).iter().any(|import| waiting.contains_key(&import.path))
        })
        .map(|(name, _)| name.clone())
}

/// Advice about a name that no shared file has.
pub(crate) fn lib_advice(path: &str, libs: &BTreeMap<String, Lib>) -> String {
    if libs.is_empty() {
        return "there is no file in lib/".into();
    }
    advice(path, libs.keys().map(String::as_str), "what can be imported")
}
