"""docs/departments.md does what it says: its examples run, in their order, as they stand on the page."""

import asyncio
import re
import shutil
import subprocess
import sys
from pathlib import Path

import confluent_kafka
import pytest

from tests.door.house import Door, environment

PAGE = Path(__file__).resolve().parents[2] / "docs" / "departments.md"
SOURCE, ID = "https://commercial.dwp.gov.uk/records", "2026-0417/consideration"
NEEDED = ("curl", "kcat")


def script() -> str:
    """The page's blocks as one shell script, each named before it runs."""
    blocks = re.findall(r"^```(sh|python)\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    parts = ["set -euo pipefail"]
    for number, (language, block) in enumerate(blocks, 1):
        parts.append(f"printf '\\n== {number}\\n'")
        parts.append(block if language == "sh" else f"python3 - <<'PYTHON'\n{block}PYTHON")
    return "\n".join(parts)


def current_kcat(folder: Path) -> Path:
    """A folder with kcat upon confluent-kafka's librdkafka: a distribution's may be too old to log in to Kafka 4."""
    (library,) = Path(confluent_kafka.__file__).parents[1].glob("confluent_kafka.libs/librdkafka-*.so*")
    folder.mkdir()
    (folder / "kcat").write_text(f'#!/bin/sh\nLD_PRELOAD={library} exec {shutil.which("kcat")} "$@"\n')
    (folder / "kcat").chmod(0o755)
    return folder


@pytest.mark.skipif(any(shutil.which(tool) is None for tool in NEEDED), reason=f"needs {' and '.join(NEEDED)}")
def test_the_page_s_examples_run_as_they_stand(house: Door, tmp_path: Path) -> None:
    """From the first event to its withdrawal: by curl, Python, kcat and svr, with Kafka's security on."""
    env = environment(house, "dwp")
    ours = f"{current_kcat(tmp_path / 'bin')}:{Path(sys.executable).parent}"
    env |= {"PATH": f"{ours}:{env['PATH']}", "XDG_STATE_HOME": str(tmp_path / "state")}
    done = subprocess.run(
        ["bash", "-c", script()], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    said = dict(re.findall(r"^== (\d+)\n(.*?)(?=^== |\Z)", done.stdout, re.MULTILINE | re.DOTALL))
    assert "1 accepted, 0 refused" in said["3"]
    assert '"status":"accepted"' in said["4"]
    assert said["5"].strip() == "accepted"
    assert "1 sent, 1 accepted, 0 refused" in said["7"]
    assert f'"id": "{ID}"' in said["8"]
    assert "/problems/not-a-cloudevent" in said["10"]
    assert '"accepted":1,"refused":0' in said["11"]
    assert '"status":"accepted"' in said["12"]
    assert asyncio.run(_history(house))[:2] == ["recorded", "repeat"]


async def _history(house: Door) -> list[str]:
    """Sent four times over: by curl, Python, kcat and svr."""
    for _ in range(300):
        if len(found := await house.history(ID, source=SOURCE)) >= 4:
            break
        await asyncio.sleep(0.1)
    return found
