-- Tables of this session in front of the hub's own: by the names that ingest uses they are found first, so its statements fill
-- them, and what the hub has (`public.…`) is only read until the end.

-- What is made of bodies: its key, and whether its other columns only count. Referred to before referring.
CREATE TEMP TABLE projection (place int PRIMARY KEY, name text NOT NULL, key text[] NOT NULL, counts bool NOT NULL)
    ON COMMIT DROP;
INSERT INTO projection VALUES
    (1, 'fonds', '{fonds_no}', false),
    (2, 'dossier', '{dossier}', false),
    (3, 'page', '{dossier,page}', false),
    (4, 'item', '{kind,id}', false),
    (5, 'work', '{dossier,day,agent,event}', false),
    (6, 'progress', '{station_no,fonds_no,state}', true),
    (7, 'progress_top', '{station_no,state}', true),
    (8, 'amount', '{unit_no,value_class,below_standard,is_done,slot}', true),
    (9, 'accepted_day', '{unit_no,accepted_on,value_class,below_standard,slot}', true),
    (10, 'assignment', '{dossier}', false),
    (11, 'hold', '{dossier}', false);
DO $$
DECLARE
    p record;
BEGIN
    FOR p IN SELECT * FROM projection LOOP
        EXECUTE format('CREATE TEMP TABLE %1$I (LIKE public.%1$I INCLUDING DEFAULTS, PRIMARY KEY (%2$s)) ON COMMIT DROP',
            p.name, (SELECT string_agg(quote_ident(k), ', ') FROM unnest(p.key) AS k));
    END LOOP;
END
$$;

-- A fonds keeps its number; one that is missing gets a new one.
ALTER TABLE pg_temp.fonds ADD UNIQUE (unit_no, code);
CREATE FUNCTION pg_temp.number_fonds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.fonds_no := coalesce(
        (SELECT f.fonds_no FROM public.fonds f WHERE f.unit_no = NEW.unit_no AND f.code = NEW.code),
        (SELECT f.fonds_no FROM pg_temp.fonds f WHERE f.unit_no = NEW.unit_no AND f.code = NEW.code),
        nextval(pg_get_serial_sequence('public.fonds', 'fonds_no')));
    RETURN NEW;
END
$$;
CREATE TRIGGER fonds_has_number BEFORE INSERT ON pg_temp.fonds FOR EACH ROW EXECUTE FUNCTION pg_temp.number_fonds();

-- Orders are the hub's; what stations answered to them is in the bodies.
INSERT INTO pg_temp.assignment SELECT * FROM public.assignment;
INSERT INTO pg_temp.hold SELECT * FROM public.hold;

-- In one transaction every change of a row leaves its old version behind, and whoever changes it next goes over all of them.
-- So what nearly every batch changes is left out here, and made at the end: counters from dossiers, and the last that a
-- station said of itself. Which texts are to be indexed is asked at the end, too.
CREATE TEMP TABLE text_waiting (LIKE public.text_waiting INCLUDING DEFAULTS INCLUDING IDENTITY) ON COMMIT DROP;
CREATE FUNCTION pg_temp.leave_out() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
DO $$
DECLARE
    t text;
BEGIN
    FOR t IN SELECT name FROM projection WHERE counts UNION ALL SELECT 'text_waiting' LOOP
        EXECUTE format('CREATE TRIGGER is_left_out BEFORE INSERT ON pg_temp.%I FOR EACH ROW EXECUTE FUNCTION pg_temp.leave_out()', t);
    END LOOP;
END
$$;

-- Its backlog a station tells with each hello, too: that stays.
CREATE TEMP TABLE station (LIKE public.station, PRIMARY KEY (station_no)) ON COMMIT DROP;
INSERT INTO pg_temp.station SELECT * FROM public.station;
UPDATE pg_temp.station
    SET software = NULL, disk_free = NULL, disk_total = NULL, pages_last_hour = NULL, reject_ppm = NULL;
CREATE TEMP TABLE station_said (said_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, station_no int NOT NULL, software text,
    disk_free bigint, disk_total bigint, pages_last_hour bigint, reject_ppm bigint) ON COMMIT DROP;
CREATE FUNCTION pg_temp.hear_station() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO pg_temp.station_said (station_no, software, disk_free, disk_total, pages_last_hour, reject_ppm)
        VALUES (NEW.station_no, NEW.software, NEW.disk_free, NEW.disk_total, NEW.pages_last_hour, NEW.reject_ppm);
    RETURN NULL;
END
$$;
CREATE TRIGGER station_says BEFORE UPDATE ON pg_temp.station FOR EACH ROW EXECUTE FUNCTION pg_temp.hear_station();

-- Files that records name and that the hub has no row of, or one of another size. No body brings them back.
CREATE TEMP TABLE missing_file (sha256 bytea NOT NULL, unit_no int NOT NULL, bytes bigint NOT NULL, lacks bool NOT NULL,
    PRIMARY KEY (sha256, unit_no)) ON COMMIT DROP;

DECLARE body NO SCROLL CURSOR FOR
    SELECT b.station_no, s.unit_no, b.epoch, b.first_seq, b.last_seq, b.chain, b.key, b.body_sha256, b.received_at, b.skew_ms,
        k.public_key
    FROM public.batch b JOIN public.station s USING (station_no)
    LEFT JOIN public.station_key k ON k.station_no = b.station_no AND k.epoch = b.epoch ORDER BY b.place;
