-- Descriptions of documents: every version that a person wrote, never changed; the one with the largest number holds.

CREATE TABLE description (
    document BLOB NOT NULL REFERENCES document (id),
    dossier BLOB NOT NULL REFERENCES dossier (id),
    number INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    operator TEXT NOT NULL,
    -- Whether the person said that it is complete; else it is a draft.
    done INTEGER NOT NULL CHECK (done IN (0, 1)),
    -- Element of EAD_doc.xml to value and origin, canonical JSON.
    fields TEXT NOT NULL,
    PRIMARY KEY (document, number)
) STRICT;
CREATE INDEX description_dossier ON description (dossier, document, number);
CREATE TRIGGER description_is_not_changed BEFORE UPDATE ON description
BEGIN SELECT raise(ABORT, 'descriptions are never changed'); END;
CREATE TRIGGER description_is_not_removed BEFORE DELETE ON description
BEGIN SELECT raise(ABORT, 'descriptions are never removed'); END;
-- INSERT OR REPLACE removes the row before without asking the trigger that refuses removals.
CREATE TRIGGER description_is_not_replaced BEFORE INSERT ON description
WHEN EXISTS (SELECT 1 FROM description WHERE document = new.document AND number = new.number)
BEGIN SELECT raise(ABORT, 'descriptions are never replaced'); END;
