from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.refusals import Refusal


class OverTheDailyLimit(Refusal):
    sentence = _("Shuma kalon kufirin ditor prej %(limit)s.")


class FNPSpent(Refusal):
    code = "spent"
    sentence = _("Kodi është 100 % i përdorur.")


def test_the_code_of_a_refusal_is_its_name() -> None:
    assert OverTheDailyLimit.code == "over_the_daily_limit"
    assert Refusal.code == "refusal"


def test_a_refusal_may_name_its_own_code() -> None:
    assert FNPSpent().code == "spent"


def test_the_facts_fill_the_sentence() -> None:
    refusal = OverTheDailyLimit(limit="500.000,00 ALL")

    assert str(refusal.sentence) == "Shuma kalon kufirin ditor prej 500.000,00 ALL."
    assert refusal.facts == {"limit": "500.000,00 ALL"}


def test_a_sentence_without_facts_is_left_as_it_is() -> None:
    assert str(FNPSpent().sentence) == "Kodi është 100 % i përdorur."


def test_the_sentence_waits_for_its_reader() -> None:
    with translation.override("en"):
        refusal = OverTheDailyLimit(limit="1,00 ALL")

    assert isinstance(refusal.sentence, Promise)


def test_the_facts_of_one_refusal_do_not_reach_the_next() -> None:
    OverTheDailyLimit(limit="1,00 ALL")

    assert "%(limit)s" in str(OverTheDailyLimit.sentence)
