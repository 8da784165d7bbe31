-- The days of acceptance by what targets tell apart, and in pages too: each target has a course and a forecast of its own.
DROP TABLE accepted_day;
CREATE TABLE accepted_day (
    unit_no int NOT NULL REFERENCES unit,
    accepted_on text NOT NULL,
    value_class text NOT NULL, -- '': none
    below_standard boolean NOT NULL,
    slot int NOT NULL,
    dossiers bigint NOT NULL,
    pages bigint NOT NULL, -- as listed, else as captured
    PRIMARY KEY (unit_no, accepted_on, value_class, below_standard, slot)
) WITH (fillfactor = 50);
INSERT INTO accepted_day
    SELECT unit_no, accepted_on, coalesce(value_class, ''), below_standard, station_no % 8, count(*),
        sum(coalesce(expected_pages, pages))
    FROM dossier JOIN fonds USING (fonds_no)
    WHERE state >= 7 AND NOT retired AND accepted_on IS NOT NULL GROUP BY 1, 2, 3, 4, 5;
