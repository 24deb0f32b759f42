"""The table of the database's roles: what each statement grants, before any database is asked."""

from deploy.postgres.roles import AGGREGATOR, APPEND_ONLY, OBSERVER, REPORTER, after, before

TABLES = [("aggregator", name) for name in ("event", "subject", "migration")] + [("reporter", "session")]


def granted(role: str, table: str) -> set[str]:
    """The rights that the statements give a role on a table."""
    return {
        right
        for statement in after(TABLES)
        if statement.startswith("GRANT ") and f" ON {table} TO {role}" in statement
        for right in statement.removeprefix("GRANT ").partition(" ON ")[0].split(", ")
    }


def test_the_ledger_may_be_added_to_and_read() -> None:
    """And what is derived from it may be changed; migrations are nobody's to record but the migrator's."""
    assert granted(AGGREGATOR, "aggregator.event") == {"SELECT", "INSERT"}
    assert granted(AGGREGATOR, "aggregator.subject") == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert granted(AGGREGATOR, "aggregator.migration") == {"SELECT"}


def test_others_only_read_and_not_everything() -> None:
    """The reporter its evidence, the observer the aggregator's tables but no session."""
    assert granted(REPORTER, "aggregator.event") == granted(OBSERVER, "aggregator.event") == {"SELECT"}
    assert granted(REPORTER, "aggregator.migration") == granted(OBSERVER, "reporter.session") == set()


def test_every_right_is_taken_before_it_is_given() -> None:
    """So that a right that is no longer in the table is gone after the next run."""
    statements = list(after(TABLES))
    for schema, table in TABLES:
        first = next(statement for statement in statements if f" {schema}.{table} " in statement)
        assert first.startswith(f"REVOKE ALL ON {schema}.{table} FROM PUBLIC, {AGGREGATOR}, {REPORTER}, {OBSERVER}")


def test_nobody_but_the_migrator_creates_anything() -> None:
    """In the database, and in no schema that everybody shares."""
    creating = [statement for statement in before("svr") if "GRANT CREATE" in statement]
    assert creating == ["GRANT CREATE ON DATABASE svr TO svr_migrator"]
    assert "REVOKE ALL ON SCHEMA public FROM PUBLIC" in list(before("svr"))


def test_what_is_append_only_is_a_table_of_a_service() -> None:
    """A misspelt name would leave a table open to changes."""
    assert {schema for schema, _ in APPEND_ONLY} == {"aggregator", "reporter"}
