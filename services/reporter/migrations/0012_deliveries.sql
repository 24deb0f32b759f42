-- E-mails to be sent, each once. `message_id` is made of what it is about and of its recipient, so that whatever is sent
-- again after a crash bears the same one.
CREATE TABLE delivery (
    message_id text PRIMARY KEY,
    kind text NOT NULL,             -- overview, or which reminder
    about text NOT NULL,            -- a publication (overview/2026-27-q2/r1), or a return (2026-27-q2/dwp)
    recipient text NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'given up')),
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    error text,
    created_at timestamptz NOT NULL,
    done_at timestamptz
);
CREATE INDEX delivery_waiting ON delivery (next_attempt_at) WHERE state = 'waiting';

-- What the log has said once: a round was opened, a return is late.
CREATE TABLE noticed (
    what text PRIMARY KEY,
    noticed_at timestamptz NOT NULL
);
