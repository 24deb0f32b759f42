-- The latest status of each department and period, as the aggregator sent it. A higher version replaces a lower one.
CREATE TABLE status (
    department text NOT NULL,
    period text NOT NULL,
    version bigint NOT NULL,
    publish_at timestamptz,         -- of the period's round; null until it is opened
    changed_at timestamptz NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (department, period)
);

-- The versions that a period was last published from, or found to say nothing new.
CREATE TABLE considered (
    period text PRIMARY KEY,
    fingerprint text NOT NULL,
    considered_at timestamptz NOT NULL
);

-- Every revision of every report. `department` is a department's code, or 'overview'.
CREATE TABLE publication (
    id text PRIMARY KEY,            -- dwp/2026-27-q2/r1
    department text NOT NULL,
    period text NOT NULL,
    period_ends date NOT NULL,
    revision integer NOT NULL CHECK (revision > 0),
    published_at timestamptz NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    title text NOT NULL,
    rating text,                    -- null for the overview
    method integer NOT NULL,
    reason text,                    -- null for the first revision
    changes jsonb NOT NULL,         -- [{what, old, new, text}]
    content_sha256 text NOT NULL,   -- of what the statuses say, apart from the clock
    UNIQUE (department, period, revision),
    CHECK ((revision = 1) = (reason IS NULL))
);
CREATE INDEX publication_latest ON publication (department, period_ends DESC, period DESC, revision DESC);
CREATE INDEX publication_recent ON publication (published_at DESC, id);

CREATE TABLE publication_file (
    publication text NOT NULL REFERENCES publication,
    name text NOT NULL,             -- report.html, report.json
    media_type text NOT NULL,
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    content bytea NOT NULL,
    PRIMARY KEY (publication, name)
);

-- The style sheets that published pages name, by their fingerprinted names: an old page keeps its looks.
CREATE TABLE asset (
    name text PRIMARY KEY,
    content bytea NOT NULL
);

-- What has been published stands. Not even the owner of the tables changes it by an ordinary statement.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'reporter.% is immutable: publish a new revision', TG_TABLE_NAME;
END $$;
CREATE TRIGGER publication_immutable BEFORE UPDATE OR DELETE ON publication
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER publication_not_truncated BEFORE TRUNCATE ON publication EXECUTE FUNCTION refuse_change();
CREATE TRIGGER publication_file_immutable BEFORE UPDATE OR DELETE ON publication_file
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER publication_file_not_truncated BEFORE TRUNCATE ON publication_file EXECUTE FUNCTION refuse_change();

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    key text NOT NULL,
    value bytea NOT NULL,
    header_names text[] NOT NULL,
    header_values text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
