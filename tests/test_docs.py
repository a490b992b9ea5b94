"""The docs tell what the code does: pages made from code are as the code makes them, links lead somewhere.

`python -m tests.test_docs` makes the pages anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer

from leumund import __version__
from leumund.cli.app import app
from leumund.errors import error_pages
from leumund.settings import SETTINGS, settings_page
from leumund.tables import TABLES, tables_page
from leumund.wording import catalogue

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
AGAIN = "python -m tests.test_docs"
PARTS_OF_A_DECISION = ["Question", "Options", "Measured", "Choice", "What would change our mind"]
PICTURE_MAX_BYTES = 300_000


def commands_page() -> str:
    """Give docs/commands.md: the help of every command."""
    lines = ["# Commands", "", "Made from the help pages of the commands; a test holds it.", ""]
    for title, shown in _helps(typer.main.get_command(app), "leumund", None):
        lines += [f"## {title}", "", "```", shown, "```", ""]
    return "\n".join(lines)


def _helps(command: typer.core.TyperCommand, name: str, above: typer.Context | None) -> Iterator[tuple[str, str]]:
    width = {"terminal_width": 80, "max_content_width": 80}
    context = typer.Context(command, info_name=name, parent=above, **command.context_settings, **width)
    yield context.command_path, command.get_help(context).rstrip()
    for below, sub in getattr(command, "commands", {}).items():
        yield from _helps(sub, below, context)


def errors_page() -> str:
    """Give docs/errors.md: what `leumund explain` prints for each code."""
    lines = [
        "# Errors",
        "",
        "What `leumund explain CODE` prints; made from `src/leumund/errors.py`, a test holds it.",
        "",
    ]
    for page in error_pages().values():
        title, _, text = page.partition("\n\n")
        lines += [f"## {title}", "", text, ""]
    return "\n".join(lines)


MADE: dict[str, Callable[[], str]] = {
    "tables.md": tables_page,
    "settings.md": settings_page,
    "commands.md": commands_page,
    "errors.md": errors_page,
}


@pytest.mark.parametrize("name", MADE)
def test_a_page_made_from_code_is_as_the_code_makes_it(name: str) -> None:
    page = DOCS / name
    assert page.is_file(), f"make it: {AGAIN}"
    assert page.read_text(encoding="utf-8") == MADE[name](), f"docs/{name} is out of date; make it anew: {AGAIN}"


def test_each_table_setting_command_and_error_has_its_place() -> None:
    pages = {name: (DOCS / name).read_text(encoding="utf-8") for name in MADE}
    assert all(f"\n## {table}\n" in pages["tables.md"] for table in TABLES)
    assert all(f"| {setting.section} | {setting.name} |" in pages["settings.md"] for setting in SETTINGS)
    assert all(f"\n## {code} " in pages["errors.md"] for code in error_pages())
    commands = [title for title, _ in _helps(typer.main.get_command(app), "leumund", None)]
    assert all(f"\n## {command}\n" in pages["commands.md"] for command in commands)


WRITTEN = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]


@pytest.mark.parametrize("page", WRITTEN, ids=[str(page.relative_to(ROOT)) for page in WRITTEN])
def test_every_link_leads_to_something(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", sorted((DOCS / "decisions").glob("*.md")), ids=lambda page: page.name)
def test_a_decision_says_what_was_asked_weighed_measured_and_chosen(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.match(r"\d{4}-[a-z0-9-]+\.md$", page.name)
    assert re.match(r"# \d{4}: \S", text)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == PARTS_OF_A_DECISION
    assert re.search(r"\d", text.partition("## Measured")[2].partition("## ")[0]), "nothing is measured"
    assert len(text.splitlines()) <= 60


def _glossary() -> dict[str, tuple[str, str]]:
    rows = re.findall(
        r"^\| (.+?) \| (.+?) \| (.+?) \|$", (DOCS / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    return {english: (german, meaning) for english, german, meaning in rows if english not in ("English", "---")}


def test_the_glossary_is_in_order_and_whole() -> None:
    terms = list(_glossary())
    assert terms == sorted(terms, key=str.lower)
    assert all(german.strip() and meaning.strip() for german, meaning in _glossary().values())


def test_the_report_says_the_words_of_the_glossary() -> None:
    glossary, compared = _glossary(), 0
    for key, text in catalogue().items():
        term = text["en"].lower()
        if key.startswith(("head.", "verdict.", "support.")) and term in glossary:
            assert text["de"].lower() in glossary[term][0].lower(), key
            compared += 1
    assert compared >= 5


def test_each_table_of_the_walk_is_a_word_of_the_glossary() -> None:
    words = {term.lower() for term in _glossary()}
    for table in ("posts", "quotes", "threads", "readings", "labels", "estimates", "families"):
        assert {table, table.removesuffix("s"), table.removesuffix("ies") + "y"} & words, table


def test_the_readme_is_one_screen_with_a_picture_and_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 50
    assert "./run demo" in text
    assert "./run test" in text
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    assert pictures == ["docs/report.png"]
    assert 20_000 < (ROOT / pictures[0]).stat().st_size < PICTURE_MAX_BYTES


def test_the_commands_of_the_readme_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    known = {title.split()[1] for title, _ in _helps(typer.main.get_command(app), "leumund", None) if " " in title}
    named = re.findall(r"^\s*(?:\.venv/bin/)?leumund (\w+)", text, re.MULTILINE)
    assert len(named) >= 4
    assert set(named) <= known


def test_the_changelog_has_a_chapter_for_this_version() -> None:
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


if __name__ == "__main__":
    for name, make in MADE.items():
        (DOCS / name).write_text(make(), encoding="utf-8")
