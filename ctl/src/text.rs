//! Texts given as words on the command line, or by standard input.

use std::io::Read;

use desk_wire::Refusal;

use crate::failure::Failure;
use crate::host::Host;

/// Longest text read from standard input, in bytes.
const INPUT_BYTES_MAX: usize = 256 * 1024;

/// The words as one text; a single `-` reads it from standard input.
pub(crate) fn of(words: &[String], host: &mut Host<'_>) -> Result<String, Failure> {
    if words != ["-"] {
        return Ok(words.join(" "));
    }
    let mut text = String::new();
    let limit = INPUT_BYTES_MAX as u64 + 1;
    (&mut *host.input).take(limit).read_to_string(&mut text).map_err(|error| {
        Refusal::new("bad_input", format!("standard input could not be read: {error}"))
    })?;
    if text.len() > INPUT_BYTES_MAX {
        let message = format!("standard input is longer than {INPUT_BYTES_MAX} bytes");
        return Err(Refusal::new("bad_input", message).into());
    }
    Ok(text.trim_end_matches('\n').to_owned())
}
