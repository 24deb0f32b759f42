-- Taking a person's name out of what was published: each file it stood in, with the hash of the file as it was published.
CREATE TABLE erasure (
    publication text NOT NULL REFERENCES publication,
    name text NOT NULL,             -- the file; a PDF or a spreadsheet is made anew from the JSON
    sha256 text NOT NULL,           -- of the file before
    reason text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (publication, name, sha256)
);

-- One change passes, and only of the owner of the tables, who alone has the right to UPDATE and DELETE.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'TRUNCATE' AND TG_TABLE_NAME IN ('publication', 'publication_file')
            AND current_setting('svr.erasing', true) = 'on' THEN
        IF TG_OP = 'UPDATE' THEN
            RETURN NEW;
        END IF;
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'reporter.% is immutable: publish a new revision', TG_TABLE_NAME;
END $$;
CREATE TRIGGER erasure_immutable BEFORE UPDATE OR DELETE ON erasure FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER erasure_not_truncated BEFORE TRUNCATE ON erasure EXECUTE FUNCTION refuse_change();
