-- The trace that a status came with, named again when it is published.
ALTER TABLE status ADD COLUMN traceparent text;
