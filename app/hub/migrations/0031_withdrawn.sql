-- The decision that took an order to hold back: the dossier stays hidden until its station tells that it heard of that, which
-- it can't while it holds the dossier itself.
ALTER TABLE hold ADD COLUMN withdrawn uuid;
