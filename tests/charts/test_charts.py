"""What is drawn: whole lines, broken lines, hatches, names and addresses."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leumund.charts import (
    Chart,
    Dot,
    Gap,
    LineChart,
    Row,
    Series,
    Stretch,
    StripChart,
    StripRow,
    Tick,
    WhiskerChart,
    draw_lines,
    draw_strip,
    draw_whiskers,
)
from leumund.charts.scales import dodged, domain, month_ticks, ticks

START = date(2024, 1, 1)
HOSTILE = '<script>alert("x")</script> & "Söhne"'


def a_dot(value: float, place: int = 0, *, support: str = "measured", name: str = "a figure") -> Dot:
    when = START + timedelta(days=30 + 60 * place)
    return Dot(value, value - 5, value + 5, support, name, f"#f-{place}", when)


def lines(*series: Series, gaps: tuple[Gap, ...] = (), small: bool = False) -> Chart:
    chart = LineChart(
        chart_id="c",
        title="A <finding>",
        description="Index & unit",
        series=series,
        first=START,
        last=START + timedelta(days=400),
        gaps=gaps,
        lowest=-100,
        highest=100,
        tell=lambda value: f"{value:+.0f}",
        tell_month=lambda when, with_year: f"{when:%m.%Y}" if with_year else f"{when:%m}",
        small=small,
    )
    return draw_lines(chart)


def whiskers(*rows: Row) -> Chart:
    return draw_whiskers(WhiskerChart("w", "T", "D", rows, -100, 100, lambda value: f"{value:+.0f}"))


def texts(svg: str) -> list[str]:
    return [
        "".join(element.itertext()) for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("text")
    ]


def test_a_chart_is_well_formed_and_says_its_finding_to_a_screen_reader() -> None:
    drawn = lines(Series(HOSTILE, True, (a_dot(1), a_dot(3, 1, name=HOSTILE))))
    for svg, form in ((drawn.wide, "w"), (drawn.narrow, "n")):
        root = ElementTree.fromstring(svg)
        assert root.get("aria-labelledby") == f"c-{form}-t"
        title = next(element for element in root if element.tag.endswith("title"))
        assert title.text == "A <finding>"
        assert "<script" not in svg
        names = [element.get("aria-label") for element in root.iter() if element.tag.endswith("}a")]
        assert names == ["a figure", HOSTILE]


def test_a_chart_asks_nothing_of_the_network() -> None:
    drawn = lines(Series("own", True, (a_dot(1), a_dot(2, 1))), gaps=(Gap(START, START),))
    for svg in (drawn.wide, drawn.narrow):
        addresses = re.findall(r"""(?:href|src)=["']([^"']+)|url\(([^)]+)\)""", svg)
        assert addresses
        assert all((first or second).startswith("#") for first, second in addresses)


def test_the_telephone_gets_a_drawing_of_its_own_width() -> None:
    drawn = lines(Series("own", True, (a_dot(1), a_dot(2, 1))))
    assert 'viewBox="0 0 960 ' in drawn.wide
    assert 'viewBox="0 0 358 ' in drawn.narrow


def test_a_missing_period_interrupts_the_line_and_its_band() -> None:
    whole = lines(Series("own", True, tuple(a_dot(1, place) for place in range(6)))).wide
    broken = lines(Series("own", True, (a_dot(1), a_dot(1, 1), None, a_dot(1, 3), a_dot(1, 4), a_dot(1, 5)))).wide
    for mark in ("own_line_measured", "own_band_measured_area"):
        assert len(re.findall(rf'{mark}_pathgroup">|role-mark {mark}_marks"', whole)) > 0
        assert whole.count(f"{mark}_marks") == 1
        assert broken.count(f"{mark}_marks") == 2


def test_a_gap_in_collection_is_hatched_over_the_whole_height() -> None:
    with_gap = lines(
        Series("own", True, (a_dot(1), a_dot(2, 1))), gaps=(Gap(date(2024, 3, 1), date(2024, 3, 20)),)
    ).wide
    assert 'id="c-w-gap"' in with_gap
    assert "c-w-gap" not in lines(Series("own", True, (a_dot(1), a_dot(2, 1)))).wide
    hatched = re.search(r'd="M([\d.]+),0h([\d.]+)v(\d+)h-[\d.]+Z" fill="url\(#c-w-gap\)"', with_gap)
    assert hatched is not None
    assert int(hatched[3]) == 400
    assert float(hatched[2]) == pytest.approx((960 - 52 - 45) * 20 / 400, abs=0.5)


def test_where_only_a_part_is_missing_the_foot_is_grey_and_the_line_goes_on() -> None:
    part = Gap(date(2024, 3, 1), date(2024, 3, 20), whole=False)
    svg = lines(Series("own", True, (a_dot(1), a_dot(2, 1))), gaps=(part,)).wide
    assert re.search(r'd="M[\d.]+,394h[\d.]+v6h-[\d.]+Z" fill="var\(--axis', svg)
    assert "c-w-gap" not in svg


def test_a_line_goes_on_from_borrowed_to_measured_and_stops_before_unproven() -> None:
    supports = ("borrowed", "borrowed", "measured", "unproven")
    svg = lines(Series("own", True, tuple(a_dot(1, i, support=s) for i, s in enumerate(supports)))).wide
    (path,) = re.findall(r'own_line_borrowed_marks.*?<path d="([^"]+)"', svg)
    assert path.count("L") == 2
    assert "own_line_measured" not in svg
    assert "own_band_unproven_bar" in svg


def test_dots_stand_apart_and_where_there_is_no_room_only_a_lonely_one_is_drawn() -> None:
    def dense(n: int) -> Series:
        dots = [replace(a_dot(1), when=START + timedelta(days=round(400 * place / n))) for place in range(n)]
        return Series("own", True, (*dots, None, replace(a_dot(1), when=START + timedelta(days=400))))

    few, many = lines(dense(12)).wide, lines(dense(120)).wide
    assert few.count('opacity="0"') == 0
    assert many.count('opacity="0"') == 120
    assert many.count('opacity="1"/></a>') == 1  # after the gap, where no line leads to it


def test_a_single_period_does_not_narrow_the_axis() -> None:
    whole = lines(Series("own", True, (a_dot(1), a_dot(2, 1), a_dot(3, 2)))).wide
    broken = lines(Series("own", True, (a_dot(1), None, a_dot(3, 2)))).wide
    places = [re.findall(r'<path transform="translate\(([\d.]+),[^>]*opacity="1"', svg) for svg in (whole, broken)]
    assert places[1] == [places[0][0], places[0][2]]


def test_a_small_charts_last_month_does_not_run_over_the_edge() -> None:
    chart = lines(Series("own", True, (a_dot(1), a_dot(2, 1))), small=True).wide
    assert 'text-anchor="end"' in chart.split('"mark-text role-axis-label"')[1].split("</g>")[0]


def test_an_unproven_figure_is_hatched_and_has_neither_line_nor_point() -> None:
    svg = lines(Series("own", True, (a_dot(1, support="unproven"), a_dot(2, 1, support="unproven")))).wide
    assert "own_line" not in svg
    assert 'fill="url(#c-w-own)"' in svg
    assert svg.count('opacity="0"') == 2  # the places to point at
    row = whiskers(Row("x", True, (a_dot(1, support="unproven"),), "−4 bis +6")).wide
    assert 'fill="url(#w-w-own)"' in row
    assert "<a href=" in row


def test_a_borrowed_figure_is_dashed() -> None:
    svg = lines(Series("own", True, (a_dot(1, support="borrowed"), a_dot(2, 1, support="borrowed")))).wide
    assert "own_line_borrowed" in svg
    assert 'stroke-dasharray="6,4"' in svg
    assert 'stroke-dasharray="5,4"' in whiskers(Row("x", True, (a_dot(1, support="borrowed"),), "")).wide


def test_zero_stands_on_the_axis_even_when_all_figures_lie_on_one_side() -> None:
    for svg in (
        lines(Series("own", True, (a_dot(40), a_dot(50, 1)))).wide,
        whiskers(Row("x", True, (a_dot(-60),), "")).wide,
    ):
        assert "+0" in texts(svg)


def test_each_line_carries_its_name_at_its_end_and_long_names_are_cut_on_a_telephone() -> None:
    drawn = lines(Series("Own", True, (a_dot(1), a_dot(2, 1))), Series("A very long competitor", False, (a_dot(1),)))
    assert {"Own", "A very long competitor"} <= set(texts(drawn.wide))
    assert any(text.startswith("A very") and text.endswith("…") for text in texts(drawn.narrow))


def test_every_dot_can_be_opened() -> None:
    rows = [Row(f"row {i}", i == 0, (a_dot(i, i), a_dot(-i, i + 50)), "x", (Tick(i, "diamond"),)) for i in range(4)]
    for svg in (whiskers(*rows).wide, whiskers(*rows).narrow):
        assert sorted(re.findall(r'<a href="(#f-\d+)"', svg)) == sorted(
            f"#f-{i + j}" for i in range(4) for j in (0, 50)
        )
        assert 'role="group"' in svg


def test_a_chart_without_links_is_an_image() -> None:
    assert 'role="img"' in whiskers(Row("nothing known", True, (), "–")).wide


def test_the_strip_hatches_the_days_without_collection_and_names_them() -> None:
    weeks = tuple((START + timedelta(days=7 * i), 10.0 + i) for i in range(10))
    stretch = Stretch(START + timedelta(days=14), START + timedelta(days=20), True, "forum: nothing collected")
    row = StripRow("forum.example", weeks, (stretch,), "#t-coverage")
    chart = StripChart("s", "T", "D", (row,), START, START + timedelta(days=69), lambda when, with_year: f"{when:%m}")
    for svg in (draw_strip(chart).wide, draw_strip(chart).narrow):
        assert 'aria-label="forum: nothing collected"' in svg
        assert "-gap)" in svg
        assert "forum.example" in texts(svg)


@given(st.lists(st.floats(-100, 100), max_size=30))
def test_a_domain_holds_all_values_and_zero_and_its_ticks_are_within(values: list[float]) -> None:
    low, high = domain(values, lowest=-100, highest=100)
    assert low < high
    assert all(low - 1e-6 <= value <= high + 1e-6 for value in [0.0, *values])
    found = ticks(low, high)
    assert 0 in found
    assert 2 <= len(found) <= 9
    assert all(low - 1e-6 <= tick <= high + 1e-6 for tick in found)


@given(st.lists(st.floats(0, 400), min_size=1, max_size=20))
def test_labels_keep_their_order_and_do_not_overlap(wanted: list[float]) -> None:
    placed = dodged(wanted, gap=17, top=0, bottom=400)
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    steps = [placed[b] - placed[a] for a, b in pairwise(order)]
    assert all(step >= 17 - 1e-6 for step in steps)
    assert min(placed) >= -1e-6
    assert max(placed) <= 400 + 1e-6


@given(st.dates(date(1999, 1, 1), date(2035, 1, 1)), st.integers(1, 4000), st.integers(2, 10))
def test_months_run_in_equal_steps_and_are_not_too_many(start: date, days: int, most: int) -> None:
    end = start + timedelta(days=days)
    found = month_ticks(start, end, most=most)
    assert len(found) <= most + 1
    assert all(start <= when <= end and when.day == 1 for when in found)
    places = [when.year * 12 + when.month for when in found]
    assert len({b - a for a, b in pairwise(places)}) <= 1
