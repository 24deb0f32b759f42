-- The hash chain over the ledger: blocks of lines, one line for each event and for each conflict, in commit order.

-- Events and conflicts draw their positions from one sequence. A position is no commit order; it only names a row.
CREATE UNIQUE INDEX event_position ON event (position);
ALTER TABLE duplicate ADD COLUMN position bigint NOT NULL DEFAULT nextval('event_position_seq');
CREATE UNIQUE INDEX duplicate_position ON duplicate (position) WHERE conflict;

-- What the chain says of each row. A line holds the hash of the body, not the body.
CREATE VIEW entry AS
SELECT position, source, id, sha256, body,
    json_build_array('event', position, source, id, type, subject, sender,
        to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        to_char(received AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        sha256, encode(sha256(convert_to(body, 'UTF8')), 'hex'), partition, "offset")::text AS line
FROM event
UNION ALL
SELECT position, source, id, sha256, body,
    json_build_array('conflict', position, source, id, sender,
        to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        sha256, encode(sha256(convert_to(body, 'UTF8')), 'hex'), partition, "offset")::text
FROM duplicate WHERE conflict;

CREATE TABLE chain (
    block bigint PRIMARY KEY CHECK (block > 0),
    previous text NOT NULL,         -- hash of the block before; 64 zeros before the first
    hash text NOT NULL UNIQUE,      -- SHA-256 of the previous hash, a newline and the lines
    entries integer NOT NULL,
    lines text NOT NULL,            -- joined by newlines
    through bigint NOT NULL,        -- up to this position nothing can come any more, and all there is, is sealed
    ahead bigint[] NOT NULL,        -- the positions beyond `through` that are sealed already
    sealed_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER chain_append_only BEFORE UPDATE OR DELETE ON chain FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER chain_not_truncated BEFORE TRUNCATE ON chain EXECUTE FUNCTION refuse_change();
