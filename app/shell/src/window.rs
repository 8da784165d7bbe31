//! What the window keeps between starts: how it looks to each operator, and which archives were opened last.
//!
//! It lies in `window.toml` beside `station.toml`. A file that can't be understood is left as it is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::UiLanguage;
use crate::station::{Station, StationError};

/// Archives that are kept, at most.
pub const ARCHIVES: usize = 8;

/// `window.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WindowSettings {
    /// The archives that were opened last, the newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub archives: Vec<KnownArchive>,
    /// How the window looks, by operator.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub looks: BTreeMap<String, Look>,
}

/// An archive that was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownArchive {
    /// Its folder.
    pub folder: PathBuf,
    /// Its name.
    pub title: String,
}

/// How the window looks, as far as somebody chose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Look {
    /// The language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<UiLanguage>,
    /// Whether it is dark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_dark: Option<bool>,
    /// Its size in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zoom: Option<u32>,
    /// Whether nothing glides or fades.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_still: Option<bool>,
}

impl WindowSettings {
    /// Puts an archive at the head of the list.
    pub fn opened(&mut self, folder: &Path, title: &str) {
        self.forget(folder);
        self.archives.insert(0, KnownArchive { folder: folder.to_owned(), title: title.to_owned() });
        self.archives.truncate(ARCHIVES);
    }

    /// Takes an archive off the list.
    pub fn forget(&mut self, folder: &Path) {
        self.archives.retain(|known| known.folder != folder);
    }
}

impl Station {
    /// What the window keeps.
    pub fn window(&self) -> Result<WindowSettings, StationError> {
        self.load("window.toml")
    }

    /// Changes what the window keeps; gives what is kept now.
    pub fn change_window(&self, change: impl FnOnce(&mut WindowSettings)) -> Result<WindowSettings, StationError> {
        let before = self.window()?;
        let mut settings = before.clone();
        change(&mut settings);
        if settings != before {
            self.save("window.toml", &settings)?;
        }
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn station(folder: &Path) -> Station {
        let folder = folder.join("cài đặt").to_string_lossy().into_owned();
        Station::locate(&|name| (name == "SOHOA_CONFIG_DIR").then(|| folder.clone())).unwrap()
    }

    #[test]
    fn looks_are_kept_by_operator_and_archives_newest_first() {
        let folder = tempfile::tempdir().unwrap();
        let station = station(folder.path());
        assert_eq!(station.window().unwrap(), WindowSettings::default());
        let look = Look { language: Some(UiLanguage::English), zoom: Some(120), ..Look::default() };
        station
            .change_window(|kept| {
                kept.looks.insert("Nguyễn Thị Lan".to_owned(), look);
            })
            .unwrap();
        for n in 0..ARCHIVES + 2 {
            station.change_window(|kept| kept.opened(Path::new(&format!("/kho/{n}")), "Kho")).unwrap();
        }
        station.change_window(|kept| kept.opened(Path::new("/kho/5"), "Kho mới")).unwrap();
        let kept = station.window().unwrap();
        assert_eq!(kept.looks["Nguyễn Thị Lan"], look);
        let folders: Vec<String> = kept.archives.iter().map(|known| known.folder.display().to_string()).collect();
        assert_eq!(folders, ["/kho/5", "/kho/9", "/kho/8", "/kho/7", "/kho/6", "/kho/4", "/kho/3", "/kho/2"]);
        assert_eq!(kept.archives[0].title, "Kho mới");
        assert!(station.key().unwrap().is_none(), "the key has a file of its own");
    }

    #[test]
    fn a_file_that_can_not_be_understood_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let station = station(folder.path());
        std::fs::create_dir_all(station.folder()).unwrap();
        let path = station.folder().join("window.toml");
        std::fs::write(&path, "archives = 1\n").unwrap();
        let changed = station.change_window(|kept| kept.opened(Path::new("/kho"), "Kho"));
        assert!(matches!(changed, Err(StationError::Malformed { .. })));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "archives = 1\n");
    }
}
