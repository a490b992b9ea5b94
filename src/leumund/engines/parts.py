"""Parts: complete Parquet files (or folders of them), written under a dot-name and renamed."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leumund.errors import storage_errors

__all__ = ["digest_of", "part_files", "remove", "sync_folder", "writing"]


@contextmanager
def writing(output: Path) -> Iterator[Path]:
    """Give a dot-name to write to; what was written there becomes `output` at the end, or goes away after an error."""
    unfinished = output.with_name(f".{output.name}.{os.getpid()}")
    with storage_errors(output):
        output.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield unfinished
            unfinished.rename(output)
        finally:
            remove(unfinished)


def remove(path: Path) -> None:
    """Remove a part, whole or unfinished, file or folder."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def part_files(part: Path) -> list[Path]:
    """Give the Parquet files of a part: itself, or those in its folder in the order of their names."""
    return sorted(part.glob("*.parquet")) if part.is_dir() else [part]


def digest_of(part: Path) -> str:
    """Give the SHA-256 of a part's bytes."""
    digest = hashlib.sha256()
    for file in part_files(part):
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
