-- Scanning: batches and profiles.

-- A batch: sheets that go through a scanner for one dossier, until their number is reconciled or a person says why not.

CREATE TABLE batch (
    id BLOB PRIMARY KEY,
    dossier BLOB NOT NULL REFERENCES dossier (id),
    device TEXT NOT NULL,
    -- What was asked for and what was granted, canonical JSON.
    settings TEXT NOT NULL,
    -- Pages that a sheet gives: 1 or 2.
    sides INTEGER NOT NULL CHECK (sides IN (1, 2)),
    -- As the operator counted them.
    sheets INTEGER CHECK (sheets > 0),
    -- Pages that are durable; moves in the transaction that files them.
    pages INTEGER NOT NULL DEFAULT 0,
    -- The ordinal of the document that pages go to now; none if the dossier is one document. And the pages before it.
    document INTEGER,
    document_from INTEGER NOT NULL DEFAULT 0,
    opened_at INTEGER NOT NULL,
    opened_by TEXT NOT NULL,
    closed_at INTEGER,
    closed_by TEXT,
    -- 'reconciled' or 'overridden'.
    closed_how TEXT CHECK (closed_how IN ('reconciled', 'overridden')),
    closed_reason TEXT,
    CHECK ((closed_at IS NULL) = (closed_how IS NULL))
) STRICT;
CREATE UNIQUE INDEX batch_open ON batch (dossier) WHERE closed_at IS NULL;

-- How a kind of paper is scanned on this station's devices, under a name.
CREATE TABLE scan_profile (
    name TEXT PRIMARY KEY,
    -- The device, if one is meant, and its settings, canonical JSON.
    settings TEXT NOT NULL
) STRICT;
