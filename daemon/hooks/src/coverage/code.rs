//! Where in a text a statement can be put in front of another.

use rhai::Position;

/// A text, with what is no code told apart.
pub(super) struct Code {
    /// The characters with their places in bytes; those of comments are blank.
    chars: Vec<(usize, char)>,
    /// Where each line begins among them.
    lines: Vec<usize>,
}

impl Code {
    pub(super) fn of(text: &str) -> Self {
        let mut chars: Vec<(usize, char)> = text.char_indices().collect();
        let mut lines = vec![0];
        lines.extend((0..chars.len()).filter(|n| chars[*n].1 == '\n').map(|n| n + 1));
        let mut at = 0;
        while at < chars.len() {
            let next = chars.get(at + 1).map(|(_, c)| *c);
            at = match (chars[at].1, next) {
                ('/', Some('/')) => blank(&mut chars, at, |chars, n| chars[n].1 == '\n'),
                ('/', Some('*')) => blank(&mut chars, at, |chars, n| {
                    n > at + 3 && chars[n - 1].1 == '/' && chars[n - 2].1 == '*'
                }),
                (quote @ ('"' | '`' | '\''), _) => text_end(&chars, at, quote),
                _ => at + 1,
            };
        }
        Self { chars, lines }
    }

    /// The place in bytes and the line of a statement that begins here, if one may be put in front of
    /// it: before it, comments apart, a block begins or another statement ends.
    pub(super) fn statement_at(&self, at: Position) -> Option<(usize, usize)> {
        let line = at.line()?;
        let place = self.lines.get(line.checked_sub(1)?)? + at.position()?.checked_sub(1)?;
        let (byte, _) = *self.chars.get(place)?;
        let before = self.chars[..place].iter().rev().map(|(_, c)| *c);
        let before = before.into_iter().find(|c| !c.is_whitespace())?;
        matches!(before, '{' | '}' | ';').then_some((byte, line))
    }
}

/// Blanks out a comment; where it ends.
fn blank(
    chars: &mut [(usize, char)],
    from: usize,
    ends: impl Fn(&[(usize, char)], usize) -> bool,
) -> usize {
    let end = (from + 1..chars.len()).find(|n| ends(chars, *n)).unwrap_or(chars.len());
    for (_, c) in &mut chars[from..end] {
        if *c != '\n' {
            *c = ' ';
        }
    }
    end
}

/// Where a text between quotes ends.
fn text_end(chars: &[(usize, char)], from: usize, quote: char) -> usize {
    let mut at = from + 1;
    while let Some((_, c)) = chars.get(at) {
        match c {
            '\\' if quote != '`' => at += 1,
            c if *c == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    at
}
