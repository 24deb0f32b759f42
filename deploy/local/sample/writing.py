"""The sample as files: history/dwp.jsonl, rounds/pm-office.jsonl."""

from pathlib import Path

from deploy.local.sample.generating import sample
from deploy.local.sample.model import SEED
from shared.departments import Register


def write(directory: Path, register: Register, seed: int = SEED) -> list[Path]:
    """One file a stage and sender, its lines in the order in which they were sent. Returns them, history first."""
    files: dict[Path, list[bytes]] = {}
    for line in sample(register, seed=seed):
        files.setdefault(directory / line.stage / f"{line.sender}.jsonl", []).append(line.body)
    for path, bodies in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(body + b"\n" for body in bodies))
    return sorted(files)
