//! Bytes to lines and values to lines, both bounded.

use serde::Serialize;

use crate::parse::{Kind, LineError};

/// Longest line in bytes, its newline not counted: 1 MiB.
pub const MAX_FRAME: usize = 1 << 20;

/// Cuts a stream of bytes into lines.
///
/// It holds at most one line of [`MAX_FRAME`] plus what was pushed last. A line that is longer is
/// reported once, as [`Kind::TooLong`], and skipped up to its newline.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    /// Start of what was not handed out yet.
    start: usize,
    /// Up to where the buffer is known to hold no newline.
    scanned: usize,
    skipping: bool,
}

impl Decoder {
    /// An empty decoder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes as they came; call [`Self::next_line`] until it has none before pushing more.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.scanned -= self.start;
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole line without its newline; blank lines are passed over.
    ///
    /// # Errors
    /// [`Kind::TooLong`] and [`Kind::NotUtf8`]. The stream may be read on after either.
    pub fn next_line(&mut self) -> Option<Result<String, LineError>> {
        loop {
            let newline = self.buffer[self.scanned..].iter().position(|byte| *byte == b'\n');
            let Some(offset) = newline else {
                return self.unfinished();
            };
            let (from, to) = (self.start, self.scanned + offset);
            self.start = to + 1;
            self.scanned = to + 1;
            if std::mem::take(&mut self.skipping) {
                continue;
            }
            let line = self.buffer[from..to].trim_ascii();
            if line.len() > MAX_FRAME {
                return Some(Err(LineError::bare(Kind::TooLong)));
            }
            if line.is_empty() {
                continue;
            }
            return Some(match std::str::from_utf8(line) {
                Ok(text) => Ok(text.to_owned()),
                Err(_) => Err(LineError::bare(Kind::NotUtf8)),
            });
        }
    }

    /// Whether bytes of a line without its end are held: a stream that ends now was cut.
    #[must_use]
    pub fn in_line(&self) -> bool {
        self.skipping || self.buffer.len() > self.start
    }

    fn unfinished(&mut self) -> Option<Result<String, LineError>> {
        self.scanned = self.buffer.len();
        let too_long = self.buffer.len() - self.start > MAX_FRAME;
        if !too_long && !self.skipping {
            return None;
        }
        self.buffer.clear();
        self.start = 0;
        self.scanned = 0;
        if std::mem::replace(&mut self.skipping, true) {
            return None;
        }
        Some(Err(LineError::bare(Kind::TooLong)))
    }
}

/// One line with its newline.
///
/// # Errors
/// [`Kind::TooLong`] where it would not fit a frame; [`Kind::NotJson`] where a value has no JSON.
pub fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, LineError> {
    let mut line = serde_json::to_vec(value)
        .map_err(|error| LineError::bare(Kind::NotJson(error.to_string())))?;
    if line.len() > MAX_FRAME {
        return Err(LineError::bare(Kind::TooLong));
    }
    line.push(b'\n');
    Ok(line)
}
