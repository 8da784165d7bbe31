-- What people did at the stations, counted from events; other indicators; quotas of units; guesses in one place.

-- By dossier, so that each number opens down to its dossiers.
CREATE TABLE work (
    dossier uuid NOT NULL,
    day date NOT NULL,
    agent text NOT NULL,
    event text NOT NULL,
    station_no int NOT NULL,
    times bigint NOT NULL,
    pages bigint NOT NULL, -- captured
    again bigint NOT NULL, -- captured in the place of others
    PRIMARY KEY (dossier, day, agent, event)
);
CREATE INDEX work_day ON work (day, agent);

CREATE INDEX dossier_by_code ON dossier (code, dossier);

CREATE TABLE indicator (
    unit_no int NOT NULL REFERENCES unit,
    name text NOT NULL,
    as_of date NOT NULL,
    part bigint NOT NULL,
    whole bigint NOT NULL CHECK (whole > 0 AND part BETWEEN 0 AND whole),
    target_ppm int NOT NULL CHECK (target_ppm BETWEEN 0 AND 1000000),
    imported_at timestamptz NOT NULL DEFAULT now(),
    imported_by text NOT NULL,
    PRIMARY KEY (unit_no, name, as_of)
);

ALTER TABLE unit ADD COLUMN quota_bytes bigint CHECK (quota_bytes >= 0); -- null: none

-- Bytes of the files that records name, by unit: in sixteen rows, so that no two batches wait for one.
CREATE TABLE unit_use (
    unit_no int NOT NULL REFERENCES unit,
    slot int NOT NULL,
    bytes bigint NOT NULL,
    PRIMARY KEY (unit_no, slot)
) WITH (fillfactor = 50);
INSERT INTO unit_use SELECT unit_no, 0, sum(bytes) FROM file GROUP BY 1;
CREATE FUNCTION count_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO unit_use AS u SELECT unit_no, pg_backend_pid() % 16, sum(bytes) FROM new_file GROUP BY unit_no ORDER BY unit_no
        ON CONFLICT (unit_no, slot) DO UPDATE SET bytes = u.bytes + excluded.bytes;
    RETURN NULL;
END
$$;
CREATE TRIGGER file_counts AFTER INSERT ON file REFERENCING NEW TABLE AS new_file
    FOR EACH STATEMENT EXECUTE FUNCTION count_use();

ALTER TABLE enrolment_failure RENAME TO guess;
DELETE FROM guess;
ALTER TABLE guess ADD COLUMN place text NOT NULL;
ALTER INDEX enrolment_failure_address RENAME TO guess_address;
CREATE INDEX guess_at ON guess (at);
