-- Fonds are searched as dossiers are: every inventory may bring some, and they are not folded anew with each question.
ALTER TABLE fonds ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector('simple', folded(code))) STORED;
CREATE INDEX fonds_words ON fonds USING gin (words);
