"""The ready questions: the statements in ``sql/queries``, by number and by name.

They ship with the program. How a statement is run and its rows are shown is decided elsewhere.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from warehouse.schema import SQL


class UnknownQuestionError(ValueError):
    """No ready question, or more than one, goes by that name; the message says which are near."""


@dataclass(frozen=True)
class ReadyQuestion:
    """A question that network engineers ask.

    Parameters
    ----------
    number : int
        From 1.
    name : str
        Of its file, without the number.
    text : str
        The question in words.
    statement : str
        What is run.
    """

    number: int
    name: str
    text: str
    statement: str


def ready_questions() -> list[ReadyQuestion]:
    """Return the ready questions in the order of their numbers."""
    found = []
    for file in sorted(SQL.glob("queries/[0-9]*_*.sql")):
        number, _, name = file.stem.partition("_")
        statement = file.read_text(encoding="utf-8")
        said = re.search(r"^-- Question: (.*(?:\n-- (?!Answers).*)*)", statement)
        text = said[1].replace("\n--", "") if said else name.replace("_", " ")
        found.append(ReadyQuestion(int(number), name, text, statement))
    return found


def ready_question(asked: str) -> ReadyQuestion:
    """Return a ready question.

    Parameters
    ----------
    asked : str
        Its number, with or without a leading zero, its name, that of its file, or a part of it that no other
        has.

    Raises
    ------
    UnknownQuestionError
        If there is none, or if several have that part.
    """
    questions = ready_questions()
    key = re.sub(r"[^a-z0-9]+", "_", asked.lower().removesuffix(".sql")).strip("_")
    if re.fullmatch(r"[0-9]+", key):
        fitting = [each for each in questions if each.number == int(key)]
        if not fitting:
            raise UnknownQuestionError(
                f"there is no ready question {asked.strip()}; write a number from {questions[0].number} to "
                f"{questions[-1].number}, or a name (`diurnal sql` lists them all)"
            )
    else:
        named = re.sub(r"^[0-9]+_", "", key)
        fitting = [each for each in questions if each.name == named]
        fitting = fitting or [each for each in questions if named and named in each.name]
    if len(fitting) == 1:
        return fitting[0]
    names = [each.name for each in fitting]
    if not names:
        words = {word for each in questions for word in each.name.split("_")}
        near_words = set(difflib.get_close_matches(key, sorted(words), n=3))
        names = [each.name for each in questions if near_words & set(each.name.split("_"))]
    what = "more than one ready question" if fitting else "no ready question"
    near = f": {', '.join(names)}" if fitting else f"; near it: {', '.join(names)}" if names else ""
    raise UnknownQuestionError(f"{what} is called {asked!r}{near} (`diurnal sql` lists them all)")


def listed() -> str:
    """List the ready questions for a person, a line each."""
    lines = [f"{each.number:4}  {each.text}" for each in ready_questions()]
    return "\n".join(
        ["Ready questions, asked by their number or a word of theirs:", "", *lines, "", "diurnal sql --ask 1"]
    )
