//! `deskd script docs`: the reference for people, and the definitions for editors.

use anyhow::{Context as _, Result};
use desk_hooks::registry;
use std::path::Path;
use std::process::ExitCode;

/// Writes both into a folder.
pub(crate) fn docs(dir: &Path) -> Result<ExitCode> {
    let write = |name: &str, text: String| {
        let path = dir.join(name);
        std::fs::create_dir_all(dir)
            .and_then(|()| std::fs::write(&path, text))
            .with_context(|| format!("{} cannot be written", path.display()))?;
        println!("{}", path.display());
        Ok::<_, anyhow::Error>(())
    };
    write("hooks.md", registry::markdown())?;
    write("deskd.d.rhai", registry::definitions())?;
    Ok(ExitCode::SUCCESS)
}
