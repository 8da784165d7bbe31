//! Code lists of TT 05/2025/TT-BNV that a dossier's description uses (standards digest §4.5).

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
