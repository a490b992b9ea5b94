"""All commands with their options; what they do stands in the rooms."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from leumund.cli.groups import NearGroup
from leumund.errors import UnknownName, WrongUse, error_pages, near_name

__all__ = ["app"]


_SETTINGS = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    name="leumund",
    cls=NearGroup,
    help="Listens to what people say about a company in internet forums and measures that image honestly.",
    epilog="Example: leumund demo mydemo --posts 1000",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=_SETTINGS,
)
label = typer.Typer(
    cls=NearGroup,
    help="Labels: what people read in posts.",
    epilog="Example: leumund label take labels.csv --project mybrand",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings=_SETTINGS,
)
app.add_typer(label, name="label")

ProjectOption = Annotated[Path, typer.Option("--project", "-p", help="The project's folder; else this one.")]
RowsOption = Annotated[Path | None, typer.Option("--output", "-o", help="File to write; else standard output.")]
ZoneOption = Annotated[str, typer.Option("--zone", help="Time zone where none is stated, as Europe/Berlin.")]
VenueOption = Annotated[str, typer.Option("--venue", help="For tables and mail: which forum they are from.")]
ColumnOption = Annotated[
    list[str] | None, typer.Option("--column", help="For tables: NAME=COLUMN, as text=Beitrag; may be repeated.")
]
DelimiterOption = Annotated[str, typer.Option("--delimiter", help="For CSV: the sign between cells, as ; or tab.")]
EncodingOption = Annotated[str, typer.Option("--encoding", help="For tables: the encoding, as cp1252.")]
SheetOption = Annotated[str, typer.Option("--sheet", help="For Excel: which sheet.")]
Pages = Annotated[
    list[Path], typer.Argument(metavar="PAGE", help="Files, folders, zip, gzip or WARC archives.", show_default=False)
]
HERE = Path()


class DateOrder(StrEnum):
    """Order of day, month and year in all-digit dates."""

    dmy = "dmy"
    mdy = "mdy"
    ymd = "ymd"


DateOrderOption = Annotated[DateOrder | None, typer.Option("--date-order", help="Order in all-digit dates.")]


class TableFormat(StrEnum):
    """How rows are written."""

    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"


class ReportFormat(StrEnum):
    """How a picture is written."""

    html = "html"
    pdf = "pdf"
    xlsx = "xlsx"
    mail = "mail"
    pack = "pack"
    json = "json"


class CampaignFormat(StrEnum):
    """How the answer about a campaign is written."""

    text = "text"
    json = "json"
    html = "html"


class TellFormat(StrEnum):
    """How an answer is given."""

    text = "text"
    json = "json"


class Counted(StrEnum):
    """What counts as one voice."""

    posts = "posts"
    authors = "authors"
    threads = "threads"


class Language(StrEnum):
    """Language of a report."""

    de = "de"
    en = "en"


class Tier(StrEnum):
    """Which reader reads."""

    fast = "fast"
    deep = "deep"
    auto = "auto"


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version; at every command.")] = False,
) -> None:
    """`main` has answered --version before this is reached; it stands here for the help page."""


@app.command(epilog="Example: leumund demo mydemo --posts 1000")
def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to build it in.")] = Path("demo"),
    posts: Annotated[int, typer.Option(help="How many posts to simulate.", min=1_000, max=100_000)] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same market.")] = 1,
    language: Annotated[Language, typer.Option(help="Which report to open; both are written.")] = Language.de,
    open_report: Annotated[bool, typer.Option("--open/--no-open", help="Open the report in a browser.")] = True,
) -> None:
    """Simulate a market, walk the loop on it, open the report."""
    from leumund.cli import demo as doing

    doing.demo(folder, posts=posts, seed=seed, language=language.value, open_report=open_report)


@app.command(epilog="Example: leumund init mybrand --brand 'Telekom=T-Com,rosa Riese' --brand Vodafone")
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the new project.", show_default=False)],
    brand: Annotated[
        list[str] | None, typer.Option(help="NAME=alias,…; the first is the own brand; may be repeated.")
    ] = None,
) -> None:
    """Make a project: a folder with a commented leumund.toml."""
    from leumund.cli import project as doing

    doing.init(folder, brand or [])


@app.command(epilog="Example: leumund doctor --project mybrand")
def doctor(project: ProjectOption = HERE) -> None:
    """Say what is missing here, and how to mend it."""
    from leumund.cli import project as doing

    doing.doctor(project)


@app.command(epilog="Example: leumund posts thread.html --format csv")
def posts(
    pages: Pages,
    form: Annotated[TableFormat, typer.Option("--format", help="Form of the rows.")] = TableFormat.jsonl,
    output: RowsOption = None,
    zone: ZoneOption = "",
    date_order: DateOrderOption = None,
    venue: VenueOption = "",
    column: ColumnOption = None,
    delimiter: DelimiterOption = "",
    encoding: EncodingOption = "",
    sheet: SheetOption = "",
) -> None:
    """Read saved pages and write one row a post; stores nothing.

    Reads pages of phpBB 3, vBulletin 4 and XenForo 2, mailboxes, and tables of posts (CSV, JSON Lines, Parquet,
    Excel). Needs no project.
    """
    from leumund.cli import pages as doing

    options = doing.options(
        columns=column or [],
        zone=zone,
        date_order=date_order.value if date_order else "",
        venue=venue,
        delimiter=delimiter,
        encoding=encoding,
        sheet=sheet,
    )
    raise typer.Exit(doing.posts(pages, form=form.value, output=output, options=options))


@app.command("import", epilog="Example: leumund import saved-pages --project mybrand")
def import_(
    pages: Pages,
    project: ProjectOption = HERE,
    preview: Annotated[bool, typer.Option("--preview", help="Show what would be understood; store nothing.")] = False,
    zone: ZoneOption = "",
    date_order: DateOrderOption = None,
    venue: VenueOption = "",
    column: ColumnOption = None,
    delimiter: DelimiterOption = "",
    encoding: EncodingOption = "",
    sheet: SheetOption = "",
) -> None:
    """Bring pages, mail or tables into the project, each once.

    Takes what leumund posts takes; the same again changes nothing.
    """
    from leumund.cli import pages as doing

    options = doing.options(
        columns=column or [],
        zone=zone,
        date_order=date_order.value if date_order else "",
        venue=venue,
        delimiter=delimiter,
        encoding=encoding,
        sheet=sheet,
    )
    raise typer.Exit(
        doing.preview(pages, project=project, options=options)
        if preview
        else doing.import_(pages, project=project, options=options)
    )


@app.command(epilog="Example: leumund run --project mybrand")
def run(project: ProjectOption = HERE) -> None:
    """Walk from stored posts to the picture.

    Goes on where it stopped; does nothing when nothing is new.
    """
    from leumund.cli import project as doing

    doing.run(project)


@app.command(epilog="Example: leumund read posts.jsonl --brand 'Telekom=T-Com,rosa Riese'")
def read(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="JSON Lines with id and text, or a text file.")
    ] = None,
    model: Annotated[Path | None, typer.Option(help="A model that leumund teach wrote.")] = None,
    tier: Annotated[Tier, typer.Option(help="Which reader.")] = Tier.auto,
    brand: Annotated[list[str] | None, typer.Option(help="NAME=alias,…; may be repeated.")] = None,
    output: RowsOption = None,
    project: ProjectOption = HERE,
) -> None:
    """Read what posts say about whom.

    With FILE it needs no project and writes JSON Lines; without, it reads the project's posts.
    """
    from leumund.cli import reading as doing

    raise typer.Exit(doing.read(file, model=model, tier=tier.value, brands=brand or [], output=output, project=project))


@app.command(epilog="Example: leumund teach labelled.jsonl -o mymodel.npz")
def teach(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="JSON Lines with id, text and labels.", show_default=False)
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The model file to write.", show_default=False)],
) -> None:
    """Learn from labelled rows, for leumund read --model."""
    from leumund.cli import reading as doing

    raise typer.Exit(doing.teach(file, output))


@label.command("plan", epilog="Example: leumund label plan --project mybrand")
def label_plan(
    project: ProjectOption = HERE,
    form: Annotated[TellFormat, typer.Option("--format", help="For people or for programs.")] = TellFormat.text,
) -> None:
    """Say how many labels make which interval."""
    from leumund.cli import labels as doing

    doing.plan(project, form=form.value)


@label.command("agreement", epilog="Example: leumund label agreement --project mybrand")
def label_agreement(
    project: ProjectOption = HERE,
    form: Annotated[TellFormat, typer.Option("--format", help="For people or for programs.")] = TellFormat.text,
) -> None:
    """Say how far people agree, and where they differ."""
    from leumund.cli import labels as doing

    doing.agreement(project, form=form.value)


@label.command("next", epilog="Example: leumund label next -o posts.xlsx --project mybrand")
def label_next(
    output: Annotated[Path, typer.Option("--output", "-o", help="The workbook to write.", show_default=False)],
    n: Annotated[
        int, typer.Option("--number", "-n", help="How many posts; 0: only what waits for a second.", min=0, max=5_000)
    ] = 200,
    labeller: Annotated[str, typer.Option(help="Who will judge; empty: the user of this machine.")] = "",
    project: ProjectOption = HERE,
) -> None:
    """Draw the next posts to judge into a workbook.

    The same again, before a label came in, gives the same posts again. After the guideline changed, half of them
    were judged before, until it is known how far the two differ.
    """
    from leumund.cli import labels as doing

    doing.next_labels(project, output, n=n, labeller=labeller)


@label.command("take", epilog="Example: leumund label take labels.csv --project mybrand")
def label_take(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="CSV or Excel with brand, value, labeller; and post_id, or venue and number.",
            show_default=False,
        ),
    ],
    project: ProjectOption = HERE,
) -> None:
    """Take labels in.

    Rows that no draw made serve teaching, never measurement. Rows of a draw made elsewhere measure if they have a
    plan_id and an inclusion_probability, with which they were drawn from this project's posts.
    """
    from leumund.cli import labels as doing

    raise typer.Exit(doing.take_labels(file, project))


@app.command(epilog="Example: leumund picture --project mybrand")
def picture(
    project: ProjectOption = HERE,
    form: Annotated[ReportFormat, typer.Option("--format", help="Form of the report.")] = ReportFormat.html,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; else in the project's folder reports.")
    ] = None,
    language: Annotated[Language | None, typer.Option(help="Else as leumund.toml says.")] = None,
    since: Annotated[str, typer.Option(metavar="DATE", help="First day of the stretch; else all days.")] = "",
    until: Annotated[str, typer.Option(metavar="DATE", help="Last day of the stretch, included.")] = "",
    figure: Annotated[str, typer.Option(help="List all posts behind the figure with this id instead.")] = "",
) -> None:
    """Write the image as a report, of all days or some."""
    from leumund.cli import picture as doing
    from leumund.cli.days import day_given

    first = day_given(since, "--since") if since else None
    last = day_given(until, "--until", end=True) if until else None
    if figure:
        doing.figure_posts(project, figure, since=first, until=last)
    else:
        tongue = language.value if language else ""
        doing.picture(project, form=form.value, output=output, language=tongue, since=first, until=last)


@app.command(epilog="Example: leumund campaign Spring --start 2030-03-04 --weeks 26 --plan --project mybrand")
def campaign(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the campaign is called.", show_default=False)],
    start: Annotated[
        str, typer.Option(metavar="DATE", help="Its first day; not needed where it was written down before.")
    ] = "",
    plan: Annotated[bool, typer.Option("--plan", help="Write it down before the start; evaluate nothing.")] = False,
    brand: Annotated[str, typer.Option(help="Whose campaign; else the own brand.")] = "",
    rival: Annotated[
        list[str] | None, typer.Option(help="Competitor to set it against; may be repeated; else all.")
    ] = None,
    weeks: Annotated[
        int | None, typer.Option(help="How many weeks from the start on; 0 = all there are.", min=0, max=520)
    ] = None,
    counted: Annotated[Counted | None, typer.Option(help="What counts as one voice; else posts.")] = None,
    outside: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Table with week and columns such as orders, churn; drawn beside it."),
    ] = None,
    form: Annotated[CampaignFormat, typer.Option("--format", help="Form of the answer.")] = CampaignFormat.text,
    output: RowsOption = None,
    language: Annotated[Language | None, typer.Option(help="Else as leumund.toml says.")] = None,
    by: Annotated[str, typer.Option(help="Who writes it down; empty: the user of this machine.")] = "",
    project: ProjectOption = HERE,
) -> None:
    """Say whether a campaign moved the image.

    Sets the weekly index against what the competitors' imply. Status 1 where it cannot be said. What was looked at is
    written down, and stands in the report from then on.
    """
    from leumund.cli import campaign as doing

    asked = doing.asked_for(
        name, start=start, brand=brand, rivals=rival or [], weeks=weeks, counted=counted.value if counted else None
    )
    if plan:
        doing.plan(project, asked, by=by)
    else:
        told = language.value if language else ""
        raise typer.Exit(
            doing.campaign(project, asked, outside=outside, form=form.value, output=output, language=told, by=by)
        )


@app.command(epilog="Example: leumund publish --title 'Image, third quarter' --project mybrand")
def publish(
    title: Annotated[str, typer.Option(help="What it is called.", show_default=False)] = "",
    by: Annotated[str, typer.Option(help="Who publishes it; empty: the user of this machine.")] = "",
    check: Annotated[
        bool, typer.Option("--check", help="Instead: note what changed in the reports published so far.")
    ] = False,
    project: ProjectOption = HERE,
) -> None:
    """Freeze the report as it stands.

    It stays byte for byte. With --check, figures of published reports that read differently today become errata or
    revisions: in the ledger, on the page beside each report, and in the next report. It ends with 1 where a published
    page was altered.
    """
    from leumund.cli import picture as doing

    if check:
        raise typer.Exit(doing.check(project))
    if not title:
        raise WrongUse("a report needs a title", where="command line", next_step="add --title TITLE; or --check")
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
            f"no error code {code}",
            where="command line",
            next_step=f"did you mean {near}?" if near else f"there are {min(pages)} to {max(pages)}",
        )
    sys.stdout.write(pages[code.upper()] + "\n")
