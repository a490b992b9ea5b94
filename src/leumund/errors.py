"""Every error a user can meet, under one base.

LeumundError
├── WrongUse                     LM100  the command was typed in a way that cannot be carried out
├── UnknownName                  LM101  a column, brand, format … that does not exist
├── ProjectError
│   ├── NotAProject              LM120  the folder has no leumund.toml
│   ├── BadSettings              LM121  leumund.toml has an unknown key or a value of the wrong kind
│   ├── ProjectBusy              LM122  another process writes to this project
│   ├── NothingToShow            LM123  no posts, readings or figures yet
│   └── DamagedProject           LM124  a file that a snapshot names is missing or changed
├── InputError
│   ├── EmptyInput               LM200  a file without content
│   ├── NotText                  LM201  a binary file where a page or table was expected
│   ├── TruncatedInput           LM202  a page or archive that ends too early
│   ├── UnknownForum             LM203  no reader knows this page
│   ├── SourceDrift              LM204  a known forum whose page lacks what the reader needs
│   ├── WrongEncoding            LM205  bytes that are not in the declared encoding
│   ├── MissingColumn            LM210  a table without a column that is needed
│   ├── BadRow                   LM211  one row that cannot be used; it is set aside
│   ├── NoUsableRow              LM212  a table of which no row could be used
│   └── DateNotUnderstood        LM213  a date that cannot be read, or only by guessing
├── StorageError
│   ├── DiskFull                 LM300  no space left where the project lives
│   ├── NotWritable              LM301  the folder cannot be written to
│   ├── NotReadable              LM302  a file that is not there or cannot be opened
│   └── DiskTrouble              LM303  the disk reports something else
├── EngineError
│   ├── EngineMissing            LM400  the engine named in leumund.toml is not installed
│   ├── TooManyRows              LM401  a whole-table step was given more rows than it declared
│   └── StepFailed               LM402  a step stopped; what was finished is kept
├── LedgerError                  LM500  the ledger's database cannot be used
├── ModelError                   LM600  a model file that cannot be used, or rows that teach nothing
└── CannotEstimate               LM700  numbers from which no honest figure can be made
"""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

__all__ = [
    "BadRow",
    "BadSettings",
    "CannotEstimate",
    "DamagedProject",
    "DateNotUnderstood",
    "DiskFull",
    "DiskTrouble",
    "EmptyInput",
    "EngineError",
    "EngineMissing",
    "InputError",
    "LedgerError",
    "LeumundError",
    "MissingColumn",
    "ModelError",
    "NoUsableRow",
    "NotAProject",
    "NotReadable",
    "NotText",
    "NotWritable",
    "NothingToShow",
    "ProjectBusy",
    "ProjectError",
    "SourceDrift",
    "StepFailed",
    "StorageError",
    "TooManyRows",
    "TruncatedInput",
    "UnknownForum",
    "UnknownName",
    "WrongEncoding",
    "WrongUse",
    "error_pages",
    "near_name",
    "storage_errors",
]


class LeumundError(Exception):
    """What was seen, where, and what to do next; shown to people as three short lines.

    >>> print(NotAProject("no leumund.toml here", where="folder x", next_step="leumund init x"))
    NotAProject (LM120): no leumund.toml here
      where: folder x
      next:  leumund init x
    """

    code: ClassVar[str] = "LM000"
    status: ClassVar[int] = 1

    def __init__(self, seen: str, *, where: str = "", next_step: str = "") -> None:
        super().__init__(seen)
        self.seen, self.where, self.next_step = seen, where, next_step

    def __str__(self) -> str:
        lines = [f"{type(self).__name__} ({self.code}): {self.seen}"]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.next_step:
            lines.append(f"  next:  {self.next_step}")
        return "\n".join(lines)


class WrongUse(LeumundError):
    """The command cannot be carried out as it was typed.

    Look at `leumund COMMAND --help`; each help page ends with an example that works.
    """

    code = "LM100"
    status = 2


class UnknownName(WrongUse):
    """A name that does not exist: a column, brand, format, table or error code.

    The message offers the nearest name that does exist.
    """

    code = "LM101"


class ProjectError(LeumundError):
    """Something about the project's folder."""


class NotAProject(ProjectError):
    """The folder has no leumund.toml.

    `leumund init DIR` makes a project; or name the folder with `--project DIR`.
    """

    code = "LM120"
    status = 2


class BadSettings(ProjectError):
    """leumund.toml has an unknown key, or a value of the wrong kind.

    Nothing was run. The message names the key, the line where it can be found and the near name.
    """

    code = "LM121"
    status = 2


class ProjectBusy(ProjectError):
    """Another process is writing to this project.

    Any number may read while one writes. Wait until the other one ends; a lock left by a killed
    process frees itself.
    """

    code = "LM122"


class NothingToShow(ProjectError):
    """There are no posts, readings or figures yet.

    `leumund import PAGE…` brings posts in, `leumund run` reads them and makes the picture.
    """

    code = "LM123"


class DamagedProject(ProjectError):
    """A file that a snapshot names is missing or was changed.

    Put the file back from a copy, or delete the folder `snapshots` and the derived tables and run
    `leumund run` again: everything but `posts`, `quotes`, `authors` and the ledger can be made anew.
    """

    code = "LM124"


class InputError(LeumundError):
    """Something about what was read: a page, an archive, a table."""


class EmptyInput(InputError):
    """The file has no content. An empty file is never taken for success."""

    code = "LM200"


class NotText(InputError):
    """A binary file where a page, a mailbox or a table was expected.

    Zip, gzip and WARC archives are opened; pictures, PDF and programs are not.
    """

    code = "LM201"


class TruncatedInput(InputError):
    """The page or archive ends too early. What came before the break was kept.

    Save the page again, or take the file from its source once more.
    """

    code = "LM202"


class UnknownForum(InputError):
    """No reader knows this page.

    `leumund posts --help` lists the forums that are known. A table of posts (CSV, JSON Lines,
    Parquet, Excel) can always be brought in with `leumund import FILE`.
    """

    code = "LM203"


class SourceDrift(InputError):
    """The page is of a known forum, but lacks what the reader needs. The forum's look may have changed.

    Save the page under tests/samples/<software> and adapt that folder's reader.
    """

    code = "LM204"


class WrongEncoding(InputError):
    """The bytes are not in the encoding that the page declares. They were read in the named one instead."""

    code = "LM205"


class MissingColumn(InputError):
    """A table lacks a column that is needed, and no other column's name tells what it is.

    Name it: `leumund import FILE --column text=Beitrag --column posted_at=Datum`.
    """

    code = "LM210"


class BadRow(InputError):
    """One row cannot be used. It is set aside in the table `issues`; the other rows go on."""

    code = "LM211"


class NoUsableRow(InputError):
    """No row of the table could be used, so nothing was stored."""

    code = "LM212"


class DateNotUnderstood(InputError):
    """A date that cannot be read, or that could mean two days.

    Give the order in leumund.toml or on the command line: `--date-order dmy`.
    """

    code = "LM213"


class StorageError(LeumundError):
    """Something about the disk."""


class DiskFull(StorageError):
    """No space is left where the project lives. Nothing half-written stays; run the command again after making room."""

    code = "LM300"


class NotWritable(StorageError):
    """The folder or file cannot be written to. Change its permissions or name another folder."""

    code = "LM301"


class NotReadable(StorageError):
    """The file is not there or cannot be opened."""

    code = "LM302"
    status = 2


class DiskTrouble(StorageError):
    """The operating system reports something about the disk that is none of the usual things.

    Nothing half-written stays. Look at the disk and its cables, then run the command again.
    """

    code = "LM303"


class EngineError(LeumundError):
    """Something about the place where steps run."""


class EngineMissing(EngineError):
    """The engine named in leumund.toml is not installed: `pip install 'leumund[spark]'` and a Java 17 or newer."""

    code = "LM400"


class TooManyRows(EngineError):
    """A step that needs a whole table in memory was given more rows than it declared as its bound."""

    code = "LM401"


class StepFailed(EngineError):
    """A step of the walk stopped. What was finished is kept; the same command goes on from there."""

    code = "LM402"


class LedgerError(LeumundError):
    """The ledger's database cannot be used. Check [ledger] url in leumund.toml and that the server runs."""

    code = "LM500"


class ModelError(LeumundError):
    """A model file that cannot be used, or labelled rows from which nothing can be learnt."""

    code = "LM600"


class CannotEstimate(LeumundError):
    """Numbers from which no honest figure can be made: malformed, out of range, or too few.

    The message names the argument and what would be needed. Nothing is guessed in its place.
    """

    code = "LM700"


def _all_errors(base: type[LeumundError] = LeumundError) -> Iterator[type[LeumundError]]:
    for error in base.__subclasses__():
        if "code" in vars(error):
            yield error
        yield from _all_errors(error)


def error_pages() -> dict[str, str]:
    """Give code -> the page that `leumund explain CODE` prints, in the order of the codes."""
    pages = {error.code: f"{error.code} {error.__name__}\n\n{_dedent(error.__doc__ or '')}" for error in _all_errors()}
    return dict(sorted(pages.items()))


def _dedent(docstring: str) -> str:
    return "\n".join(line.strip() for line in docstring.strip().splitlines())


def near_name(name: str, known: Iterable[str]) -> str:
    """Give the known name nearest to `name`, or '' when none is near.

    >>> near_name("brnad", ["brand", "aspect"])
    'brand'
    """
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)), "")


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn the operating system's errors while writing below `path` into errors that say what to do."""
    try:
        yield
    except OSError as error:
        raise _storage_error(error, path) from error


def _storage_error(error: OSError, path: Path) -> StorageError:
    where = str(error.filename or path)
    if Path(where).name.startswith(f".{path.name}"):  # a draft that nobody asked for
        where = str(path)
    # Arrow raises OSError without errno; then only the words tell.
    words = str(error).lower()
    if error.errno in (errno.ENOSPC, errno.EDQUOT) or "no space left" in words:
        return DiskFull("no space left on the disk", where=where, next_step="make room and run the command again")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS) or "permission denied" in words or "read-only" in words:
        return NotWritable(
            "the place cannot be written to", where=where, next_step="change permissions or name another"
        )
    if error.errno == errno.EISDIR:
        return NotReadable("a folder where a file is expected", where=where, next_step="name a file")
    if error.errno == errno.ENOTEMPTY:
        return NotWritable("a folder that is not empty", where=where, next_step="name another, or empty it")
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return NotReadable("no such file or folder", where=where, next_step="check the path")
    return DiskTrouble(f"the disk reports: {error.strerror or error}", where=where, next_step="check the disk")
