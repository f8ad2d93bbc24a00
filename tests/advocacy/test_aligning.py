"""Translations know their source by paragraph: through edits, insertions, deletions and moves, and none is lost."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from advocacy.aligning import align, links_from, places, stored
from advocacy.paragraphs import Paragraph, split

EN = split(
    "<h2>What we see</h2><p>In 2025 members met 90 people who worked for months without pay.</p>"
    "<p>Most never complained.</p><h2>What we ask</h2><ol><li>Let every worker claim wages.</li>"
    "<li>Keep inspection apart from immigration control.</li></ol>"
)
FR = split(
    "<h2>Ce que nous voyons</h2><p>En 2025, nos membres ont rencontré 90 personnes qui ont travaillé des mois sans "
    "salaire.</p><p>La plupart ne se sont jamais plaintes.</p><h2>Nos demandes</h2><ol><li>Que chaque travailleur "
    "puisse réclamer son salaire.</li><li>Séparer l’inspection du contrôle de l’immigration.</li></ol>"
)


def sources(links, source):
    """The number of the source paragraph for each paragraph of the translation, None for none."""
    placed = places([link for link in links if link.own], source)
    return [placed.get(at) for at in range(sum(bool(link.own) for link in links))]


def test_a_whole_translation_is_laid_beside_its_source():
    assert sources(align(EN, FR, [], []), EN) == [0, 1, 2, 3, 4, 5]


def test_a_missing_paragraph_leaves_the_others_where_they_belong():
    without = FR[:2] + FR[3:]
    assert sources(align(EN, without, [], []), EN) == [0, 1, 3, 4, 5]


def test_headings_stay_with_headings():
    links = align(EN, [FR[0], FR[3]], [], [])
    assert sources(links, EN) == [0, 3]


def test_an_edit_of_the_source_keeps_the_link_with_the_old_words():
    links = align(EN, FR, [], [])
    edited = [*EN[:1], Paragraph("p", EN[1].text.replace("90", "112")), *EN[2:]]
    again = align(edited, FR, links, FR)
    assert again[1].was == EN[1].text
    assert again[1].source == EN[1].digest
    assert sources(again, edited) == [0, 1, 2, 3, 4, 5]


def test_a_paragraph_that_is_rewritten_is_found_by_its_neighbours():
    links = align(EN, FR, [], [])
    edited = [*EN[:2], Paragraph("p", "Entirely other words stand here now"), *EN[3:]]
    assert sources(links, edited) == [0, 1, 2, 3, 4, 5]


def test_a_paragraph_that_is_put_in_shifts_nothing():
    links = align(EN, FR, [], [])
    longer = [*EN[:1], Paragraph("p", "A new one with quite some words in it."), *EN[1:]]
    assert sources(align(longer, FR, links, FR), longer) == [0, 2, 3, 4, 5, 6]


def test_a_paragraph_that_is_taken_out_leaves_a_link_to_nothing():
    links = align(EN, FR, [], [])
    shorter = EN[:2] + EN[3:]
    again = align(shorter, FR, links, FR)
    assert again[2].was == EN[2].text
    assert sources(again, shorter) == [0, 1, None, 2, 3, 4]


def test_moves_on_either_side_keep_their_links():
    links = align(EN, FR, [], [])
    moved = [EN[0], EN[2], EN[1], *EN[3:]]
    assert sources(align(moved, FR, links, FR), moved) == [0, 2, 1, 3, 4, 5]
    turned = [FR[0], FR[2], FR[1], *FR[3:]]
    assert sources(align(moved, turned, align(moved, FR, links, FR), FR), moved) == [0, 1, 2, 3, 4, 5]


def test_an_edit_of_a_translation_that_is_behind_does_not_bring_it_up_to_date():
    links = align(EN, FR, [], [])
    edited = [*EN[:1], Paragraph("p", EN[1].text.replace("90", "112")), *EN[2:]]
    typo = [*FR[:1], Paragraph("p", FR[1].text.replace("mois", "moiss")), *FR[2:]]
    again = align(edited, typo, links, FR)
    assert again[1].own == typo[1].digest
    assert again[1].source == EN[1].digest


def test_a_wrong_link_made_while_somebody_began_to_write_is_laid_anew():
    begun = align(EN, [FR[2]], [], [])
    assert sources(align(EN, FR, begun, [FR[2]]), EN) == [0, 1, 2, 3, 4, 5]


def test_what_is_stored_comes_back_and_junk_does_not():
    links = align(EN, FR, [], [])
    assert links_from(stored(links)) == links
    assert links_from(None) == links_from(["abc", 3, None]) == []


def changed(rows, seed):
    """The rows after one random change, as a person would make it; the words are new where they change."""
    pick, rows = random.Random(seed), list(rows)
    at = pick.randrange(len(rows) + 1)
    step = pick.choice(["put in", "take out", "move", "edit", "rewrite", "double"])
    if step == "put in" or not rows:
        rows.insert(at, Paragraph(pick.choice(["p", "li", "h2", "row"]), f"New words {pick.random()}"))
        return rows
    at = min(at, len(rows) - 1)
    if step == "take out":
        del rows[at]
    elif step == "move":
        rows.insert(pick.randrange(len(rows)), rows.pop(at))
    elif step == "double":
        rows.insert(pick.randrange(len(rows)), rows[at])
    else:
        text = rows[at].text + f" and {pick.randrange(99)}" if step == "edit" else f"Other {pick.random()}"
        rows[at] = Paragraph(rows[at].kind, text)
    return rows


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["source", "own"]), st.integers(0, 10**6)), max_size=10))
def test_no_paragraph_is_lost_or_told_twice_whatever_people_do(steps):
    source, own = EN, FR
    links = align(source, own, [], [])
    for side, seed in steps:
        before = own
        source = changed(source, seed) if side == "source" else source
        own = changed(own, seed) if side == "own" else own
        links = align(source, own, links, before)

        assert [link.own for link in links if link.own] == [row.digest for row in own]
        placed = places([link for link in links if link.own], source)
        assert len(set(placed.values())) == len(placed)
        assert all(0 <= place < len(source) for place in placed.values())
