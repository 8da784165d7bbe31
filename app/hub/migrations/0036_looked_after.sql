-- Files that were uploaded and never named are collected (state 2 of `staged`: being deleted), objects that no row names are
-- swept, files are read again; what is lost is asked for again.

-- When a hub of the group last looked after the store, and up to which file it has read: the next sample goes on behind it.
ALTER TABLE hub ADD COLUMN looked_after_at timestamptz,
    ADD COLUMN read_to_sha256 bytea NOT NULL DEFAULT '',
    ADD COLUMN read_to_unit int NOT NULL DEFAULT 0,
    -- Objects without rows are what a restore may still need: nothing is removed until all stations have spoken to this one.
    ADD COLUMN settled_generation int NOT NULL DEFAULT 1;
-- The number of the database that a station last spoke to.
ALTER TABLE station ADD COLUMN generation int NOT NULL DEFAULT 0;

-- Files whose object is missing or is not what its digest says. As long as it is not mended, `file.state` is 1.
CREATE TABLE lost_file (
    lost_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sha256 bytea NOT NULL,
    unit_no int NOT NULL REFERENCES unit,
    key text NOT NULL, -- of the object, which stays as it was found
    bytes bigint NOT NULL,
    is_damaged bool NOT NULL, -- else it is not there
    found_at timestamptz NOT NULL DEFAULT now(),
    asked_at timestamptz, -- when stations were last asked for it
    mended_at timestamptz
);
CREATE UNIQUE INDEX lost_file_open ON lost_file (sha256, unit_no) WHERE mended_at IS NULL;
INSERT INTO lost_file (sha256, unit_no, key, bytes, is_damaged)
    SELECT sha256, unit_no, key, bytes, false FROM file WHERE state = 1;

CREATE FUNCTION mend_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE lost_file SET mended_at = now() WHERE sha256 = new.sha256 AND unit_no = new.unit_no AND mended_at IS NULL;
    RETURN NULL;
END
$$;
CREATE TRIGGER file_mended AFTER UPDATE ON file FOR EACH ROW WHEN (old.state = 1 AND new.state = 0)
    EXECUTE FUNCTION mend_file();
