-- Where boxes are: each movement, never changed.

CREATE TABLE custody (
    number INTEGER PRIMARY KEY,
    fonds TEXT NOT NULL,
    box_code TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('handed-out', 'returned', 'refiled')),
    at_ms INTEGER NOT NULL,
    operator TEXT NOT NULL,
    -- Who took it, or gave it back.
    person TEXT NOT NULL,
    note TEXT NOT NULL
) STRICT;
CREATE INDEX custody_box ON custody (fonds, box_code, number);
CREATE INDEX dossier_box ON dossier (box_code) WHERE box_code <> '';
