"""What the docstrings say of a function: nothing of this is typed twice.

Signature, summary, sources and file of one function belong here, and which functions there are. The page
belongs to ``page``, the full references to ``sources``.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, Final

import traffic.diagnostics
import traffic.models

ROOT: Final = Path(__file__).parents[2]

PACKAGES: Final[tuple[ModuleType, ...]] = (traffic.diagnostics, traffic.models)
"""All of whose modules are shown."""

MODULES: Final = (
    "traffic.windowing.outlier_rules",
    "traffic.windowing.circular_medians",
    "traffic.windowing.medians",
    "traffic.simulation.illustrations",
    "traffic.simulation.constant_volatility_paths",
)
"""Others that are."""

REFUSALS: Final = "refuse_"
"""Beginning of the names of functions that only refuse bad input: they have nothing to show."""

POST: Final = "Constant-volatility post"

# "April to July 2024" is no work.
_MONTH: Final = "(?:January|February|March|April|May|June|July|August|September|October|November|December) "
_NAME: Final = rf"(?!{_MONTH})" r"[A-Z][a-zA-Zà-ÿ]+(?: [A-Z][a-zA-Zà-ÿ]+)?"
_CITATION: Final = re.compile(
    rf"\b(?P<authors>{_NAME}(?:(?:, {_NAME})* and {_NAME}| et al\.)?)(?:'s)?,? "
    r"\(?(?P<year>(?:18|19|20)\d\d)\b(?P<more>(?:, (?:18|19|20)\d\d\b)*)"
)


def shown_modules() -> list[ModuleType]:
    """Modules of the science whose every public function the gallery shows.

    Returns
    -------
    list of module
        By name.
    """
    walked = (
        info.name
        for package in PACKAGES
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    )
    return [importlib.import_module(name) for name in sorted({*walked, *MODULES})]


def public_functions(module: ModuleType) -> Iterator[Callable[..., Any]]:
    """Public functions of a module, and public methods of its public classes.

    Parameters
    ----------
    module : module
        Of the science.

    Yields
    ------
    callable
        Only what the module itself defines; properties are attributes, and left out.
    """
    for name, value in vars(module).items():
        if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
            continue
        if isinstance(value, FunctionType):
            yield value
        elif inspect.isclass(value):
            yield from (
                method
                for key, method in vars(value).items()
                if isinstance(method, FunctionType) and not key.startswith("_")
            )


def only_refuses(function: Callable[..., Any]) -> bool:
    """Whether a function does nothing but refuse bad input, by its name, its result and its docstring.

    Parameters
    ----------
    function : callable
        Of the science.

    Returns
    -------
    bool
        False where one of the three says otherwise.
    """
    is_void = inspect.signature(function).return_annotation in (None, "None")
    return (
        function.__name__.startswith(REFUSALS) and is_void and "Raises\n" in (inspect.getdoc(function) or "")
    )


def short_signature(function: Callable[..., Any]) -> str:
    """Name and parameters, without types.

    Parameters
    ----------
    function : callable
        Or a class.

    Returns
    -------
    str
        As one would call it.
    """
    parameters = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in inspect.signature(function).parameters.values()
        if parameter.name != "self"
    ]
    signature = f"{function.__qualname__}{inspect.Signature(parameters)}"
    # A function as a default would show where in memory it lies.
    return re.sub(r"<function ([\w.]+) at \w+>", r"\1", signature)


def summary(function: Callable[..., Any]) -> str:
    """First sentence of a docstring.

    Parameters
    ----------
    function : callable
        Or a class.

    Returns
    -------
    str
        On one line.
    """
    return " ".join((inspect.getdoc(function) or "").partition("\n\n")[0].split())


def file_of(function: Callable[..., Any]) -> str:
    """File that defines a function.

    Parameters
    ----------
    function : callable
        Or a class.

    Returns
    -------
    str
        From the root of the project.
    """
    return f"{function.__module__.replace('.', '/')}.py"


def citations(text: str) -> list[str]:
    """List the works that a text names, each as authors and year.

    Parameters
    ----------
    text : str
        A docstring, or a whole file.

    Returns
    -------
    list of str
        Once each, in the order in which they come.
    """
    flat = " ".join(text.replace("#", " ").split())
    found = [POST] if POST in flat else []
    for match in _CITATION.finditer(flat):
        years = [match["year"], *match["more"].replace(",", " ").split()]
        found += [f"{match['authors']} {year}" for year in years]
    return list(dict.fromkeys(found))
