-- Files that the hub lost and asks for again, until it has them; and the dossiers that name each, once they were looked up.
CREATE TABLE wanted_file (
    sha256 BLOB PRIMARY KEY,
    bytes INTEGER NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE wanted_of (
    sha256 BLOB NOT NULL,
    dossier BLOB NOT NULL,
    PRIMARY KEY (sha256, dossier)
) STRICT, WITHOUT ROWID;
