-- The hub's database: whose log is how far, which files are here, and what the records say, as tables.
-- Bodies of records are not rows: they lie in the batch bodies in the object store.

CREATE TABLE hub (
    one bool PRIMARY KEY DEFAULT true CHECK (one),
    generation int NOT NULL DEFAULT 1,
    nonce_secret bytea NOT NULL CHECK (octet_length(nonce_secret) = 32)
);

CREATE TABLE unit (
    unit_no int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE,
    name text NOT NULL
);

-- One row is the head of one station's log; every batch takes its lock.
CREATE TABLE station (
    station_no int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    station uuid NOT NULL UNIQUE,
    unit_no int NOT NULL REFERENCES unit,
    name text NOT NULL,
    epoch int NOT NULL,
    seq bigint NOT NULL DEFAULT 0,
    chain bytea NOT NULL,
    stable_seq bigint NOT NULL DEFAULT 0,
    revoked bool NOT NULL DEFAULT false,
    seen_at timestamptz,
    moved_at timestamptz,
    skew_ms bigint,
    software text,
    backlog bigint,
    disk_free bigint,
    disk_total bigint,
    pages_last_hour bigint,
    reject_ppm bigint
) WITH (fillfactor = 50);

CREATE TABLE station_key (
    station_no int NOT NULL REFERENCES station,
    epoch int NOT NULL,
    public_key bytea NOT NULL,
    enrolled_at timestamptz NOT NULL,
    PRIMARY KEY (station_no, epoch)
);

CREATE TABLE enrolment_code (
    code_sha256 bytea PRIMARY KEY,
    unit_no int NOT NULL REFERENCES unit,
    station_no int REFERENCES station,
    name text NOT NULL,
    expires_at timestamptz NOT NULL,
    used_key bytea,
    receipt text
);

CREATE TABLE enrolment_failure (address text NOT NULL, at timestamptz NOT NULL DEFAULT now());
CREATE INDEX enrolment_failure_address ON enrolment_failure (address, at);

CREATE TABLE batch (
    station_no int NOT NULL REFERENCES station,
    epoch int NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    chain bytea NOT NULL,
    key text NOT NULL,
    body_sha256 bytea NOT NULL,
    received_at timestamptz NOT NULL,
    skew_ms bigint NOT NULL,
    PRIMARY KEY (station_no, first_seq)
);

-- Uploaded, not yet named by a record. Each unit uploads and keeps its own files: nobody learns what another unit has.
CREATE TABLE staged (
    sha256 bytea NOT NULL,
    unit_no int NOT NULL,
    key text NOT NULL UNIQUE,
    bytes bigint NOT NULL,
    state smallint NOT NULL, -- 0 writing, 1 durable
    lease_until timestamptz NOT NULL,
    touched_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (sha256, unit_no)
);

CREATE TABLE upload (
    sha256 bytea NOT NULL,
    unit_no int NOT NULL,
    key text NOT NULL,
    upload_id text NOT NULL,
    bytes bigint NOT NULL,
    next_part int NOT NULL DEFAULT 0,
    midstate bytea NOT NULL,
    parts text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (sha256, unit_no)
);

-- Named by a committed record: kept for ever.
CREATE TABLE file (
    sha256 bytea NOT NULL,
    unit_no int NOT NULL,
    key text NOT NULL,
    bytes bigint NOT NULL,
    state smallint NOT NULL DEFAULT 0, -- 0 here, 1 lost
    PRIMARY KEY (sha256, unit_no)
) PARTITION BY HASH (sha256);

CREATE TABLE fonds (
    fonds_no int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_no int NOT NULL REFERENCES unit,
    code text NOT NULL,
    UNIQUE (unit_no, code)
);

CREATE TABLE dossier (
    dossier uuid PRIMARY KEY,
    station_no int NOT NULL REFERENCES station,
    fonds_no int NOT NULL REFERENCES fonds,
    code text NOT NULL,
    title text,
    value_class text,
    state smallint NOT NULL,
    pages int NOT NULL,
    expected_pages int,
    documents int NOT NULL,
    a4_thousandths bigint NOT NULL,
    bytes bigint NOT NULL,
    rescan bool NOT NULL,
    below_standard bool NOT NULL,
    accepted_on text,
    retired bool NOT NULL,
    rev int NOT NULL,
    line8 bigint NOT NULL, -- the first eight bytes of the line's digest: tells another content under the same revision
    seq bigint NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX dossier_fonds ON dossier (fonds_no, state);

CREATE TABLE page (
    dossier uuid NOT NULL,
    page uuid NOT NULL,
    document uuid NOT NULL,
    ordinal int NOT NULL,
    master_sha256 bytea NOT NULL,
    master_bytes bigint NOT NULL,
    width int NOT NULL,
    height int NOT NULL,
    dpi int NOT NULL,
    retired bool NOT NULL,
    rev int NOT NULL,
    line8 bigint NOT NULL,
    station_no int NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (dossier, page)
) PARTITION BY HASH (dossier);

DO $$
BEGIN
    FOR n IN 0..63 LOOP
        EXECUTE format('CREATE TABLE file_%s PARTITION OF file FOR VALUES WITH (MODULUS 64, REMAINDER %s)', n, n);
        EXECUTE format('CREATE TABLE page_%s PARTITION OF page FOR VALUES WITH (MODULUS 64, REMAINDER %s)', n, n);
    END LOOP;
END
$$;

-- Documents, renditions and findings: few for each dossier, shown only there.
CREATE TABLE item (
    kind text NOT NULL,
    id uuid NOT NULL,
    dossier uuid,
    rev int NOT NULL,
    line8 bigint NOT NULL,
    station_no int NOT NULL,
    seq bigint NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX item_dossier ON item (dossier, kind);

-- Whose a dossier is, where the hub said so; without a row it is the first station's that told of it.
CREATE TABLE assignment (
    dossier uuid PRIMARY KEY,
    station_no int NOT NULL REFERENCES station,
    number int NOT NULL,
    released bool NOT NULL DEFAULT false
);

CREATE TABLE hold (
    dossier uuid PRIMARY KEY,
    by text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL
);

-- Counters move in the transaction of what they count. Keyed by station first, so that no two stations wait for one row.
CREATE TABLE progress (
    station_no int NOT NULL,
    fonds_no int NOT NULL,
    state smallint NOT NULL,
    dossiers bigint NOT NULL,
    pages bigint NOT NULL,
    a4_thousandths bigint NOT NULL,
    bytes bigint NOT NULL,
    PRIMARY KEY (station_no, fonds_no, state)
) WITH (fillfactor = 50);
CREATE INDEX progress_fonds ON progress (fonds_no, state) INCLUDE (dossiers, pages);

CREATE TABLE progress_top (
    station_no int NOT NULL,
    state smallint NOT NULL,
    dossiers bigint NOT NULL,
    pages bigint NOT NULL,
    a4_thousandths bigint NOT NULL,
    bytes bigint NOT NULL,
    PRIMARY KEY (station_no, state)
) WITH (fillfactor = 50);

-- What goes down, in commit order: the head is locked and counted up in the inserting transaction.
CREATE TABLE feed_head (unit_no int PRIMARY KEY REFERENCES unit, pos bigint NOT NULL);
CREATE TABLE feed (
    unit_no int NOT NULL,
    pos bigint NOT NULL,
    station_no int, -- for this station alone; null: for all of the unit
    line text NOT NULL,
    PRIMARY KEY (unit_no, pos)
);
