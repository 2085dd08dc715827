//! Tables that fit the terminal. Their columns stand in the order of what they are worth: where
//! the terminal is narrow, the last ones are left out before the others are wrapped to shreds.

use comfy_table::{Attribute, Cell, ColumnConstraint, ContentArrangement, Table, presets};

/// Blanks between two columns.
const GAP: u16 = 2;
/// A column but the first may be wrapped down to so many characters before another is left out.
const WRAPPED_MIN: u16 = 24;
/// So many columns always stay.
const COLUMNS_MIN: usize = 3;

/// The lines of a table; without a width they are as long as they need to be.
pub(crate) fn lines(header: &[&str], rows: Vec<Vec<String>>, width: Option<u16>) -> Vec<String> {
    let whole = build(header, rows.clone());
    let table = match width {
        None => whole,
        Some(width) => {
            let kept = fitting(&whole.column_max_content_widths(), width);
            let rows = rows.into_iter().map(|row| row.into_iter().take(kept).collect());
            let mut table = build(&header[..kept], rows.collect());
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
            table
        }
    };
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// How many columns of these widths to keep.
fn fitting(widths: &[u16], width: u16) -> usize {
    let mut kept = widths.len();
    while kept > COLUMNS_MIN && least(&widths[..kept]) > u32::from(width) {
        kept -= 1;
    }
    kept
}

/// The least width that these columns take without being wrapped too much.
fn least(widths: &[u16]) -> u32 {
    let column = |(n, width): (usize, &u16)| {
        let width = if n == 0 { *width } else { (*width).min(WRAPPED_MIN) };
        u32::from(width) + u32::from(GAP)
    };
    widths.iter().enumerate().map(column).sum()
}

fn build(header: &[&str], rows: Vec<Vec<String>>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).enforce_styling().style_text_only();
    let bold = |name: &&str| Cell::new(name).add_attribute(Attribute::Bold);
    table.set_header(header.iter().map(bold).collect::<Vec<_>>());
    table.add_rows(rows);
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP));
    }
    // Ids stand first: they are typed and copied, so they stay in one piece.
    if let Some(column) = table.column_mut(0) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_columns_give_way_to_the_first() {
        assert_eq!(fitting(&[36, 10, 30, 10, 10], 200), 5);
        assert_eq!(fitting(&[36, 10, 30, 10, 10], 88), 4);
        assert_eq!(fitting(&[36, 10, 30, 10, 10], 10), 3);
        assert_eq!(fitting(&[36, 10], 10), 2);
    }

    #[test]
    fn a_wide_table_has_every_column_on_one_line_a_row() {
        let rows = vec![vec!["x".repeat(300), "y".to_owned()]];
        assert_eq!(lines(&["A", "B"], rows, None).len(), 2);
    }
}
