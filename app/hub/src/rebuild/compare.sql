-- What was left out: the last that stations said, and counters as the dossiers have it; 7 is accepted.
DROP TRIGGER station_says ON pg_temp.station;
UPDATE pg_temp.station t SET software = s.software, disk_free = s.disk_free, disk_total = s.disk_total,
        pages_last_hour = s.pages_last_hour, reject_ppm = s.reject_ppm
    FROM (SELECT DISTINCT ON (station_no) * FROM station_said ORDER BY station_no, said_no DESC) s
    WHERE s.station_no = t.station_no;
DO $$
DECLARE
    t text;
BEGIN
    FOR t IN SELECT name FROM projection WHERE counts LOOP
        EXECUTE format('DROP TRIGGER is_left_out ON pg_temp.%I', t);
    END LOOP;
END
$$;
INSERT INTO pg_temp.progress
    SELECT station_no, fonds_no, state, count(*), sum(pages), sum(a4_thousandths), sum(bytes)
    FROM pg_temp.dossier WHERE NOT retired GROUP BY 1, 2, 3;
INSERT INTO pg_temp.progress_top
    SELECT station_no, state, sum(dossiers), sum(pages), sum(a4_thousandths), sum(bytes) FROM pg_temp.progress GROUP BY 1, 2;
INSERT INTO pg_temp.amount
    SELECT unit_no, coalesce(value_class, ''), below_standard, state >= 7, station_no % 8, count(*),
        sum(coalesce(expected_pages, pages))
    FROM pg_temp.dossier JOIN pg_temp.fonds USING (fonds_no) WHERE NOT retired GROUP BY 1, 2, 3, 4, 5;
INSERT INTO pg_temp.accepted_day
    SELECT unit_no, accepted_on, coalesce(value_class, ''), below_standard, station_no % 8, count(*),
        sum(coalesce(expected_pages, pages))
    FROM pg_temp.dossier JOIN pg_temp.fonds USING (fonds_no)
    WHERE state >= 7 AND NOT retired AND accepted_on IS NOT NULL GROUP BY 1, 2, 3, 4, 5;

-- What the hub has beside what its bodies say. A counter of nothing is as good as none. What lasts, no body mends.
CREATE TEMP TABLE difference (place int NOT NULL, name text NOT NULL, lacking bigint NOT NULL, odd bigint NOT NULL,
    other bigint NOT NULL, lasting bool NOT NULL DEFAULT false) ON COMMIT DROP;
DO $$
DECLARE
    p record;
    keys text;
    here text;
    told text;
BEGIN
    FOR p IN SELECT * FROM projection ORDER BY place LOOP
        EXECUTE format('ANALYZE pg_temp.%I', p.name);
        SELECT string_agg(quote_ident(k), ', ') INTO keys FROM unnest(p.key) AS k;
        SELECT string_agg(format(one, 'h', attname), ', '), string_agg(format(one, 't', attname), ', ') INTO here, told
            FROM pg_attribute, (SELECT CASE WHEN p.counts THEN 'coalesce(%I.%I, 0)' ELSE '%I.%I' END AS one) o
            WHERE attrelid = format('public.%I', p.name)::regclass AND attnum > 0 AND NOT attisdropped
            AND attgenerated = '' AND attname <> ALL (p.key);
        EXECUTE format('CREATE TEMP TABLE %1$I ON COMMIT DROP AS SELECT %2$s, h.%3$I IS NULL AS lacks, t.%3$I IS NULL AS is_odd '
            'FROM public.%4$I h FULL JOIN pg_temp.%4$I t USING (%2$s) WHERE (%5$s) IS DISTINCT FROM (%6$s)',
            'differing_' || p.name, keys, p.key[1], p.name, here, told);
        EXECUTE format('INSERT INTO difference SELECT %s, %L, count(*) FILTER (WHERE lacks), count(*) FILTER (WHERE is_odd), '
            'count(*) FILTER (WHERE NOT lacks AND NOT is_odd) FROM pg_temp.%I', p.place, p.name, 'differing_' || p.name);
    END LOOP;
END
$$;

-- What the hub gave to a station stays with it, whatever that station gave up before: an order may have come after it.
INSERT INTO difference SELECT place, name, 0, 0, other, true FROM difference WHERE name = 'assignment';
UPDATE difference SET other = 0 WHERE name = 'assignment' AND NOT lasting;
DELETE FROM differing_assignment WHERE NOT lacks AND NOT is_odd;

INSERT INTO difference SELECT 12, 'station', 0, 0, count(*)
    FROM public.station h JOIN pg_temp.station t USING (station_no)
    WHERE (h.software, h.disk_free, h.disk_total, h.pages_last_hour, h.reject_ppm)
    IS DISTINCT FROM (t.software, t.disk_free, t.disk_total, t.pages_last_hour, t.reject_ppm);

-- Texts are indexed behind the batches: which are neither indexed nor waiting, and which are of no page.
CREATE TEMP TABLE differing_text ON COMMIT DROP AS
    SELECT p.dossier, p.page, s.unit_no FROM pg_temp.page p JOIN public.station s USING (station_no)
    WHERE p.text_sha256 IS NOT NULL
    AND NOT EXISTS (SELECT FROM public.page_text x
        WHERE x.dossier = p.dossier AND x.page = p.page AND x.sha256 = p.text_sha256)
    AND NOT EXISTS (SELECT FROM public.text_waiting w WHERE w.dossier = p.dossier AND w.page = p.page);
INSERT INTO difference SELECT 13, 'page_text', (SELECT count(*) FROM differing_text), (SELECT count(*) FROM public.page_text x
    WHERE NOT EXISTS (SELECT FROM pg_temp.page p WHERE p.dossier = x.dossier AND p.page = x.page)), 0;

-- Bytes of a unit, in so many rows as hubs like. Files whose rows are lost are files of it still.
CREATE TEMP TABLE due_use ON COMMIT DROP AS
    SELECT unit_no, sum(bytes) AS bytes FROM (
        SELECT unit_no, bytes FROM public.file UNION ALL SELECT unit_no, bytes FROM missing_file WHERE lacks
    ) f GROUP BY 1;
INSERT INTO difference SELECT 14, 'unit_use', 0, 0, count(*)
    FROM (SELECT unit_no, sum(bytes) AS bytes FROM public.unit_use GROUP BY 1) u
    FULL JOIN due_use d USING (unit_no) WHERE coalesce(u.bytes, 0) <> coalesce(d.bytes, 0);

INSERT INTO difference SELECT 15, 'file', count(*) FILTER (WHERE lacks), 0, count(*) FILTER (WHERE NOT lacks), true
    FROM missing_file;
