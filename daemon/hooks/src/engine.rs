//! An engine with every bound set and every way out closed.

use crate::limits::Limits;
use crate::meter::Meter;
use crate::{api, objects};
use rhai::module_resolvers::StaticModuleResolver;
use rhai::packages::{
    BasicArrayPackage, BasicMapPackage, BasicMathPackage, CorePackage, LogicPackage,
    MoreStringPackage, Package,
};
use rhai::{Engine, Module, Shared};
use std::sync::{Arc, OnceLock};

/// What every engine has of the language's own library. Shared: making it is most of what making an
/// engine costs, and a set has one for each of its rules.
fn library() -> &'static [Shared<Module>] {
    static LIBRARY: OnceLock<[Shared<Module>; 6]> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        [
            CorePackage::new().as_shared_module(),
            LogicPackage::new().as_shared_module(),
            BasicMathPackage::new().as_shared_module(),
            BasicArrayPackage::new().as_shared_module(),
            BasicMapPackage::new().as_shared_module(),
            MoreStringPackage::new().as_shared_module(),
        ]
    })
}

/// Makes an engine that can import these modules and nothing else.
///
/// It starts from nothing: an engine with everything would read files on `import`, know the time
/// of day and write to the terminal. Each rule has an engine of its own, so that two files may
/// have helpers of the same name.
pub(crate) fn engine(
    limits: &Limits,
    meter: &Arc<Meter>,
    modules: &StaticModuleResolver,
) -> Engine {
    let mut engine = Engine::new_raw();
    for module in library() {
        engine.register_global_module(module.clone());
    }
    engine
        .set_max_operations(limits.operations)
        .set_max_call_levels(limits.call_levels)
        .set_max_expr_depths(limits.expr_depths.0, limits.expr_depths.1)
        .set_max_variables(limits.variables)
        .set_max_functions(limits.functions)
        .set_max_modules(limits.modules)
        .set_max_string_size(limits.string_bytes)
        .set_max_array_size(limits.array_len)
        .set_max_map_size(limits.map_len)
        .set_strict_variables(true)
        .set_fail_on_invalid_map_property(true)
        .set_module_resolver(modules.clone())
        .disable_symbol("eval");
    // The linter wants to see all that is written; each tree is optimised after it.
    engine.set_optimization_level(rhai::OptimizationLevel::None);
    let watch = Arc::clone(meter);
    engine.on_progress(move |operations| watch.progress(operations).then(|| "deadline".into()));
    objects::register(&mut engine);
    api::register(&mut engine, limits, meter);
    engine
}
