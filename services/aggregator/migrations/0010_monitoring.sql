-- The trace of the batch that marked it, so that a status can name one of the events it was counted anew for.
ALTER TABLE status_due ADD COLUMN traceparent text;

-- The days on which it was looked which departments are silent: once a day, however many aggregators there are.
CREATE TABLE silence (looked_on date PRIMARY KEY);
