-- A store has the object `store-id` with this id in it: one that is not mounted, or is another database's, has not.
ALTER TABLE hub ADD COLUMN store_id uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN store_is_marked bool NOT NULL DEFAULT false; -- once the object was written
