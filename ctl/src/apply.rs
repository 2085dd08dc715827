//! Before a script set is applied: what is about to go live is looked at, so that what goes live is
//! what was seen.

use desk_wire::view::ScriptsView;
use desk_wire::{Call, Reply};

use crate::cli::Globals;
use crate::client::Connection;
use crate::confirm;
use crate::failure::Failure;
use crate::host::Host;
use crate::noun::script;
use crate::render::{Page, cleaned};

/// Shows what `script apply` would put in force, asks, and names that set in the call. Any other
/// call is as it was, and so is this one where there is nothing to show: the daemon says why.
pub(crate) fn look(
    call: Call,
    connection: &mut Connection,
    globals: &Globals,
    host: &mut Host<'_>,
) -> Result<Call, Failure> {
    let Call::ScriptApply { set } = &call else { return Ok(call) };
    let Reply::Scripts(scripts) = connection.ask(Call::ScriptStatus {}, globals)? else {
        return Ok(call);
    };
    let scripts: ScriptsView = cleaned(&scripts)?;
    let next = scripts.set.candidate.as_ref().and_then(|next| next.hash.clone());
    let Some(hash) = next else { return Ok(call) };
    if set.as_ref().is_some_and(|set| !hash.starts_with(set.as_str())) {
        return Ok(call);
    }
    script::set(&mut Page::talking(host), &scripts.set)?;
    if let Some(tried) = scripts.shadow.as_ref().filter(|tried| tried.set == hash) {
        script::shadow(&mut Page::talking(host), tried)?;
    }
    let question = format!("Put script set {} in force?", script::short(&hash));
    confirm::ask(&question, globals.yes, host)?;
    Ok(Call::ScriptApply { set: Some(hash) })
}
