"""An archive of Kafka's loaded classes, which Java writes at the first orderly stop and which halves later starts."""

import hashlib
import os
import shutil
from pathlib import Path

from deploy.local import jars, tools


class ClassArchive:
    """What to tell Java so that it uses the archive or, where there is none yet, writes one when it exits."""

    def __init__(self, directory: Path) -> None:
        """``directory`` is the node's own; the finished archive goes to the cache that all nodes share."""
        self._shared = jars.CACHE / f"classes-{_java_identity()}.jsa"
        self._own = directory / "classes.jsa"

    def flags(self, *, may_write: bool) -> list[str]:
        """Java's options; a Java that does not know them ignores them."""
        if self._shared.exists():
            archive = [f"-XX:SharedArchiveFile={self._shared}"]
        else:
            archive = [f"-XX:ArchiveClassesAtExit={self._own}"] if may_write else []
        # Java would otherwise list, in our log, some hundred classes that it cannot archive.
        return ["-XX:+IgnoreUnrecognizedVMOptions", "-Xlog:disable", *archive]

    def collect(self) -> None:
        """Shares what Java wrote at an orderly exit, if it did."""
        if self._own.exists():
            fresh = self._shared.with_suffix(f".{os.getpid()}")
            shutil.copyfile(self._own, fresh)
            fresh.replace(self._shared)
            self._own.unlink()


def _java_identity() -> str:
    """Changes with an update of Java, which would take no archive of an earlier one."""
    java = Path(shutil.which(tools.java()) or tools.java()).resolve()
    changed = java.stat().st_mtime_ns if java.exists() else 0
    return hashlib.sha256(f"{java} {changed}".encode()).hexdigest()[:12]
