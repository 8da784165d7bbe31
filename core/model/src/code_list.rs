//! Code lists of TT 05/2025/TT-BNV that the description of a dossier or a document uses (standards digest §4.5).

macro_rules! code_list {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $variant:ident = $code:literal, $vi:literal, $en:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$item_doc])* $variant,)+ }

        impl $name {
            /// All items in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code in the circular's list, e.g. `01`.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The Vietnamese name.
            pub fn vietnamese(self) -> &'static str {
                match self { $(Self::$variant => $vi,)+ }
            }

            /// The English name.
            pub fn english(self) -> &'static str {
                match self { $(Self::$variant => $en,)+ }
            }

            /// The item with this code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|item| item.code() == code)
            }
        }
    };
}

code_list! {
    /// Retention period (thời hạn lưu trữ).
    Retention {
        /// For ever.
        Permanent = "01", "vĩnh viễn", "permanent";
        /// 70 years.
        Years70 = "02", "70 năm", "70 years";
        /// 50 years.
        Years50 = "03", "50 năm", "50 years";
        /// 30 years.
        Years30 = "04", "30 năm", "30 years";
        /// 20 years.
        Years20 = "05", "20 năm", "20 years";
        /// 10 years.
        Years10 = "06", "10 năm", "10 years";
        /// Another period.
        Other = "07", "khác", "other";
    }
}

code_list! {
    /// Access level (chế độ sử dụng, mức độ tiếp cận).
    AccessLevel {
        /// Anybody may use it.
        Public = "01", "công khai", "public";
        /// Used under conditions.
        Conditional = "02", "có điều kiện", "conditional";
        /// State secret: held before it is scanned.
        Secret = "03", "mật", "secret";
    }
}

code_list! {
    /// Language of the papers (ngôn ngữ).
    PaperLanguage {
        /// Vietnamese.
        Vietnamese = "01", "Việt", "Vietnamese";
        /// English.
        English = "02", "Anh", "English";
        /// French.
        French = "03", "Pháp", "French";
        /// Russian.
        Russian = "04", "Nga", "Russian";
        /// Chinese.
        Chinese = "05", "Trung", "Chinese";
        /// Vietnamese and English.
        VietnameseEnglish = "06", "Việt-Anh", "Vietnamese-English";
        /// Vietnamese and Russian.
        VietnameseRussian = "07", "Việt-Nga", "Vietnamese-Russian";
        /// Vietnamese and French.
        VietnameseFrench = "08", "Việt-Pháp", "Vietnamese-French";
        /// Classical Chinese and Nôm script.
        HanNom = "09", "Hán Nôm", "Hán-Nôm";
        /// Vietnamese and Chinese.
        VietnameseChinese = "10", "Việt-Trung", "Vietnamese-Chinese";
        /// Another language.
        Other = "11", "khác", "other";
    }
}

code_list! {
    /// Physical condition (tình trạng vật lý).
    Condition {
        /// Good.
        Good = "01", "tốt", "good";
        /// Normal.
        Normal = "02", "bình thường", "normal";
        /// Damaged.
        Damaged = "03", "hỏng", "damaged";
    }
}

code_list! {
    /// Kind of a document (tên loại văn bản, `typeName`).
    DocumentType {
        /// Nghị quyết.
        Resolution = "01", "Nghị quyết", "Resolution";
        /// Quyết định.
        Decision = "02", "Quyết định", "Decision";
        /// Chỉ thị.
        Directive = "03", "Chỉ thị", "Directive";
        /// Quy chế.
        Statute = "04", "Quy chế", "Statute";
        /// Quy định.
        Regulation = "05", "Quy định", "Regulation";
        /// Thông cáo.
        Communique = "06", "Thông cáo", "Communiqué";
        /// Thông báo.
        Notice = "07", "Thông báo", "Notice";
        /// Hướng dẫn.
        Guidance = "08", "Hướng dẫn", "Guidance";
        /// Chương trình.
        Programme = "09", "Chương trình", "Programme";
        /// Kế hoạch.
        Plan = "10", "Kế hoạch", "Plan";
        /// Phương án.
        Scheme = "11", "Phương án", "Scheme";
        /// Đề án.
        Proposal = "12", "Đề án", "Proposal";
        /// Dự án.
        Project = "13", "Dự án", "Project";
        /// Báo cáo.
        Report = "14", "Báo cáo", "Report";
        /// Tờ trình.
        Submission = "15", "Tờ trình", "Submission";
        /// Giấy ủy quyền.
        PowerOfAttorney = "16", "Giấy ủy quyền", "Power of attorney";
        /// Phiếu gửi.
        DispatchSlip = "17", "Phiếu gửi", "Dispatch slip";
        /// Phiếu chuyển.
        TransferSlip = "18", "Phiếu chuyển", "Transfer slip";
        /// Phiếu báo.
        InformationSlip = "19", "Phiếu báo", "Information slip";
        /// Biên bản.
        Minutes = "20", "Biên bản", "Minutes";
        /// Hợp đồng.
        Contract = "21", "Hợp đồng", "Contract";
        /// Công văn.
        OfficialLetter = "22", "Công văn", "Official letter";
        /// Công điện.
        Telegram = "23", "Công điện", "Telegram";
        /// Bản ghi nhớ.
        Memorandum = "24", "Bản ghi nhớ", "Memorandum";
        /// Bản thỏa thuận.
        Agreement = "25", "Bản thỏa thuận", "Agreement";
        /// Giấy mời.
        Invitation = "26", "Giấy mời", "Invitation";
        /// Giấy giới thiệu.
        Introduction = "27", "Giấy giới thiệu", "Letter of introduction";
        /// Giấy nghỉ phép.
        LeavePermit = "28", "Giấy nghỉ phép", "Leave permit";
        /// Thư công.
        PublicLetter = "29", "Thư công", "Public letter";
        /// Bản đồ.
        Map = "30", "Bản đồ", "Map";
        /// Bản vẽ kỹ thuật.
        TechnicalDrawing = "31", "Bản vẽ kỹ thuật", "Technical drawing";
        /// Another kind: laws, decrees, circulars, certificates, forms, papers in other languages.
        Other = "32", "Khác", "Other";
    }
}
