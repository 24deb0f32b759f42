"""The whole system with people in front of it: Kafka, PostgreSQL, three services, a provider, and Chromium.

Without Chromium these tests are skipped by name, unless SVR_BROWSER=required.
"""

import asyncio
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from deploy.kafka import topics as kafka_topics
from deploy.local import assets
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.provider import ACCOUNTS, LocalProvider
from deploy.local.sample import write as write_sample
from deploy.local.services import services, write_keys
from services.svr.lines import lines
from services.svr.submitting import to_kafka
from shared import database
from shared.departments import load_register
from shared.kafka import Connection
from tests.browser.looking import Look

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
PATIENCE = 60.0


@dataclass
class System:
    """`url`: where readers reach the pages."""

    url: str
    kafka: Connection


@dataclass
class World(System):
    browser: Browser

    def reader(self, account: str | None) -> "Reader":
        """Somebody with a browser of their own; signed in as an account of the provider, or nobody."""
        context = self.browser.new_context(base_url=self.url, viewport={"width": 1200, "height": 900})
        reader = Reader(context.new_page(), self.url)
        if account is not None:
            reader.page.goto("/")
            reader.page.get_by_role("link", name="Sign in").first.click()
            reader.page.get_by_role("button", name=ACCOUNTS[account]["name"]).click()
            reader.page.get_by_role("heading", name="Your tasks").wait_for()
        return reader


class Reader:
    """A person's page, and every address that it asked for."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.look = page, Look(page, url)

    def until(self, path: str, there: Callable[[Page], bool]) -> None:
        """Loads a page again and again until it shows what is waited for."""
        deadline = time.monotonic() + PATIENCE
        while True:
            self.page.goto(path)
            if there(self.page):
                return
            assert time.monotonic() < deadline, self.page.inner_text("main")[:2000]
            self.page.wait_for_timeout(300)


@pytest.fixture(scope="package")
def chromium() -> str:
    """Its path."""
    if CHROMIUM is None:
        if os.environ.get("SVR_BROWSER") == "required":
            pytest.fail("Chromium is not installed (Debian: apt-get install chromium), nor does CHROMIUM name it")
        pytest.skip("no Chromium: Debian: apt-get install chromium, or let CHROMIUM name it")
    return CHROMIUM


@pytest.fixture(scope="package")
def system(chromium: str, open_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """With the events of one department, all but its last statement, and no round yet."""
    assets.build()
    folder, mine = open_folder / "browser", tmp_path_factory.mktemp("browser")
    kafka, postgres = Kafka(folder / "kafka"), Postgres(folder / "postgres", fsync=False)
    provider = LocalProvider(secret="only for this run")
    kafka.launch()
    postgres.start()
    provider.start()
    kafka.wait()
    write_keys(mine / "keys.toml", ["pm-office"])
    found = services(
        mine,
        kafka=lambda _: kafka.connection,
        database_url=postgres.url,
        keys=mine / "keys.toml",
        more={**provider.settings(), "SVR_REPORTER_SETTLE_SECONDS": "0.2", "SVR_REPORTER_WORKERS": "1"},
    )
    provider.site = found["reporter"].url
    try:
        kafka_topics.create(kafka.connection)
        for schema in ("aggregator", "reporter"):
            asyncio.run(database.migrate(postgres.url, schema=schema, package=f"services.{schema}.migrations"))
        for service in found.values():
            service.start()
        for service in found.values():
            service.wait()
        write_sample(mine / "sample", load_register())
        history = mine / "sample" / "history" / "dwp.jsonl"
        unsigned = (line for line in lines(history) if b"2026-27-q2/dwp" not in line)
        asyncio.run(to_kafka(kafka.connection, "dwp", unsigned, progress=lambda _: None))
        yield System(found["reporter"].url, kafka.connection)
    finally:
        for service in reversed(found.values()):
            service.child.stop()
        provider.stop()
        postgres.stop()
        kafka.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def world(system: System, chromium: str) -> Iterator[World]:
    """Playwright keeps an event loop running, which other tests must not meet: it ends with each module."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield World(system.url, system.kafka, browser)
        browser.close()
