-- People who look at the hub's page, their sessions, and what units aim at.

CREATE TABLE person (
    login text PRIMARY KEY,
    name text NOT NULL,
    password_hash text NOT NULL, -- Argon2id in the PHC form
    role text NOT NULL CHECK (role IN ('viewer', 'supervisor')),
    unit_no int REFERENCES unit, -- null: sees all units
    failures int NOT NULL DEFAULT 0,
    locked_until timestamptz,
    active bool NOT NULL DEFAULT true
);

CREATE TABLE session (
    token_sha256 bytea PRIMARY KEY,
    login text NOT NULL REFERENCES person,
    form_token text NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE plan (
    unit_no int PRIMARY KEY REFERENCES unit,
    body jsonb NOT NULL
);

CREATE INDEX dossier_accepted ON dossier (accepted_on) WHERE state >= 7 AND NOT retired;
CREATE INDEX dossier_rescan ON dossier (fonds_no) WHERE rescan AND NOT retired;
CREATE INDEX dossier_code ON dossier (fonds_no, code, dossier);
