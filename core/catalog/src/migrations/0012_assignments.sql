-- Whose the hub says a dossier is; without a row it is this station's. One that is another's is told of no more.
CREATE TABLE assignment (
    dossier BLOB PRIMARY KEY,
    code TEXT NOT NULL,
    station BLOB NOT NULL,
    number INTEGER NOT NULL
) STRICT;

CREATE TRIGGER outbox_assigned AFTER INSERT ON assignment WHEN EXISTS (SELECT 1 FROM sync_state)
BEGIN
    INSERT INTO outbox (kind, id, dossier) SELECT 'dossier', id, id FROM dossier WHERE id = new.dossier
        ON CONFLICT (kind, id) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER outbox_assigned_again AFTER UPDATE ON assignment WHEN EXISTS (SELECT 1 FROM sync_state)
BEGIN
    INSERT INTO outbox (kind, id, dossier) SELECT 'dossier', id, id FROM dossier WHERE id = new.dossier
        ON CONFLICT (kind, id) DO UPDATE SET version = version + 1;
END;
