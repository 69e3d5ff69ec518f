"""Sphinx: what links to files and folders of the repository that are no pages become.

MyST checks that a file is there. Where the base URL of the repository's sources is known
(`repository_url`, from the environment), the link leads there; else a file is a download, and a
folder leads to its README.
"""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from docs.extensions.places import readme_of, url_of


def _resolve(app: Sphinx, document: nodes.document) -> None:
    root, base = Path(app.srcdir), str(app.config.repository_url)
    page = Path(app.env.doc2path(app.env.docname))
    for link in [*document.findall(addnodes.pending_xref)]:
        folder = (page.parent / link.get("reftarget", "")).resolve()
        if link.get("reftype") == "myst" and folder.is_dir():
            _lead_to_folder(link, root, folder, base)
    if base:
        for download in [*document.findall(addnodes.download_reference)]:
            file = _file(root, page, download["reftarget"])
            download.replace_self(_link(download, url_of(base, root, file)))


def _file(root: Path, page: Path, target: str) -> Path:
    """Return the file of a download; a leading slash is the root."""
    return (root / target[1:] if target.startswith("/") else page.parent / target).resolve()


def _lead_to_folder(link: addnodes.pending_xref, root: Path, folder: Path, base: str) -> None:
    readme = readme_of(root, folder)
    if readme is not None:
        link["reftarget"], link["refdoc"] = f"/{readme}", link.get("refdoc", "")
        link["refdomain"], link["reftype"], link["refexplicit"] = "std", "doc", True
    elif base:
        link.replace_self(_link(link, url_of(base, root, folder)))
    else:
        link.replace_self(link.children)


def _link(node: nodes.Element, url: str) -> nodes.reference:
    return nodes.reference("", "", *node.children, refuri=url, internal=False)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.add_config_value("repository_url", "", "env", str)
    app.connect("doctree-read", _resolve)
    return {"parallel_read_safe": True}
