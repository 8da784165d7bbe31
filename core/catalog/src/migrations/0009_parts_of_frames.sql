-- A page may show a part of its frame: two pages lie on one image. The table is made anew, for a frame is a page once no
-- longer, and pages that count no more have two further reasons. Foreign keys are not looked at while a migration runs.

CREATE TABLE page_new (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    dossier BLOB NOT NULL REFERENCES dossier (id),
    document BLOB NOT NULL REFERENCES document (id),
    sha256 BLOB NOT NULL,
    frame INTEGER NOT NULL,
    -- The part of the frame as captured, 'left,top,width,height'; none if the page shows all of it.
    part TEXT,
    -- The halves that lead to it from the whole frame: 'a' is the first one, 'ba' the first half of the second one.
    part_name TEXT,
    facts TEXT NOT NULL,
    below_standard INTEGER NOT NULL,
    superseded_at INTEGER,
    reading INTEGER,
    reading_state TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    lease_owner TEXT,
    lease_until INTEGER,
    place INTEGER,
    turn INTEGER CHECK (turn IN (0, 90, 180, 270)),
    -- 'split': its halves count instead of it; 'joined': what it was split from counts again.
    gone TEXT CHECK (gone IN ('removed', 'replaced', 'blank', 'split', 'joined')),
    CHECK ((part IS NULL) = (part_name IS NULL)),
    FOREIGN KEY (dossier, sha256) REFERENCES file (dossier, sha256)
) STRICT;
INSERT INTO page_new (number, id, dossier, document, sha256, frame, facts, below_standard, superseded_at, reading,
    reading_state, attempts, lease_owner, lease_until, place, turn, gone)
SELECT number, id, dossier, document, sha256, frame, facts, below_standard, superseded_at, reading, reading_state,
    attempts, lease_owner, lease_until, place, turn, gone FROM page;
DROP TABLE page;
ALTER TABLE page_new RENAME TO page;
CREATE UNIQUE INDEX page_once ON page (dossier, sha256, frame, coalesce(part, ''));
CREATE INDEX page_document ON page (document);
CREATE INDEX page_counts ON page (dossier, superseded_at, reading_state, below_standard);
CREATE INDEX page_unread ON page (dossier, number) WHERE reading_state IS NULL AND superseded_at IS NULL;
