"""The shell of every page: templates, style and the script that draws, put into one file.

Which sections a page has belongs to its own template; charts, to ``charts``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from assets.page.charts import chart_library, shared_config
from assets.printable import printable_lines
from warehouse.building import whole_file

_HERE: Final = Path(__file__).resolve().parent


class PageNotWrittenError(RuntimeError):
    """A page cannot be written; the message says which, and what to do."""


def render_page(template: Path, **content: Any) -> str:
    """Write a page.

    Parameters
    ----------
    template : Path
        A Jinja template that extends ``shell.html``, with the block ``content``.
    **content
        What the template names, and ``title``. All of it is escaped.

    Returns
    -------
    str
        HTML that asks for nothing outside itself.
    """
    # Loading it takes a tenth of a second, which commands that write no page need not wait for.
    import jinja2

    loader = jinja2.FileSystemLoader([template.parent, _HERE])
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["printable"] = printable_lines
    return environment.get_template(template.name).render(**content, **_parts())


def write_page(path: Path, html: str) -> None:
    """Write a page in the place of an older one, whole or not at all.

    Parameters
    ----------
    path : Path
        Where; its folder is made if absent.
    html : str
        The page.

    Raises
    ------
    PageNotWrittenError
        If something is in its way, or the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as building:
            building.write_text(html, encoding="utf-8")
    except OSError as error:
        raise PageNotWrittenError(
            f"the page {path} cannot be written ({error.strerror or error}): {_remedy(path)}"
        ) from error


def _remedy(path: Path) -> str:
    if path.is_dir():
        return "a folder stands in its place; move it away"
    for folder in path.parents:
        if folder.exists() or folder.is_symlink():
            if not folder.is_dir():
                return f"{folder} is no folder; move it away"
            break
    return f"see that {path.parent} may be written and that the disk has room"


def _parts() -> Mapping[str, Any]:
    from markupsafe import Markup

    # Files of this package and of a pinned library: nothing in them comes from a log.
    return {
        "style": Markup((_HERE / "page.css").read_text(encoding="utf-8")),
        "chart_config": Markup(shared_config()),
        "library": Markup(chart_library()),
        "drawing_script": Markup((_HERE / "draw.js").read_text(encoding="utf-8")),
    }
