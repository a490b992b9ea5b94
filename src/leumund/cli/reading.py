"""read and teach: posts to readings without a project, and models from labelled rows."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from leumund.cli import project as in_project
from leumund.cli.output import problem_line, write_rows
from leumund.errors import EmptyInput, EngineMissing, NotText, storage_errors

__all__ = ["read", "teach"]


def read(
    file: Path | None, *, model: Path | None, tier: str, brands: list[str], output: Path | None, project: Path
) -> int:
    """Read a file's posts, or a project's; give 1 when a row had to be left out."""
    if tier == "deep":
        raise EngineMissing(
            "the deep reader is not installed", where="--tier deep", next_step="use --tier auto or fast"
        )
    if file is None:
        in_project.run(project)
        return 0
    problems: list[str] = []
    write_rows(_readings(_texts(file, problems), model, brands), form="jsonl", output=output)
    for line in problems:
        print(line, file=sys.stderr)
    _say_how_good()
    return int(bool(problems))


def _readings(texts: Iterator[tuple[str, str]], model: Path | None, brands: list[str]) -> Iterator[dict[str, Any]]:
    from leumund.posts.language import language_of
    from leumund.readings.brand import brand_of_option, default_brands
    from leumund.readings.judge import Judge
    from leumund.readings.model import baseline, load_model

    named = [brand_of_option(option) for option in brands]
    known = {brand.name: brand for brand in (*default_brands(), *named)}
    judge = Judge(load_model(model) if model else baseline(), tuple(known.values()))
    for post_id, text in texts:
        yield judge.judge(text).to_json(id=post_id, language=language_of(text))


def _say_how_good() -> None:
    from leumund.readings.measured import how_good

    for language, sentence in how_good():
        if language == "en":
            print(sentence, file=sys.stderr)


def _texts(file: Path, problems: list[str]) -> Iterator[tuple[str, str]]:
    """Give (id, text) of JSON Lines; any other text file is one text."""
    for number, row in _json_rows(file, problems):
        text = row.get("text")
        if isinstance(text, str):
            yield str(row.get("id", number)), text
        else:
            problems.append(problem_line(str(file), f"line {number}", "LM211", "no text", 'write {"id": …, "text": …}'))


def _json_rows(file: Path, problems: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    with storage_errors(file):
        content = file.read_bytes()
    if not content.strip():
        raise EmptyInput("the file is empty", where=str(file), next_step="check the path")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotText(
            f"not UTF-8 text: {error.reason}", where=f"{file}, byte {error.start}", next_step="save it as UTF-8"
        ) from error
    if not text.lstrip().startswith("{"):
        yield 1, {"id": file.name, "text": text}
        return
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            row = json.loads(line) if line.strip() else None
        except ValueError as error:
            row = None
            problems.append(problem_line(str(file), f"line {number}", "LM211", f"not JSON: {error}", "mend the line"))
        if isinstance(row, dict):
            yield number, row


def teach(file: Path, output: Path) -> None:
    """Learn a model from labelled rows and write it."""
    from leumund.readings.teach import teach as learn

    problems: list[str] = []
    learnt = learn([row for _, row in _json_rows(file, problems)], output)
    for line in problems:
        print(line, file=sys.stderr)
    print(f"{output}: {learnt}" if learnt else output, file=sys.stderr)
    print(f"Next: leumund read FILE --model {output}", file=sys.stderr)
