//! The state of a dossier: a function of evidence, recomputed whenever it is asked for, never set by hand.
//!
//! | state | guard | who | event |
//! |---|---|---|---|
//! | `planned` | none: the inventory lists it, or an import named it | inventory | `inventory` |
//! | `captured` | at least one master | archivist | `ingestion` |
//! | `checked` | captured, pages as expected, no open reject finding | software | `reconciliation` |
//! | `recognised` | captured, every page has a reading that ended | software | `recognition` |
//! | `described` | captured, every mandatory field is there | archivist | `description` |
//! | `assembled` | recognised, every document has a current PDF/A that passed its check | software | `pdf creation` |
//! | `signed` | assembled, every current PDF/A is signed at the required level and its signature passed | key holder | `digital signature generation` |
//! | `accepted` | checked, described, signed, and another person accepted this very evidence | second person | `acceptance` |
//! | `delivered` | accepted, and the hub's acknowledgement is stable | hub | `delivery` |

/// How far a dossier has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DossierState {
    /// Listed, nothing captured.
    Planned,
    /// Has masters.
    Captured,
    /// Pages are as expected.
    Checked,
    /// Every page was read, or it is written down why not.
    Recognised,
    /// Mandatory description is there.
    Described,
    /// Every document is a PDF/A.
    Assembled,
    /// Every PDF/A is signed.
    Signed,
    /// A second person accepted it: it counts as digitized.
    Accepted,
    /// The hub has it for good.
    Delivered,
}

impl DossierState {
    /// All states in their order.
    pub const ALL: [Self; 9] = [
        Self::Planned,
        Self::Captured,
        Self::Checked,
        Self::Recognised,
        Self::Described,
        Self::Assembled,
        Self::Signed,
        Self::Accepted,
        Self::Delivered,
    ];

    /// The word in records: `planned` … `delivered`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Captured => "captured",
            Self::Checked => "checked",
            Self::Recognised => "recognised",
            Self::Described => "described",
            Self::Assembled => "assembled",
            Self::Signed => "signed",
            Self::Accepted => "accepted",
            Self::Delivered => "delivered",
        }
    }

    /// The state of a record.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// What is known of a dossier, as counts and facts; the only thing that a state is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Evidence {
    /// Whether the current inventory lists it.
    pub listed: bool,
    /// Pages captured (masters written, read back and re-hashed).
    pub pages: u32,
    /// Pages that the inventory expects.
    pub expected_pages: Option<u32>,
    /// Open findings of severity reject.
    pub open_rejects: u32,
    /// Pages whose reading ended (in whatever state).
    pub pages_ended: u32,
    /// Pages that were read to their end.
    pub pages_read: u32,
    /// Mandatory fields that are missing.
    pub missing_fields: u32,
    /// Documents.
    pub documents: u32,
    /// Documents with a current PDF/A that passed its check.
    pub documents_assembled: u32,
    /// Documents whose current PDF/A carries a signature that passed at the required level.
    pub documents_signed: u32,
    /// Whether another person accepted exactly these documents.
    pub accepted: bool,
    /// Whether the hub's acknowledgement is stable.
    pub delivered: bool,
}

impl Evidence {
    /// Whether the guard of a state holds.
    pub fn allows(&self, state: DossierState) -> bool {
        let captured = self.pages > 0;
        match state {
            DossierState::Planned => true,
            DossierState::Captured => captured,
            DossierState::Checked => captured && self.expected_pages == Some(self.pages) && self.open_rejects == 0,
            DossierState::Recognised => captured && self.pages_ended == self.pages,
            DossierState::Described => captured && self.listed && self.missing_fields == 0,
            DossierState::Assembled => {
                self.allows(DossierState::Recognised)
                    && self.documents > 0
                    && self.documents_assembled == self.documents
            }
            DossierState::Signed => self.allows(DossierState::Assembled) && self.documents_signed == self.documents,
            DossierState::Accepted => {
                self.accepted
                    && self.allows(DossierState::Checked)
                    && self.allows(DossierState::Described)
                    && self.allows(DossierState::Signed)
            }
            DossierState::Delivered => self.delivered && self.allows(DossierState::Accepted),
        }
    }

    /// The furthest state whose guard holds.
    pub fn state(&self) -> DossierState {
        DossierState::ALL.into_iter().rev().find(|state| self.allows(*state)).unwrap_or(DossierState::Planned)
    }

    /// The states before `accepted` whose guard does not hold yet: what is missing before a second person can accept.
    pub fn missing_before_acceptance(&self) -> Vec<DossierState> {
        [
            DossierState::Captured,
            DossierState::Checked,
            DossierState::Recognised,
            DossierState::Described,
            DossierState::Assembled,
            DossierState::Signed,
        ]
        .into_iter()
        .filter(|state| !self.allows(*state))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete() -> Evidence {
        Evidence {
            listed: true,
            pages: 3,
            expected_pages: Some(3),
            pages_ended: 3,
            pages_read: 3,
            documents: 1,
            documents_assembled: 1,
            documents_signed: 1,
            accepted: true,
            ..Evidence::default()
        }
    }

    #[test]
    fn a_dossier_is_accepted_only_with_all_its_evidence() {
        assert_eq!(complete().state(), DossierState::Accepted);
        type Change = fn(&mut Evidence);
        let without: [(Change, DossierState); 8] = [
            (|e| e.accepted = false, DossierState::Signed),
            (|e| e.expected_pages = Some(4), DossierState::Signed),
            (|e| e.expected_pages = None, DossierState::Signed),
            (|e| e.open_rejects = 1, DossierState::Signed),
            (|e| e.missing_fields = 1, DossierState::Signed),
            (|e| e.listed = false, DossierState::Signed),
            (|e| e.documents_signed = 0, DossierState::Assembled),
            (|e| e.pages_ended = 2, DossierState::Described),
        ];
        for (i, (change, state)) in without.into_iter().enumerate() {
            let mut evidence = complete();
            change(&mut evidence);
            assert_eq!(evidence.state(), state, "case {i}");
        }
    }

    #[test]
    fn new_pages_take_a_dossier_back() {
        let mut evidence = complete();
        evidence.pages = 4;
        evidence.documents_assembled = 0;
        assert_eq!(evidence.state(), DossierState::Described);
        assert_eq!(Evidence::default().state(), DossierState::Planned);
    }
}
