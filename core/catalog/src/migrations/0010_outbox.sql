-- What the hub is to know. As long as the station is enrolled, whatever changes is marked in the transaction that changes
-- it, by triggers: no verb can forget to. A mark says what changed, not how; its record is made when it is sealed.

CREATE TABLE sync_state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    station BLOB NOT NULL,
    hub TEXT NOT NULL,
    -- The certificate that the hub's own ends at, PEM; empty if it is a public one.
    authority TEXT NOT NULL,
    -- What the hub signed when it enrolled this station.
    receipt TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ok', 'behind', 'forked', 'fenced', 'refused')),
    why TEXT NOT NULL DEFAULT '',
    -- Where the log of this enrolment begins: what the hub had then.
    base_seq INTEGER NOT NULL,
    base_chain BLOB NOT NULL,
    sealed_seq INTEGER NOT NULL,
    sealed_chain BLOB NOT NULL,
    acked_seq INTEGER NOT NULL,
    stable_seq INTEGER NOT NULL,
    feed_cursor INTEGER NOT NULL DEFAULT 0,
    clock_offset_ms INTEGER,
    contact_ms INTEGER,
    -- When the station last spoke of itself.
    told_ms INTEGER,
    moved_ms INTEGER NOT NULL
) STRICT;

-- What changed and is not sealed. A change of what is marked already counts its version up and keeps its place.
CREATE TABLE outbox (
    oid INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    id BLOB NOT NULL,
    dossier BLOB,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (kind, id)
) STRICT;
CREATE INDEX outbox_dossier ON outbox (dossier);

-- The last revision of every record, and the hash of what it said, without revision and moment.
CREATE TABLE record (
    kind TEXT NOT NULL,
    id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- The sealed log; a body that is NULL is withheld.
CREATE TABLE log (
    seq INTEGER PRIMARY KEY,
    dossier BLOB,
    kind TEXT NOT NULL,
    id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    chain BLOB NOT NULL,
    body BLOB
) STRICT;
CREATE INDEX log_dossier ON log (dossier, seq);
CREATE INDEX log_withheld ON log (seq) WHERE body IS NULL;
CREATE TABLE log_file (
    seq INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (seq, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX log_file_sha256 ON log_file (sha256);

-- The hub's signed acknowledgements, kept as evidence.
CREATE TABLE hub_receipt (seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, body TEXT NOT NULL) STRICT;

-- What came down from the hub, as it was received, and what became of it: 'waits', 'applied', or why it could not be.
CREATE TABLE feed (
    number INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    body BLOB NOT NULL,
    outcome TEXT NOT NULL
) STRICT;

CREATE TRIGGER outbox_dossier_made AFTER INSERT ON dossier WHEN EXISTS (SELECT 1 FROM sync_state)
BEGIN
    INSERT INTO outbox (kind, id, dossier) VALUES ('dossier', new.id, new.id)
        ON CONFLICT (kind, id) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER outbox_dossier_changed AFTER UPDATE OF
    code, listed, fonds, series, box_code, title, start_date, end_date, retention, access, paper_file_code, value_class, sheets,
    expected_pages, language, condition, pages, pages_ended, pages_read, below_standard_pages, documents, documents_assembled,
    documents_signed, open_findings, open_rejects, state, held, rescan, cleared_by, accepted_at, accepted_by, delivered_at
    ON dossier WHEN EXISTS (SELECT 1 FROM sync_state)
BEGIN
    INSERT INTO outbox (kind, id, dossier) VALUES ('dossier', new.id, new.id)
        ON CONFLICT (kind, id) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER outbox_document_made AFTER INSERT ON document WHEN EXISTS (SELECT 1 FROM sync_state)
BEGIN
    INSERT INTO outbox (kind, id, dossier) VALUES ('document', new.id, new.dossier)
        ON CONFLICT (kind, id) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER outbox_document_described AFTER INSERT ON description WHEN EXISTS (SELECT 1 FROM sync_state)
BEGIN
    INSERT INTO outbox (kind, id, dossier) VALUES ('document', new.document, new.dossier)
        ON CONFLICT (kind, id) DO UPDATE SET version = version + 1;
END;
-- The number of pages is the document's, and the places of the others behind it change with each.
CREATE TRIGGER outbox_page_made AFTER INSERT ON page WHEN EXISTS (SELECT 1 FROM sync_state)
BEGIN
    INSERT INTO outbox (kind, id, dossier) VALUES ('document', new.document, new.dossier)
        ON CONFLICT (kind, id) DO UPDATE SET version = version + 1;
    INSERT INTO outbox (kind, id, dossier) VALUES ('page', new.id, new.dossier)
        ON CONFLICT (kind, id) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER outbox_page_changed AFTER UPDATE OF
    document, part, part_name, facts, below_standard, superseded_at, reading, reading_state, place, turn, gone
    ON page WHEN EXISTS (SELECT 1 FROM sync_state)
BEGIN
    INSERT INTO outbox (kind, id, dossier) VALUES ('document', new.document, new.dossier)
        ON CONFLICT (kind, id) DO UPDATE SET version = version + 1;
    INSERT INTO outbox (kind, id, dossier) VALUES ('document', old.document, old.dossier)
        ON CONFLICT (kind, id) DO UPDATE SET version = version + 1;
    INSERT INTO outbox (kind, id, dossier) VALUES ('page', new.id, new.dossier)
        ON CONFLICT (kind, id) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER outbox_rendition_made AFTER INSERT ON rendition WHEN EXISTS (SELECT 1 FROM sync_state)
BEGIN
    INSERT INTO outbox (kind, id, dossier) VALUES ('rendition', new.document, new.dossier)
        ON CONFLICT (kind, id) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER outbox_rendition_changed AFTER UPDATE ON rendition WHEN EXISTS (SELECT 1 FROM sync_state)
BEGIN
    INSERT INTO outbox (kind, id, dossier) VALUES ('rendition', new.document, new.dossier)
        ON CONFLICT (kind, id) DO UPDATE SET version = version + 1;
END;
-- Findings have no id of their own: those of a dossier are looked through together.
CREATE TRIGGER outbox_finding_made AFTER INSERT ON finding WHEN EXISTS (SELECT 1 FROM sync_state)
BEGIN
    INSERT INTO outbox (kind, id, dossier) VALUES ('finding', new.dossier, new.dossier)
        ON CONFLICT (kind, id) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER outbox_finding_changed AFTER UPDATE ON finding WHEN EXISTS (SELECT 1 FROM sync_state)
BEGIN
    INSERT INTO outbox (kind, id, dossier) VALUES ('finding', new.dossier, new.dossier)
        ON CONFLICT (kind, id) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER outbox_event_made AFTER INSERT ON event WHEN EXISTS (SELECT 1 FROM sync_state)
BEGIN
    INSERT INTO outbox (kind, id, dossier) VALUES ('event', new.id, new.dossier)
        ON CONFLICT (kind, id) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER outbox_receipt_changed AFTER UPDATE OF finished_at ON receipt WHEN EXISTS (SELECT 1 FROM sync_state)
BEGIN
    INSERT INTO outbox (kind, id) VALUES ('receipt', new.id)
        ON CONFLICT (kind, id) DO UPDATE SET version = version + 1;
END;

-- What is sealed of a dossier and not acknowledged is withheld in the transaction that holds it; the chain runs over hashes.
-- It is marked again, for the day on which the hold is lifted.
CREATE TRIGGER outbox_dossier_held AFTER UPDATE OF held ON dossier
    WHEN new.held = 1 AND old.held = 0 AND EXISTS (SELECT 1 FROM sync_state)
BEGIN
    INSERT INTO outbox (kind, id, dossier)
        SELECT DISTINCT kind, CASE WHEN kind = 'finding' THEN dossier ELSE id END, dossier FROM log
        WHERE dossier = new.id AND body IS NOT NULL AND kind <> 'rendition'
            AND seq > (SELECT acked_seq FROM sync_state)
        ON CONFLICT (kind, id) DO UPDATE SET version = version + 1;
    INSERT INTO outbox (kind, id, dossier)
        SELECT DISTINCT 'rendition', document, dossier FROM rendition
        WHERE dossier = new.id AND EXISTS (SELECT 1 FROM log
            WHERE log.dossier = new.id AND log.kind = 'rendition' AND log.body IS NOT NULL
                AND log.seq > (SELECT acked_seq FROM sync_state))
        ON CONFLICT (kind, id) DO UPDATE SET version = version + 1;
    -- What was withheld was never said: the next revision says it.
    UPDATE record SET content = zeroblob(32) WHERE (kind, id) IN
        (SELECT kind, id FROM log WHERE dossier = new.id AND body IS NOT NULL AND seq > (SELECT acked_seq FROM sync_state));
    UPDATE log SET body = NULL
        WHERE dossier = new.id AND body IS NOT NULL AND seq > (SELECT acked_seq FROM sync_state);
END;
