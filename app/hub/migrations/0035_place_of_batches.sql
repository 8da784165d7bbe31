-- In which order batches were committed, where one could only come after another: the clocks of hubs do not tell that, and
-- `rebuild` applies them in it. What is there already is put in order by those clocks, each log in its own order.
ALTER TABLE batch ADD COLUMN place bigint;
UPDATE batch b SET place = o.place FROM (
    SELECT station_no, first_seq, row_number() OVER (ORDER BY latest, station_no, first_seq) AS place FROM (
        SELECT station_no, first_seq, max(received_at) OVER (PARTITION BY station_no ORDER BY first_seq) AS latest FROM batch
    ) l
) o WHERE o.station_no = b.station_no AND o.first_seq = b.first_seq;
ALTER TABLE batch ALTER COLUMN place SET NOT NULL, ALTER COLUMN place ADD GENERATED ALWAYS AS IDENTITY;
SELECT setval(pg_get_serial_sequence('batch', 'place'), (SELECT coalesce(max(place), 0) + 1 FROM batch), false);
