-- The ledger: every accepted event once. (source, id) identifies an event (CloudEvents 1.0).
CREATE TABLE event (
    position bigint GENERATED ALWAYS AS IDENTITY,
    source text NOT NULL,
    id text NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    sender text NOT NULL,
    time timestamptz NOT NULL,
    received timestamptz NOT NULL,
    sha256 text NOT NULL,
    body text NOT NULL,             -- the event in structured JSON, as it stood on procurement.events
    partition integer NOT NULL,     -- the record that brought it: redelivery of that record is no repeat
    "offset" bigint NOT NULL,
    PRIMARY KEY (source, id)
);
CREATE INDEX event_subject ON event (subject);
CREATE INDEX event_sender_time ON event (sender, time);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_not_truncated BEFORE TRUNCATE ON event EXECUTE FUNCTION refuse_change();

-- Records that brought an event already known: the same content (a repeat) or another (a conflict, kept, not applied).
CREATE TABLE duplicate (
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    source text NOT NULL,
    id text NOT NULL,
    sender text NOT NULL,
    time timestamptz NOT NULL,
    sha256 text NOT NULL,
    conflict boolean NOT NULL,      -- the first record with this other content; one more of the same is a repeat
    body text,                      -- of a conflict only
    PRIMARY KEY (partition, "offset")
);
CREATE INDEX duplicate_event ON duplicate (source, id);

-- Records on procurement.events that ingest cannot have written: set aside, never dropped.
CREATE TABLE unreadable (
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    value bytea,
    reason text NOT NULL,
    PRIMARY KEY (partition, "offset")
);

-- What the events of one subject say, merged: fact name -> [value, at, source, id].
CREATE TABLE subject (
    key text PRIMARY KEY,
    kind text NOT NULL,
    facts jsonb NOT NULL DEFAULT '{}',
    withdrawn jsonb NOT NULL DEFAULT '[]'
) WITH (fillfactor = 70);
CREATE INDEX subject_kind ON subject (kind) WHERE kind <> 'procurement';

-- One typed row a procurement. An answer that is null: the procurement is not in that indicator's population.
CREATE TABLE assessment (
    ocid text PRIMARY KEY,
    department text NOT NULL,       -- 'unattributed' while the buyer is not resolved
    body text,
    period text,                    -- the quarter of the start; null while no start is known
    buyer_name text,
    buyer_ids text[] NOT NULL,
    title text,
    started_on date,
    start_exact boolean,
    value_gross bigint,             -- pence
    value_net bigint,               -- pence; only where no gross value is known
    scope text NOT NULL,
    scope_reasons text[] NOT NULL,
    missing text[] NOT NULL,
    answers jsonb NOT NULL,         -- question -> answers
    concerns text[] NOT NULL,
    urgency jsonb NOT NULL,         -- claims: sub-sections and reason
    evidence jsonb NOT NULL,        -- question -> [[source, id], ...]
    items jsonb NOT NULL,           -- what it answers beyond its start, each in a time and for a department of its own
    departments text[] NOT NULL     -- all for which it, or one of its items, counts
) WITH (fillfactor = 70);
CREATE INDEX assessment_departments ON assessment USING gin (departments);
CREATE INDEX assessment_department_period ON assessment (department, period);
CREATE INDEX assessment_buyer ON assessment (buyer_name) WHERE department = 'unattributed';

-- Marks of what must be counted anew. Rows are only ever added and deleted, never shared: no batch waits for another.
CREATE TABLE status_due (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    department text,                -- null: every department
    period text                     -- null: every period
);

CREATE TABLE status (
    department text NOT NULL,
    period text NOT NULL,
    version integer NOT NULL,
    sha256 text NOT NULL,           -- of the content without its version
    body text NOT NULL,
    PRIMARY KEY (department, period)
);

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    key text NOT NULL,
    value bytea NOT NULL,
    header_names text[] NOT NULL,
    header_values text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Every batch shares a lock on this row, and one that changes it waits: so that no procurement is assessed by an
-- attribution of buyers that another transaction has just replaced.
INSERT INTO subject (key, kind) VALUES ('register/buyers', 'register');
