"""Values as TOML writes them, for entries that a person copies from a terminal.

Which entries there are is in ``guess``.
"""

from __future__ import annotations

import json


def toml_value(value: object) -> str:
    r"""Write a text, a number or a list of them as TOML.

    Parameters
    ----------
    value : str, int, float or list of them
        Texts hold no lone surrogates, which TOML cannot say.

    Returns
    -------
    str
        One line of printable characters; what does not print stands as ``\UXXXXXXXX``.
    """
    # JSON and TOML write them alike but for characters beyond the first 65,536, of which JSON makes two.
    text = json.dumps(value, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else f"\\U{ord(sign):08X}" for sign in text)
