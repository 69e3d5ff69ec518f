"""Started by its path, in whichever Python: makes its folder a package, and runs that."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

_NAME = "teststand_interpreter"  # not that of a module of the user's


def start() -> None:
    """Run the interpreter until the runner ends it."""
    folder = Path(__file__).resolve().parent
    # The folder of a script is importable; what is in this one would hide modules of the user's.
    sys.path[:] = [entry for entry in sys.path if not entry or Path(entry).resolve() != folder]
    spec = importlib.util.spec_from_file_location(
        _NAME, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    assert spec.loader is not None
    sys.modules[_NAME] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[_NAME])
    grace = float(sys.argv.pop())
    importlib.import_module(f"{_NAME}.main").main(grace)


if __name__ == "__main__":
    start()
