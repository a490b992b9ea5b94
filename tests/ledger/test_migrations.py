"""What the migrations make is what the tables declare."""

from __future__ import annotations

import importlib.resources
import importlib.util
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from leumund.ledger import open_ledger
from leumund.ledger.databases import VERSION_TABLE
from leumund.ledger.schema import CURRENT_LABELS, CURRENT_OVERRIDES, METADATA, NEWEST_REVISION
from leumund.tables import field_names


def differences(url: str, declared: sa.MetaData) -> list[object]:
    with open_ledger(url) as ledger, ledger._engine.connect() as connection:
        options = {"compare_type": True, "version_table": VERSION_TABLE}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), declared))


def test_the_migrated_tables_are_the_declared_ones(url: str) -> None:
    assert differences(url, METADATA) == []


def test_a_column_that_is_declared_but_not_migrated_would_be_noticed(url: str) -> None:
    declared = sa.MetaData(naming_convention=METADATA.naming_convention)
    for table in METADATA.tables.values():
        table.to_metadata(declared)
    declared.tables["audit"].append_column(sa.Column("reason", sa.Text()))
    assert len(differences(url, declared)) == 1


@pytest.mark.parametrize("view", [CURRENT_LABELS.name, CURRENT_OVERRIDES.name])
def test_a_current_view_has_the_columns_of_its_table(url: str, view: str) -> None:
    with open_ledger(url) as ledger:
        found = [column["name"] for column in sa.inspect(ledger._engine).get_columns(view)]
    assert tuple(found) == field_names(view)


def versions() -> list[Path]:
    folder = importlib.resources.files("leumund.ledger.migrations") / "versions"
    return sorted(Path(str(folder)).glob("v*.py"))


def test_the_newest_migration_is_the_one_that_the_program_expects() -> None:
    assert versions()[-1].name.startswith(f"v{NEWEST_REVISION}_")


@pytest.mark.parametrize("path", versions(), ids=lambda path: path.stem)
def test_each_migration_carries_its_number_in_its_name(path: Path) -> None:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert path.name.startswith(f"v{module.revision}_")
