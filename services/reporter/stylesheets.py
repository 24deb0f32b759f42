"""The built style sheet: its bytes, and the fingerprinted name that pages link to."""

import json
from dataclasses import dataclass
from pathlib import Path

from services.reporter import addresses

FOLDER = Path(__file__).parent / "assets"


@dataclass(frozen=True, slots=True)
class Assets:
    """File name → content, and the address of the style sheet."""

    files: dict[str, bytes]
    stylesheet: str


def load(folder: Path = FOLDER) -> Assets:
    """Raises FileNotFoundError, saying what to do, where nothing has been built."""
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        raise FileNotFoundError(f"{manifest} is not there: build the style sheet with python -m deploy.local.assets")
    names: dict[str, str] = json.loads(manifest.read_text())
    return Assets({name: (folder / name).read_bytes() for name in names.values()}, addresses.asset(names["app.css"]))
