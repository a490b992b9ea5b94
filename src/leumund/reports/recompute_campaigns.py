"""Works out what each campaign of a pack did, as the machine reads and as people judge: python recompute_campaigns.py.

Lies beside recompute.py, whose weekly index it uses; ends with 1 when an effect differs in six digits. Generalised
least squares against the competitors, averaged over models of the error by REML likelihood (Harville 1974); over how
far the machine follows the labels (slope: Liang, Zeger 1986; DerSimonian, Laird 1986; ratio: Donner, Zou 2012, eq. 9).
"""

import sys
from itertools import product
from pathlib import Path

import numpy as np
from recompute import machine
from recompute_files import ended, opened
from scipy import linalg, optimize, stats

FREEDOMS = (0.0, 0.1, 1.0, 10.0)  # variance of the competitors' own weights over the error's; 0 = equal weights


def errors(time):
    """Give the models of the error, each with its weight before the data: noise, local level, AR(1), with noise."""
    noise, lag = np.eye(time.size), np.abs(time[:, None] - time)
    yield 0.05, noise
    for ratio in (0.03, 0.1, 0.3, 1.0, 3.0, 30.0):
        yield 0.475 / 6, noise + ratio * (np.minimum(time[:, None], time) + 1)
    for phi, share in product((0.3, 0.5, 0.65, 0.8, 0.9, 0.95), (0.0, 0.3, 0.6, 0.85)):
        yield 0.475 / 24, share * noise + (1 - share) * phi**lag


def fitted(y, x, time, after):
    """Give by model the log of its weight, the effect, the effect's error."""
    alike = (x - x.mean(axis=0)) / x.std(axis=0)
    own = alike - alike.mean(axis=1, keepdims=True)  # each competitor's own way beside the mean of all
    scale, n_rivals = np.sqrt((own**2).mean()), x.shape[1]
    own = own / scale if scale > 1e-9 else 0 * own
    columns = np.column_stack([own, np.ones(y.size), alike.mean(axis=1), after, y])
    for prior, covariance in errors(time):
        factor = linalg.cholesky(covariance, lower=True)
        white = linalg.solve_triangular(factor, columns, lower=True)
        for freedom in FREEDOMS if own.any() else FREEDOMS[:1]:
            k = n_rivals if freedom else 0
            drawn = np.eye(k, k + 4) * (freedom or 1.0) ** -0.5
            r = linalg.qr(np.vstack([white[:, n_rivals - k :], drawn]), mode="r")[0][: k + 4]
            squares = max(r[-1, -1] ** 2, 1e-20 * (white[:, -1] ** 2).sum())
            log_det = 2 * np.log(np.diag(factor)).sum() + 2 * np.log(np.abs(np.diag(r)[:-1])).sum()
            fit = -0.5 * (log_det + k * np.log(freedom or 1.0) + (y.size - 3) * np.log(squares))
            yield fit + np.log(prior), r[-2, -1] / r[-2, -2], np.sqrt(squares / (y.size - 3)) / abs(r[-2, -2])


def effect(y, x, time, start, level):
    """Give the mean effect a week from row `start` on: value, ends of the interval, p-value."""
    fit, means, scales = (np.array(part) for part in zip(*fitted(y, x, time, (time >= start) * 1.0), strict=True))
    weights = np.exp(fit - fit.max())
    weights /= weights.sum()
    below = lambda point: weights @ stats.t.cdf((point - means) / scales, y.size - 3)  # noqa: E731  # one line of algebra
    ends = (means - 60 * scales).min(), (means + 60 * scales).max()
    tails = [optimize.brentq(lambda p, c=c: below(p) - c, *ends, xtol=1e-9) for c in ((1 - level) / 2, (1 + level) / 2)]
    return [weights @ means, *tails, 2 * min(below(0.0), 1 - below(0.0))]


def slope(t, r, w, thread):
    """Give the slope of reading on truth with its error; posts of one thread hang together."""
    squares, threads = w @ t**2, np.unique(thread, return_inverse=True)[1]
    value = w @ (t * r) / squares
    scores = np.bincount(threads, w * t * (r - value * t))
    return value, np.sqrt(scores.size / max(scores.size - 1, 1) * scores @ scores) / squares


def response(o, labels, level):
    """Give how far the machine moves when people's verdicts do, with its interval; None with too few labels."""
    whole = o["aspect"][labels["opinion"]] == 0
    at, w, t = labels["opinion"][whole], labels["weight"][whole], labels["label_y"][whole] / 100
    if len(at) < 50:
        return None
    brand, thread, r = np.unique(o["brand"][at], return_inverse=True)[1], o["thread"][at], o["y"][at] / 100
    t, r = (x - (np.bincount(brand, w * x) / np.bincount(brand, w))[brand] for x in (t, r))
    if not w @ t**2 > 0:
        return None
    of = [brand == b for b in range(brand.max() + 1)]
    each = [slope(t[b], r[b], w[b], thread[b]) for b in of if b.sum() >= 20 and np.ptp(t[b]) > 0]
    slopes, errors_of = np.array([pair for pair in each if pair[1] > 0]).reshape(-1, 2).T
    precision = errors_of**-2
    (value, se), apart = slope(t, r, w, thread), 0.0
    if len(slopes) > 1:
        total = precision.sum()
        excess = precision @ (slopes - precision @ slopes / total) ** 2 - (len(slopes) - 1)
        apart = max(excess / (total - (precision**2).sum() / total), 0.0)
    half = np.hypot(se, np.sqrt(apart)) * stats.t.ppf((1 + level) / 2, max(len(np.unique(thread)) - 2, 1))
    return value, value - half, value + half


def carried(effect, follows):
    """Give the effect as people judge: over how far the machine follows them; as it is where that may be nought."""
    if follows is None or follows[1] <= 0:
        return possible(effect)
    sign = -1 if effect[0] < 0 else 1
    a, l1, u1 = (abs(effect[0]), *sorted(sign * end for end in effect[1:]))
    b, l2, u2 = follows
    low, high = (
        (a * b + way * np.sqrt(max((a * b) ** 2 - m * n * (2 * a - m) * (2 * b - n), 0.0))) / (n * (2 * b - n))
        for way, m, n in ((-1, l1, u2), (1, u1, l2))
    )
    return possible([effect[0] / b, *sorted((sign * low, sign * high))])


def possible(effect):
    """Give the effect no larger than the whole way from one end of the index to the other."""
    return np.clip(effect, -200, 200)


def main(pack):
    """Compare every campaign's effect; gives the status to end with."""
    manifest, o, labels, campaigns = opened(pack, "opinions", "labels", "campaigns")
    (o, labels), agree = ({c: t[c].to_numpy() for c in t.column_names} for t in (o, labels)), 0
    follows = response(o, labels, manifest["level"])
    o["week"] = o["week"].astype("M8[D]").astype(int)
    days = lambda column: campaigns[column].to_numpy(zero_copy_only=False)  # noqa: E731  # a column is read so twice
    for row, first, starts in zip(campaigns.to_pylist(), days("first_week"), days("starts_on"), strict=True):
        of = {c: v[o["aspect"] == row["aspect"]] for c, v in o.items()}
        found = machine(of, "week", row["counted"], len(manifest["brands"]))
        time = np.array(row["weeks"])  # those that count, from the first one's 0
        weeks = first.astype("M8[D]").astype(int) + 7 * time
        at = found["times"].searchsorted(weeks)
        read = np.array([[round(float(v), 6) for v in week] for week in found["net_index"][0][:, at].T])
        y, x = read[:, row["brand"]], read[:, row["rivals"]]
        start = (starts - first).astype("m8[D]").astype(int) / 7
        x = x[:, np.ptp(x[time < start], axis=0) > 0]
        *seen, p_value = effect(y, x, time.astype(float), start, manifest["level"])
        again = [round(float(part), 6) for part in (*carried(seen, follows), *possible(seen), p_value)]
        machines = ("machine_value", "machine_low", "machine_high", "p_value")
        agree += again == [row[column] for column in ("value", "low", "high", *machines)]
    return ended(manifest, agree, len(campaigns), "campaigns agree to six digits")


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent))
