"""The floor: errors that say what to do, settings with near names, tables declared once, names made comparable."""

from __future__ import annotations

import errno
import pickle
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leumund import errors
from leumund.errors import BadSettings, DiskFull, LeumundError, NotAProject, NotReadable, NotWritable, StorageError
from leumund.folding import fold, words
from leumund.settings import SETTINGS, BrandSetting, parse_settings, read_settings, settings_text
from leumund.step import Batch, Query, Whole
from leumund.tables import TABLES, Tally, arrow_schema, field_names, rows_to_arrow

FOLDER = Path("mybrand")


def all_errors(base: type[LeumundError] = LeumundError) -> list[type[LeumundError]]:
    return [one for error in base.__subclasses__() for one in (error, *all_errors(error))]


def test_every_code_belongs_to_one_error_and_has_a_page() -> None:
    codes = [error.code for error in all_errors() if "code" in vars(error)]
    assert len(codes) == len(set(codes))
    pages = errors.error_pages()
    assert sorted(codes) == list(pages)
    assert all(len(page.split("\n\n", 1)[1]) > 40 for page in pages.values())


def test_the_tree_at_the_door_draws_every_error() -> None:
    drawn = re.findall(r"[├└]── (\w+)", errors.__doc__ or "")
    assert sorted(drawn) == sorted(error.__name__ for error in all_errors())
    assert set(drawn) <= set(errors.__all__)


def test_an_error_is_three_short_lines() -> None:
    shown = str(NotAProject("no leumund.toml here", where="folder x", next_step="leumund init x")).splitlines()
    assert shown == ["NotAProject (LM120): no leumund.toml here", "  where: folder x", "  next:  leumund init x"]


@pytest.mark.parametrize(
    ("number", "kind"),
    [(errno.ENOSPC, DiskFull), (errno.EACCES, NotWritable), (errno.EROFS, NotWritable), (errno.ENOENT, NotReadable)],
)
def test_the_disk_s_troubles_say_what_to_do(number: int, kind: type[LeumundError]) -> None:
    with pytest.raises(kind) as raised, errors.storage_errors(FOLDER):
        raise OSError(number, "as the system says it", "file.parquet")
    assert raised.value.where == "file.parquet"
    assert raised.value.next_step


def test_a_full_disk_told_in_words_only_is_a_full_disk() -> None:
    with pytest.raises(DiskFull), errors.storage_errors(FOLDER):
        raise OSError("Error writing bytes to file. Detail: No space left on device")
    with pytest.raises(StorageError), errors.storage_errors(FOLDER):
        raise OSError(errno.EIO, "Input/output error")


def test_settings_written_are_settings_read() -> None:
    brands = (
        BrandSetting("1&1", ("1 & 1", 'eins"und\\eins'), own=True),
        BrandSetting("o2", context=("Netz",), blocked=("Sensor",)),
    )
    changed = {("picture", "level"): 0.9, ("engine", "kind"): "spark", ("project", "simulated"): True}
    read = parse_settings(settings_text(brands, changed).encode(), FOLDER)
    assert read.brands == brands
    assert (read.own_brand, read.rivals) == (brands[0], brands[1:])
    defaults = {(setting.section, setting.name): setting.default for setting in SETTINGS}
    assert dict(read.values) == {**defaults, **changed}


BRAND = '[[brands]]\nname = "Pirolnet"\n'


@pytest.mark.parametrize(
    ("text", "seen", "next_step"),
    [
        ("[pitcure]\nlevel = 0.9\n" + BRAND, "unknown key 'pitcure'", "did you mean 'picture'?"),
        ("[picture]\nlevle = 0.9\n" + BRAND, "unknown key 'levle' in [picture]", "did you mean 'level'?"),
        ('[engine]\nkind = "sparc"\n' + BRAND, "kind = 'sparc' is not known", "did you mean 'spark'?"),
        ('[engine]\nprocesses = "two"\n' + BRAND, "processes = 'two' is not a whole number", ""),
        ("[project]\nsimulated = 1\n" + BRAND, "simulated = 1 is not true or false", ""),
        (BRAND + 'alaises = ["Pirol"]\n', "unknown key 'alaises'", "did you mean 'aliases'?"),
        ("[brands]\nname = 1\n", "brands has to be a list", "write [[brands]] with two brackets"),
        ('[[brands]]\nname = " "\n', "a brand without a name", 'add name = "…"'),
        ("", "no brand is named", "add a [[brands]] with a name"),
        ("[picture\n", "not valid TOML", "mend that line"),
    ],
)
def test_a_mistake_in_leumund_toml_is_said_with_its_near_name(text: str, seen: str, next_step: str) -> None:
    with pytest.raises(BadSettings) as raised:
        parse_settings(text.encode(), FOLDER)
    assert seen in raised.value.seen
    assert next_step in raised.value.next_step
    assert str(FOLDER / "leumund.toml") in raised.value.where


def test_a_mistake_is_said_with_its_line() -> None:
    with pytest.raises(BadSettings) as raised:
        parse_settings(("# first\n[picture]\n\nlevle = 0.9\n" + BRAND).encode(), FOLDER)
    assert raised.value.where.endswith("line 4")


def test_a_folder_without_settings_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(NotAProject, match=r"no leumund\.toml here"):
        read_settings(tmp_path)


@pytest.mark.parametrize("name", list(TABLES))
def test_a_table_says_what_it_holds_and_has_a_key(name: str) -> None:
    table = TABLES[name]
    assert table.meaning.endswith(".")
    assert table.key
    assert all(field.meaning for field in table.fields)
    assert arrow_schema(name).names == list(field_names(name))
    assert not any(pa.types.is_nested(field.type) for field in table.fields)
    assert all(field.type == pa.timestamp("us", "UTC") for field in table.fields if pa.types.is_timestamp(field.type))
    assert not any(field.nullable and field.key for field in table.fields)


def test_rows_become_columns_of_the_declared_types() -> None:
    assert rows_to_arrow("tallies", [Tally("stored", 3)]).to_pylist() == [{"name": "stored", "n": 3}]
    for name in TABLES:
        assert rows_to_arrow(name, []).schema == arrow_schema(name)
    cell = TABLES["cells"]
    row = cell.row_class(**{field.name: _fitting(field.type) for field in cell.fields})
    assert rows_to_arrow("cells", [row]).num_rows == 1


def _fitting(kind: pa.DataType) -> object:
    if pa.types.is_decimal(kind):
        return Decimal(10) ** 37
    return {"string": "x", "int64": 2**62, "date32[day]": date(2024, 1, 1)}[str(kind)]


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert words(text) == words(fold(text))


@given(st.text())
def test_what_is_folded_has_no_capitals_and_single_spaces(text: str) -> None:
    folded = fold(text)
    assert folded == " ".join(folded.split())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller", "MUELLER"),
        ("Straße", "strasse"),
        ("GROẞ", "gross"),
        ("Cafe\u0301", "cafe"),
        ("1＆1", "1&1"),
        ("U\u0308bel", "uebel"),
        ("  zu   Hause ", "zu hause"),
    ],
)
def test_one_name_written_two_ways_is_one_name(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_a_step_can_be_sent_to_another_process() -> None:
    from leumund.posts.families import STEPS

    assert [type(step) for step in STEPS] == [Batch, Query, Batch, Whole, Query]
    for step in STEPS:
        assert pickle.loads(pickle.dumps(step)) == step
        reads = step.reads if isinstance(step, Query | Whole) else (step.reads,)
        assert set(reads) <= set(TABLES)
