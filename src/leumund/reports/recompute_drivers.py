"""Works out anew what each aspect moved between two periods, talked of more or otherwise: python recompute_drivers.py.

Lies beside recompute.py; ends with 1 when a part differs in six digits. Kitagawa 1955, centred; errors: delta method,
rows of one author and of one thread belong together (Cameron, Gelbach, Miller 2011, eq. 2.8).
"""

import sys
from pathlib import Path

import numpy as np
from recompute import code
from recompute_files import ended, opened
from scipy import stats

WHOLE = 360360  # a post on k aspects counts 1/k for each of them, in whole numbers of one such part


def sides(o, row):
    """Give by opinion 1 in the earlier of the two periods that are compared, 2 in the later one, 0 in neither."""
    when = o["week" if row["span"] == "four_weeks" else "month"]  # the periods are whole weeks, or whole months
    days = [[np.datetime64(row[f"{side}_{end}"]) for end in ("first", "last")] for side in ("before", "after")]
    return sum(n * ((first <= when) & (when <= last)) for n, (first, last) in enumerate(days, start=1))


def compared(o, row):
    """Give the rows of the posts as a whole that are compared, the side of each (0 earlier, 1 later), and one voice."""
    side = sides(o, row) * ~o[f"left_out_{row['span']}"]
    at = np.flatnonzero((side > 0) & (o["aspect"] == 0) & (o["brand"] == row["brand"]))
    return at, side[at] - 1, np.ones(len(at))


def voices(o, at, side, n):
    """Give some rows of the opinions as voices, of which each counts `n`."""
    who = {name: code(o[name][at]) for name in ("venue", "author", "thread")}
    who["both"] = code(who["author"], who["thread"])
    return {**who, "at": at, "side": side, "n": n, "y": o["y"][at] / 100 * n}


def tally(p, groups, column):
    """Give the sum of a column by side and group."""
    return np.bincount(p["side"] * (groups.max() + 1) + groups, p[column], 2 * (groups.max() + 1)).reshape(2, -1)


def held(p, place):
    """Give by place how few hold its voices: the sum of the squares of their shares, by authors and by threads."""
    for who in ("author", "thread"):
        pair, at = np.unique(place * (p[who].max() + 1) + p[who], return_inverse=True)
        of, n = pair // (p[who].max() + 1), np.bincount(at, p["n"])
        yield np.bincount(of, n**2) / np.bincount(of, n) ** 2


def around(p, groups, y, caution=True):
    """Give what each row adds to its group's mean of y; with caution, more where few make it up and pull it along."""
    place = p["side"] * (groups.max() + 1) + groups
    n, few = np.bincount(place, p["n"]), np.maximum(*held(p, place)).clip(max=0.5) * caution
    return (y - (np.bincount(place, y) / n)[place] * p["n"]) * np.sqrt(1 / (1 - few))[place] / n[place]


def lent(by, n):
    """Give what hangs on a value to the side that it is taken from: where a group has no voice, the other one."""
    return np.where(n > 0, by, 0) + np.where(n[::-1] > 0, 0, by[::-1])


def filled(values):
    """Give the values by side, the other side's where there is none."""
    return np.where(np.isnan(values), values[::-1], values)


def part(p, value, score):
    """Give a part of a change with its error and degrees of freedom, from what each row adds to it."""
    author, thread, both = ((np.bincount(p[who], score) ** 2).sum() for who in ("author", "thread", "both"))
    fewest = 1 / np.max(list(held(p, p["side"])))
    df = max(0.7 * fewest - 1, 1) if fewest > 1 else np.nan
    return value, np.sqrt(max(author + thread - both, author, thread)), df


def by_group(p, groups):
    """Give for each group its shares, and what it moved by being talked of more and by being spoken of otherwise."""
    n, every, mine = tally(p, groups, "n"), 0 * groups, around(p, groups, p["y"])
    share, rate = n / n.sum(axis=1, keepdims=True), filled(tally(p, groups, "y") / n)
    middle, plain = (tally(p, every, "y") / tally(p, every, "n")).mean(), around(p, every, p["y"], caution=False)
    sign, alone = 2 * p["side"] - 1, (n[::-1] == 0)[p["side"], groups]  # a silent side takes the other's rate
    for g in range(n.shape[1]):
        of, other, half = groups == g, rate[:, g].mean() - middle, share[:, g].mean()
        step, turn = share[1, g] - share[0, g], rate[1, g] - rate[0, g]
        talk = around(p, every, sign * other * of * p["n"]) + step / 2 * (of * (1 + alone) * mine - plain)
        tone = around(p, every, turn / 2 * of * p["n"]) + half * sign * of * ~alone * mine
        yield share[:, g], {"share": part(p, step * other, talk), "rate": part(p, half * turn, tone)}


def worth(o, labels):
    """Give how many points of truth one point of the machine is worth."""
    whole = o["aspect"][labels["opinion"]] == 0
    w, label, y = labels["weight"][whole], labels["label_y"][whole], o["y"][labels["opinion"]][whole]
    if len(y) < 20 or not np.ptp(y):
        return 1.0
    varies, both = np.cov(y, label, aweights=w)[0]
    return float(np.clip(both / varies, 0, 3))


def told(found, level):
    """Give a part as the pack tells it: value, low, high, and which way it moved."""
    value, se, df = found
    half = se * stats.t.ppf((1 + level) / 2, df)
    return value, value - half, value + half, "up" if value > half else "down" if value < -half else ""


def same(row, again):
    """Tell whether the numbers found again are those of a row, to six digits; what is no number is empty there."""
    pairs = [(row[name], number) for name, number in again.items()]
    return all(a is None if np.isnan(b) else a is not None and abs(a - b) < 5.001e-7 for a, b in pairs)


def main(pack):
    """Compare what every aspect moved; gives the status to end with."""
    manifest, o, labels, changes, drivers = opened(pack, "opinions", "labels", "changes", "drivers")
    o, labels = ({c: t[c].to_numpy() for c in t.column_names} for t in (o, labels))
    post, general, power, agree = code(o["post"], o["brand"]), manifest["aspects"].index("general"), worth(o, labels), 0
    first, named = np.unique(post, return_index=True)[1][post], np.bincount(post, o["aspect"] > 0).astype(int)[post]
    lines = {tuple(r[c] for c in ("brand", "span", "aspect", "part")): r for r in drivers.to_pylist()}
    for row in changes.to_pylist():
        at, side, _ = compared(o, row)
        if row["part"] != "total" or row["missing"] > 1000 or len(set(side.tolist())) < 2:
            continue
        when = np.full(len(post), -1)
        when[at] = side
        at = np.flatnonzero((when[first] >= 0) & ((o["aspect"] > 0) | (named == 0)))
        p = voices(o | {"y": o["y"][first]}, at, when[first[at]], WHOLE // np.maximum(named[at], 1) / WHOLE)
        aspects, groups = np.unique(np.where(named[at] > 0, o["aspect"][at], general), return_inverse=True)
        tail = (1 - manifest["level"]) / 2 / len(aspects) / (len(manifest["brands"]) - 1 if row["brand"] else 1)
        for aspect, (share, parts) in zip(aspects.tolist(), by_group(p, groups), strict=True):
            for name, (value, se, df) in parts.items():
                line = lines.get((row["brand"], row["span"], aspect, name), {})
                *ends, way = told((power * value, power * se, df), 1 - tail)
                again = dict(zip(("value", "low", "high", "share_before", "share_after"), (*ends, *share), strict=True))
                agree += bool(line) and line["verdict"] == (way or "no_change_shown") and same(line, again)
    return ended(manifest, agree, len(drivers), "parts of aspects agree to six digits")


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent))
