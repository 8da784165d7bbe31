//! Operators with their operands, as in content streams and CMaps (ISO 32000-1, 7.8.2).

use crate::PdfError;
use crate::object::Object;
use crate::parse::{Ending, Parser, Stop};

/// An operator with what stands before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// The operator, e.g. `Tj`.
    pub operator: String,
    /// Its operands in order.
    pub operands: Vec<Object>,
}

/// The operations of a decoded stream in order; ends after the first error.
///
/// Inline images are not read: their data is an error of syntax.
#[derive(Debug)]
pub struct Operations<'a> {
    parser: Parser<'a>,
    ended: bool,
}

impl<'a> Operations<'a> {
    /// The operations in these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { parser: Parser::new(bytes, 0, Ending::Real), ended: false }
    }

    fn take(&mut self) -> Result<Option<Operation>, Stop> {
        self.parser.restart_count();
        let mut operands = Vec::new();
        loop {
            match self.parser.skip_space() {
                Err(Stop::Incomplete) if operands.is_empty() => return Ok(None),
                other => other?,
            }
            if let Some(operator) = self.parser.operator()? {
                return Ok(Some(Operation { operator, operands }));
            }
            operands.push(self.parser.object()?);
        }
    }
}

impl Iterator for Operations<'_> {
    type Item = Result<Operation, PdfError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let taken = self.take().map_err(|stop| stop.into_error(self.parser.offset()));
        self.ended = !matches!(taken, Ok(Some(_)));
        taken.transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_come_with_their_operands() {
        let operations: Vec<_> = Operations::new(b"q 1 0 0 1 5 .5 cm\n/F0 12 Tf <0001>Tj% end\nT* true x").collect();
        let names: Vec<_> = operations.iter().map(|o| o.as_ref().unwrap()).map(|o| o.operator.clone()).collect();
        assert_eq!(names, ["q", "cm", "Tf", "Tj", "T*", "x"]);
        assert_eq!(operations[3].as_ref().unwrap().operands, [Object::String(vec![0, 1])]);
        assert_eq!(Operations::new(b"1 2").count(), 1);
        assert!(Operations::new(b"1 2").all(|operation| operation.is_err()));
    }
}
