"""Works out anew which phrases rise, from who says them, among all tested: python recompute_phrases.py [PACK].

Needs pyarrow, numpy, scipy; ends with 1 when a phrase differs in six digits or stands in the wrong place. Exact test:
Fisher 1935; paid for all phrases that were tested: Benjamini, Hochberg 1995.
"""

import sys
from pathlib import Path

import numpy as np
from recompute_files import ended, opened
from scipy import stats

COUNTS = "authors_after", "authors_before", "threads_after", "threads_before"
FEWEST, FEWEST_AFTER, MOST = 8, 5, 20  # authors of both times, of the later one; phrases of a brand
FALSE_SHARE = 0.05  # of the phrases shown, as many rose by chance
NEARLY = 1 - 1e-9  # as sure, but for the last digits


def block_of(o, blocks):
    """Give by opinion the number of its four weeks, 0 for the last; -1 outside of these or of the days asked for."""
    block, inside = np.full(len(o["week"]), -1), o["all"] == o["all"].max()
    for number, first, last in zip(*(blocks[name].to_numpy() for name in ("block", "first", "last")), strict=True):
        block[inside & (first <= o["week"]) & (o["week"] <= last)] = number  # blocks are whole weeks
    return block


def counted(o, at):
    """Give how many authors and threads speak in some rows, after and before: each has one voice in a block."""
    found = []
    for who in ("author", "thread"):
        block = np.unique(np.column_stack([o["block"][at], o[who][at]]), axis=0)[:, 0]
        found += [int((block == 0).sum()), int((block > 0).sum())]
    return tuple(found)


def chance_of(counts, totals):
    """Give the chance that luck puts as many voices, or more, into the later time: the larger of both kinds."""
    by = zip(counts[:, ::2].T, counts[:, 1::2].T, totals[:, ::2].T, totals[:, 1::2].T, strict=True)
    return np.maximum(*(stats.hypergeom.sf(a - 1, all_a + all_b, a + b, all_a) for a, b, all_a, all_b in by))


def paid(p):
    """Give the chances adjusted for how many there are, so that a bound on them bounds the share of false ones."""
    order, adjusted = np.argsort(p), np.empty(len(p))
    steps = p[order] * len(p) / np.arange(1, len(p) + 1)
    adjusted[order] = np.minimum.accumulate(steps[::-1])[::-1].clip(max=1)
    return adjusted


def risen(n, adjusted):
    """Tell whether a phrase may be shown, by how many say it and its adjusted chance."""
    return adjusted <= FALSE_SHARE and n[0] >= FEWEST_AFTER and n[0] + n[1] >= FEWEST


def main(pack):
    """Compare every phrase of the pack; gives the status to end with."""
    manifest, o, blocks, phrases, tested = opened(pack, "opinions", "blocks", "phrases", "phrase_counts")
    o = {c: o[c].to_numpy() for c in ("brand", "aspect", "author", "thread", "week", "all")}
    o["block"] = block_of(o, blocks)
    spoken = (o["aspect"] == 0) & (o["block"] >= 0)
    totals = {b: counted(o, spoken & (o["brand"] == b)) for b in np.unique(o["brand"]).tolist()}
    since = blocks["first"][blocks["block"].index(0).as_py()].as_py() if len(blocks) else None

    brands, counts = tested["brand"].to_numpy(), np.column_stack([tested[name].to_numpy() for name in COUNTS])
    brands, counts = (of[counts[:, :2].sum(axis=1) >= FEWEST] for of in (brands, counts))
    p = chance_of(counts, np.array([totals[b] for b in brands.tolist()]).reshape(-1, 4))
    known, surest, last = {}, {}, {}
    for brand, n, chance, adjusted in zip(brands.tolist(), counts.tolist(), p.tolist(), paid(p).tolist(), strict=True):
        known[brand, *n] = chance, adjusted
        if risen(n, adjusted):
            surest[brand] = min(chance, surest.get(brand, 1.0))

    rows, agree = phrases.sort_by([("brand", "ascending"), ("rank", "ascending")]).to_pylist(), 0
    for row in rows:
        at, brand = np.array(row["opinions"], dtype=int), row["brand"]
        n, said = counted(o, at), (spoken & (o["brand"] == brand))[at].all()
        chance, adjusted = known.get((brand, *n), (np.nan, np.nan))
        shares = [round(one / of, 6) if of else 0.0 for one, of in zip(n[:2], totals[brand][:2], strict=True)]
        told = [row[name] for name in (*COUNTS[:3], "share_after", "share_before", "p_value", "p_adjusted")]
        same = np.allclose(told, [*n[:3], *shares, chance, adjusted], rtol=1e-6, atol=1e-12) and row["since"] == since
        rank, sure = last.get(brand, (0, 0.0))
        placed = row["rank"] == rank + 1 <= MOST and chance >= sure * NEARLY
        placed &= rank > 0 or chance * NEARLY <= surest.get(brand, 0.0)  # nothing can keep the surest one out
        agree += bool(same and said and placed and risen(n, adjusted))
        last[brand] = row["rank"], chance
    n = len(rows) + len(surest.keys() - last.keys())
    return ended(manifest, agree, n, "phrases agree to six digits")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent))
