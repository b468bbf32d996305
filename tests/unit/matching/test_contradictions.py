"""Contradictions are named: the wall, and the shortest way around it."""

from datetime import UTC, datetime, timedelta

from ecrm_core.matching import Bond, Judgement, contradictions, decide_judgement

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)


def said(left: str, right: str, verdict: str, *, by: str = "anna", later: int = 0) -> Judgement:
    return Judgement.of(left, right, verdict, by=by, at=AT + timedelta(minutes=later))


def merged(left: str, right: str, id_: str = "mrg_1") -> Bond:
    return Bond(id=id_, left=left, right=right, by="bob", at=AT, said="merged")


def test_words_that_agree_contradict_nothing() -> None:
    assert contradictions([said("a", "b", "same"), said("b", "c", "different")]) == ()
    assert contradictions([said("a", "b", "same"), said("a", "b", "different", later=1)]) == ()


def test_the_shortest_way_is_told_from_the_left_of_the_wall_to_its_right() -> None:
    long = [said("a", "x", "same"), said("x", "y", "same"), said("y", "c", "same")]
    short = [said("a", "b", "same"), said("b", "c", "same")]
    (one,) = contradictions([said("c", "a", "different", by="cem"), *long, *short])
    assert one.ids == ("a", "b", "c")
    assert [bond.id for bond in one.path] == [row.id for row in short]
    assert [row[0] for row in one.rows()] == ["judged different", *["judged the same"] * 2]
    assert str(one).count("cem") == 1


def test_equal_ways_are_told_in_the_order_of_ids_whatever_came_first() -> None:
    ways = [said(end, middle, "same") for middle in ("n", "m") for end in ("a", "z")]
    wall = said("a", "z", "different")
    for told in ([wall, *ways], [*reversed(ways), wall]):
        assert [one.ids for one in contradictions(told)] == [("a", "m", "z")]


def test_merges_count_as_the_same_and_say_so() -> None:
    (one,) = contradictions([said("a", "b", "different")], merged=[merged("b", "a")])
    assert [bond.said for bond in one.path] == ["merged"]
    assert "and a were merged by bob" in str(one.reasons[1])


def test_of_judgements_on_the_same_two_customers_of_now_the_last_counts() -> None:
    told = [said("a", "c", "different"), said("b", "c", "same", later=1)]
    bonds, roots = [merged("b", "a")], {"b": "a"}
    assert len(contradictions(told, merged=bonds)) == 1
    assert contradictions(told, merged=bonds, roots=roots) == ()


def test_a_page_escapes_who_said_it() -> None:
    (one,) = contradictions([said("a", "b", "different", by="<i>x</i>")], merged=[merged("a", "b")])
    assert "<i>" not in one._repr_html_()


def test_a_decision_tells_only_what_this_judgement_contradicts() -> None:
    old = [said("x", "y", "different"), said("x", "z", "same"), said("y", "z", "same")]
    known = [*old, said("a", "b", "same")]
    free = decide_judgement("b", "c", "same", tenant="main", by="anna", at=AT, known=known)
    assert (free.reasons, free.result["contradictions"]) == ((), [])
    way = [*old, said("a", "d", "same"), said("d", "b", "same")]
    bound = decide_judgement("b", "a", "different", tenant="main", by="anna", at=AT, known=way)
    assert [reason.code for reason in bound.reasons] == ["contradicted", *["contradicts"] * 2]
    assert bound.result["contradictions"] == list(map(str, bound.reasons))
