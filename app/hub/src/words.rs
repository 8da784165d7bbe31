//! What people read in a refusal: one sentence for each reason, in Vietnamese and English.

use sohoa_model::grouped::grouped;
use sohoa_wire::ProblemKind;

/// A language of the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Vietnamese, unless something else is asked for.
    Vietnamese,
    /// English.
    English,
}

/// Kinds of findings, in the words of the stations: code, Vietnamese, English; by code.
const FINDINGS: [(&str, &str, &str); 35] = [
    ("access-level-secret", "mức độ tiếp cận mật trong danh mục", "secret by the inventory"),
    ("askew", "dòng chữ bị nghiêng", "lines that lie askew"),
    ("batch-open", "lượt quét chưa đóng", "batch not closed"),
    ("below-standard", "ảnh dưới chuẩn", "image below the standard"),
    ("black-border", "viền đen", "black border"),
    ("blank-back", "mặt sau trắng", "blank back"),
    ("blurred", "trang mờ nhòe", "blurred page"),
    ("converted", "ảnh đã đổi để đưa vào PDF", "samples converted for the PDF"),
    ("faint", "chữ quá nhạt", "faint letters"),
    ("low-confidence", "chữ nhận dạng có độ tin cậy thấp", "text read with low confidence"),
    ("near-duplicate", "trang lặp lại trang khác", "page that repeats another"),
    ("no-text", "trang có mực nhưng không nhận ra chữ", "page with ink but no text"),
    ("not-in-inventory", "hồ sơ không có trong danh mục", "dossier not in the inventory"),
    ("page-doubled", "trang quét hai lần", "sheet scanned twice"),
    ("page-number-back", "số trang không theo thứ tự", "page numbers out of order"),
    ("page-number-gap", "số trang bị cách quãng", "page numbers left out"),
    ("page-rejected", "trang bị trả về để quét lại", "page sent back to be scanned again"),
    ("reading-failed", "không nhận dạng được trang", "page that could not be read"),
    ("reading-timed-out", "nhận dạng quá lâu nên đã dừng", "reading that took too long"),
    ("receipt-stamp", "dấu đến", "receipt stamp"),
    ("recognition-failed", "không nhận dạng được trang", "page that could not be read"),
    ("rejected", "hồ sơ bị trả về để quét lại", "dossier sent back to be scanned again"),
    ("resolution-guessed", "độ phân giải phải đoán", "resolution that was guessed"),
    ("same-bytes-elsewhere", "tệp giống hệt ở hồ sơ khác", "same file in another dossier"),
    ("same-name-other-bytes", "tệp trùng tên, khác nội dung", "same name with other bytes"),
    ("secrecy-mark", "dấu độ mật", "mark of secrecy"),
    ("secrecy-words", "chữ chỉ độ mật trong văn bản", "words of secrecy in the text"),
    ("shadows-clipped", "phần tối bị đen đặc", "shadows that are pure black"),
    ("signed-elsewhere", "tệp đã ký từ trước", "signed before it came here"),
    ("soft-focus", "chữ hơi mờ", "letters a little out of focus"),
    ("stamp-unread", "dấu đóng khung không đọc được", "framed stamp that could not be read"),
    ("text-cut-off", "chữ bị cắt ở mép", "text cut off at an edge"),
    ("timed-out", "nhận dạng quá lâu nên đã dừng", "reading that took too long"),
    ("too-dark", "trang quá tối", "page too dark"),
    ("turned", "trang đã được xoay", "page that was turned"),
];

impl Language {
    /// The language that `Accept-Language` asks for first.
    pub fn of_header(header: Option<&str>) -> Self {
        let first = header.unwrap_or_default().split(',').next().unwrap_or_default().trim();
        if first.get(..2).is_some_and(|tag| tag.eq_ignore_ascii_case("en")) { Self::English } else { Self::Vietnamese }
    }
}

impl Language {
    /// The text in this language.
    pub fn say(self, vi: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Vietnamese => vi,
            Self::English => en,
        }
    }

    /// Its tag (BCP 47).
    pub fn tag(self) -> &'static str {
        self.say("vi", "en")
    }

    /// A count with its thousands apart: by a space in Vietnamese as the design has it, by a comma in English.
    pub fn count(self, number: i64) -> String {
        let digits = grouped(number.unsigned_abs(), self.say("\u{a0}", ","));
        if number < 0 { format!("-{digits}") } else { digits }
    }

    /// A pace: from ten on a whole number, below with one decimal.
    pub fn tenths(self, number: f64) -> String {
        if number >= 10.0 {
            self.count(number.round() as i64)
        } else {
            format!("{number:.1}").replace('.', self.say(",", "."))
        }
    }

    /// The kind of a finding; a kind of a newer station by its code.
    pub fn finding(self, code: &str) -> &str {
        let place = FINDINGS.binary_search_by_key(&code, |(code, ..)| code);
        place.map_or(code, |place| self.say(FINDINGS[place].1, FINDINGS[place].2))
    }

    /// How grave a finding is.
    pub fn severity(self, word: &str) -> &'static str {
        match word {
            "reject" => self.say("không đạt", "reject"),
            "warn" => self.say("cần nhìn", "look"),
            _ => self.say("ghi chú", "note"),
        }
    }

    /// A share with one decimal, cut off and not rounded: 99.96 % is not yet 100.
    pub fn share(self, part: i64, whole: i64) -> String {
        let thousandths = if whole > 0 { part.saturating_mul(1000) / whole } else { 0 };
        let point = self.say(",", ".");
        format!("{}{point}{}\u{a0}%", thousandths / 10, thousandths % 10)
    }
}

/// The title of a refusal.
pub fn title(kind: ProblemKind, language: Language) -> &'static str {
    let (vi, en) = match kind {
        ProblemKind::Malformed => ("Yêu cầu không đúng khuôn dạng.", "The request is not of the right form."),
        ProblemKind::UseNonce => ("Hãy gửi lại với mã mới.", "Send it again with the new nonce."),
        ProblemKind::BadSignature => ("Chữ ký của trạm không khớp.", "The station's signature does not fit."),
        ProblemKind::UnknownKey => ("Trạm chưa được ghi danh ở đây.", "The station is not enrolled here."),
        ProblemKind::Revoked => ("Trạm không còn được phép gửi.", "The station may no longer send."),
        ProblemKind::NotOwner => ("Hồ sơ này thuộc trạm khác.", "The dossier is another station's."),
        ProblemKind::Quota => ("Đơn vị đã gửi hết hạn mức.", "The unit has sent as much as it may."),
        ProblemKind::ReceiptInvalid => ("Biên nhận không phải của máy chủ này.", "The receipt is not this hub's."),
        ProblemKind::NotFound => ("Không tìm thấy.", "There is no such thing."),
        ProblemKind::CodeUnknown => ("Không có mã ghi danh này.", "There is no such one-time code."),
        ProblemKind::MethodNotAllowed => ("Không hỗ trợ phương thức này.", "Not with this method."),
        ProblemKind::RequestTimeout => ("Yêu cầu đến quá chậm.", "The request took too long to arrive."),
        ProblemKind::HeadMoved => ("Nhật ký của trạm không nối tiếp.", "The batch does not extend the log."),
        ProblemKind::EpochFenced => ("Máy khác đã được ghi danh thay.", "Another machine was enrolled in its place."),
        ProblemKind::FilesMissing => ("Còn thiếu tệp chưa gửi.", "Files are missing that records name."),
        ProblemKind::PartOutOfOrder => ("Phần này chưa đến lượt.", "Another part is next."),
        ProblemKind::Referenced => ("Tệp đã có hồ sơ dùng.", "Records name the file."),
        ProblemKind::NewerExists => ("Đã có trạm ghi danh sau.", "A later enrolment exists."),
        ProblemKind::CodeUsed => ("Mã ghi danh đã được dùng.", "The one-time code was used."),
        ProblemKind::CodeExpired => ("Mã ghi danh đã hết hạn.", "The one-time code is too old."),
        ProblemKind::FeedCompacted => ("Cần lấy lại toàn bộ dữ liệu xuống.", "The feed no longer reaches back so far."),
        ProblemKind::TooLarge => ("Quá lớn cho một lần gửi.", "More than may travel in one request."),
        ProblemKind::UnsupportedMedia => ("Không hỗ trợ kiểu dữ liệu này.", "Not with this media type or encoding."),
        ProblemKind::RangeNotSatisfiable => ("Tệp không có đoạn này.", "The file has no such range."),
        ProblemKind::ChainMismatch => ("Chuỗi băm của lô không khớp.", "The lines do not lead to the chain."),
        ProblemKind::RecordInvalid => ("Bản ghi không hợp lệ.", "A line is not a record."),
        ProblemKind::SchemaTooNew => ("Cần cập nhật máy chủ trước.", "The hub must be updated first."),
        ProblemKind::DigestMismatch => {
            ("Dữ liệu nhận được không khớp mã băm.", "The bytes are not those of the digest.")
        }
        ProblemKind::Dangling => ("Bản ghi nói về hồ sơ chưa được gửi.", "A record's dossier was not sent."),
        ProblemKind::RevConflict => ("Cùng số bản sửa nhưng nội dung khác.", "The same revision with another content."),
        ProblemKind::Held => ("Hồ sơ đang bị giữ, không được gửi.", "The dossier is held and must not travel."),
        ProblemKind::Frozen => ("Máy chủ đang được khôi phục.", "The hub is being restored."),
        ProblemKind::TooManyRequests => ("Quá nhiều yêu cầu.", "Too many requests."),
        ProblemKind::Internal => ("Máy chủ gặp lỗi.", "The hub has a fault."),
        ProblemKind::Unavailable => ("Máy chủ chưa sẵn sàng, hãy gửi lại sau.", "Not now; send it again later."),
        ProblemKind::StoreFull => ("Kho lưu trữ của máy chủ đã đầy.", "The hub's store is full."),
    };
    match language {
        Language::Vietnamese => vi,
        Language::English => en,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_have_the_words_of_the_stations() {
        for (language, file) in [(Language::Vietnamese, "vi.ftl"), (Language::English, "en.ftl")] {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shell/texts").join(file);
            let text = std::fs::read_to_string(path).unwrap();
            let names = text.lines().filter_map(|line| line.strip_prefix("finding-name-")?.split_once(" = "));
            let named = names.inspect(|(code, name)| assert_eq!(language.finding(code), *name)).count();
            assert_eq!(named, FINDINGS.len());
        }
        assert_eq!(Language::English.finding("of-tomorrow"), "of-tomorrow");
    }

    #[test]
    fn numbers_are_written_as_people_read_them() {
        assert_eq!(Language::Vietnamese.count(1_234_567), "1\u{a0}234\u{a0}567");
        assert_eq!(Language::English.count(-1000), "-1,000");
        assert_eq!(Language::English.count(999), "999");
        assert_eq!(Language::Vietnamese.share(839, 999), "83,9\u{a0}%");
        assert_eq!(Language::English.share(9_999, 10_000), "99.9\u{a0}%");
        assert_eq!(Language::English.share(0, 0), "0.0\u{a0}%");
        assert_eq!(Language::Vietnamese.tenths(0.36), "0,4");
        assert_eq!(Language::English.tenths(2609.6), "2,610");
    }

    #[test]
    fn the_language_is_the_one_asked_for_first() {
        for (header, language) in [
            (None, Language::Vietnamese),
            (Some("en-GB,en;q=0.9,vi;q=0.8"), Language::English),
            (Some("vi,en"), Language::Vietnamese),
            (Some("ế"), Language::Vietnamese),
            (Some(""), Language::Vietnamese),
        ] {
            assert_eq!(Language::of_header(header), language, "{header:?}");
        }
    }
}
