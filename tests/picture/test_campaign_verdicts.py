"""Whether a campaign moved the image: from weekly figures, against the competitors', or that it cannot be said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from leumund.errors import UnknownName, WrongUse
from leumund.picture.campaign import campaign_effect
from leumund.picture.plans import Asked, PlanStatus, Terms, latest_terms, plan_status, terms_asked
from leumund.picture.truth import TrueValue
from leumund.picture.verdict import Campaign
from leumund.tables import CampaignEntry
from tests.weeks import BRANDS, FIRST, START, Weeks, reading

TERMS = Terms("Spring", "Own", START, BRANDS[1:])


def said(market: Weeks, terms: Terms = TERMS, **more: Any) -> Campaign:
    return campaign_effect(reading(market), terms, level=0.95, plan=PlanStatus("none"), **more)


def test_a_campaign_that_moved_the_image_is_seen_in_points_as_people_judge() -> None:
    got = said(Weeks(effect=12.0))
    assert got.verdict == "rose"
    assert got.support == "borrowed"
    assert got.effect is not None
    assert got.machine_effect is not None
    assert got.effect.low is not None
    assert got.effect.high is not None
    assert got.effect.low < 12 < got.effect.high
    assert got.machine_effect.value == pytest.approx(6, abs=1.5)
    assert (got.n_before, got.n_after, got.rivals_used) == (52, 26, BRANDS[1:])


def test_no_effect_and_no_end_of_one_is_larger_than_an_index_can_move() -> None:
    got = said(Weeks(effect=190.0, slope=0.05, seed=3))
    assert got.effect is not None
    assert got.effect.high == 200
    beside = [one.effect for one in (*got.placebo_starts, *got.placebo_brands)]
    assert all(abs(end) <= 200 for span in beside for end in (span.value, span.low or 0.0, span.high or 0.0))
    assert all(abs(week.high or 0.0) <= 100 for week in got.weeks)


def test_a_campaign_that_did_nothing_shows_nothing() -> None:
    assert [said(Weeks(seed=seed)).verdict for seed in range(2, 8)].count("not_shown") >= 5


def test_without_labels_the_direction_is_told_and_the_size_is_not_proven() -> None:
    got = said(Weeks(effect=12.0, labels=10))
    assert (got.verdict, got.support, got.response) == ("rose", "unproven", None)
    assert got.effect == got.machine_effect


def test_a_gap_in_collection_is_left_out_and_a_small_venues_silence_is_not() -> None:
    got = said(Weeks(gap_days=tuple(range(70, 80))))
    assert [(one.week, one.why) for one in got.left_out] == [
        (FIRST + timedelta(weeks=10), "gap"),
        (FIRST + timedelta(weeks=11), "gap"),
    ]
    assert got.n_before == 50


def test_a_gap_never_looks_like_an_image() -> None:
    market = Weeks(gap_days=tuple(range(365, 385)))
    shifted = campaign_effect(_with_gap_shift(market), TERMS, level=0.95, plan=PlanStatus("none"))
    assert shifted.effect == said(market).effect


def _with_gap_shift(market: Weeks) -> Any:
    read = reading(market)
    rows = read("estimates").to_pylist()
    for row in rows:
        if row["brand"] == "Own" and FIRST + timedelta(days=364) <= row["period_start"] < FIRST + timedelta(days=385):
            row["machine_value"] -= 60
            row["value"] -= 60
    table = type(read("estimates")).from_pylist(rows, schema=read("estimates").schema)
    return lambda name: table if name == "estimates" else read(name)


def test_a_week_of_too_few_posts_of_the_brand_is_left_out_and_a_rivals_thin_week_is_used() -> None:
    got = said(Weeks(withheld={("Own", 3): "thin", ("Left", 5): "thin", ("Right", 7): "unread"}))
    assert [(one.week, one.why, one.brand) for one in got.left_out] == [
        (FIRST + timedelta(weeks=3), "too_few", "Own"),
        (FIRST + timedelta(weeks=7), "too_few", "Right"),
    ]


def test_a_rival_that_is_seldom_spoken_of_is_left_out_not_the_weeks() -> None:
    got = said(Weeks(withheld={("Far", week): "unread" for week in range(0, 78, 2)}))
    assert got.rivals_used == ("Left", "Right")
    assert got.left_out == ()


def test_a_start_inside_of_a_week_leaves_that_week_out() -> None:
    got = said(Weeks(), replace(TERMS, starts_on=START + timedelta(days=2)))
    assert [(one.week, one.why) for one in got.left_out] == [(START, "start_within")]
    assert (got.n_before, got.n_after) == (52, 25)


def test_only_the_weeks_asked_for_are_looked_at() -> None:
    got = said(Weeks(), replace(TERMS, weeks_after=8))
    assert got.n_after == 8
    assert got.weeks[-1].week == START + timedelta(weeks=7)
    assert not got.interim
    assert said(Weeks(), replace(TERMS, weeks_after=40)).interim


def test_authors_count_as_one_voice_each_where_asked() -> None:
    got = said(Weeks(), replace(TERMS, counted="authors"))
    by_posts = said(Weeks())
    assert got.weeks[0].index != by_posts.weeks[0].index


@pytest.mark.parametrize(
    ("market", "terms", "reason"),
    [
        (Weeks(), replace(TERMS, brand="Nobody"), "no_figures"),
        (Weeks(), replace(TERMS, rivals=()), "no_rivals"),
        (Weeks(withheld={(b, w): "unread" for b in BRANDS[1:] for w in range(78)}), TERMS, "no_rivals"),
        (Weeks(), replace(TERMS, starts_on=START + timedelta(weeks=60)), "not_started"),
        (Weeks(), replace(TERMS, starts_on=FIRST + timedelta(weeks=25)), "too_few_before"),
        (Weeks(withheld={("Own", week): "thin" for week in range(52, 78)}), TERMS, "none_after"),
        (Weeks(withheld={("Own", week): "thin" for week in range(78)}), TERMS, "no_rivals"),
    ],
)
def test_what_cannot_be_said_is_said_with_its_reason(market: Weeks, terms: Terms, reason: str) -> None:
    got = said(market, terms)
    assert (got.verdict, got.reason, got.effect) == ("cannot_be_said", reason, None)


def test_exactly_twenty_six_weeks_before_are_enough() -> None:
    assert said(Weeks(), replace(TERMS, starts_on=FIRST + timedelta(weeks=26))).verdict != "cannot_be_said"


def test_beside_the_result_stand_placebos_and_the_second_opinion() -> None:
    got = said(Weeks(effect=20.0))
    assert [one.brand for one in got.placebo_brands] == ["Far", "Left", "Right"]
    assert {one.week for one in got.placebo_starts} == {FIRST + timedelta(weeks=w) for w in range(26, 50, 2)}
    assert got.second is not None
    assert sum(weight for _, weight in got.second.weights) == pytest.approx(1, abs=1e-5)
    assert got.second.effect.low is not None
    assert got.second.effect.low > 0


def test_the_expected_series_has_a_band_from_the_start_on_that_holds_what_was_expected() -> None:
    got = said(Weeks(effect=20.0))
    before, after = got.weeks[:52], got.weeks[52:]
    assert all(week.low is None for week in before)
    assert all((week.low or 0) < (week.expected or 0) < (week.high or 0) for week in after)
    apart = [(week.index or 0) - (week.expected or 0) for week in after]
    assert got.machine_effect is not None
    assert sum(apart) / len(apart) == pytest.approx(got.machine_effect.value, abs=1.5)


def test_the_simulated_truth_stands_beside_where_brand_and_start_are_the_same() -> None:
    truth = TrueValue("campaign_effect", "Own", "week", START, 12.0)
    assert said(Weeks(effect=12.0), truth=[truth]).truth == 12.0
    assert said(Weeks(), truth=[replace(truth, period_start=FIRST)]).truth is None


def entry(number: int, *, planned: bool = True, at: date = date(2023, 12, 1), **changed: Any) -> CampaignEntry:
    known: dict[str, Any] = {
        "name": "Spring",
        "brand": "Own",
        "starts_on": START,
        "weeks_after": 0,
        "measure": "net_index",
        "counted": "posts",
        "aspect": "",
        "rivals": '["Far", "Left", "Right"]',
    } | changed
    recorded_at = datetime(at.year, at.month, at.day, 12, tzinfo=UTC)
    digest = repr(sorted(known.items(), key=lambda item: item[0]))
    return CampaignEntry(
        entry_id=str(number), number=number, planned=planned, digest=digest, recorded_by="kim",
        recorded_at=recorded_at, **known,
    )  # fmt: skip


def test_a_plan_that_stood_before_the_start_and_was_kept_to() -> None:
    status = plan_status([entry(1), entry(2, planned=False, at=date(2024, 7, 1))], TERMS)
    assert (status.kind, status.n_plans, status.n_looks) == ("planned", 1, 1)
    assert status.recorded_at is not None


def test_an_evaluation_other_than_planned_names_what_differs() -> None:
    status = plan_status([entry(1)], replace(TERMS, counted="authors", weeks_after=13))
    assert (status.kind, status.differences) == ("differs", ("weeks_after", "counted"))


def test_of_several_plans_the_last_before_the_start_holds() -> None:
    plans = [entry(1, weeks_after=13), entry(2), entry(3, weeks_after=4, at=START + timedelta(days=1))]
    status = plan_status(plans, TERMS)
    assert (status.kind, status.digest, status.n_plans) == ("planned", plans[1].digest, 2)


@pytest.mark.parametrize("day", [START, START + timedelta(days=40)])
def test_a_plan_on_the_first_day_or_later_is_none(day: date) -> None:
    assert plan_status([entry(1, at=day)], TERMS).kind == "late"


def test_a_plan_of_a_later_start_does_not_stand_for_an_earlier_one() -> None:
    late = entry(1, starts_on=START + timedelta(weeks=8), at=START + timedelta(weeks=1))
    assert plan_status([late], TERMS).kind == "late"


def test_without_a_plan_and_after_many_looks_both_are_said() -> None:
    looks = [entry(n, planned=False, weeks_after=n) for n in (1, 2, 3)]
    status = plan_status([*looks, entry(4, name="Other")], TERMS)
    assert (status.kind, status.n_looks) == ("none", 3)


def test_who_only_names_a_campaign_gets_what_was_planned() -> None:
    entries = [entry(1, weeks_after=13, counted="authors"), entry(2, planned=False, weeks_after=20)]
    got = terms_asked(Asked("Spring"), entries, own="Own", brands=BRANDS)
    assert (got.weeks_after, got.counted, got.starts_on, got.rivals) == (13, "authors", START, BRANDS[1:])


def test_the_usual_is_the_own_brand_against_all_others() -> None:
    got = terms_asked(Asked("New", starts_on=START), [], own="Own", brands=BRANDS)
    assert got == Terms("New", "Own", START, BRANDS[1:])


@pytest.mark.parametrize(
    ("asked", "error", "hint"),
    [
        (Asked("Sprin"), UnknownName, "Spring"),
        (Asked("Spring", brand="Owm"), UnknownName, "Own"),
        (Asked("Spring", rivals=("Lefd",)), UnknownName, "Left"),
        (Asked("Spring", counted="author"), UnknownName, "authors"),
        (Asked("Spring", rivals=("Own",)), WrongUse, "other brands"),
    ],
)
def test_a_wrong_name_is_answered_with_the_near_one(asked: Asked, error: type[UnknownName], hint: str) -> None:
    with pytest.raises(error) as told:
        terms_asked(asked, [entry(1)], own="Own", brands=BRANDS)
    assert hint in told.value.next_step


def test_each_campaign_stands_in_the_report_once_as_evaluated_last() -> None:
    entries = [entry(1), entry(2, planned=False, weeks_after=8), entry(1, name="Earlier", starts_on=FIRST)]
    got = latest_terms(entries)
    assert [(one.name, one.weeks_after) for one in got] == [("Earlier", 0), ("Spring", 8)]
