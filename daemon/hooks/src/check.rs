//! Everything that can be known about a folder of scripts without a daemon: whether it loads, and
//! whether its tests pass.

use crate::engine::engine;
use crate::error::ScriptError;
use crate::host::Host;
use crate::limits::Limits;
use crate::lint::{self, File};
use crate::load::load;
use crate::meter::{CpuClock, Meter};
use crate::render::quoted;
use crate::sample;
use crate::set::{Files, Place, ScriptSet, read_files};
use crate::stack::on_stack;
use desk_core::name::Hash;
use desk_core::policy::{Hook, Policy as _, Verdict};
use rhai::module_resolvers::StaticModuleResolver;
use rhai::{AST, CallFnOptions, Dynamic, Engine, EvalAltResult, Map, Module, Scope};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Most bytes of a value shown by a failed assertion.
const SHOWN_BYTES_MAX: usize = 500;

/// What a check found.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The set's hash, where it loads.
    pub hash: Option<Hash>,
    /// How many rules it has.
    pub rules: usize,
    /// Everything that is wrong with scripts and tests as such.
    pub errors: Vec<ScriptError>,
    /// The tests that were run, by file.
    pub tests: Vec<TestResult>,
}

impl Report {
    /// Whether the scripts load and every test passed.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.errors.is_empty() && self.tests.iter().all(|test| test.error.is_none())
    }
}

/// How a test ended.
#[derive(Debug, Clone)]
pub struct TestResult {
    /// Its file.
    pub file: String,
    /// Its function.
    pub name: String,
    /// Why it failed.
    pub error: Option<ScriptError>,
}

/// Loads the scripts of a folder and runs `fn test_…()` of its `tests/*.rhai`. A test calls a hook
/// with a map of what `ctx` is to hold, and gets the verdict as it would stand in the record, or
/// `()`; a failure of the hook is thrown. It runs on a thread of its own.
#[must_use]
pub fn check(dir: &Path) -> Report {
    on_stack("scripts-check", || {
        let mut report = Report::default();
        let limits = Limits { time: Duration::from_secs(1), ..Limits::default() };
        let set = match ScriptSet::read(dir) {
            Ok(set) => set,
            Err(errors) => return Report { errors, ..report },
        };
        match Host::new(set.clone(), limits.clone()) {
            Ok(host) => {
                report.rules = host.status().len();
                report.hash = Some(set.hash().clone());
            }
            Err(errors) => return Report { errors, ..report },
        }
        match read_files(dir, |place| *place == Place::Test) {
            Ok(files) => Tests { set, limits, files: &files, report: &mut report }.run(),
            Err(errors) => report.errors = errors,
        }
        report
    })
}

struct Tests<'a> {
    set: ScriptSet,
    /// Of a hook that is called by a test. What a test itself may use is a hundredfold.
    limits: Limits,
    files: &'a Files,
    report: &'a mut Report,
}

impl Tests<'_> {
    fn run(&mut self) {
        for (path, text) in self.files {
            if let Err(error) = self.file(path, text) {
                self.report.errors.push(error);
            }
        }
    }

    fn file(&mut self, path: &str, text: &str) -> Result<(), ScriptError> {
        let loaded = load(&self.set, &self.limits, &Meter::new(CpuClock::of_thread()));
        // The set has just been loaded; it loads again.
        let modules = loaded.map(|loaded| loaded.modules).unwrap_or_default();
        let names = {
            let (_, ast) = self.compile(path, text, &modules)?;
            let mut names: Vec<_> = ast
                .iter_functions()
                .filter(|f| f.name.starts_with("test_") && f.params.is_empty())
                .map(|f| f.name.to_owned())
                .collect();
            names.sort();
            names
        };
        if names.is_empty() {
            let error = ScriptError::of_file(path, "the file has no test");
            return Err(error.help("a test is written 'fn test_…()'"));
        }
        for name in names {
            let error = self.test(path, text, &modules, &name).err();
            self.report.tests.push(TestResult { file: path.into(), name, error });
        }
        Ok(())
    }

    fn compile(
        &self,
        path: &str,
        text: &str,
        modules: &StaticModuleResolver,
    ) -> Result<(Bench, AST), ScriptError> {
        let bench = self.bench(modules);
        let mut ast = bench.engine.compile(text).map_err(|error| {
            lint::advise(ScriptError::of_parse(path, text, &error), error.err_type())
        })?;
        ast.set_source(path);
        let libs = crate::load::libs_of(&self.set, &bench.engine);
        let file = File { path, text, ast: &ast, hook: None };
        match lint::lint(&bench.engine, &file, &libs).into_iter().next() {
            Some(error) => Err(error),
            None => Ok((bench, ast)),
        }
    }

    /// Runs one test against a host of its own, so that no test sees what another did.
    fn test(
        &self,
        path: &str,
        text: &str,
        modules: &StaticModuleResolver,
        name: &str,
    ) -> Result<(), ScriptError> {
        let (Bench { mut engine, meter, limits }, ast) = self.compile(path, text, modules)?;
        let texts = |file: &str| {
            if file == path { Some(text) } else { self.set.text(file) }
        };
        let told = |error: Box<EvalAltResult>| ScriptError::of_run(path, &error, texts);
        meter.begin(&limits, 0);
        let module = Module::eval_ast_as_new(Scope::new(), &ast, &engine).map_err(told)?;
        engine.register_global_module(module.into());
        meter.begin(&limits, 0);
        let options = CallFnOptions::new().eval_ast(false).in_all_namespaces(true);
        let nothing = &AST::empty();
        engine
            .call_fn_with_options::<Dynamic>(options, &mut Scope::new(), nothing, name, ())
            .map(|_| ())
            .map_err(told)
    }

    /// An engine that can call the hooks.
    fn bench(&self, modules: &StaticModuleResolver) -> Bench {
        let limits = Limits {
            operations: self.limits.operations * 100,
            time: self.limits.time * 10,
            ..self.limits.clone()
        };
        let meter = Meter::new(CpuClock::of_thread());
        let mut engine = engine(&limits, &meter, modules);
        let host = Host::new(self.set.clone(), self.limits.clone()).ok();
        let host = Arc::new(Mutex::new(host));
        for hook in Hook::ALL {
            let host = Arc::clone(&host);
            engine.register_fn(hook.name(), move |given: Map| {
                let mut host = host.lock().unwrap_or_else(PoisonError::into_inner);
                host.as_mut().map_or(Ok(Dynamic::UNIT), |host| ask(host, hook, given))
            });
        }
        engine
            .register_fn("assert", |holds: bool| -> Result<(), Box<EvalAltResult>> {
                if holds { Ok(()) } else { Err("the assertion does not hold".into()) }
            })
            .register_fn("assert_eq", assert_eq);
        Bench { engine, meter, limits }
    }
}

struct Bench {
    engine: Engine,
    meter: Arc<Meter>,
    limits: Limits,
}

fn ask(host: &mut Host, hook: Hook, given: Map) -> Result<Dynamic, Box<EvalAltResult>> {
    let question = sample::question(hook, given)?;
    let Some(asked) = host.ask(&question) else { return Ok(Dynamic::UNIT) };
    match asked.verdict {
        Ok(None) => Ok(Dynamic::UNIT),
        Ok(Some(verdict)) => as_map(&verdict),
        Err(failure) => Err(failure.text.or_empty().into()),
    }
}

/// A verdict as a map, without the name of its hook around it.
fn as_map(verdict: &Verdict) -> Result<Dynamic, Box<EvalAltResult>> {
    let whole = rhai::serde::to_dynamic(verdict)?;
    let map = whole.try_cast::<Map>().unwrap_or_default();
    Ok(map.into_values().next().unwrap_or(Dynamic::UNIT))
}

fn assert_eq(left: Dynamic, right: Dynamic) -> Result<(), Box<EvalAltResult>> {
    let json = |value: &Dynamic| serde_json::to_value(value).ok();
    if json(&left) == json(&right) {
        return Ok(());
    }
    let show = |value: &Dynamic| quoted(value, SHOWN_BYTES_MAX);
    Err(format!("{} is not {}", show(&left), show(&right)).into())
}
