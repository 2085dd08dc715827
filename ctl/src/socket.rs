//! Where the daemon's socket is.

use std::path::{Path, PathBuf};

use crate::cli::Globals;
use crate::host::Host;

/// Where a daemon of the system listens.
const SYSTEM: &str = "/run/deskd/deskd.sock";

/// The paths to try, in order: the one that was named, else the user's and the system's.
pub(crate) fn paths(globals: &Globals, host: &Host<'_>) -> Vec<PathBuf> {
    choose(globals.socket.as_deref(), host.runtime_dir.as_deref())
}

fn choose(named: Option<&Path>, runtime_dir: Option<&Path>) -> Vec<PathBuf> {
    if let Some(named) = named {
        return vec![named.to_path_buf()];
    }
    let user = runtime_dir.filter(|dir| dir.is_absolute()).map(|dir| dir.join("deskd.sock"));
    user.into_iter().chain([PathBuf::from(SYSTEM)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(named: Option<&str>, runtime_dir: Option<&str>) -> Vec<String> {
        choose(named.map(Path::new), runtime_dir.map(Path::new))
            .iter()
            .map(|path| path.display().to_string())
            .collect()
    }

    #[test]
    fn the_named_socket_is_the_only_one_tried() {
        assert_eq!(shown(Some("/tmp/x"), Some("/run/user/1")), ["/tmp/x"]);
    }

    #[test]
    fn the_users_socket_comes_before_the_systems() {
        assert_eq!(shown(None, Some("/run/user/1")), ["/run/user/1/deskd.sock", SYSTEM]);
        assert_eq!(shown(None, None), [SYSTEM]);
        assert_eq!(shown(None, Some("relative")), [SYSTEM]);
    }
}
