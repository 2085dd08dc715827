//! Tests in Rhai: `fn test_…()` of the files in `tests/`. Each runs against a host of its own, so
//! that no test sees what another did.

mod compare;
mod kit;

pub(crate) use kit::FUNCTIONS;

use crate::check::TestResult;
use crate::engine::engine;
use crate::error::ScriptError;
use crate::host::Host;
use crate::limits::Limits;
use crate::lint::{self, File};
use crate::load::{libs_of, load};
use crate::meter::{CpuClock, Marks, Meter};
use crate::set::{Files, ScriptSet};
use kit::Kit;
use rhai::module_resolvers::StaticModuleResolver;
use rhai::{AST, CallFnOptions, Dynamic, Engine, EvalAltResult, Module, Scope};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long all tests together may take: a set that waits to go live must not wait for ever.
const ALL_MAX: Duration = Duration::from_secs(60);
/// What a test may use up itself, as a multiple of what a rule may.
const TEST_SHARE: u32 = 100;

/// A set and the tests to be run on it.
#[derive(Clone, Copy)]
pub(crate) struct Trial<'a> {
    pub(crate) set: &'a ScriptSet,
    /// Of a hook that is called by a test. What a test itself may use is a hundredfold.
    pub(crate) limits: &'a Limits,
    pub(crate) files: &'a Files,
    pub(crate) only: Option<&'a str>,
    /// Where rules of a marked set leave their marks.
    pub(crate) marks: Option<&'a Arc<Marks>>,
}

impl Trial<'_> {
    /// Runs all, and tells what is wrong with the files of tests as such.
    pub(crate) fn run(self) -> (Vec<TestResult>, Vec<ScriptError>) {
        let until = Instant::now() + ALL_MAX;
        let (mut results, mut errors) = (Vec::new(), Vec::new());
        let loaded = load(self.set, self.limits, &self.meter());
        // The set has been loaded before; it loads again.
        let modules = loaded.map(|loaded| loaded.modules).unwrap_or_default();
        for (path, text) in self.files {
            match self.names(path, text, &modules) {
                Err(error) => errors.push(error),
                Ok(names) => {
                    for name in names {
                        if Instant::now() > until {
                            let secs = ALL_MAX.as_secs();
                            let error = format!("the tests take longer than {secs} s together");
                            errors.push(ScriptError::of_file(path.clone(), error));
                            return (results, errors);
                        }
                        results.push(self.test(path, text, &modules, name));
                    }
                }
            }
        }
        (results, errors)
    }

    fn meter(&self) -> Arc<Meter> {
        Meter::marked(CpuClock::of_thread(), self.marks.map(Arc::clone))
    }

    /// The tests of a file that are wanted.
    fn names(
        &self,
        path: &str,
        text: &str,
        modules: &StaticModuleResolver,
    ) -> Result<Vec<String>, ScriptError> {
        let (_, ast) = self.compile(path, text, modules)?;
        let mut names: Vec<String> = ast
            .iter_functions()
            .filter(|f| f.name.starts_with("test_") && f.params.is_empty())
            .map(|f| f.name.to_owned())
            .collect();
        if names.is_empty() {
            let error = ScriptError::of_file(path, "the file has no test");
            return Err(error.help("a test is written 'fn test_…()'"));
        }
        names.retain(|name| self.only.is_none_or(|part| name.contains(part)));
        names.sort();
        Ok(names)
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
        let libs = libs_of(self.set, &bench.engine);
        let file = File { path, text, ast: &ast, hook: None };
        match lint::lint(&bench.engine, &file, &libs).into_iter().next() {
            Some(error) => Err(error),
            None => Ok((bench, ast)),
        }
    }

    fn test(
        &self,
        path: &str,
        text: &str,
        modules: &StaticModuleResolver,
        name: String,
    ) -> TestResult {
        let mut log = Vec::new();
        let error = self.call(path, text, modules, &name, &mut log).err();
        TestResult { file: path.into(), name, error, log }
    }

    fn call(
        &self,
        path: &str,
        text: &str,
        modules: &StaticModuleResolver,
        name: &str,
        log: &mut Vec<String>,
    ) -> Result<(), ScriptError> {
        let (Bench { mut engine, meter, limits, kit }, ast) = self.compile(path, text, modules)?;
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
        let ended =
            engine.call_fn_with_options::<Dynamic>(options, &mut Scope::new(), nothing, name, ());
        log.extend(kit.logged());
        log.extend(meter.take().log);
        ended.map(|_| ()).map_err(told)
    }

    /// An engine that can call the hooks.
    fn bench(&self, modules: &StaticModuleResolver) -> Bench {
        let limits = Limits {
            operations: self.limits.operations * u64::from(TEST_SHARE),
            time: self.limits.time * 10,
            ..self.limits.clone()
        };
        let meter = Meter::new(CpuClock::of_thread());
        let mut engine = engine(&limits, &meter, modules);
        let marks = self.marks.map(Arc::clone);
        let host = Host::marked(self.set.clone(), self.limits.clone(), marks).ok();
        let kit = Kit::new(host);
        kit.register(&mut engine);
        Bench { engine, meter, limits, kit }
    }
}

struct Bench {
    engine: Engine,
    meter: Arc<Meter>,
    limits: Limits,
    kit: Kit,
}
