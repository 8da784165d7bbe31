-- An order to hold that was taken back: the dossier stays hidden until its station tells of it again.
ALTER TABLE hold ADD COLUMN withdrawn boolean NOT NULL DEFAULT false;
