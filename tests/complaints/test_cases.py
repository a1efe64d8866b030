"""What customers and staff do with a case, verb by verb."""

import re
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from accounts.models import AuditEvent, Notice, User
from auth_flow.models import MailMessage
from complaints import answers, cases, links, selectors
from complaints.models import Case, Reply, StatusLink
from tests import builders
from tests.builders import AT
from tests.complaints import room

pytestmark = pytest.mark.django_db(transaction=False)


@pytest.fixture(autouse=True)
def with_mail(settings: Settings) -> None:
    settings.EMAIL_URL, settings.PUBLIC_URL = "smtp://mail.example", "https://dega.example.al"


@pytest.fixture
def customer() -> User:
    return builders.user(builders.company("ALFA SHPK"))


def test_a_complaint_gets_a_number_a_day_and_a_letter() -> None:
    case = room.filed()

    letter = MailMessage.objects.get(to="drita@example.com")
    assert re.fullmatch(r"A-2026-\d{7}", case.number)
    assert case.status == "open"
    assert case.answer_by > AT.date()
    assert case.number in letter.subject
    assert f"https://dega.example.al/complaints/{case.number}/?key=" in letter.body
    assert case.replies.get().text not in letter.body


def test_the_same_form_twice_is_one_case() -> None:
    first, second = room.filed(submit_key="once"), room.filed(submit_key="once")

    assert first == second
    assert Reply.objects.filter(case=first).count() == 1
    assert MailMessage.objects.filter(to="drita@example.com").count() == 1


def test_only_the_hash_of_a_link_is_kept_and_it_opens_its_own_case_alone() -> None:
    case, other = room.filed(), room.filed(email="tjeter@example.com")
    body = MailMessage.objects.get(to="drita@example.com").body
    key = re.search(r"\?key=([a-z]+)", body)[1]

    assert links.opens(case.number, key, at=AT)
    assert not links.opens(other.number, key, at=AT)
    assert not links.opens(case.number, key[:-1], at=AT)
    assert key not in StatusLink.objects.get(case=case).key_hash


def test_a_link_does_not_open_for_ever() -> None:
    case = room.filed()
    key = re.search(r"\?key=([a-z]+)", MailMessage.objects.get().body)[1]

    assert links.opens(case.number, key, at=AT + links.LIFE - timedelta(minutes=1))
    assert not links.opens(case.number, key, at=AT + links.LIFE)


def test_every_letter_brings_a_link_of_its_own() -> None:
    case = room.filed()
    room.answered(case)

    keys = re.findall(r"\?key=([a-z]+)", "".join(MailMessage.objects.values_list("body", flat=True)))

    assert len(set(keys)) == 2
    assert all(links.opens(case.number, key, at=AT) for key in keys)


def test_a_stranger_without_an_address_gets_no_letter() -> None:
    room.answered(room.filed(email="", phone="+355 67 200 0018"))

    assert not MailMessage.objects.exists()


def test_a_customer_is_told_of_an_answer_without_its_words(customer: User) -> None:
    case = room.answered(room.filed_by(customer), "Komisioni ishte 250 lekë.")

    notice = Notice.objects.get(user=customer, kind="complaints.case.answered")
    assert notice.facts == {"number": case.number}
    assert case.has_news
    assert "250" not in "".join(MailMessage.objects.values_list("body", flat=True))


def test_an_answer_read_is_no_news_any_more(customer: User) -> None:
    case = room.answered(room.filed_by(customer))

    for _time in range(2):
        cases.read(case_id=case.pk, actor=room.AGENT, at=AT)

    assert not selectors.with_news(user=customer, company=case.company).exists()
    assert AuditEvent.objects.filter(event="complaints.case.read").count() == 1


def test_only_the_final_answer_ends_a_case() -> None:
    case = room.filed()

    meanwhile = room.answered(case)
    final = room.answered(case, is_final=True)

    assert (meanwhile.status, meanwhile.ended_at) == ("answered", None)
    assert (final.status, final.final_at, final.ended_at) == ("final", AT, AT)
    with pytest.raises(answers.CaseHasEnded):
        room.answered(case)


def test_whoever_writes_after_a_final_answer_opens_her_case_again() -> None:
    case = room.answered(room.filed(), is_final=True)
    later = AT + timedelta(days=30)

    cases.write(case_id=case.pk, text="Nuk jam dakord.", actor=room.AGENT, at=later)

    case.refresh_from_db()
    assert (case.status, case.final_at, case.ended_at) == ("open", None, None)
    assert case.answer_by > later.date()


def test_the_same_words_at_once_are_one_reply(customer: User) -> None:
    case = room.filed_by(customer)

    for seconds in (0, 3):
        cases.write(case_id=case.pk, text="Dhe?", actor=room.AGENT, at=AT + timedelta(seconds=seconds))

    assert case.replies.filter(text="Dhe?").count() == 1


def test_nobody_writes_without_end() -> None:
    case = room.filed()
    for count in range(cases.REPLIES_PER_DAY_MAX - 1):
        cases.write(case_id=case.pk, text=f"Edhe {count}", actor=room.AGENT, at=AT)

    with pytest.raises(cases.TooMuchWritten):
        cases.write(case_id=case.pk, text="Edhe një", actor=room.AGENT, at=AT)


def test_a_case_taken_back_takes_no_more_words() -> None:
    case = cases.withdraw(case_id=room.filed().pk, actor=room.AGENT, at=AT)

    assert case.status == "closed"
    with pytest.raises(cases.CaseIsClosed):
        cases.write(case_id=case.pk, text="Megjithatë", actor=room.AGENT, at=AT)
    with pytest.raises(cases.CaseIsClosed):
        cases.withdraw(case_id=case.pk, actor=room.AGENT, at=AT)


def test_staff_close_with_a_word_why_and_open_again_with_a_reason(customer: User) -> None:
    case = room.filed_by(customer)

    closed = answers.close(case_id=case.pk, text="U regjistrua dy herë.", actor=room.AGENT, at=AT)
    reopened = answers.reopen(case_id=case.pk, reason="Ishte tjetër gjë.", actor=room.AGENT, at=AT)

    assert (closed.status, reopened.status) == ("closed", "open")
    assert Notice.objects.filter(user=customer, kind="complaints.case.closed").exists()
    with pytest.raises(answers.CaseIsUnderWay):
        answers.reopen(case_id=case.pk, reason="Prapë.", actor=room.AGENT, at=AT)


def test_notes_stay_among_colleagues(customer: User) -> None:
    case = room.filed_by(customer)

    answers.note(case_id=case.pk, text="Ta shohim bashkë.", actor=room.AGENT, at=AT)

    assert [reply.kind for reply in selectors.thread(case)] == ["customer"]
    assert [reply.kind for reply in selectors.whole_thread(case)] == ["customer", "note"]


def test_only_staff_follow_a_case(customer: User) -> None:
    case, colleague = room.filed(), builders.staff()

    answers.assign(case_id=case.pk, user_id=colleague.pk, actor=room.AGENT, at=AT)

    case.refresh_from_db()
    assert case.assigned_to == colleague
    with pytest.raises(answers.OnlyStaffFollow):
        answers.assign(case_id=case.pk, user_id=customer.pk, actor=room.AGENT, at=AT)


def test_an_agent_names_a_customer_who_is_one(customer: User) -> None:
    company = builders.mandate_of(customer).company

    assert answers.customer_of(customer_number=customer.username, nipt=company.nipt) == (customer, company)
    assert answers.customer_of(customer_number="", nipt="") == (None, None)
    with pytest.raises(answers.NoSuchCustomer):
        answers.customer_of(customer_number="999999998", nipt="")
    with pytest.raises(answers.NoSuchCompany):
        answers.customer_of(customer_number="", nipt="L99999998Z")
    with pytest.raises(answers.NotOfThisCompany):
        answers.customer_of(customer_number=customer.username, nipt=builders.company().nipt)


def test_a_customer_sees_her_own_cases_and_the_letters_of_a_company_that_she_signs_for() -> None:
    company = builders.company()
    owner, colleague = builders.user(company, signs=True), builders.user(company, prepares=True)
    own, letter = room.filed_by(owner), room.filed(channel="branch", company=company)
    other = room.filed_by(builders.user(builders.company()))

    assert set(selectors.cases_of(builders.mandate_of(owner))) == {own, letter}
    assert set(selectors.cases_of(builders.mandate_of(colleague))) == set()
    assert selectors.case_of(builders.mandate_of(owner), other.number) is None


def test_the_trail_carries_no_word_of_what_was_written(customer: User) -> None:
    case = room.filed_by(customer, text="Fshehtësi e madhe", subject="Temë e fshehtë")
    cases.write(case_id=case.pk, text="Fshehtësi tjetër", actor=room.AGENT, at=AT)
    room.answered(case, "Përgjigje e fshehtë", is_final=True)
    answers.reopen(case_id=case.pk, reason="Fshehtësi e fundit", actor=room.AGENT, at=AT)

    records = [bytes(event.record).decode() for event in AuditEvent.objects.filter(event__startswith="complaints.")]

    assert len(records) == 4
    assert not [record for record in records if "fsheht" in record.lower()]
    assert all(case.number in record for record in records)


def test_a_refused_act_leaves_its_trace(at: datetime) -> None:
    case = room.answered(room.filed(), is_final=True)

    with pytest.raises(answers.CaseHasEnded):
        answers.close(case_id=case.pk, text="Mjaft.", actor=room.AGENT, at=at)

    refused = AuditEvent.objects.get(event="complaints.case.closed")
    assert (refused.outcome, refused.reason, refused.subject) == ("refused", "case_has_ended", f"case:{case.pk}")
    assert Case.objects.get(pk=case.pk).status == "final"
