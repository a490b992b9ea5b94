import math
from pathlib import Path

import numpy as np
import pytest

from leumund.errors import ModelError, NotReadable
from leumund.readings.brand import Brand
from leumund.readings.fit import examples_of, fit_exclusive
from leumund.readings.judge import Judge
from leumund.readings.measured import how_good, measured
from leumund.readings.model import POLARITIES, baseline, load_model, make_model, softmax
from leumund.readings.teach import own_examples, teach

LIFT = [
    "Der Aufzug am Gleis ist defekt",
    "Aufzug schon wieder kaputt",
    "Ohne Aufzug kommt niemand hoch",
    "Der Aufzug steht",
]
TRAIN = ["Der Zug kam zu spät", "Zug fällt aus", "Zug voll und spät", "Auf den Zug gewartet, er kam nicht"]
OTHER = ["Das Wetter ist mild", "Heute gibt es Kuchen", "Wir sehen einen Film", "Die Blumen blühen schon"]


def rows() -> list[dict[str, object]]:
    made: list[dict[str, object]] = []
    for number in range(4):
        for kind, texts in (("Aufzug#Defekt", LIFT), ("Fahrt#Haupt", TRAIN), ("", OTHER)):
            text = f"{texts[number]} {'heute morgen' if number % 2 else 'am Montag'}"
            opinions = [{"category": kind, "polarity": "negative"}] if kind else []
            polarity = "negative" if kind else "neutral"
            for times in range(2):
                row = {"id": len(made), "text": text + "!" * times, "relevance": str(bool(kind)).lower()}
                made.append({**row, "sentiment": polarity, "opinions": opinions})
    return made


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "own.npz"
    teach(rows(), path)
    return path


def test_a_taught_model_finds_the_aspects_of_its_rows(taught: Path) -> None:
    judge = Judge(load_model(taught), ())
    found = judge.judge("Der Aufzug ist defekt")
    assert found.relevant
    assert [(o.brand, o.aspect) for o in found.opinions] == [("", "Aufzug")]
    assert found.whole.polarity == "negative"
    nothing = judge.judge("Der Kuchen heute war mild, die Blumen blühen")
    assert not nothing.relevant
    assert nothing.opinions == ()


def test_a_taught_aspect_is_given_to_the_brand_that_is_named(taught: Path) -> None:
    judge = Judge(load_model(taught), [Brand("Stadtwerke")])
    assert [(o.brand, o.aspect) for o in judge.judge("Stadtwerke: Aufzug kaputt").opinions] == [
        ("Stadtwerke", "Aufzug")
    ]


def test_teaching_twice_gives_the_same_file(taught: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.npz"
    teach(rows(), again)
    assert again.read_bytes() == taught.read_bytes()


def test_rows_with_only_relevance_keep_the_polarity_of_the_baseline(tmp_path: Path) -> None:
    only = [{"id": row["id"], "text": row["text"], "relevance": row["relevance"]} for row in rows()]
    model = teach(only, tmp_path / "m.npz")
    assert [head.name for head in model.heads] == ["relevance", "polarity"]
    text = "Eine Frechheit ist das"
    assert Judge(model, ()).judge(text).whole == Judge(baseline(), ()).judge(text).whole


@pytest.mark.parametrize(
    "useless",
    [
        [],
        [{"id": "1", "text": "gut", "polarity": "positive"}],
        [{"id": str(i), "text": f"Text {i}"} for i in range(50)],
        [{"id": str(i), "text": f"Text {i}", "polarity": "positive"} for i in range(50)],
        [{"id": str(i), "text": f"Text {i}", "polarity": "meh", "relevance": "maybe"} for i in range(50)],
    ],
    ids=["none", "one", "unlabelled", "all alike", "unknown words"],
)
def test_rows_that_teach_nothing_are_refused(useless: list[dict[str, object]], tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        teach(useless, tmp_path / "m.npz")
    assert not (tmp_path / "m.npz").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"no model at all" * 100])
def test_a_file_that_is_no_model_is_refused_with_its_name(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bad.npz"
    path.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        load_model(path)
    assert caught.value.where == str(path)
    with pytest.raises(NotReadable):
        load_model(tmp_path / "missing.npz")


def test_a_model_without_a_polarity_head_is_refused() -> None:
    with pytest.raises(ValueError, match="polarity"):
        make_model("x", (), (), np.zeros((baseline().weights.shape[0], 0), dtype=np.int8))


def test_the_baseline_is_small_and_names_what_it_learnt_from() -> None:
    import leumund.readings

    file = Path(leumund.readings.__file__).parent / "baseline.npz"
    assert file.stat().st_size < 600_000
    assert any("PotTS" in source and "MIT" in source for source in baseline().trained_on)


def test_a_saved_model_reads_like_the_one_that_was_fitted(tmp_path: Path) -> None:
    baseline().save(tmp_path / "copy.npz")
    assert load_model(tmp_path / "copy.npz").version == baseline().version


def test_a_fitted_head_gives_the_probabilities_of_its_regression() -> None:
    texts, labels = zip(*own_examples(), strict=True)
    fitted = fit_exclusive(examples_of(texts), labels, name="polarity", answers=POLARITIES, strength=1.0, shares=None)
    judge = Judge(make_model("x", (), [fitted.head], fitted.weights), ())
    shares = np.array([judge.judge(text).whole.shares for text in texts]) / 10_000
    said = np.array([POLARITIES[i] for i in shares.argmax(axis=1)])
    # a regression with a free intercept reproduces the shares of its answers (rounding of the weights aside)
    assert np.allclose(shares.mean(axis=0), [labels.count(p) / len(labels) for p in POLARITIES], atol=0.02)
    assert (said == np.array(labels)).mean() > 0.75


def test_softmax_sums_to_one_even_for_far_logits() -> None:
    assert math.isclose(sum(softmax([-1e5, 0.0, 1e5])), 1.0)


def test_the_program_says_how_good_it_is_in_both_languages_with_interval_and_n() -> None:
    said = dict(how_good())
    assert set(said) == {"de", "en"}
    german, english = (" ".join(s for language, s in how_good() if language == wanted) for wanted in ("de", "en"))
    for figure in measured():
        assert figure.low <= figure.value <= figure.high
        if figure.shown:
            assert f"n = {figure.n:,}".replace(",", ".") in german
            assert figure.what_en in english
