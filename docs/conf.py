"""The documentation site: `nox -s docs` builds it.

Sphinx reads the whole repository, so that links between pages are the same relative paths here as
on GitHub, and the READMEs of packages are pages as they are.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from sphinx.highlighting import lexer_classes

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "teststand" / "code_modules")]

lexer_classes["csv"] = lexer_classes["none"]  # has none of its own
logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of its plug-ins

project = "Session sharing"
author = "the session sharing project"
root_doc = "docs/index"
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "docs.extensions.generated",
    "docs.extensions.repository_links",
]
repository_url = os.environ.get("SESSION_SHARING_DOCS_SOURCES", "")
"""Where sources are on the web, for example https://example.com/owner/project/blob/main."""

source_suffix = {".md": "markdown"}
include_patterns = ["*.md", "docs/**", "**/README.md", "services/*/docs/*"]
exclude_patterns = ["docs/_build", "**/.*", ".*", "**/build", "template/files", "**/__pycache__"]

napoleon_use_ivar = True
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence", "deflist"]

html_theme = "furo"
html_title = "Session sharing for test stations"
html_extra_path = ["site"]  # leads from the top of the site to its first page
html_copy_source = False
html_show_copyright = False

nitpick_ignore_regex = [
    # Nothing is fetched from elsewhere, so what is not the project's own has no page here.
    ("py:.*", r"(?!session_sharing|db_writer|json_logger|measurement_support).*"),
    ("py:(class|obj)", r".*\.[A-Z]"),  # type variables
    ("py:class", r".*_pb2\..*"),  # generated: the page on protos has them
    # What public classes are given, or hand on, and nobody names.
    (
        "py:class",
        r".*\.(_Resolved|Admission|Backlog|Chain|Details|Files|Journal|OpenSession|Orphans|Patience)",
    ),
    ("py:class", r".*\.(AccessRules|Guard)"),
]
