"""What the site needs beside the files of docs/: pages from elsewhere in the repository, and links that hold.

A hook of MkDocs, named in mkdocs.yml. It writes nothing into the repository.
"""

from __future__ import annotations

import importlib
import inspect
import os
import posixpath
import re
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
# Page of the site -> file of the repository outside docs/.
PAGES_FROM_ELSEWHERE = {
    "index.md": "README.md",
    "changelog.md": "CHANGELOG.md",
    "contributing.md": "CONTRIBUTING.md",
    "benchmarks.md": "benchmarks/README.md",
}
PYTHON_API = "python_api.md"
# What the guides call: packages whose public functions are exported from the package or its modules.
DESCRIBED = ("traffic.models", "traffic.planning")
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s#:]+)(#[^()\s]*)?\)")
_FENCE = re.compile(r"^(```.*?^```[ \t]*$)", re.MULTILINE | re.DOTALL)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Leave absent pages out of the navigation, and put a folder's pages in its place."""
    config.nav = _present(config.nav or [])
    config.extra["polyfills"] = []  # the plugin offline would have every page ask unpkg.com for a script
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that lie elsewhere, and the reference of the Python functions."""
    for uri, path in PAGES_FROM_ELSEWHERE.items():
        files.append(File.generated(config, uri, content=(ROOT / path).read_text(encoding="utf-8")))
    files.append(File.generated(config, PYTHON_API, content=python_api()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Point links to files of the repository at their pages; name a file that is no page without a link."""
    here = page.file.src_uri
    source = PAGES_FROM_ELSEWHERE.get(here, f"docs/{here}")
    parts = _FENCE.split(markdown)
    parts[::2] = [_LINK.sub(lambda link: _relinked(link, source, here), text) for text in parts[::2]]
    return "".join(parts)


def python_api() -> str:
    """Return the page that names the public functions, for mkdocstrings to fill."""
    lines = ["# Python", "", "These take and return frames or arrays, and know no file and no clock."]
    for package in DESCRIBED:
        exported = getattr(importlib.import_module(package), "__all__", [])
        names = [f"{package}.{name}" for name in exported] or _public_functions(package)
        if names:
            lines += ["", f"## `{package}`", *(f"\n::: {name}" for name in names)]
    return "\n".join(lines) + "\n"


def _public_functions(package: str) -> list[str]:
    folder = Path(inspect.getfile(importlib.import_module(package))).parent
    modules = [f"{package}.{path.stem}" for path in sorted(folder.glob("[a-z]*.py"))]
    return [
        f"{module}.{name}"
        for module in modules
        for name, value in vars(importlib.import_module(module)).items()
        if inspect.isfunction(value) and value.__module__ == module and not name.startswith("_")
    ]


def _present(entries: list[Any]) -> list[Any]:
    kept: list[Any] = []
    for entry in entries:
        title, value = next(iter(entry.items())) if isinstance(entry, dict) else (None, entry)
        if isinstance(value, list):
            kept.extend([{title: pages}] if (pages := _present(value)) else [])
        elif value.endswith("/"):
            kept.extend(f"{value}{path.name}" for path in sorted((ROOT / "docs" / value).glob("*.md")))
        elif value in PAGES_FROM_ELSEWHERE or value == PYTHON_API or (ROOT / "docs" / value).exists():
            kept.append(entry)
    return kept


def _relinked(link: re.Match[str], source: str, here: str) -> str:
    picture, label, path, anchor = link.groups()
    target = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
    page = {path: uri for uri, path in PAGES_FROM_ELSEWHERE.items()}.get(target)
    if page is None and PurePosixPath(target).parts[0] == "docs" and (ROOT / target).is_file():
        page = target.removeprefix("docs/")
    if page is not None:
        to = os.path.relpath(page, posixpath.dirname(here) or ".")
        return f"{picture}[{label}]({to}{anchor or ''})"
    return label if (ROOT / target).exists() else link[0]
