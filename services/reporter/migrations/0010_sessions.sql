-- Who is signed in. The browser holds the id; here stands its hash only, so that a copy of this table opens no session.
CREATE TABLE session (
    id_sha256 text PRIMARY KEY,
    subject text NOT NULL,          -- the provider's name for the person
    name text NOT NULL,
    role text NOT NULL,
    sender text NOT NULL,           -- as whom they speak: dwp, pm-office, review-team
    began_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL
);
