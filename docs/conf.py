"""The documentation site: `nox -s docs` builds it.

Sphinx reads the whole repository, so that links between pages are the same relative paths here as
on GitHub, and the READMEs of packages are pages as they are.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "teststand" / "code_modules")]

project = "Session sharing"
author = "the session sharing project"
root_doc = "docs/index"
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
]

source_suffix = {".md": "markdown"}
include_patterns = ["*.md", "docs/**", "**/README.md", "services/*/docs/*"]
exclude_patterns = ["docs/_build", "**/.*", ".*", "**/build", "template", "**/__pycache__"]
suppress_warnings: list[str] = []

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence", "deflist"]

html_theme = "furo"
html_title = "Session sharing for test stations"
html_copy_source = False
html_show_copyright = False
