import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leumund.errors import WrongUse
from leumund.readings.brand import Brand, BrandFinder, Mention, brand_of_option, default_brands, variants
from leumund.readings.sheets import fold_in_place

FINDER = BrandFinder(default_brands())


def named(text: str) -> list[tuple[str, str]]:
    return [(mention.brand, text[mention.start : mention.end]) for mention in FINDER.find(text)]


@pytest.mark.parametrize(
    "written", ["1&1", "1 & 1", "1und1", "1 und 1", "1u1", "1 u. 1", "einsundeins", "Eins und Eins", "1+1", "1&amp;1"]
)
def test_a_name_with_and_is_found_however_it_is_written(written: str) -> None:
    assert named(f"Bin bei {written} seit 2008.") == [("1&1", written)]


@pytest.mark.parametrize(
    "written",
    ["Telekom", "TELEKOM", "T-Com", "TCom", "T-Online", "t online", "rosa Riese", "rosa Riesen", "Deutsche Telekom"],
)
def test_a_company_is_found_by_all_its_names(written: str) -> None:
    assert named(f"Die {written} war da.") == [("Telekom", written)]


@pytest.mark.parametrize(
    "text",
    ["Telekoms Netz", "Telekom-Techniker", "Telekomtechniker", "Telekom's", "@Telekom_hilft", "#telekom", "(Telekom)"],
)
def test_endings_compounds_and_tags_keep_the_name(text: str) -> None:
    assert [brand for brand, _ in named(text)] == ["Telekom"]


@pytest.mark.parametrize(
    "text", ["Telekommunikation", "der Telekommunikationsmarkt", "max@t-online.de", "21&12", "11&1", "Mototelekom"]
)
def test_a_name_inside_another_word_is_none(text: str) -> None:
    assert named(text) == []


@pytest.mark.parametrize(
    "text", ["Der O2-Sensor ist hin", "der O2 Gehalt im Wasser", "O2-Sättigung 97 %", "H2O2", "CO2"]
)
def test_oxygen_is_not_a_provider(text: str) -> None:
    assert named(text) == []


@pytest.mark.parametrize("written", ["o2", "O2", "O₂", "o 2"])
def test_the_provider_is_found_where_it_is_meant(written: str) -> None:
    assert named(f"Mein Handy ist bei {written}, Netz ist gut") == [("O2", written)]


def test_an_ambiguous_name_counts_only_near_a_word_of_the_trade() -> None:
    assert named("Alice kommt heute zum Essen.") == []
    assert named("Alice hat meinen DSL-Vertrag verlängert.") == [("O2", "Alice")]
    assert named("Alice kommt zum Essen. " + "Wir reden viel und lange. " * 8 + "Der Router läuft.") == []


def test_context_given_without_a_mark_is_asked_of_every_alias() -> None:
    finder = BrandFinder([Brand("Bahn", ("DB",), context=("zug", "gleis"))])
    assert finder.find("Die Bahn frei!") == []
    assert finder.find("Der Zug der Bahn") == [Mention("Bahn", 12, 16)]


def test_short_capitals_are_found_only_in_capitals() -> None:
    finder = BrandFinder([Brand("Deutsche Bahn", ("DB",))])
    assert [m.start for m in finder.find("Dämpfung 31 db, sagt die DB")] == [25]


def test_of_overlapping_names_the_longest_counts() -> None:
    finder = BrandFinder([Brand("Glasfaser", ("Glasfaser",)), Brand("Deutsche Glasfaser")])
    assert [m.brand for m in finder.find("die Deutsche Glasfaser baut")] == ["Deutsche Glasfaser"]


def test_a_brand_of_the_command_line_has_name_and_aliases() -> None:
    assert brand_of_option("Deutsche Bahn=Bahn, DB") == Brand("Deutsche Bahn", ("Bahn", "DB"))
    with pytest.raises(WrongUse, match="no name"):
        brand_of_option("=Bahn")


def test_no_brands_find_nothing() -> None:
    assert BrandFinder([]).find("1&1 und Telekom") == []


@given(
    st.sampled_from(["1&1", "T-Online", "Müller & Söhne", "o2", "Net Cologne"]),
    st.text(max_size=30),
    st.text(max_size=30),
)
def test_every_variant_is_found_between_blanks_where_it_stands(alias: str, before: str, after: str) -> None:
    finder = BrandFinder([Brand(alias)])
    for form in sorted(variants(alias)):
        text = f"{before} . {form} . {after}"
        start = len(before) + 3
        assert Mention(alias, start, start + len(form)) in finder.find(text)


@example("℠")
@given(st.text())
def test_folding_keeps_every_character_in_its_place(text: str) -> None:
    assert len(fold_in_place(text)) == len(text)
    assert fold_in_place(fold_in_place(text)) == fold_in_place(text)


@given(st.text())
def test_mentions_lie_in_the_text_and_do_not_overlap(text: str) -> None:
    until = 0
    for mention in FINDER.find(f"{text} 1&1 {text} Telekom"):
        assert until <= mention.start < mention.end
        until = mention.end
