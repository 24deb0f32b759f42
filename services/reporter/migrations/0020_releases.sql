-- The calendar as it was last said, a row a period: a calendar program takes a change only with a higher sequence.
CREATE TABLE release (
    period text PRIMARY KEY,
    at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('provisional', 'confirmed', 'cancelled')),
    sequence integer NOT NULL,
    changed_at timestamptz NOT NULL
);
