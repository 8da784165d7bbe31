//! The coded data of a JPEG, read only far enough to prove that every block is there (ISO 10918-1, annexes F and G).
//!
//! Decoders fill what is missing with grey. This reader follows the Huffman codes of each scan, keeps no values, and says
//! `truncated` where the data ends before the last block does, and `corrupt` where a code does not exist.

use crate::error::ImagingError;

/// The most scans of one file; encoders write about ten.
pub(crate) const MOST_SCANS: usize = 100;

const CUT: ImagingError = ImagingError::Truncated { frame: 0, what: "the coded pixels end too early" };

/// How the blocks are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// Baseline or extended sequential.
    Sequential,
    /// Progressive.
    Progressive,
}

/// The Huffman tables in force.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    dc: [Option<Huffman>; 4],
    ac: [Option<Huffman>; 4],
}

impl Tables {
    /// Takes in a DHT segment.
    pub(crate) fn define(&mut self, mut segment: &[u8]) -> Result<(), ImagingError> {
        while let [class, rest @ ..] = segment {
            let (Some((counts, rest)), class, index) = (rest.split_first_chunk::<16>(), class >> 4, class & 0xF) else {
                return Err(wrong_table());
            };
            let total = counts.iter().map(|count| usize::from(*count)).sum();
            let symbols = rest.get(..total).ok_or(wrong_table())?;
            let tables = if class == 0 { &mut self.dc } else { &mut self.ac };
            let slot = tables.get_mut(usize::from(index)).filter(|_| class < 2).ok_or(wrong_table())?;
            *slot = Some(Huffman::new(counts, symbols)?);
            segment = &rest[total..];
        }
        Ok(())
    }
}

/// The scans of one frame and what of it they have covered so far.
#[derive(Debug)]
pub(crate) struct Scans {
    coding: Coding,
    width: u32,
    height: u32,
    components: Vec<Component>,
    ids: Vec<u8>,
    mcus: (usize, usize),
    count: usize,
}

/// One colour component.
#[derive(Debug)]
struct Component {
    horizontal: usize,
    vertical: usize,
    /// Blocks that hold pixels, across and down.
    blocks: (usize, usize),
    /// Blocks of a row of whole MCUs.
    stride: usize,
    /// Progressive only: for each block the coefficients that are not zero.
    nonzero: Vec<u64>,
    /// For each coefficient the bit position reached so far; `None` before its first scan.
    reached: [Option<u8>; 64],
}

impl Scans {
    /// Whether every coefficient comes whole, in one scan.
    pub(crate) fn is_sequential(&self) -> bool {
        matches!(self.coding, Coding::Sequential)
    }

    /// Number of scans seen.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Lays out the blocks of a frame whose header lists these components (three bytes each).
    pub(crate) fn new(coding: Coding, width: u32, height: u32, specs: &[u8]) -> Result<Self, ImagingError> {
        let sampling: Vec<(usize, usize)> =
            specs.chunks_exact(3).map(|spec| (usize::from(spec[1] >> 4), usize::from(spec[1] & 0xF))).collect();
        if sampling.iter().any(|(h, v)| !(1..=4).contains(h) || !(1..=4).contains(v)) {
            return Err(ImagingError::corrupt(0, "its sampling factors are not 1 to 4"));
        }
        let h_max = sampling.iter().map(|(h, _)| *h).max().unwrap_or(1);
        let v_max = sampling.iter().map(|(_, v)| *v).max().unwrap_or(1);
        let (columns, rows) = (width as usize, height as usize);
        let mcus = (columns.div_ceil(8 * h_max), rows.div_ceil(8 * v_max));
        let components = sampling
            .into_iter()
            .map(|(h, v)| Component {
                horizontal: h,
                vertical: v,
                blocks: ((columns * h).div_ceil(h_max).div_ceil(8), (rows * v).div_ceil(v_max).div_ceil(8)),
                stride: mcus.0 * h,
                nonzero: match coding {
                    Coding::Sequential => Vec::new(),
                    Coding::Progressive => vec![0; mcus.0 * h * mcus.1 * v],
                },
                reached: [None; 64],
            })
            .collect();
        let ids = specs.chunks_exact(3).map(|spec| spec[0]).collect();
        Ok(Self { coding, width, height, components, ids, mcus, count: 0 })
    }

    /// Columns of the frame.
    pub(crate) fn width(&self) -> u32 {
        self.width
    }

    /// Rows of the frame.
    pub(crate) fn height(&self) -> u32 {
        self.height
    }

    /// The identifiers of the components.
    pub(crate) fn component_ids(&self) -> &[u8] {
        &self.ids
    }

    /// Follows one scan: its header (after the length) and its data up to the next marker.
    pub(crate) fn read(
        &mut self,
        header: &[u8],
        data: &[u8],
        tables: &Tables,
        restart_interval: u32,
    ) -> Result<(), ImagingError> {
        self.count += 1;
        if self.count > MOST_SCANS {
            return Err(ImagingError::corrupt(0, "it has more than 100 scans"));
        }
        let wrong = || ImagingError::corrupt(0, "a scan header is wrong");
        let (count, rest) = header.split_first().ok_or(wrong())?;
        let count = usize::from(*count);
        let (Some(selectors), Some([first, last, approximation])) =
            (rest.get(..2 * count), rest.get(2 * count..2 * count + 3))
        else {
            return Err(wrong());
        };
        let mut chosen = Vec::new();
        for selector in selectors.chunks_exact(2) {
            let index = self.ids.iter().position(|id| *id == selector[0]).ok_or(wrong())?;
            if chosen.iter().any(|(other, _, _)| *other == index) {
                return Err(wrong());
            }
            chosen.push((index, selector[1] >> 4, selector[1] & 0xF));
        }
        let band = match self.coding {
            Coding::Sequential => Band { first: 0, last: 63, high: 0, low: 0 },
            Coding::Progressive => {
                Band { first: *first, last: *last, high: approximation >> 4, low: approximation & 0xF }
            }
        };
        let dc_alone = self.coding == Coding::Sequential || (band.first == 0) == (band.last == 0);
        if chosen.is_empty() || !dc_alone || band.last > 63 || band.first > band.last {
            return Err(wrong());
        }
        if self.coding == Coding::Progressive && band.first > 0 && chosen.len() > 1 {
            return Err(wrong());
        }
        for (index, _, _) in &chosen {
            for reached in &mut self.components[*index].reached[usize::from(band.first)..=usize::from(band.last)] {
                *reached = Some(band.low);
            }
        }
        let mut coded = Coded {
            coding: self.coding,
            band,
            bits: Bits { bytes: data, at: 0, buffer: 0, count: 0 },
            band_end_run: 0,
            until_restart: restart_interval,
            restart_interval,
        };
        if let [(index, dc, ac)] = chosen[..] {
            let component = &mut self.components[index];
            let pair = coded.pair(tables, dc, ac)?;
            for row in 0..component.blocks.1 {
                for column in 0..component.blocks.0 {
                    coded.restart_if_due()?;
                    coded.block(pair, component.nonzero.get_mut(row * component.stride + column))?;
                }
            }
            return Ok(());
        }
        let mut pairs = Vec::new();
        for (index, dc, ac) in &chosen {
            pairs.push((*index, coded.pair(tables, *dc, *ac)?));
        }
        for mcu_row in 0..self.mcus.1 {
            for mcu_column in 0..self.mcus.0 {
                coded.restart_if_due()?;
                for (index, pair) in &pairs {
                    let component = &mut self.components[*index];
                    for v in 0..component.vertical {
                        let row = mcu_row * component.vertical + v;
                        for h in 0..component.horizontal {
                            let column = mcu_column * component.horizontal + h;
                            coded.block(*pair, component.nonzero.get_mut(row * component.stride + column))?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Checks that the scans give every component, and every coefficient that was begun to its last bit.
    pub(crate) fn check_complete(&self) -> Result<(), ImagingError> {
        for (index, component) in self.components.iter().enumerate() {
            let begun = component.reached.iter().flatten();
            let luma_without_detail = index == 0 && component.reached[1..].iter().all(Option::is_none);
            if component.reached[0].is_none() || luma_without_detail || begun.clone().any(|low| *low != 0) {
                return Err(ImagingError::Truncated { frame: 0, what: "its last scans are missing" });
            }
        }
        Ok(())
    }
}

/// The coefficients and the bit positions that a scan carries.
#[derive(Debug, Clone, Copy)]
struct Band {
    first: u8,
    last: u8,
    high: u8,
    low: u8,
}

/// The tables for one component; absent where the scan has no use for them.
type Pair<'t> = (Option<&'t Huffman>, Option<&'t Huffman>);

/// The coded data of a scan while it is followed.
struct Coded<'d> {
    coding: Coding,
    band: Band,
    bits: Bits<'d>,
    band_end_run: u32,
    until_restart: u32,
    restart_interval: u32,
}

impl Coded<'_> {
    fn pair<'t>(&self, tables: &'t Tables, dc: u8, ac: u8) -> Result<Pair<'t>, ImagingError> {
        let dc = tables.dc.get(usize::from(dc)).and_then(Option::as_ref);
        let ac = tables.ac.get(usize::from(ac)).and_then(Option::as_ref);
        let needs_dc = self.band.first == 0 && self.band.high == 0;
        if needs_dc && dc.is_none() || self.band.last > 0 && ac.is_none() {
            return Err(ImagingError::corrupt(0, "a Huffman table is missing"));
        }
        Ok((dc, ac))
    }

    /// Passes a restart mark if one is due before the next MCU.
    fn restart_if_due(&mut self) -> Result<(), ImagingError> {
        if self.restart_interval == 0 {
            return Ok(());
        }
        if self.until_restart == 0 {
            self.bits.pass_restart()?;
            self.band_end_run = 0;
            self.until_restart = self.restart_interval;
        }
        self.until_restart -= 1;
        Ok(())
    }

    fn block(&mut self, (dc, ac): Pair<'_>, nonzero: Option<&mut u64>) -> Result<(), ImagingError> {
        match (self.coding, self.band.first, self.band.high) {
            (Coding::Sequential, _, _) => {
                self.value(dc)?;
                self.sequential(ac)
            }
            (Coding::Progressive, 0, 0) => self.value(dc),
            (Coding::Progressive, 0, _) => self.bits.take(1).map(drop),
            (Coding::Progressive, _, high) => {
                let nonzero = nonzero.ok_or(wrong_code())?;
                if high == 0 { self.first_pass(ac, nonzero) } else { self.refinement(ac, nonzero) }
            }
        }
    }

    fn symbol(&mut self, table: Option<&Huffman>) -> Result<u8, ImagingError> {
        self.bits.symbol(table.ok_or(wrong_code())?)
    }

    /// A DC difference: its size and as many bits.
    fn value(&mut self, dc: Option<&Huffman>) -> Result<(), ImagingError> {
        let size = self.symbol(dc)?;
        if size > 16 {
            return Err(wrong_code());
        }
        self.bits.take(u32::from(size)).map(drop)
    }

    fn sequential(&mut self, ac: Option<&Huffman>) -> Result<(), ImagingError> {
        let mut k = 1;
        while k < 64 {
            let symbol = self.symbol(ac)?;
            let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 0xF));
            match (run, size) {
                (15, 0) => k += 16,
                (_, 0) => break,
                _ => {
                    k += run + 1;
                    if k > 64 {
                        return Err(wrong_code());
                    }
                    self.bits.take(size)?;
                }
            }
        }
        Ok(())
    }

    /// G.1.2.2: coefficients of a band for the first time.
    fn first_pass(&mut self, ac: Option<&Huffman>, nonzero: &mut u64) -> Result<(), ImagingError> {
        if self.band_end_run > 0 {
            self.band_end_run -= 1;
            return Ok(());
        }
        let (mut k, last) = (u32::from(self.band.first), u32::from(self.band.last));
        while k <= last {
            let symbol = self.symbol(ac)?;
            let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 0xF));
            match (run, size) {
                (15, 0) => k += 16,
                (_, 0) => {
                    self.band_end_run = (1 << run) - 1 + self.bits.take(run)?;
                    break;
                }
                _ => {
                    k += run;
                    if k > 63 {
                        return Err(wrong_code());
                    }
                    self.bits.take(size)?;
                    *nonzero |= 1 << k;
                    k += 1;
                }
            }
        }
        Ok(())
    }

    /// G.1.2.3: one more bit for a band.
    fn refinement(&mut self, ac: Option<&Huffman>, nonzero: &mut u64) -> Result<(), ImagingError> {
        let (mut k, last) = (u32::from(self.band.first), u32::from(self.band.last));
        let known = *nonzero;
        while self.band_end_run == 0 && k <= last {
            let symbol = self.symbol(ac)?;
            let (mut run, size) = (u32::from(symbol >> 4), symbol & 0xF);
            match (run, size) {
                (15, 0) => {}
                (_, 0) => {
                    self.band_end_run = (1 << run) + self.bits.take(run)?;
                    break;
                }
                (_, 1) => self.bits.take(1).map(drop)?,
                _ => return Err(wrong_code()),
            }
            while k <= last {
                if known & (1 << k) != 0 {
                    self.bits.take(1)?;
                } else if run == 0 {
                    break;
                } else {
                    run -= 1;
                }
                k += 1;
            }
            if size == 1 && k <= last {
                *nonzero |= 1 << k;
            }
            k += 1;
        }
        if self.band_end_run > 0 {
            for k in k..=last {
                if known & (1 << k) != 0 {
                    self.bits.take(1)?;
                }
            }
            self.band_end_run -= 1;
        }
        Ok(())
    }
}

/// The bits of a scan; stuffed zero bytes are left out, a marker is an end.
struct Bits<'d> {
    bytes: &'d [u8],
    at: usize,
    /// The next `count` bits, in the lowest places.
    buffer: u64,
    count: u32,
}

impl Bits<'_> {
    fn fill(&mut self) {
        while self.count <= 48 {
            let Some(byte) = self.bytes.get(self.at) else { return };
            if *byte == 0xFF {
                if self.bytes.get(self.at + 1) != Some(&0) {
                    return;
                }
                self.at += 1;
            }
            self.at += 1;
            self.buffer = self.buffer << 8 | u64::from(*byte);
            self.count += 8;
        }
    }

    /// Takes up to 16 bits.
    fn take(&mut self, count: u32) -> Result<u32, ImagingError> {
        if self.count < count {
            self.fill();
        }
        self.count = self.count.checked_sub(count).ok_or(CUT)?;
        Ok((self.buffer >> self.count) as u32 & ((1 << count) - 1))
    }

    fn symbol(&mut self, table: &Huffman) -> Result<u8, ImagingError> {
        if self.count < 16 {
            self.fill();
        }
        let next = match self.count {
            0 => return Err(CUT),
            16.. => (self.buffer >> (self.count - 16)) as u16,
            few => (self.buffer << (16 - few)) as u16,
        };
        let Some((symbol, length)) = table.find(next) else {
            return Err(if self.count < 16 { CUT } else { wrong_code() });
        };
        self.count = self.count.checked_sub(length).ok_or(CUT)?;
        Ok(symbol)
    }

    fn pass_restart(&mut self) -> Result<(), ImagingError> {
        self.count = 0;
        loop {
            match self.bytes.get(self.at..self.at + 2) {
                Some([0xFF, 0xD0..=0xD7]) => {
                    self.at += 2;
                    return Ok(());
                }
                Some(_) => self.at += 1,
                None => return Err(CUT),
            }
        }
    }
}

/// One Huffman table.
#[derive(Debug)]
struct Huffman {
    /// For each length from 1: the code after its last one, left-aligned in 16 bits.
    limits: [u32; 16],
    /// For each length from 1: what to add to a code to find its symbol.
    offsets: [i32; 16],
    symbols: Vec<u8>,
    /// For the next 8 bits: symbol and length, length 0 where the code is longer.
    short: [(u8, u8); 256],
}

impl Huffman {
    fn new(counts: &[u8; 16], symbols: &[u8]) -> Result<Self, ImagingError> {
        let (mut limits, mut offsets, mut short) = ([0; 16], [0; 16], [(0, 0); 256]);
        let (mut code, mut used) = (0u32, 0usize);
        for (index, count) in counts.iter().enumerate() {
            let length = index + 1;
            offsets[index] = used as i32 - code as i32;
            for _ in 0..*count {
                if code >= 1 << length {
                    return Err(wrong_table());
                }
                if length <= 8 {
                    let from = (code as usize) << (8 - length);
                    short[from..from + (1 << (8 - length))].fill((symbols[used], length as u8));
                }
                code += 1;
                used += 1;
            }
            limits[index] = code << (16 - length);
            code <<= 1;
        }
        Ok(Self { limits, offsets, symbols: symbols.to_vec(), short })
    }

    /// The symbol at the beginning of 16 bits, and its length.
    fn find(&self, next: u16) -> Option<(u8, u32)> {
        let (symbol, length) = self.short[usize::from(next >> 8)];
        if length > 0 {
            return Some((symbol, u32::from(length)));
        }
        let index = self.limits.iter().position(|limit| u32::from(next) < *limit)?;
        let code = i32::from(next >> (15 - index));
        let symbol = self.symbols.get(usize::try_from(code + self.offsets[index]).ok()?)?;
        Some((*symbol, index as u32 + 1))
    }
}

fn wrong_table() -> ImagingError {
    ImagingError::corrupt(0, "a Huffman table is wrong")
}

fn wrong_code() -> ImagingError {
    ImagingError::corrupt(0, "its coded pixels make no sense")
}
