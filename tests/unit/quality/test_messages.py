"""Messages: a sentence for every finding in every language, with the particle that fits."""

import re

import pytest

from ecrm_core.errors import DefinitionError, UnknownName
from ecrm_core.quality import (
    ALL,
    CORE,
    LANGUAGES,
    TESTS,
    Evidence,
    Party,
    Rule,
    RuleSet,
    check_party,
    render_message,
)
from ecrm_core.quality.data import load_data
from ecrm_core.quality.messages import catalogue
from ecrm_core.quality.messages.particles import with_particle

FACT = re.compile(r"\{(\w+)\}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_with_the_same_facts(language: str) -> None:
    ours, english = catalogue(language), catalogue("en")
    assert list(ours) == list(english) == sorted(ours)
    for key, text in ours.items():
        assert set(FACT.findall(text)) == set(FACT.findall(english[key])), key
        assert text.strip() == text != ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_and_sign_has_a_sentence(language: str) -> None:
    texts = catalogue(language)
    assert {rule.message for rule in ALL.rules} <= texts.keys()
    assert {f"signs.{sign}" for sign in load_data("signals")["weights"]} <= texts.keys()


def test_facts_that_are_words_of_ours_are_put_into_the_language() -> None:
    facts: dict[str, str | int] = {"signs": "name_sample, phone_pattern", "percent": 80}
    assert render_message("invented", facts) == (
        "This entry may be invented (80 %): example name, pattern in the number."
    )
    assert "예시용 이름" in render_message("invented", facts, language="ko")
    assert "記入例の名前" in render_message("invented", facts, language="ja")


def test_a_key_without_a_sentence_is_shown_as_it_is() -> None:
    assert render_message("vat_number", {"b": 2, "a": "x"}) == "vat_number: a=x, b=2"
    assert render_message("vat_number", {}) == "vat_number"


def test_a_language_there_is_none_in_is_refused() -> None:
    with pytest.raises(UnknownName) as caught:
        render_message("named", {}, language="fr")
    assert caught.value.near == LANGUAGES


@pytest.mark.parametrize(
    ("word", "particle", "said"),
    [
        ("국가", "을/를", "국가를"),
        ("생년월일", "을/를", "생년월일을"),
        ("숫자", "이/가", "숫자가"),
        ("그림", "이/가", "그림이"),
        ("gmail.com", "은/는", "gmail.com은"),
        ("yahoo.co", "은/는", "yahoo.co는"),
        ("local", "으로/로", "local로"),
        ("test", "으로/로", "test(으)로"),
        ("서울", "으로/로", "서울로"),
        ("부산", "으로/로", "부산으로"),
        ("대구", "으로/로", "대구로"),
        ("3", "을/를", "3을"),
        ("1", "으로/로", "1로"),
        ("2", "과/와", "2와"),
        ("naver.net", "을/를", "naver.net을(를)"),
        ("k•••", "이/가", "k•••이(가)"),
        ("", "이/가", "이(가)"),
    ],
)
def test_a_particle_follows_the_last_sound(word: str, particle: str, said: str) -> None:
    closed, open_ = particle.split("/")
    assert with_particle(word, closed, open_) == said


def test_korean_sentences_carry_the_particle() -> None:
    told = render_message("email_typo", {"domain": "gmail.com"}, language="ko")
    assert told.startswith("gmail.com을 ")
    told = render_message("cell_unread", {"field": "address.country"}, language="ko")
    assert told.startswith("국가를 ")


def test_a_rules_own_sentence_stands_before_the_catalogues() -> None:
    own = {"en": "{digits} digits are asked for.", "ko": "{digits}[은/는] 없습니다."}
    facts: dict[str, str | int] = {"digits": 8}
    assert render_message("named", facts, sentences=own) == "8 digits are asked for."
    assert render_message("named", facts, language="ko", sentences=own) == "8은 없습니다."
    assert render_message("named", facts, language="ja", sentences=own) == "8 digits are asked for."


def test_a_finding_says_the_sentence_of_its_rule() -> None:
    sentence = {"en": "No number of ours."}
    rule = Rule.from_json({
        "id": "loyalty", "path": "attributes.loyalty", "dimension": "validity",
        "severity": "error", "test": "loyalty", "sentences": sentence,
    })  # fmt: skip
    assert Rule.from_json(rule.to_json()) == rule
    assert rule.to_json()["sentences"] == sentence
    tests = TESTS.add("loyalty", lambda *_: [Evidence()])
    party = Party(fields={"attributes.loyalty": ("7",)})
    (finding,) = check_party(party, RuleSet(rules=(rule,), tests=tests)).findings
    assert finding.message() == finding.message("ja") == "No number of ours."


@pytest.mark.parametrize("wrong", [{"fr": "Non."}, {"en": 7}, "No."])
def test_sentences_are_texts_in_the_languages_there_are(wrong: object) -> None:
    data = CORE.rules[0].to_json()
    with pytest.raises(DefinitionError):
        Rule.from_json({**data, "sentences": wrong})
