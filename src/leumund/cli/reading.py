"""read and teach: posts to readings without a project, and models from labelled rows."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leumund.cli import project as in_project
from leumund.cli.output import Problems, Progress, write_rows
from leumund.errors import EngineMissing, NotText, NoUsableRow, WrongUse, storage_errors

if TYPE_CHECKING:
    from leumund.readings.model import Model

__all__ = ["read", "teach"]

_AT_ONCE = 256
_FOR_POSTS = {".csv", ".tsv", ".htm", ".html", ".mbox", ".eml", ".zip", ".gz", ".warc", ".xlsx", ".xls", ".parquet"}
STANDARD_INPUT = Path("-")


def read(
    file: Path | None, *, model: Path | None, tier: str, brands: list[str], output: Path | None, project: Path
) -> int:
    """Read a file's posts, or a project's; give 1 when a row had to be left out."""
    if tier == "deep":
        raise EngineMissing(
            "the deep reader is not installed", where="--tier deep", next_step="use --tier auto or fast"
        )
    if file is None:
        if model or brands or output:
            raise WrongUse(
                "--model, --brand and --output go with a FILE; a project's brands stand in its leumund.toml",
                where="command line",
                next_step="leumund read FILE, or leumund read --project DIR alone",
            )
        in_project.run(project)
        return 0
    return _read_file(file, model, brands, output)


def _read_file(file: Path, model: Path | None, brands: list[str], output: Path | None) -> int:
    from leumund.readings.model import baseline, load_model

    chosen, problems = load_model(model) if model else baseline(), Problems()
    with Progress("reading", beside_data=output is None) as progress:
        n = write_rows(_readings(_texts(file, problems), chosen, brands, progress), form="jsonl", output=output)
    problems.say()
    if n == 0:
        raise NoUsableRow("no row has a text", where=str(file), next_step='write {"id": …, "text": "…"} on each line')
    print(f"posts read: {n}; problems: {len(problems)}. {_how_good(chosen)}", file=sys.stderr)
    print("Next: leumund teach makes it better; leumund init and import make a picture", file=sys.stderr)
    return problems.status(came=n)


def _readings(
    texts: Iterator[tuple[str, str]], model: Model, brands: list[str], progress: Progress
) -> Iterator[dict[str, Any]]:
    from leumund.posts.language import languages_of
    from leumund.readings.brand import brand_of_option, default_brands
    from leumund.readings.judge import Judge

    named = [brand_of_option(option) for option in brands]
    known = {brand.name: brand for brand in (*default_brands(), *named)}
    judge = Judge(model, tuple(known.values()))
    n = 0
    while some := list(itertools.islice(texts, _AT_ONCE)):
        words = [text for _, text in some]
        for (post_id, _), language, verdict in zip(some, languages_of(words), judge.judge_all(words), strict=True):
            yield verdict.to_json(id=post_id, language=language)
        n += len(some)
        progress.show(f"{n} posts", n)


def _how_good(model: Model) -> str:
    """Say in words how well the model reads; a model that somebody taught has not been measured by us."""
    from leumund.readings.measured import how_good
    from leumund.readings.model import baseline

    if model.name != baseline().name:
        return f"How well the model {model.name} reads has not been measured; label some posts and compare."
    return " ".join(sentence for language, sentence in how_good() if language == "en")


def _texts(file: Path, problems: Problems) -> Iterator[tuple[str, str]]:
    """Give (id, text) of JSON Lines; any other text file is one text."""
    for number, row in _json_rows(file, problems):
        text = row.get("text")
        if isinstance(text, str) and text.strip():
            yield str(row.get("id", number)), text
        else:
            problems.note(str(file), f"line {number}", "LM211", "no text", 'write {"id": …, "text": "…"}')


def _json_rows(file: Path, problems: Problems) -> Iterator[tuple[int, dict[str, Any]]]:
    text = _text_of(file)
    if not text.lstrip().startswith("{"):
        yield 1, {"id": file.name, "text": text}
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            problems.note(str(file), f"line {number}", "LM211", f"not JSON: {error}", "mend the line")
            continue
        if isinstance(row, dict):
            yield number, row
        else:
            problems.note(str(file), f"line {number}", "LM211", "JSON, but no object", "mend the line")


def _text_of(file: Path) -> str:
    """Give a file's text; raises NotReadable, EmptyInput, and NotText for what is no text or belongs to `posts`."""
    from leumund.sources.encoding import refuse_empty_and_binary

    if file.suffix.lower() in _FOR_POSTS:
        raise NotText(
            "a page or table, where JSON Lines with id and text were expected",
            where=str(file),
            next_step=f"leumund posts {file} -o posts.jsonl, then leumund read posts.jsonl",
        )
    with storage_errors(file):
        content = sys.stdin.buffer.read() if file == STANDARD_INPUT else file.read_bytes()
    refuse_empty_and_binary(content, name=str(file))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotText(
            f"not UTF-8 text: {error.reason}", where=f"{file}, byte {error.start}", next_step="save it as UTF-8"
        ) from error


def teach(file: Path, output: Path) -> int:
    """Learn a model from labelled rows and write it; give 1 when a row had to be left out."""
    from leumund.readings.teach import teach as learn

    problems = Problems()
    rows = [row for _, row in _json_rows(file, problems)]
    problems.say()
    learnt = learn(rows, output, name=output.stem)
    heads = ", ".join(head.name for head in learnt.heads)
    print(f"{output}: learnt {heads} from {len(rows)} rows. Next: leumund read FILE --model {output}", file=sys.stderr)
    return problems.status(came=len(rows))
