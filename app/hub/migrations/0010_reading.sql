-- Pages with their pictures and texts, who looked at them, and search over everything.

-- What a picture of a page is cut from: frame of its master, clockwise turn in degrees, part of the frame. Not known: null.
ALTER TABLE page ADD COLUMN frame int, ADD COLUMN turned int, ADD COLUMN part text, ADD COLUMN text_sha256 bytea;

-- A reader sees pictures and texts; a viewer only lists and numbers.
ALTER TABLE person DROP CONSTRAINT person_role_check;
ALTER TABLE person ADD CONSTRAINT person_role_check CHECK (role IN ('viewer', 'reader', 'supervisor'));

-- Who signed in, looked at what, and took what away. Rows are only added.
CREATE TABLE access (
    access_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    login text NOT NULL,
    what text NOT NULL,
    dossier uuid,
    page uuid,
    detail text
);
CREATE INDEX access_dossier ON access (dossier, access_no) WHERE dossier IS NOT NULL;
CREATE INDEX access_login ON access (login, at) WHERE what = 'sign-in';

-- The form in which texts are searched: small letters without marks, punctuation as space; letters that are not ASCII stay.
CREATE FUNCTION folded(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT regexp_replace(
        lower(translate(regexp_replace(normalize($1, NFD), '[\u0300-\u036f]', '', 'g'), 'đĐ', 'dd')),
        '[\u0001-\u002f\u003a-\u0060\u007b-\u00bf]+', ' ', 'g')
$$;

ALTER TABLE dossier ADD COLUMN words tsvector
    GENERATED ALWAYS AS (to_tsvector('simple', folded(code || ' ' || coalesce(title, '')))) STORED;
CREATE INDEX dossier_words ON dossier USING gin (words);

ALTER TABLE item ADD COLUMN words tsvector GENERATED ALWAYS AS (
    CASE WHEN kind = 'document' THEN to_tsvector('simple', folded(coalesce(body->>'number', '') || ' '
        || coalesce(body->>'title', '') || ' ' || coalesce(body->>'issuer', ''))) END) STORED;
CREATE INDEX item_words ON item USING gin (words) WHERE kind = 'document';
CREATE INDEX item_finding ON item ((body->>'code'), dossier) WHERE kind = 'finding' AND body->>'open' = 'true';

-- Texts that wait to be read from the store and indexed; a row is a marker, and is removed when its text is in page_text.
CREATE TABLE text_waiting (
    waiting_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dossier uuid NOT NULL,
    page uuid NOT NULL,
    unit_no int NOT NULL,
    taken_until timestamptz NOT NULL DEFAULT now(),
    tries int NOT NULL DEFAULT 0
);

CREATE TABLE page_text (
    dossier uuid NOT NULL,
    page uuid NOT NULL,
    unit_no int NOT NULL,
    sha256 bytea NOT NULL,
    plain text NOT NULL,
    words tsvector GENERATED ALWAYS AS (to_tsvector('simple', folded(plain))) STORED,
    PRIMARY KEY (dossier, page)
) PARTITION BY HASH (dossier);
DO $$
BEGIN
    FOR n IN 0..15 LOOP
        EXECUTE format('CREATE TABLE page_text_%s PARTITION OF page_text FOR VALUES WITH (MODULUS 16, REMAINDER %s)', n, n);
    END LOOP;
END
$$;
CREATE INDEX page_text_words ON page_text USING gin (words);
