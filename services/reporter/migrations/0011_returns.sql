-- Statements that are being written. What is signed is an event and stands in the ledger; this is working paper only.
CREATE TABLE draft (
    department text NOT NULL,
    period text NOT NULL,
    version integer NOT NULL,       -- how often it was saved
    body jsonb NOT NULL,
    saved_at timestamptz NOT NULL,
    saved_by text NOT NULL,
    PRIMARY KEY (department, period)
);

-- What was sent from the site to submissions.<sender>: a receipt, from which nothing is reported. A form that is sent
-- twice finds its event here and is not sent on again.
CREATE TABLE submission (
    source text NOT NULL,
    id text NOT NULL,
    name text NOT NULL,             -- statement.signed, round.opened, round.closed
    subject text NOT NULL,
    sender text NOT NULL,
    data jsonb NOT NULL,
    made_at timestamptz NOT NULL,
    made_by text NOT NULL,
    PRIMARY KEY (source, id)
);
CREATE INDEX submission_subject ON submission (subject, made_at DESC);
