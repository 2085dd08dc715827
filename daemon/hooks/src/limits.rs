//! The bounds within which a script runs. Each is set by name, so that debug and release builds
//! accept and refuse the same scripts.

use std::time::Duration;

/// The stack that a thread needs on which rules are loaded or asked, in bytes. Twenty-four levels
/// of calls are refused cleanly within it, in debug builds too; on a smaller stack a recursion
/// would end the process before its limit ends the script.
pub const STACK_BYTES: usize = 16 << 20;

/// What one call of a rule may use up.
///
/// Memory has no limit of its own. Strings, arrays and maps are bounded one by one, but a map that
/// grows by `m[key] = value` is not seen by the engine until it is next read whole, so what a call
/// can hold is bounded by its operations: an entry with a string of its own takes eight or more, so
/// that is less than `operations / 8 * string_bytes`, 40 MB as set here, and thrice as much for
/// a moment where such a map is turned into text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Operations (steps of the interpreter).
    pub operations: u64,
    /// The thread's CPU time. Waiting for a busy machine does not count, so a good rule does not
    /// fail on one; a rule cannot wait for anything else.
    pub time: Duration,
    /// Depth of calls.
    pub call_levels: usize,
    /// Depth of an expression outside functions and within one.
    pub expr_depths: (usize, usize),
    /// Variables in scope.
    pub variables: usize,
    /// Functions in a file.
    pub functions: usize,
    /// Imports in a call.
    pub modules: usize,
    /// Bytes of a string.
    pub string_bytes: usize,
    /// Elements of an array, those of nested arrays included.
    pub array_len: usize,
    /// Entries of a map, those of nested maps included.
    pub map_len: usize,
    /// Lines of `why` kept, and as many of `log`; further ones are counted.
    pub lines: usize,
    /// Characters kept of such a line.
    pub line_chars: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            operations: 20_000,
            time: Duration::from_millis(5),
            call_levels: 24,
            expr_depths: (64, 32),
            variables: 128,
            functions: 256,
            modules: 16,
            string_bytes: 16 << 10,
            array_len: 4096,
            map_len: 512,
            lines: 20,
            line_chars: 500,
        }
    }
}
