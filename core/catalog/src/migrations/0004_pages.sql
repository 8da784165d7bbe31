-- What people do to pages after they were captured.

-- The place in the document, from 0, once a person ordered it; before that file names order it.
ALTER TABLE page ADD COLUMN place INTEGER;
-- Degrees clockwise from the stored samples that a person gave: 0, 90, 180 or 270.
ALTER TABLE page ADD COLUMN turn INTEGER CHECK (turn IN (0, 90, 180, 270));
-- Why a page does not count since 'superseded_at', where a person or a rule of the profile said so.
ALTER TABLE page ADD COLUMN gone TEXT CHECK (gone IN ('removed', 'replaced', 'blank'));

-- A batch that is not appended: the page it goes before, or the pages it replaces (ids, parted by blanks).
ALTER TABLE batch ADD COLUMN before_page BLOB;
ALTER TABLE batch ADD COLUMN instead_of TEXT;

-- When the copy of a master in the second vault was last verified; of this station, so in no manifest.
ALTER TABLE file ADD COLUMN copied_at INTEGER;
CREATE INDEX file_not_copied ON file (dossier) WHERE copied_at IS NULL;
