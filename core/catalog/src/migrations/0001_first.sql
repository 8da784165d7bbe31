-- The first schema. Ids are UUIDv7 (16 bytes), hashes SHA-256 (32 bytes), times UTC milliseconds, dates DD/MM/YYYY.

CREATE TABLE archive (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id BLOB NOT NULL,
    title TEXT NOT NULL,
    organisation TEXT NOT NULL,
    demo INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    change INTEGER NOT NULL DEFAULT 0,
    manifest_revision INTEGER NOT NULL DEFAULT 0,
    manifest_sha256 BLOB,
    manifest_change INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
INSERT INTO counter VALUES ('event', 0);

CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    at_ms INTEGER NOT NULL,
    type TEXT NOT NULL,
    operator TEXT NOT NULL,
    software TEXT NOT NULL,
    dossier BLOB,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX event_dossier ON event (dossier, seq);
CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER event_is_not_removed BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'events are never removed'); END;

CREATE TABLE inventory_version (
    version INTEGER PRIMARY KEY,
    source_name TEXT NOT NULL,
    source_sha256 BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    row_count INTEGER NOT NULL
) STRICT;

CREATE TABLE inventory_row (
    code TEXT NOT NULL,
    version_from INTEGER NOT NULL REFERENCES inventory_version (version),
    version_to INTEGER,
    fonds TEXT NOT NULL,
    series TEXT NOT NULL,
    box_code TEXT NOT NULL,
    title TEXT NOT NULL,
    start_date TEXT,
    end_date TEXT,
    retention TEXT,
    access TEXT,
    paper_file_code TEXT NOT NULL,
    value_class TEXT NOT NULL,
    sheets INTEGER,
    expected_pages INTEGER,
    language TEXT,
    condition TEXT,
    missing_fields INTEGER NOT NULL,
    PRIMARY KEY (code, version_from)
) STRICT;
CREATE INDEX inventory_row_current ON inventory_row (code) WHERE version_to IS NULL;

CREATE TABLE target (
    name TEXT PRIMARY KEY,
    share_ppm INTEGER NOT NULL,
    unit TEXT NOT NULL,
    value_class TEXT NOT NULL,
    deadline TEXT NOT NULL,
    counts_below_standard INTEGER NOT NULL
) STRICT;

-- Counters and state follow from the rows below; they are written only together with what they count.
CREATE TABLE dossier (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    code TEXT NOT NULL UNIQUE,
    folder TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    listed INTEGER NOT NULL DEFAULT 0,
    fonds TEXT NOT NULL DEFAULT '',
    series TEXT NOT NULL DEFAULT '',
    box_code TEXT NOT NULL DEFAULT '',
    title TEXT NOT NULL DEFAULT '',
    start_date TEXT,
    end_date TEXT,
    retention TEXT,
    access TEXT,
    paper_file_code TEXT NOT NULL DEFAULT '',
    value_class TEXT NOT NULL DEFAULT '',
    sheets INTEGER,
    expected_pages INTEGER,
    language TEXT,
    condition TEXT,
    missing_fields INTEGER NOT NULL DEFAULT 0,
    pages INTEGER NOT NULL DEFAULT 0,
    pages_ended INTEGER NOT NULL DEFAULT 0,
    pages_read INTEGER NOT NULL DEFAULT 0,
    below_standard_pages INTEGER NOT NULL DEFAULT 0,
    documents INTEGER NOT NULL DEFAULT 0,
    documents_assembled INTEGER NOT NULL DEFAULT 0,
    documents_signed INTEGER NOT NULL DEFAULT 0,
    open_findings INTEGER NOT NULL DEFAULT 0,
    open_rejects INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'planned',
    held INTEGER NOT NULL DEFAULT 0,
    rescan INTEGER NOT NULL DEFAULT 0,
    cleared_by TEXT,
    accepted_at INTEGER,
    accepted_by TEXT,
    accepted_week TEXT NOT NULL DEFAULT '',
    delivered_at INTEGER,
    change INTEGER NOT NULL DEFAULT 0,
    manifest_revision INTEGER NOT NULL DEFAULT 0,
    manifest_sha256 BLOB,
    manifest_change INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX dossier_progress ON dossier
    (listed, value_class, fonds, series, state, below_standard_pages, sheets, expected_pages);
CREATE INDEX dossier_week ON dossier
    (accepted_week, state, below_standard_pages, sheets, expected_pages) WHERE listed = 1 AND accepted_week <> '';
CREATE INDEX dossier_stale ON dossier (code) WHERE change > manifest_change;

CREATE TABLE document (
    id BLOB PRIMARY KEY,
    dossier BLOB NOT NULL REFERENCES dossier (id),
    ordinal INTEGER,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX document_ordinal ON document (dossier, coalesce(ordinal, -1));

CREATE TABLE file (
    dossier BLOB NOT NULL REFERENCES dossier (id),
    sha256 BLOB NOT NULL,
    document BLOB NOT NULL REFERENCES document (id),
    path TEXT NOT NULL,
    stem TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    format TEXT NOT NULL,
    receipt BLOB NOT NULL,
    taken_at INTEGER NOT NULL,
    taken_by TEXT NOT NULL,
    superseded_at INTEGER,
    PRIMARY KEY (dossier, sha256)
) STRICT;
CREATE INDEX file_sha256 ON file (sha256);
CREATE INDEX file_path ON file (dossier, path);

CREATE TABLE page (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    dossier BLOB NOT NULL REFERENCES dossier (id),
    document BLOB NOT NULL REFERENCES document (id),
    sha256 BLOB NOT NULL,
    frame INTEGER NOT NULL,
    facts TEXT NOT NULL,
    below_standard INTEGER NOT NULL,
    superseded_at INTEGER,
    reading INTEGER,
    reading_state TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    lease_owner TEXT,
    lease_until INTEGER,
    UNIQUE (dossier, sha256, frame),
    FOREIGN KEY (dossier, sha256) REFERENCES file (dossier, sha256)
) STRICT;
CREATE INDEX page_document ON page (document);
CREATE INDEX page_counts ON page (dossier, superseded_at, reading_state, below_standard);
CREATE INDEX page_unread ON page (dossier, number) WHERE reading_state IS NULL AND superseded_at IS NULL;

CREATE TABLE reading (
    page BLOB NOT NULL REFERENCES page (id),
    number INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    state TEXT NOT NULL,
    rotation INTEGER NOT NULL,
    language TEXT,
    engine TEXT NOT NULL,
    model BLOB,
    recipe BLOB NOT NULL,
    input BLOB,
    confidence REAL,
    milliseconds INTEGER NOT NULL,
    skew REAL NOT NULL,
    ink REAL NOT NULL,
    text_sha256 BLOB NOT NULL,
    PRIMARY KEY (page, number)
) STRICT;

CREATE TABLE page_text (
    number INTEGER PRIMARY KEY REFERENCES page (number),
    plain TEXT NOT NULL
) STRICT;
CREATE VIRTUAL TABLE page_search USING fts5 (body, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0');
CREATE VIRTUAL TABLE dossier_search USING fts5 (body, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0');

CREATE TABLE rendition (
    document BLOB NOT NULL REFERENCES document (id),
    dossier BLOB NOT NULL REFERENCES dossier (id),
    number INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('pdfa', 'signed')),
    current INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    input BLOB,
    recipe BLOB,
    before_sha256 BLOB,
    predecessor BLOB,
    signer TEXT,
    issuer TEXT,
    algorithm TEXT,
    level TEXT,
    signed_at INTEGER,
    published_path TEXT,
    verdict TEXT NOT NULL,
    verdict_reason TEXT NOT NULL,
    PRIMARY KEY (document, number)
) STRICT;
CREATE INDEX rendition_dossier ON rendition (dossier, kind, current);
CREATE UNIQUE INDEX rendition_current ON rendition (document, kind) WHERE current = 1;

CREATE TABLE finding (
    number INTEGER PRIMARY KEY,
    dossier BLOB NOT NULL REFERENCES dossier (id),
    document BLOB REFERENCES document (id),
    page BLOB REFERENCES page (id),
    origin TEXT NOT NULL,
    code TEXT NOT NULL,
    severity TEXT NOT NULL,
    detail TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    closed_at INTEGER,
    closed_by TEXT,
    closed_reason TEXT
) STRICT;
CREATE INDEX finding_dossier ON finding (dossier, closed_at);
CREATE INDEX finding_page ON finding (page) WHERE page IS NOT NULL;

CREATE TABLE hold (
    dossier BLOB NOT NULL REFERENCES dossier (id),
    number INTEGER NOT NULL,
    reason TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    operator TEXT NOT NULL,
    released_at INTEGER,
    released_by TEXT,
    release_reason TEXT,
    PRIMARY KEY (dossier, number)
) STRICT;

CREATE TABLE decision (
    dossier BLOB NOT NULL REFERENCES dossier (id),
    number INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('accept', 'reject', 'clear')),
    at_ms INTEGER NOT NULL,
    operator TEXT NOT NULL,
    software TEXT NOT NULL,
    reason TEXT NOT NULL,
    evidence TEXT NOT NULL,
    bound_to BLOB,
    void_at INTEGER,
    void_reason TEXT,
    PRIMARY KEY (dossier, number)
) STRICT;

CREATE TABLE intent (
    kind TEXT NOT NULL,
    subject BLOB NOT NULL,
    payload TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (kind, subject)
) STRICT;

CREATE TABLE receipt (
    id BLOB PRIMARY KEY,
    root TEXT NOT NULL,
    options TEXT NOT NULL,
    begun_at INTEGER NOT NULL,
    operator TEXT NOT NULL,
    software TEXT NOT NULL,
    finished_at INTEGER,
    taken INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE receipt_line (
    receipt BLOB NOT NULL REFERENCES receipt (id),
    number INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('taken', 'skipped', 'refused')),
    path TEXT NOT NULL,
    sha256 BLOB,
    pages INTEGER,
    dossier TEXT,
    reason TEXT,
    detail TEXT,
    PRIMARY KEY (receipt, number)
) STRICT;
