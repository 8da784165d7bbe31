-- What was captured lately is asked for whenever somebody looks at progress.
CREATE INDEX file_taken ON file (taken_at, taken_by);
