"""A simulated market with known truth: for the demo, the tests and the benchmarks.

Nothing of the program's own reading comes from here, and nothing here reads: no step, lexicon or training may import
this room. SIMULIERT / SIMULATED.
"""

from leumund.world.brands import BRANDS, OWN_BRAND, Brand
from leumund.world.market import Market, iter_posts, simulate
from leumund.world.pages import write_pages
from leumund.world.parquet import write_posts_parquet
from leumund.world.truth import write_truth

__all__ = [
    "BRANDS",
    "OWN_BRAND",
    "Brand",
    "Market",
    "iter_posts",
    "simulate",
    "write_pages",
    "write_posts_parquet",
    "write_truth",
]
