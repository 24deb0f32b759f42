-- What ingest refused, by the identity it was sent under: so that a sender who asks is told. Deleted after its retention.
CREATE TABLE rejection (
    source text NOT NULL,
    id text NOT NULL,
    sender text NOT NULL,
    place text NOT NULL,            -- where it came in: names one submission, and so makes a repeat of its rejection none
    at timestamptz NOT NULL,
    problem text NOT NULL,          -- JSON; as text, because jsonb cannot hold U+0000
    PRIMARY KEY (source, id, sender, place)
);
CREATE INDEX rejection_at ON rejection (at);

-- When a repeat or a conflict was recorded; what came before this column came at an unknown time.
ALTER TABLE duplicate ADD COLUMN at timestamptz;
ALTER TABLE duplicate ALTER COLUMN at SET DEFAULT now();
