"""What several commands take, and how they say what is wrong with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from services.svr.lines import Broken
from services.svr.showing import err
from shared.departments import Register, Sender

PARTLY = 3
"""Exit code: some of it was refused."""

Files = Annotated[
    list[Path], typer.Argument(help="JSON lines of CloudEvents or OCDS releases, a package (.json), or -")
]


def sender_of(register: Register, code: str) -> Sender:
    """Raises BadParameter."""
    sender = register.sender(code)
    if sender is None:
        raise typer.BadParameter(f"{code!r} is no sender of the register", param_hint="--as")
    return sender


def readable(files: list[Path]) -> None:
    """Raises BadParameter for a path that is no file; `-` is standard input."""
    for path in files:
        if str(path) != "-" and not path.is_file():
            raise typer.BadParameter(f"{path} is no file", param_hint="FILE")


@contextmanager
def broken_files() -> Iterator[None]:
    """Exit code 1, and one line that says where a package breaks off."""
    try:
        yield
    except Broken as fault:
        err.print(str(fault), markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
