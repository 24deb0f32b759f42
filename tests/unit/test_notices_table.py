"""docs/notices.md says what the real notices come to."""

from pathlib import Path

import pytest

from tests.bench import notices
from tests.notices import notice_files

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_table_of_real_notices_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    """Rerun `python -m tests.bench.notices > docs/notices.md` when a rule or the register changes."""
    assert len(notice_files()) == 2
    notices.main()
    assert capsys.readouterr().out == (DOCS / "notices.md").read_text("utf-8")
