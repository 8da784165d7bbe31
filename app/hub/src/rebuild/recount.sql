-- Counters that are not what a recount of the dossiers says; 7 is accepted.
SELECT (
    SELECT count(*) FROM (
        SELECT station_no, fonds_no, state, count(*) AS d, sum(pages) AS p, sum(a4_thousandths) AS a, sum(bytes) AS b
        FROM dossier WHERE NOT retired GROUP BY 1, 2, 3) c
    FULL JOIN progress q USING (station_no, fonds_no, state)
    WHERE (coalesce(c.d, 0), coalesce(c.p, 0), coalesce(c.a, 0), coalesce(c.b, 0))
    IS DISTINCT FROM (coalesce(q.dossiers, 0), coalesce(q.pages, 0), coalesce(q.a4_thousandths, 0), coalesce(q.bytes, 0))
) + (
    SELECT count(*) FROM (
        SELECT station_no, state, count(*) AS d, sum(pages) AS p, sum(a4_thousandths) AS a, sum(bytes) AS b
        FROM dossier WHERE NOT retired GROUP BY 1, 2) c
    FULL JOIN progress_top q USING (station_no, state)
    WHERE (coalesce(c.d, 0), coalesce(c.p, 0), coalesce(c.a, 0), coalesce(c.b, 0))
    IS DISTINCT FROM (coalesce(q.dossiers, 0), coalesce(q.pages, 0), coalesce(q.a4_thousandths, 0), coalesce(q.bytes, 0))
) + (
    SELECT count(*) FROM (
        SELECT unit_no, coalesce(value_class, '') AS value_class, below_standard, state >= 7 AS is_done,
            station_no % 8 AS slot, count(*) AS d, sum(coalesce(expected_pages, pages)) AS p
        FROM dossier JOIN fonds USING (fonds_no) WHERE NOT retired GROUP BY 1, 2, 3, 4, 5) c
    FULL JOIN amount q USING (unit_no, value_class, below_standard, is_done, slot)
    WHERE (coalesce(c.d, 0), coalesce(c.p, 0)) IS DISTINCT FROM (coalesce(q.dossiers, 0), coalesce(q.pages, 0))
) + (
    SELECT count(*) FROM (
        SELECT unit_no, accepted_on, coalesce(value_class, '') AS value_class, below_standard, station_no % 8 AS slot,
            count(*) AS d, sum(coalesce(expected_pages, pages)) AS p
        FROM dossier JOIN fonds USING (fonds_no)
        WHERE state >= 7 AND NOT retired AND accepted_on IS NOT NULL GROUP BY 1, 2, 3, 4, 5) c
    FULL JOIN accepted_day q USING (unit_no, accepted_on, value_class, below_standard, slot)
    WHERE (coalesce(c.d, 0), coalesce(c.p, 0)) IS DISTINCT FROM (coalesce(q.dossiers, 0), coalesce(q.pages, 0))
)
