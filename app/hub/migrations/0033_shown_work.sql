-- Work as it is counted: not of dossiers that are held or retired, for no list has those, and each number opens down to its list.
CREATE INDEX dossier_retired ON dossier (dossier) WHERE retired;
CREATE VIEW shown_work AS SELECT w.* FROM work w
    WHERE NOT EXISTS (SELECT FROM hold h WHERE h.dossier = w.dossier)
    AND NOT EXISTS (SELECT FROM dossier d WHERE d.dossier = w.dossier AND d.retired);
