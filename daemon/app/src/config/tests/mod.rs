//! What the config promises. Each test writes the files it needs into a folder of its own.

mod across;
mod asks;
mod doors;
mod hours;
mod messages;
mod replies;
mod secrets;
mod shipped;
mod shown;
mod table;
mod words;

use super::load::{Loaded, load_with};
use super::problem::ConfigError;
use expect_test::Expect;
use std::ffi::OsString;
use std::path::Path;
use tempfile::TempDir;

/// A config's files, by name and text, in a folder that goes with the test.
struct Files(TempDir);

impl Files {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn load(&self) -> Result<Loaded, ConfigError> {
        load_with(&self.path().join("deskd.toml"), &no_var)
    }

    /// A text that names this folder, made the same for every run.
    fn told(&self, text: &str) -> String {
        text.replace(self.path().to_str().unwrap(), "DIR")
    }
}

fn no_var(_: &str) -> Option<OsString> {
    None
}

/// A queue and an agent that nothing is wrong with.
const GOOD: [(&str, &str); 2] = [
    ("queues.d/support.toml", "[dispositions]\ncodes = [{ id = \"solved\" }]\n"),
    ("agents.d/ann.toml", "queues = { support = 50 }\n"),
];

/// What is said of these files, beside a good queue and a good agent.
fn check(files: &[(&str, &str)], expect: Expect) {
    let files = Files::new(&[&GOOD, files].concat());
    let told = match files.load() {
        Ok(loaded) => {
            let warnings: Vec<String> = loaded.warnings.iter().map(ToString::to_string).collect();
            warnings.join("\n\n")
        }
        Err(error) => error.to_string(),
    };
    expect.assert_eq(&files.told(&told));
}
