"""Modules by the paths of their files, as TestStand's Python adapter loads them."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType


class Modules:
    """The modules of steps: each file is run once, when it is first asked for. One thread's."""

    def __init__(self) -> None:
        self._known: dict[str, ModuleType] = {}

    def load(self, path: str) -> ModuleType:
        """Return the module of a file. Its folder is importable from here on.

        Raises:
            FileNotFoundError: There is no such file.
            BaseException: What the module itself raises; it is run again the next time.
        """
        file = Path(path).resolve()
        key = os.path.normcase(file)
        if key not in self._known:
            if not file.is_file():
                raise FileNotFoundError(f"There is no Python module {file}.")
            if str(file.parent) not in sys.path:
                sys.path.insert(0, str(file.parent))
            self._known[key] = _imported(file) or _run(file)
        return self._known[key]


def _imported(file: Path) -> ModuleType | None:
    """Return the module if another one has imported it by its name already."""
    module = sys.modules.get(file.stem)
    origin = getattr(module, "__file__", None)
    same = origin is not None and os.path.normcase(Path(origin).resolve()) == os.path.normcase(file)
    return module if same else None


def _run(file: Path) -> ModuleType:
    name = file.stem
    number = 2
    while name in sys.modules:  # Two folders may have modules of one name.
        name, number = f"{file.stem}_{number}", number + 1
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no Python module.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
