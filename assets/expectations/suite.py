"""What a suite is: a table's types, its key, the columns derived for judging it, and its claims.

Here belongs what all suites share. What one table must satisfy belongs to that table's module, running it
to ``adapter``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from assets.expectations.library import load_library


@dataclass(frozen=True)
class Suite:
    """What is expected of one table.

    Parameters
    ----------
    name : str
        Name of the suite.
    table_name : str
        Table it judges, ``<schema>.<table>``.
    schema : mapping of str to polars data type
        The columns needed and their types. Of integers and floats any width will do.
    key : tuple of str
        Columns that identify a row; no two rows may share them.
    grouped_by : str
        Column that names what is set aside when a row is faulty: the source or the series.
    derived : tuple of polars.Expr
        Named columns that make a claim cheap to judge: a claim about several columns or several rows becomes
        one about a single column.
    claims : callable
        Given the module ``great_expectations.expectations``, returns the expectations beyond the types and
        the key. Each carries its claim as a sentence in ``description``.
    """

    name: str
    table_name: str
    schema: Mapping[str, pl.DataType]
    key: tuple[str, ...]
    grouped_by: str
    derived: tuple[pl.Expr, ...]
    claims: Callable[[Any], list[Any]]

    @property
    def needed_columns(self) -> tuple[str, ...]:
        """Columns of the table that the suite reads."""
        return tuple(self.schema)

    @property
    def derivations(self) -> dict[str, pl.Expr]:
        """Every derived column by its name, that of the key among them."""
        key_is_unique = pl.struct(*self.key).is_unique().alias("key_is_unique")
        return {expression.meta.output_name(): expression for expression in (key_is_unique, *self.derived)}

    def prepare(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Keep the needed columns and add the derived ones, over the whole frame.

        A derived column whose own columns are absent or of the wrong type is left out: the expectation about
        it then cannot run, and all others can.

        Parameters
        ----------
        frame : polars.DataFrame
            Rows of the table, in any order.

        Returns
        -------
        polars.DataFrame
            As many rows, in the same order.
        """
        present = [name for name in self.needed_columns if name in frame.columns]
        # A column without any value may come without a type: it then has the expected one.
        judged = frame.select(
            pl.col(name).cast(self.schema[name]) if frame.schema[name] == pl.Null else pl.col(name)
            for name in present
        )
        derived = []
        for expression in self.derivations.values():
            try:
                derived.append(judged.select(expression).to_series())
            except pl.exceptions.PolarsError:
                continue
        return judged.with_columns(derived)

    def expectations(self) -> list[Any]:
        """Build the suite's expectations: the schema first, then the key, then the claims.

        Returns
        -------
        list of great_expectations.expectations.expectation.Expectation
            New objects at every call. Loads Great Expectations.
        """
        gxe = load_library().expectations
        key_is_unique = gxe.ExpectColumnValuesToBeInSet(
            column="key_is_unique", value_set=[True], description=f"no two rows share ({', '.join(self.key)})"
        )
        return [*_schema_expectations(gxe, self.schema), key_is_unique, *self.claims(gxe)]


def _schema_expectations(gxe: Any, schema: Mapping[str, pl.DataType]) -> list[Any]:
    """Expect the columns to be there, each of its type as `pandas_frame.to_pandas` hands it over."""
    columns = gxe.ExpectTableColumnsToMatchSet(
        column_set=list(schema), exact_match=False, description="every needed column is there"
    )
    return [columns, *(_type_expectation(gxe, name, dtype) for name, dtype in schema.items())]


def _type_expectation(gxe: Any, name: str, dtype: pl.DataType) -> Any:
    if dtype == pl.String:
        # Great Expectations knows pandas' str by this expectation alone, not in a list of types.
        return gxe.ExpectColumnValuesToBeOfType(column=name, type_="str", description=f"{name} is text")
    if dtype.is_integer():
        types, kind = ["int64", "Int64Dtype"], "a whole number"
    elif dtype.is_float():
        types, kind = ["float64"], "a number"
    elif dtype == pl.Boolean:
        types, kind = ["bool", "BooleanDtype"], "true or false"
    else:
        types, kind = ["datetime64[ns]"], "a time without zone (UTC)"
    return gxe.ExpectColumnValuesToBeInTypeList(column=name, type_list=types, description=f"{name} is {kind}")
