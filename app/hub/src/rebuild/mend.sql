-- The hub gets what its bodies say, and only where it has something else. What refers goes first, and comes last.
DO $$
DECLARE
    p record;
    keys text;
    columns text;
BEGIN
    FOR p IN SELECT * FROM projection JOIN difference d USING (place, name) WHERE d.odd + d.other > 0 ORDER BY place DESC LOOP
        SELECT string_agg(format('h.%I = d.%1$I', k), ' AND ') INTO keys FROM unnest(p.key) AS k;
        EXECUTE format('DELETE FROM public.%I h USING pg_temp.%I d WHERE %s AND NOT d.lacks', p.name,
            'differing_' || p.name, keys);
    END LOOP;
    FOR p IN SELECT * FROM projection JOIN difference d USING (place, name) WHERE d.lacking + d.other > 0 ORDER BY place LOOP
        SELECT string_agg(quote_ident(k), ', ') INTO keys FROM unnest(p.key) AS k;
        SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute
            WHERE attrelid = format('public.%I', p.name)::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
        EXECUTE format('INSERT INTO public.%1$I (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM pg_temp.%1$I '
            'JOIN pg_temp.%3$I d USING (%4$s) WHERE NOT d.is_odd', p.name, columns, 'differing_' || p.name, keys);
    END LOOP;
END
$$;

UPDATE public.station h SET software = t.software, disk_free = t.disk_free, disk_total = t.disk_total,
        pages_last_hour = t.pages_last_hour, reject_ppm = t.reject_ppm
    FROM pg_temp.station t WHERE t.station_no = h.station_no
    AND (h.software, h.disk_free, h.disk_total, h.pages_last_hour, h.reject_ppm)
    IS DISTINCT FROM (t.software, t.disk_free, t.disk_total, t.pages_last_hour, t.reject_ppm);

INSERT INTO public.text_waiting (dossier, page, unit_no) SELECT dossier, page, unit_no FROM differing_text;
DELETE FROM public.page_text x
    WHERE NOT EXISTS (SELECT FROM pg_temp.page p WHERE p.dossier = x.dossier AND p.page = x.page);

DELETE FROM public.unit_use WHERE (SELECT other FROM difference WHERE name = 'unit_use') > 0;
INSERT INTO public.unit_use SELECT unit_no, 0, sum(bytes) FROM public.file
    WHERE (SELECT other FROM difference WHERE name = 'unit_use') > 0 GROUP BY 1;
