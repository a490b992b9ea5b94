"""From a drawn workbook to figures that rest on people's verdicts."""

from __future__ import annotations

import csv
from pathlib import Path

import python_calamine

from leumund.cli.labels import next_labels, take_labels
from leumund.loop import Project, init_project
from leumund.settings import BrandSetting

BRANDS = [BrandSetting("Telekom", own=True), BrandSetting("Vodafone")]


def project_with_posts(folder: Path) -> Project:
    project = init_project(folder / "project", BRANDS)
    table = folder / "posts.csv"
    with table.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(["id", "author", "date", "text"])
        for n in range(60):
            brand, word = ("Telekom", "Vodafone")[n % 2], ("=1+1 schlecht", "super")[n % 3 == 0]
            rows.writerow(
                [n, f"author {n % 17}", f"2020-03-{n % 28 + 1:02d}T10:00:00+01:00", f"{brand} ist {word}, Nr {n}"]
            )
    project.import_pages([table])
    project.run()
    return project


def test_a_drawn_workbook_is_filled_in_taken_back_and_counts(tmp_path: Path) -> None:
    project = project_with_posts(tmp_path)
    workbook = tmp_path / "posts.xlsx"
    next_labels(project.folder, workbook, n=40, labeller="anna")
    head, *drawn = python_calamine.load_workbook(str(workbook)).get_sheet_by_index(0).to_python()
    assert head[:4] == ["brand", "text", "value", "labeller"]
    assert len(drawn) == 40
    assert {row[2] for row in drawn} == {""}, "nothing tells what the machine thinks"
    filled = tmp_path / "filled.csv"
    with filled.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(head)
        for row in drawn[:-2]:  # two are left for another day
            row[2] = "positive" if "super" in row[1] else "negative"
            rows.writerow(row)
        rows.writerows(drawn[-2:])
    assert take_labels(filled, project.folder) == 0
    assert take_labels(filled, project.folder) == 0
    with project.ledger() as ledger:
        assert len(ledger.labels()) == 38
    project.run()
    own = next(
        row
        for row in project.picture().estimates
        if (row.measure, row.brand, row.period, row.counted) == ("net_index", "Telekom", "all", "posts")
        and not row.aspect
    )
    assert own.n_labels >= 18
    assert own.support in ("measured", "unproven")
    assert (own.support == "measured") == (own.n_labels >= 20)
