-- Departments that spoke of the procurement and whose word does not count (docs/adr/0016). Rows written before this are
-- told by the next recount.
ALTER TABLE assessment ADD COLUMN unheard text[] NOT NULL DEFAULT '{}';
