-- What is rewritten with nearly every event is kept uncompressed: compressing it cost PostgreSQL a quarter of its work.
ALTER TABLE subject ALTER facts SET STORAGE EXTERNAL;
ALTER TABLE assessment ALTER answers SET STORAGE EXTERNAL, ALTER evidence SET STORAGE EXTERNAL,
    ALTER items SET STORAGE EXTERNAL;
