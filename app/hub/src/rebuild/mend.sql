-- The hub gets what its bodies say, and only where it has something else. What refers goes first, and comes last.
DO $$
DECLARE
    p record;
    keys text;
    columns text;
BEGIN
    FOR p IN SELECT * FROM projection JOIN difference d USING (place, name)
        WHERE NOT d.lasting AND d.odd + d.other > 0 ORDER BY place DESC LOOP
        SELECT string_agg(format('h.%I = d.%1$I', k), ' AND ') INTO keys FROM unnest(p.key) AS k;
        EXECUTE format('DELETE FROM public.%I h USING pg_temp.%I d WHERE %s AND NOT d.lacks', p.name,
            'differing_' || p.name, keys);
    END LOOP;
    FOR p IN SELECT * FROM projection JOIN difference d USING (place, name)
        WHERE NOT d.lasting AND d.lacking + d.other > 0 ORDER BY place LOOP
        SELECT string_agg(quote_ident(k), ', ') INTO keys FROM unnest(p.key) AS k;
        SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute
            WHERE attrelid = format('public.%I', p.name)::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
        EXECUTE format('INSERT INTO public.%1$I (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM pg_temp.%1$I '
            'JOIN pg_temp.%3$I d USING (%4$s) WHERE NOT d.is_odd', p.name, columns, 'differing_' || p.name, keys);
    END LOOP;
END
$$;

-- A page whose row differed has its text indexed whatever waits already: a hub that took its marker meanwhile saw the old row.
INSERT INTO public.text_waiting (dossier, page, unit_no)
    SELECT dossier, page, unit_no FROM differing_text
    UNION SELECT p.dossier, p.page, s.unit_no FROM differing_page d JOIN pg_temp.page p USING (dossier, page)
        JOIN public.station s ON s.station_no = p.station_no WHERE NOT d.is_odd AND p.text_sha256 IS NOT NULL;
DELETE FROM public.page_text x
    WHERE NOT EXISTS (SELECT FROM pg_temp.page p WHERE p.dossier = x.dossier AND p.page = x.page);

DELETE FROM public.unit_use WHERE (SELECT other FROM difference WHERE name = 'unit_use') > 0;
INSERT INTO public.unit_use SELECT unit_no, 0, bytes FROM due_use
    WHERE (SELECT other FROM difference WHERE name = 'unit_use') > 0;
