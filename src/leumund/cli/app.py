"""All commands with their options; what they do stands in the rooms."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from leumund._version import __version__
from leumund.errors import UnknownName, error_pages, near_name

__all__ = ["app"]


class _Near(typer.core.TyperGroup):
    """Offers the near name for a command that does not exist."""

    def get_command(self, ctx: typer.Context, cmd_name: str) -> typer.core.TyperCommand | None:  # type: ignore[override]  # Typer vendors Click's types
        command = super().get_command(ctx, cmd_name)
        if command is None and not ctx.resilient_parsing:
            near = near_name(cmd_name, self.list_commands(ctx))
            raise UnknownName(
                f"no such command: {cmd_name}",
                where="command line",
                next_step=f"did you mean '{near}'?" if near else f"{ctx.command_path} --help",
            )
        return command  # type: ignore[return-value]  # as above


_SETTINGS = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    name="leumund",
    cls=_Near,
    help="Listens to what people say about a company in internet forums and measures that image honestly.",
    epilog="Example: leumund demo. Then: leumund posts PAGE, leumund init DIR, leumund import, leumund run, leumund picture.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=_SETTINGS,
)
label = typer.Typer(
    cls=_Near,
    help="Labels: what people read in posts.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings=_SETTINGS,
)
app.add_typer(label, name="label")

ProjectOption = Annotated[Path, typer.Option("--project", "-p", help="The project's folder.", show_default=False)]
OutputOption = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="File to write; without it standard output or the project's folder reports."),
]
ZoneOption = Annotated[str, typer.Option("--zone", help="Time zone of pages that state none, as Europe/Berlin.")]
DateOrderOption = Annotated[str, typer.Option("--date-order", help="Order in all-digit dates: dmy, mdy or ymd.")]
ColumnOption = Annotated[
    list[str] | None, typer.Option("--column", help="For tables: NAME=COLUMN, as text=Beitrag; may be repeated.")
]
EncodingOption = Annotated[str, typer.Option("--encoding", help="For tables: the encoding, as cp1252.")]
Pages = Annotated[
    list[Path], typer.Argument(metavar="PAGE…", help="Files, folders, zip or WARC archives.", show_default=False)
]
HERE = Path()


class TableFormat(StrEnum):
    """How rows are written."""

    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"


class ReportFormat(StrEnum):
    """How a picture is written."""

    html = "html"
    json = "json"


class Tier(StrEnum):
    """Which reader reads."""

    fast = "fast"
    deep = "deep"
    auto = "auto"


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"leumund {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command(epilog="Example: leumund demo mydemo --no-open")
def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Folder to build it in.")] = Path("demo"),
    posts: Annotated[int, typer.Option(help="How many posts to simulate.", min=1_000, max=100_000)] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same market.")] = 1,
    language: Annotated[str, typer.Option(help="Language of the report: de or en; both are written.")] = "de",
    open_report: Annotated[bool, typer.Option("--open/--no-open", help="Open the report in a browser.")] = True,
) -> None:
    """Build a simulated market, walk the loop on it, write and open the report."""
    from leumund.cli import demo as doing

    doing.demo(folder, posts=posts, seed=seed, language=language, open_report=open_report)


@app.command(epilog="Example: leumund init mybrand --brand 'Own=alias' --brand Rival")
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the new project.", show_default=False)],
    brand: Annotated[
        list[str] | None, typer.Option(help="NAME=alias,…; the first is the own brand; may be repeated.")
    ] = None,
) -> None:
    """Make a project: a folder with a commented leumund.toml."""
    from leumund.cli import project as doing

    doing.init(folder, brand or [])


@app.command(epilog="Example: leumund doctor")
def doctor(project: ProjectOption = HERE) -> None:
    """Say what is missing on this machine or in this project, and how to mend it."""
    from leumund.cli import project as doing

    raise typer.Exit(doing.doctor(project))


@app.command(epilog="Example: leumund posts thread.html --format csv")
def posts(
    pages: Pages,
    form: Annotated[TableFormat, typer.Option("--format", help="Form of the rows.")] = TableFormat.jsonl,
    output: OutputOption = None,
    zone: ZoneOption = "",
    date_order: DateOrderOption = "",
    column: ColumnOption = None,
    encoding: EncodingOption = "",
) -> None:
    """Read saved pages, archives, mail or tables and write one row a post; stores nothing, needs no project."""
    from leumund.cli import pages as doing

    options = doing.options(zone=zone, date_order=date_order, columns=column or [], encoding=encoding)
    raise typer.Exit(doing.posts(pages, form=form.value, output=output, options=options))


@app.command("import", epilog="Example: leumund import saved-pages --preview")
def import_(
    pages: Pages,
    project: ProjectOption = HERE,
    preview: Annotated[bool, typer.Option("--preview", help="Show what would be understood; store nothing.")] = False,
    zone: ZoneOption = "",
    date_order: DateOrderOption = "",
    column: ColumnOption = None,
    encoding: EncodingOption = "",
) -> None:
    """Bring pages, archives, mail or tables into the project; the same again changes nothing."""
    from leumund.cli import pages as doing

    options = doing.options(zone=zone, date_order=date_order, columns=column or [], encoding=encoding)
    raise typer.Exit(
        doing.preview(pages, options=options) if preview else doing.import_(pages, project=project, options=options)
    )


@app.command(epilog="Example: leumund run --project mybrand")
def run(project: ProjectOption = HERE) -> None:
    """Walk from stored posts to the picture; goes on where it stopped, does nothing when nothing is new."""
    from leumund.cli import project as doing

    doing.run(project)


@app.command(epilog="Example: leumund read posts.jsonl --brand 'Telekom=T-Com,rosa Riese'")
def read(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="JSON Lines with id and text, or a text file.")
    ] = None,
    model: Annotated[Path | None, typer.Option(help="A model that leumund teach wrote.")] = None,
    tier: Annotated[Tier, typer.Option(help="Which reader.")] = Tier.auto,
    brand: Annotated[list[str] | None, typer.Option(help="NAME=alias,…; may be repeated.")] = None,
    output: OutputOption = None,
    project: ProjectOption = HERE,
) -> None:
    """Read what posts say about whom; with FILE it needs no project and writes JSON Lines."""
    from leumund.cli import reading as doing

    raise typer.Exit(doing.read(file, model=model, tier=tier.value, brands=brand or [], output=output, project=project))


@app.command(epilog="Example: leumund teach labelled.jsonl -o mymodel.npz")
def teach(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="JSON Lines with id, text and labels.", show_default=False)
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The model file to write.", show_default=False)],
) -> None:
    """Learn from labelled rows; the model serves leumund read --model."""
    from leumund.cli import reading as doing

    doing.teach(file, output)


@label.command("take", epilog="Example: leumund label take labels.csv --project mybrand")
def label_take(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="CSV with venue and number, or post_id, and the verdict.", show_default=False
        ),
    ],
    project: ProjectOption = HERE,
) -> None:
    """Take labels in; rows that no plan drew serve teaching, never measurement."""
    from leumund.cli import project as doing

    raise typer.Exit(doing.take_labels(file, project))


@app.command(epilog="Example: leumund picture --format json -o picture.json")
def picture(
    project: ProjectOption = HERE,
    form: Annotated[ReportFormat, typer.Option("--format", help="Form of the report.")] = ReportFormat.html,
    output: OutputOption = None,
    language: Annotated[str, typer.Option(help="de or en; empty: as leumund.toml says.")] = "",
    figure: Annotated[str, typer.Option(help="List all posts behind the figure with this id instead.")] = "",
) -> None:
    """Write the image as a report."""
    from leumund.cli import project as doing

    if figure:
        doing.figure_posts(project, figure)
    else:
        doing.picture(project, form=form.value, output=output, language=language)


@app.command(epilog="Example: leumund publish --title 'Image, third quarter'")
def publish(
    title: Annotated[str, typer.Option(help="What it is called.", show_default=False)],
    by: Annotated[str, typer.Option(help="Who publishes it; empty: the user of this machine.")] = "",
    project: ProjectOption = HERE,
) -> None:
    """Freeze the report as it stands."""
    from leumund.cli import project as doing

    doing.publish(project, title=title, by=by)


@app.command(epilog="Example: leumund explain LM210")
def explain(
    code: Annotated[str, typer.Argument(metavar="CODE", help="An error code, as LM210.", show_default=False)],
) -> None:
    """Explain an error code."""
    pages = error_pages()
    if code.upper() not in pages:
        near = near_name(code.upper(), pages)
        raise UnknownName(
            f"no error code {code}", next_step=f"did you mean {near}?" if near else f"codes: {', '.join(pages)}"
        )
    sys.stdout.write(pages[code.upper()] + "\n")
