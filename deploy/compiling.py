"""The build hook of the wheel: mypyc compiles the pure core, and the extension modules go in beside their sources.

Hatchling runs it where HATCH_BUILD_HOOK_ENABLE_CUSTOM is "true", as ``python -m deploy.wheel`` sets it, and with no
build isolation: mypyc reads the types of what the core imports. Nothing is written into the source tree, where a stale
extension module would hide its module's edits. ``modules`` in pyproject.toml says what is compiled.
"""

import tempfile
from pathlib import Path
from typing import Any

import setuptools
from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from mypyc.build import mypycify
from setuptools.command.build_ext import build_ext


class Compiling(BuildHookInterface[BuilderConfig]):
    """Adds the extension modules to the wheel and gives it a platform's tag; an editable install stays interpreted."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Raises ValueError for a pattern that meets no module; mypyc ends the process where it cannot compile one."""
        if version == "editable":
            return
        self.made = tempfile.TemporaryDirectory()
        folder = Path(self.made.name)
        for extension in compiled(Path(self.root), self.config["modules"], folder):
            build_data["force_include"][str(extension)] = str(extension.relative_to(folder / "lib"))
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """The wheel has been written."""
        if version != "editable":
            self.made.cleanup()


def compiled(root: Path, modules: dict[str, list[str]], folder: Path) -> list[Path]:
    """The extension modules, made in ``folder / "lib"``, of the modules of each package that the patterns meet.

    The working folder has to be ``root``: mypy names modules by their path from there.
    """
    paths = []
    for pattern in (f"{package}/{name}.py" for package, names in modules.items() for name in names):
        met = sorted(str(path.relative_to(root)) for path in root.glob(pattern))
        if not met:
            raise ValueError(f"pyproject.toml: {pattern} is to be compiled, and is not there")
        paths += met
    options = ["--config-file=pyproject.toml", f"--cache-dir={folder / 'cache'}"]
    extensions = mypycify(
        [*options, *paths],
        opt_level="2", debug_level="0", target_dir=str(folder / "c"),
    )  # fmt: skip
    building = build_ext(setuptools.Distribution({"ext_modules": extensions}))
    building.build_lib, building.build_temp = str(folder / "lib"), str(folder / "objects")
    building.ensure_finalized()
    building.run()
    return [path for path in (folder / "lib").rglob("*") if path.is_file()]
