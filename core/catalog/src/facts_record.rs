//! The record of a frame's facts: its JSON form in the catalog, in manifests and between processes.
//!
//! The record is versioned by the schema of what contains it; [`FactsRecord::facts`] checks every value, for a record
//! may come out of a process that decodes foreign bytes.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use sohoa_model::frame::{Conversion, Embedding, FrameFacts, RowFilter, Samples};
use sohoa_model::geometry::{Dpi, Rotation};

/// The most byte ranges that a frame may lie in.
pub const MOST_RANGES: usize = 1 << 20;

/// The JSON form of [`FrameFacts`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactsRecord {
    /// Position in the file, from 0.
    pub index: u32,
    /// Columns as stored.
    pub width: u32,
    /// Rows as stored.
    pub height: u32,
    /// Dots per inch.
    pub dpi: f32,
    /// Whether the file states them.
    pub dpi_stated: bool,
    /// `bilevel`, `gray8`, `rgb8`, `gray16` or `rgb16`.
    pub samples: String,
    /// Degrees clockwise that the file asks for.
    pub rotation: u16,
    /// How the stored bytes can enter a PDF.
    pub embedding: EmbeddingRecord,
    /// What had to be done to the stored samples: `cmyk`, `transparency`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversion: Option<String>,
    /// Whether the file carries a signature and is kept as it is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sealed: bool,
}

/// The JSON form of [`Embedding`]; ranges are `[start, end]`, the end exclusive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum EmbeddingRecord {
    /// A JPEG.
    Jpeg {
        /// 1 or 3.
        components: u8,
        /// `[start, end]` of each part; none if it is the whole file.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ranges: Vec<(u64, u64)>,
    },
    /// CCITT Group 4 strips.
    CcittG4 {
        /// `[start, end, rows]` of each strip.
        strips: Vec<(u64, u64, u32)>,
        /// Whether a 0 bit is white.
        min_is_white: bool,
    },
    /// Zlib data, with PNG filters if nothing else is said.
    PngIdat {
        /// `[start, end]` of each part.
        ranges: Vec<(u64, u64)>,
        /// 1 or 3.
        components: u8,
        /// Bits a component.
        bits: u8,
        /// Red, green, blue for each index.
        palette: Option<Vec<u8>>,
        /// Whether its rows carry no filters.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        plain: bool,
    },
    /// Decoded pixels are packed instead.
    Repack {},
}

/// Why a record is not one of a frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the record of a frame has an impossible {0}")]
pub struct FactsRecordError(pub &'static str);

fn pairs(ranges: &[Range<u64>]) -> Vec<(u64, u64)> {
    ranges.iter().map(|range| (range.start, range.end)).collect()
}

impl FactsRecord {
    /// The record of some facts.
    pub fn of(facts: &FrameFacts) -> Self {
        let embedding = match &facts.embedding {
            Embedding::Jpeg { components, ranges } => {
                EmbeddingRecord::Jpeg { components: *components, ranges: pairs(ranges) }
            }
            Embedding::CcittG4 { strips, min_is_white } => EmbeddingRecord::CcittG4 {
                strips: strips.iter().map(|(range, rows)| (range.start, range.end, *rows)).collect(),
                min_is_white: *min_is_white,
            },
            Embedding::Flate { ranges, components, bits, palette, rows } => EmbeddingRecord::PngIdat {
                plain: *rows == RowFilter::Plain,
                ranges: pairs(ranges),
                components: *components,
                bits: *bits,
                palette: palette.clone(),
            },
            Embedding::Repack => EmbeddingRecord::Repack {},
        };
        let samples = match facts.samples {
            Samples::Bilevel => "bilevel",
            Samples::Gray8 => "gray8",
            Samples::Rgb8 => "rgb8",
            Samples::Gray16 => "gray16",
            Samples::Rgb16 => "rgb16",
        };
        Self {
            index: facts.index,
            width: facts.width,
            height: facts.height,
            dpi: facts.dpi.0,
            dpi_stated: facts.dpi_stated,
            samples: samples.to_owned(),
            rotation: facts.stated_rotation.degrees(),
            embedding,
            conversion: facts.conversion.map(|conversion| conversion.word().to_owned()),
            sealed: facts.is_sealed,
        }
    }

    /// The facts of the record.
    pub fn facts(&self) -> Result<FrameFacts, FactsRecordError> {
        let samples = match self.samples.as_str() {
            "bilevel" => Samples::Bilevel,
            "gray8" => Samples::Gray8,
            "rgb8" => Samples::Rgb8,
            "gray16" => Samples::Gray16,
            "rgb16" => Samples::Rgb16,
            _ => return Err(FactsRecordError("samples")),
        };
        if self.width == 0 || self.height == 0 {
            return Err(FactsRecordError("size"));
        }
        if !self.dpi.is_finite() || self.dpi <= 0.0 {
            return Err(FactsRecordError("resolution"));
        }
        let conversion = match &self.conversion {
            None => None,
            Some(word) => Some(Conversion::from_word(word).ok_or(FactsRecordError("conversion"))?),
        };
        Ok(FrameFacts {
            index: self.index,
            width: self.width,
            height: self.height,
            dpi: Dpi(self.dpi),
            dpi_stated: self.dpi_stated,
            samples,
            stated_rotation: Rotation::from_degrees(self.rotation.into()).ok_or(FactsRecordError("rotation"))?,
            embedding: self.embedding.embedding()?,
            conversion,
            is_sealed: self.sealed,
        })
    }
}

impl EmbeddingRecord {
    fn embedding(&self) -> Result<Embedding, FactsRecordError> {
        let components = |n: u8| if n == 1 || n == 3 { Ok(n) } else { Err(FactsRecordError("number of components")) };
        let range = |start: u64, end: u64| {
            if start < end { Ok(start..end) } else { Err(FactsRecordError("byte range")) }
        };
        match self {
            Self::Jpeg { ranges, .. } if ranges.len() > MOST_RANGES => Err(FactsRecordError("number of ranges")),
            Self::Jpeg { components: n, ranges } => Ok(Embedding::Jpeg {
                components: components(*n)?,
                ranges: ranges.iter().map(|&(start, end)| range(start, end)).collect::<Result<_, _>>()?,
            }),
            Self::CcittG4 { strips, .. } if strips.len() > MOST_RANGES => Err(FactsRecordError("number of strips")),
            Self::CcittG4 { strips, min_is_white } => Ok(Embedding::CcittG4 {
                strips: strips
                    .iter()
                    .map(|&(start, end, rows)| Ok((range(start, end)?, rows)))
                    .collect::<Result<_, _>>()?,
                min_is_white: *min_is_white,
            }),
            Self::PngIdat { ranges, .. } if ranges.len() > MOST_RANGES => Err(FactsRecordError("number of ranges")),
            Self::PngIdat { ranges, components: n, bits, palette, plain } => {
                if !matches!(bits, 1 | 2 | 4 | 8 | 16) {
                    return Err(FactsRecordError("number of bits"));
                }
                if palette.as_ref().is_some_and(|p| p.is_empty() || p.len() > 768 || p.len() % 3 != 0) {
                    return Err(FactsRecordError("palette"));
                }
                Ok(Embedding::Flate {
                    rows: if *plain { RowFilter::Plain } else { RowFilter::Png },
                    ranges: ranges.iter().map(|&(start, end)| range(start, end)).collect::<Result<_, _>>()?,
                    components: components(*n)?,
                    bits: *bits,
                    palette: palette.clone(),
                })
            }
            Self::Repack {} => Ok(Embedding::Repack),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(embedding: Embedding) -> FrameFacts {
        FrameFacts {
            index: 2,
            width: 1654,
            height: 2339,
            dpi: Dpi(200.0),
            dpi_stated: true,
            samples: Samples::Gray8,
            stated_rotation: Rotation::Quarter,
            embedding,
            conversion: Some(Conversion::Cmyk),
            is_sealed: true,
        }
    }

    #[test]
    fn facts_come_back_from_their_record() {
        for embedding in [
            Embedding::Jpeg { components: 3, ranges: Vec::new() },
            Embedding::Jpeg { components: 1, ranges: vec![100..300, 400..90_000] },
            Embedding::CcittG4 { strips: vec![(8..900, 64), (900..1200, 12)], min_is_white: true },
            Embedding::Flate {
                ranges: vec![41..8000, 8012..9000],
                components: 1,
                bits: 4,
                palette: Some(vec![0; 48]),
                rows: RowFilter::Png,
            },
            Embedding::Flate {
                ranges: std::iter::once(41..8000).collect(),
                components: 3,
                bits: 8,
                palette: None,
                rows: RowFilter::Plain,
            },
            Embedding::Repack,
        ] {
            let facts = facts(embedding);
            let json = serde_json::to_string(&FactsRecord::of(&facts)).unwrap();
            assert_eq!(serde_json::from_str::<FactsRecord>(&json).unwrap().facts(), Ok(facts), "{json}");
        }
    }

    #[test]
    fn an_impossible_record_is_refused() {
        let good = FactsRecord::of(&facts(Embedding::Jpeg { components: 1, ranges: Vec::new() }));
        let broken: [fn(&mut FactsRecord); 8] = [
            |r| r.conversion = Some("magic".into()),
            |r| r.width = 0,
            |r| r.dpi = f32::NAN,
            |r| r.samples = "cmyk".into(),
            |r| r.rotation = 45,
            |r| r.embedding = EmbeddingRecord::Jpeg { components: 4, ranges: Vec::new() },
            |r| r.embedding = EmbeddingRecord::CcittG4 { strips: vec![(9, 3, 1)], min_is_white: false },
            |r| {
                r.embedding = EmbeddingRecord::PngIdat {
                    ranges: vec![],
                    components: 1,
                    bits: 8,
                    palette: Some(vec![1]),
                    plain: false,
                }
            },
        ];
        for (i, change) in broken.into_iter().enumerate() {
            let mut record = good.clone();
            change(&mut record);
            assert!(record.facts().is_err(), "case {i}");
        }
    }
}
