-- Dossiers that count as digitized by the day of their acceptance, so that no page counts them one by one. In eight rows a
-- day, so that few batches wait for one. Moves in the transaction of what it counts.
CREATE TABLE accepted_day (
    unit_no int NOT NULL REFERENCES unit,
    accepted_on text NOT NULL,
    slot int NOT NULL,
    dossiers bigint NOT NULL,
    PRIMARY KEY (unit_no, accepted_on, slot)
) WITH (fillfactor = 50);
-- 7 is accepted, 8 delivered.
INSERT INTO accepted_day
    SELECT unit_no, accepted_on, station_no % 8, count(*) FROM dossier JOIN fonds USING (fonds_no)
    WHERE state >= 7 AND NOT retired AND accepted_on IS NOT NULL GROUP BY 1, 2, 3;

-- What targets are measured in, by what they tell apart.
CREATE TABLE amount (
    unit_no int NOT NULL REFERENCES unit,
    value_class text NOT NULL, -- '': none
    below_standard boolean NOT NULL,
    is_done boolean NOT NULL, -- accepted or delivered
    slot int NOT NULL,
    dossiers bigint NOT NULL,
    pages bigint NOT NULL, -- as listed, else as captured
    PRIMARY KEY (unit_no, value_class, below_standard, is_done, slot)
) WITH (fillfactor = 50);
INSERT INTO amount
    SELECT unit_no, coalesce(value_class, ''), below_standard, state >= 7, station_no % 8, count(*),
        sum(coalesce(expected_pages, pages))
    FROM dossier JOIN fonds USING (fonds_no) WHERE NOT retired GROUP BY 1, 2, 3, 4, 5;
