-- Bundles that were written on a disk: which lines of the log each told in full, for the day on which its receipt is back.
CREATE TABLE bundle (
    id BLOB PRIMARY KEY,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    -- The lines that were withheld already, as JSON.
    withheld TEXT NOT NULL
) STRICT;
