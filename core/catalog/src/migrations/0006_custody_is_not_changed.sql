-- A movement that was written down stays; a wrong one is followed by the right one.

CREATE TRIGGER custody_is_not_changed BEFORE UPDATE ON custody
BEGIN SELECT raise(ABORT, 'movements are never changed'); END;
CREATE TRIGGER custody_is_not_removed BEFORE DELETE ON custody
BEGIN SELECT raise(ABORT, 'movements are never removed'); END;
-- INSERT OR REPLACE removes the row before without asking the trigger that refuses removals.
CREATE TRIGGER custody_is_not_replaced BEFORE INSERT ON custody
WHEN EXISTS (SELECT 1 FROM custody WHERE number = new.number)
BEGIN SELECT raise(ABORT, 'movements are never replaced'); END;
