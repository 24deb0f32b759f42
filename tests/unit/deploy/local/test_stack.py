"""Which servers are used is decided by the environment, then by Docker, and said without a password."""

from deploy.local.stack import Plan, Source, plan

URL = "postgresql://svr:secret@db:5432/svr"


def no_engine() -> bool:
    return False


def engine() -> bool:
    return True


def unasked() -> bool:
    raise AssertionError("there was no need to look for Docker")


def test_addresses_from_the_environment_come_first() -> None:
    """Where both are given, nothing else is looked for."""
    chosen = plan({"SVR_KAFKA_BOOTSTRAP": "kafka:9092", "DATABASE_URL": URL}, unasked)
    assert chosen == Plan(Source.ENVIRONMENT, Source.ENVIRONMENT, "kafka:9092", URL)
    assert chosen.kind == "addresses from the environment: Kafka at kafka:9092, PostgreSQL at db:5432/svr"


def test_a_database_alone_goes_with_a_local_kafka() -> None:
    """As where a continuous integration service gives a database."""
    chosen = plan({"DATABASE_URL": URL}, unasked)
    assert chosen == Plan(Source.LOCAL, Source.ENVIRONMENT, None, URL)
    assert chosen.kind == ("local stack: Apache Kafka 4.3.1; addresses from the environment: PostgreSQL at db:5432/svr")


def test_an_engine_that_answers_gives_both() -> None:
    """The same versions, in containers."""
    chosen = plan({}, engine)
    assert chosen == Plan(Source.DOCKER, Source.DOCKER)
    assert chosen.kind == "Docker: Apache Kafka 4.3.1, PostgreSQL 18.4"


def test_otherwise_the_stack_is_local() -> None:
    """An empty variable is as good as none."""
    chosen = plan({"DATABASE_URL": ""}, no_engine)
    assert chosen == Plan(Source.LOCAL, Source.LOCAL)
    assert chosen.kind == "local stack: Apache Kafka 4.3.1, PostgreSQL 18.4"
