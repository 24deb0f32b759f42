-- Taking a person's name out of the bodies of the ledger. Each time is an entry of the chain itself: it names the row,
-- keeps the hash of the body that was sealed, and says which body stands there since.
CREATE TABLE erasure (
    position bigint PRIMARY KEY DEFAULT nextval('event_position_seq'),
    entry bigint NOT NULL,          -- the position of the event or the conflict
    source text NOT NULL,
    id text NOT NULL,
    body_sha256 text NOT NULL,      -- of the body before
    erased_sha256 text NOT NULL,    -- of the body since
    reason text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX erasure_entry ON erasure (entry, position);
CREATE TRIGGER erasure_append_only BEFORE UPDATE OR DELETE ON erasure FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER erasure_not_truncated BEFORE TRUNCATE ON erasure EXECUTE FUNCTION refuse_change();

-- One change passes, and only of the owner of the table, who alone has the right to UPDATE: `svr person erase` says
-- beforehand that it is at it, and then changes the body of an event and nothing else.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'event' AND current_setting('svr.erasing', true) = 'on' THEN
        IF to_jsonb(NEW) - 'body' = to_jsonb(OLD) - 'body' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;

-- The line of an erased row holds the hash that was sealed. `erased`: the hash of the body that must stand there now.
-- Sub-queries and no join, so that the rows still come in the order of their positions without sorting.
CREATE OR REPLACE VIEW entry AS
SELECT position, source, id, sha256, body,
    json_build_array('event', position, source, id, type, subject, sender,
        to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        to_char(received AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        sha256, coalesce(
            (SELECT body_sha256 FROM erasure r WHERE r.entry = event.position ORDER BY r.position LIMIT 1),
            encode(sha256(convert_to(body, 'UTF8')), 'hex')), partition, "offset")::text AS line,
    (SELECT erased_sha256 FROM erasure r WHERE r.entry = event.position ORDER BY r.position DESC LIMIT 1) AS erased
FROM event
UNION ALL
SELECT position, source, id, sha256, body,
    json_build_array('conflict', position, source, id, sender,
        to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        sha256, coalesce(
            (SELECT body_sha256 FROM erasure r WHERE r.entry = duplicate.position ORDER BY r.position LIMIT 1),
            encode(sha256(convert_to(body, 'UTF8')), 'hex')), partition, "offset")::text,
    (SELECT erased_sha256 FROM erasure r WHERE r.entry = duplicate.position ORDER BY r.position DESC LIMIT 1)
FROM duplicate WHERE conflict
UNION ALL
SELECT position, source, id, '', '',
    json_build_array('erasure', position, source, id, entry, body_sha256, erased_sha256, reason,
        to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text,
    NULL
FROM erasure;
