"""The simulated market: same seed, same posts; and what is planted in it is there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import leumund.world
from leumund.world import BRANDS, OWN_BRAND, Market, iter_posts, simulate
from leumund.world.brands import ASPECTS, VENUES
from leumund.world.mood import CAMPAIGN, END, GAP, OUTAGES, SHOCKS, START, WEEKS, flow
from leumund.world.truth import true_indices

WEEK = 7 * 86_400


def seconds(posts: pa.Table) -> np.ndarray:
    return posts["posted_at"].cast(pa.int64()).to_numpy() // 1_000_000 - int(START.timestamp())


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def test_the_same_seed_gives_the_same_posts_and_another_seed_gives_others(small: Market) -> None:
    assert simulate(seed=5, n_posts=1_500).posts.equals(small.posts)
    assert not simulate(seed=6, n_posts=1_500).posts["text"].equals(small.posts["text"])


@settings(max_examples=8, deadline=None)
@given(n_posts=st.integers(1, 400), chunk=st.integers(1, 150))
def test_chunks_put_together_are_the_whole_market_whatever_their_size(n_posts: int, chunk: int) -> None:
    whole = simulate(seed=3, n_posts=n_posts)
    parts = list(iter_posts(3, n_posts, chunk))
    assert [len(posts) for posts, _ in parts[:-1]] == [chunk] * (len(parts) - 1)
    assert pa.concat_tables([posts for posts, _ in parts]).equals(whole.posts)
    assert pa.concat_tables([opinions for _, opinions in parts]).equals(whole.opinions)


def test_chunks_may_cut_across_the_blocks_in_which_posts_are_made() -> None:
    parts = list(iter_posts(3, 12_000, 7_000))
    assert [len(posts) for posts, _ in parts] == [7_000, 5_000]
    for posts, opinions in parts:
        assert set(opinions["serial"].to_pylist()) <= set(posts["serial"].to_pylist())


def test_no_five_words_in_a_row_stand_in_more_than_one_percent_of_posts(market: Market) -> None:
    seen: Counter[tuple[str, ...]] = Counter()
    for text in market.posts["text"].to_pylist():
        said = words(text)
        seen.update({tuple(said[i : i + 5]) for i in range(len(said) - 4)})
    gram, n = seen.most_common(1)[0]
    assert n <= 200, f"{' '.join(gram)!r} stands in {n} of 20,000 posts"


def test_every_number_is_used_once_in_its_venue(market: Market) -> None:
    pairs = list(zip(market.posts["venue"].to_pylist(), market.posts["number"].to_pylist(), strict=True))
    assert len(set(pairs)) == len(pairs) == 20_000
    assert {venue for venue, _ in pairs} == {venue.host for venue in VENUES}


def test_two_people_of_a_venue_never_share_a_name() -> None:
    from leumund.world.people import author_name

    for venue in range(len(VENUES)):
        names = {author_name(venue, author).casefold() for author in range(-6, 30_000)}
        assert len(names) == 30_006


def test_all_posts_lie_in_the_ninety_weeks_and_none_in_the_gap(market: Market) -> None:
    at = seconds(market.posts)
    assert at.min() >= 0
    assert at.max() < WEEKS * WEEK
    assert (END - START).days == 630
    there = market.posts["venue"].to_numpy() == GAP.venue
    lost = (at >= GAP.day * 86_400) & (at < (GAP.day + GAP.days) * 86_400)
    assert not (there & lost).any()
    assert (~there & lost).sum() > 100
    assert GAP.days == 9


def test_a_reply_comes_after_the_post_that_it_quotes_and_stands_in_the_same_thread(market: Market) -> None:
    posts = {(row["venue"], row["number"]): row for row in market.posts.to_pylist()}
    quoting = [row for row in posts.values() if row["quoted_number"]]
    assert 0.15 < len(quoting) / len(posts) < 0.35
    for row in quoting:
        quoted = posts[row["venue"], row["quoted_number"]]
        assert quoted["thread_number"] == row["thread_number"]
        assert quoted["position"] < row["position"]
        assert quoted["posted_at"] <= row["posted_at"]
        assert row["quoted_author"] == quoted["author"]
        assert (
            row["quoted_text"].rstrip(".") in quoted["text"].replace("\n", " ") or row["quoted_text"] == quoted["text"]
        )


def test_positions_in_a_thread_count_from_one_without_holes(small: Market) -> None:
    threads: dict[tuple[str, str], list[int]] = {}
    for row in small.posts.to_pylist():
        threads.setdefault((row["venue"], row["thread_number"]), []).append(row["position"])
    for positions in threads.values():
        assert positions == list(range(1, len(positions) + 1))


def test_copies_differ_from_their_model_in_one_or_two_words_and_stand_on_another_board(market: Market) -> None:
    posts = {f"{row['venue']} {row['number']}": row for row in market.posts.to_pylist()}
    copies = [row for row in posts.values() if row["copy_of"]]
    assert len(copies) > 100
    for row in copies:
        model = posts[row["copy_of"]]
        assert (row["venue"], row["board"]) != (model["venue"], model["board"])
        lost = Counter(model["text"].split(" ")) - Counter(row["text"].split(" "))
        assert sum(lost.values()) <= row["words_changed"] <= 2
        assert row["text"] != model["text"]


def test_about_a_tenth_is_english_and_few_people_write_much(market: Market) -> None:
    assert 0.06 < pc.mean(pc.equal(market.posts["language"], "en").cast(pa.float64())).as_py() < 0.14
    writers = zip(market.posts["venue"].to_pylist(), market.posts["author"].to_pylist(), strict=True)
    per_writer = sorted(Counter(writers).values(), reverse=True)
    assert sum(per_writer[: len(per_writer) // 10]) > 0.4 * 20_000


def test_a_post_that_names_a_brand_has_one_of_its_aliases_in_its_text(market: Market) -> None:
    text = dict(zip(market.posts["serial"].to_pylist(), market.posts["text"].to_pylist(), strict=True))
    aliases = {brand.name: [alias.lower() for alias in brand.aliases] for brand in BRANDS}
    for row in market.opinions.select(["serial", "brand", "named"]).to_pylist():
        named = any(alias in text[row["serial"]].lower() for alias in aliases[row["brand"]])
        assert named == row["named"], text[row["serial"]]


def test_brands_are_six_with_one_network_owner_and_no_alias_belongs_to_two() -> None:
    assert len(BRANDS) == 6
    assert sum(brand.network_owner for brand in BRANDS) == 1
    assert BRANDS[0].name == OWN_BRAND == CAMPAIGN.brand
    aliases = [alias.casefold() for brand in BRANDS for alias in set(map(str.casefold, brand.aliases))]
    assert len(aliases) == len(set(aliases))


def test_what_is_said_is_drawn_from_the_latent_mood() -> None:
    market = simulate(seed=11, n_posts=60_000)
    weeks = [row for row in true_indices(market) if row[1] == "week"]
    for brand in BRANDS:
        mine = [(row[4], row[5], row[7]) for row in weeks if row[0] == brand.name and row[7]]
        expected, organic, n = (np.array(column, dtype=float) for column in zip(*mine, strict=True))
        off = float(np.average(organic - expected, weights=n))
        # 82 is the standard deviation of one post; posts of one hand or thread hang together.
        assert abs(off) < 3.5 * 1.3 * 82 / np.sqrt(n.sum())


def test_the_campaign_lifts_the_own_brand_and_the_shocks_press_all() -> None:
    moods = np.mean([flow(seed).mood for seed in range(40)], axis=0)
    before, after = slice(CAMPAIGN.week - 8, CAMPAIGN.week), slice(CAMPAIGN.week, CAMPAIGN.week + 8)
    lift = moods[:, after].mean(axis=1) - moods[:, before].mean(axis=1)
    assert lift[0] - lift[1:].mean() == pytest.approx(CAMPAIGN.effect, abs=2.0)
    for shock in SHOCKS:
        fall = moods[:, shock.first : shock.last + 1].mean(axis=1) - moods[:, shock.first - 3 : shock.first].mean(
            axis=1
        )
        assert fall == pytest.approx([shock.effect] * len(BRANDS), abs=3.0)


def test_an_outage_brings_many_short_complaints_about_its_brand(market: Market) -> None:
    day = seconds(market.posts) // 86_400
    kind = market.posts["kind"].to_numpy()
    length = np.array([len(words(text)) for text in market.posts["text"].to_pylist()])
    assert np.median(length[kind == "outage"]) < 0.75 * np.median(length[kind == "opinion"])
    for outage in OUTAGES:
        during = (day >= outage.day) & (day <= outage.day + 2)
        assert (kind[during] == "outage").mean() > 0.2
    assert (kind[day < OUTAGES[0].day] == "outage").sum() == 0


def test_gifts_company_voices_chat_and_every_aspect_occur(market: Market) -> None:
    assert pc.sum(market.posts["incentive"].cast(pa.int64())).as_py() > 100
    assert set(market.posts["voice"].to_pylist()) == {"customer", "company"}
    assert set(market.opinions["aspect"].to_pylist()) == {*ASPECTS, ""}
    assert {"opinion", "question", "news", "deal", "sale", "company", "gift", "outage", "chat"} == set(
        market.posts["kind"].to_pylist()
    )


def test_moves_and_activations_are_complained_about_more_than_prices(market: Market) -> None:
    def share(aspect: str) -> float:
        said = market.opinions.filter(pc.equal(market.opinions["aspect"], aspect))["polarity"].to_pylist()
        return said.count("negative") / len(said)

    assert share("activation") > share("price") + 0.1


def test_the_room_knows_nothing_of_the_reader() -> None:
    allowed = {"leumund.errors", "leumund.tables", "leumund.posts.identity"}
    for path in Path(leumund.world.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("leumund"):
                assert node.module in allowed or node.module.startswith("leumund.world"), path


def test_an_empty_market_has_no_posts() -> None:
    assert len(simulate(seed=1, n_posts=0).posts) == 0
    assert list(iter_posts(1, 0)) == []
