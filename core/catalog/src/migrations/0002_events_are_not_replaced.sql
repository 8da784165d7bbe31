-- INSERT OR REPLACE removes the row before without asking the trigger that refuses removals.

CREATE TRIGGER event_is_not_replaced BEFORE INSERT ON event
WHEN EXISTS (SELECT 1 FROM event WHERE seq = new.seq OR id = new.id)
BEGIN SELECT raise(ABORT, 'events are never replaced'); END;
