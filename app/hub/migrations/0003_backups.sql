-- Finished and verified backups: a station forgets nothing that no backup holds.

CREATE TABLE backup (
    at timestamptz PRIMARY KEY,
    name text NOT NULL,
    sha256 bytea NOT NULL,
    bytes bigint NOT NULL
);
