-- What the hub has beside what its bodies say. A counter of nothing is as good as none.
CREATE TEMP TABLE difference (place int PRIMARY KEY, name text NOT NULL, lacking bigint NOT NULL, odd bigint NOT NULL,
    other bigint NOT NULL) ON COMMIT DROP;
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

-- Bytes of a unit, in so many rows as hubs like.
INSERT INTO difference SELECT 14, 'unit_use', 0, 0, count(*)
    FROM (SELECT unit_no, sum(bytes) AS bytes FROM public.unit_use GROUP BY 1) u
    FULL JOIN (SELECT unit_no, sum(bytes) AS bytes FROM public.file GROUP BY 1) f USING (unit_no)
    WHERE coalesce(u.bytes, 0) <> coalesce(f.bytes, 0);
