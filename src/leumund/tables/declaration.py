"""How a table is declared, and what follows from it: schema, row class, documentation page."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

__all__ = [
    "KEY",
    "PERSONAL",
    "TABLES",
    "Field",
    "P",
    "Table",
    "Unit",
    "arrow_schema",
    "declare",
    "field_names",
    "rows_to_arrow",
    "table_of",
    "tables_page",
]


@dataclass(frozen=True)
class Unit:
    """The unit of a number, or the set of values of a word."""

    text: str


class _Mark:
    def __init__(self, name: str) -> None:
        self.name = name


KEY = _Mark("key")
PERSONAL = _Mark("personal")
P = Unit("1/10,000")


@dataclass(frozen=True)
class Field:
    """One column: its Arrow type, unit, meaning, and whether it is part of the key or personal data."""

    name: str
    type: pa.DataType
    nullable: bool
    unit: str
    meaning: str
    key: bool
    personal: bool


@dataclass(frozen=True)
class Table:
    """One table: its name, what a row is, its fields and the class of a row."""

    name: str
    meaning: str
    fields: tuple[Field, ...]
    row_class: type

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema in the declared order."""
        return pa.schema([pa.field(f.name, f.type, nullable=f.nullable) for f in self.fields])

    @property
    def key(self) -> tuple[str, ...]:
        """The names of the fields that tell one row from another."""
        return tuple(f.name for f in self.fields if f.key)


TABLES: dict[str, Table] = {}

_ARROW_TYPES: dict[type, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    bool: pa.bool_(),
    float: pa.float64(),
    datetime: pa.timestamp("us", tz="UTC"),
    date: pa.date32(),
    Decimal: pa.decimal128(38, 0),
}


def _field(name: str, annotation: Any) -> Field:
    base, *notes = typing.get_args(annotation)
    nullable = isinstance(base, types.UnionType)
    if nullable:
        (base,) = [part for part in typing.get_args(base) if part is not type(None)]
    return Field(
        name=name,
        type=_ARROW_TYPES[base],
        nullable=nullable,
        unit=next((note.text for note in notes if isinstance(note, Unit)), ""),
        meaning=next(note for note in notes if isinstance(note, str)),
        key=KEY in notes,
        personal=PERSONAL in notes,
    )


_Row = typing.TypeVar("_Row")


def declare(name: str) -> typing.Callable[[type[_Row]], type[_Row]]:
    """Declare a table: the decorated dataclass is the row, its annotations are the columns."""

    def declare(row_class: type[_Row]) -> type[_Row]:
        hints = typing.get_type_hints(row_class, include_extras=True)
        fields = tuple(_field(f.name, hints[f.name]) for f in dataclasses.fields(typing.cast(Any, row_class)))
        TABLES[name] = Table(name, (row_class.__doc__ or "").strip(), fields, row_class)
        return row_class

    return declare


def table_of(name: str) -> Table:
    """Give the declaration of table `name`; KeyError when there is none is a mistake in the code, not the user's."""
    return TABLES[name]


def arrow_schema(name: str) -> pa.Schema:
    """Give the Arrow schema of table `name`."""
    return TABLES[name].schema


def field_names(name: str) -> tuple[str, ...]:
    """Give the names of the columns of table `name`, in order."""
    return tuple(field.name for field in TABLES[name].fields)


def rows_to_arrow(name: str, rows: Iterable[Any]) -> pa.Table:
    """Turn row objects of table `name` into one Arrow table in the declared schema."""
    table = TABLES[name]
    listed = list(rows)
    columns = [pa.array([getattr(row, f.name) for row in listed], type=f.type) for f in table.fields]
    return pa.Table.from_arrays(columns, schema=table.schema)


def tables_page() -> str:
    """Give docs/tables.md: every table and column in words."""
    lines = [
        "# Tables",
        "",
        "Made from `src/leumund/tables/`; a test holds it. Times are UTC; **key** columns tell rows",
    ]
    lines += ["apart; **personal** columns are personal data.", ""]
    for table in sorted(TABLES.values(), key=lambda table: table.name):
        lines += [f"## {table.name}", "", table.meaning, ""]
        lines += ["| column | type | unit or values | meaning |", "|---|---|---|---|"]
        for field in table.fields:
            marks = "".join(f" **{mark}**" for mark, on in (("key", field.key), ("personal", field.personal)) if on)
            kind = f"{field.type}{', may be empty' if field.nullable else ''}"
            lines.append(f"| {field.name}{marks} | {kind} | {field.unit} | {field.meaning} |")
        lines.append("")
    return "\n".join(lines)
