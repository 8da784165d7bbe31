//! A table: columns under headings, aligned by what a terminal shows and not by bytes.

/// Rows of cells under headings.
#[derive(Debug, Default)]
pub(crate) struct Table {
    headings: Vec<String>,
    rows: Vec<Vec<String>>,
    right: Vec<usize>,
}

impl Table {
    /// A table with these headings.
    pub(crate) fn new(headings: impl IntoIterator<Item = String>) -> Self {
        Self { headings: headings.into_iter().collect(), ..Self::default() }
    }

    /// The same with the columns of these places (from 0) set right, as numbers are.
    pub(crate) fn right(mut self, columns: &[usize]) -> Self {
        self.right = columns.to_vec();
        self
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| one_line(&cell)).collect());
    }

    /// The lines of the table; columns are parted by two spaces.
    pub(crate) fn lines(&self) -> Vec<String> {
        let all: Vec<&Vec<String>> =
            (!self.headings.is_empty()).then_some(&self.headings).into_iter().chain(&self.rows).collect();
        let columns = all.iter().map(|row| row.len()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|column| all.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max().unwrap_or(0))
            .collect();
        let line = |row: &&Vec<String>| {
            let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, wide))| {
                let gap = " ".repeat(wide - width(cell));
                if self.right.contains(&column) { format!("{gap}{cell}") } else { format!("{cell}{gap}") }
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        all.iter().map(line).collect()
    }
}

/// A text on one line, without characters that a terminal acts upon.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Columns that a text takes on a terminal: marks that combine take none, Chinese takes two.
pub(crate) fn width(text: &str) -> usize {
    text.chars()
        .map(|c| match u32::from(c) {
            0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
            0x1100..=0x115f
            | 0x2e80..=0xa4cf
            | 0xac00..=0xd7a3
            | 0xf900..=0xfaff
            | 0xfe30..=0xfe6f
            | 0xff00..=0xff60
            | 0xffe0..=0xffe6
            | 0x20000..=0x3fffd => 2,
            _ => 1,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other_whatever_the_script() {
        let mut table = Table::new(["Mã".to_owned(), "Trang".to_owned(), "Tiêu đề".to_owned()]).right(&[1]);
        table.row(["H49.1".to_owned(), "7".to_owned(), "Hồ sơ khai sinh".to_owned()]);
        table.row(["Ho\u{302}\u{300} so\u{31b}".to_owned(), "120".to_owned(), "漢字\n\u{1b}[2J".to_owned()]);
        assert_eq!(
            table.lines(),
            ["Mã     Trang  Tiêu đề", "H49.1      7  Hồ sơ khai sinh", "Ho\u{302}\u{300} so\u{31b}    120  漢字  [2J"]
        );
        assert_eq!(width("漢字"), 4);
    }
}
