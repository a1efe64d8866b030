"""A stranger's complaint from form to final answer, with the bank's clerk at a browser of her own (R61, R63)."""

import re
import time
from pathlib import Path

from playwright.sync_api import expect

from accounts.models import User
from complaints.models import Case
from tests import builders
from tests.complaints import files
from tests.journeys import colleague
from tests.journeys.conftest import Open
from tests.journeys.test_every_page import look_at
from tests.journeys.visitor import Visitor
from tests.portal import until

EMAIL = "drita.leka@example.com"
OTHER_EMAIL = "agim.prifti@example.com"  # the portal of all journeys has one mailbox


def test_a_strangers_complaint_goes_from_the_form_to_the_final_answer(
    open_browser: Open, sole_user: User, tmp_path: Path
) -> None:
    stranger = open_browser(sole_user)  # nobody who signs in
    (tmp_path / "fatura.png").write_bytes(files.png())
    file_complaint(stranger, attached=tmp_path / "fatura.png")
    case = Case.objects.get()
    expect(stranger.heading).to_have_text("E morëm")
    expect(stranger.main).to_contain_text(case.number)
    look_at(stranger)

    clerk = colleague.at_work(open_browser, "Ankesa")
    clerk.page.goto(f"{clerk.portal.url}/staff/complaints/case/")
    clerk.page.get_by_role("link", name=case.number).click()
    expect(clerk.page.locator(".case-thread")).to_contain_text("Komisioni u mor dy herë.")
    act(clerk, "Merre përsipër", "Merre përsipër")
    act(clerk, "Përgjigje përfundimtare", "Dërgo përgjigjen përfundimtare", text="Jua kthyem komisionin sot.")
    expect(clerk.page.locator(".case-thread")).to_contain_text("Jua kthyem komisionin sot.")

    second_letter = until(lambda: stranger.portal.letters(EMAIL)[1:])[0]
    assert "komisionin" not in second_letter
    elsewhere = open_browser(sole_user)
    elsewhere.go("/complaints/find/")
    look_at(elsewhere)
    elsewhere.page.goto(link_in(second_letter))
    expect(elsewhere.main).to_contain_text("Jua kthyem komisionin sot.")
    expect(elsewhere.main.get_by_role("link", name="bankofalbania.org")).to_be_visible()
    assert "key=" not in elsewhere.page.url
    look_at(elsewhere)
    with elsewhere.page.expect_download() as download:
        elsewhere.main.get_by_role("link", name="Shkarko si PDF").click()
    assert download.value.suggested_filename == f"{case.number}.pdf"


def test_a_call_is_logged_answered_and_read_inside(open_browser: Open) -> None:
    user = builders.user(builders.company("ALFA SHPK"), signs=True)
    clerk = colleague.at_work(open_browser, "Ankesa")
    clerk.page.goto(f"{clerk.portal.url}/staff/complaints/case/new/?customer={user.username}")
    clerk.page.get_by_label("Kanali").select_option("phone")
    clerk.page.get_by_label("Çfarë tha ose shkroi").fill("Nuk e gjej pasqyrën e tetorit.")
    clerk.page.get_by_role("button", name="Regjistro", exact=True).click()
    act(clerk, "Përgjigju", "Dërgo përgjigjen", text="E gjeni te Pasqyrat.")

    customer = open_browser(user).sign_in()
    customer.page.get_by_role("link", name="Kontaktet, 1 përgjigje e re").click()
    look_at(customer)
    customer.main.get_by_role("link", name="Ankesë", exact=True).click()
    expect(customer.main).to_contain_text("E gjeni te Pasqyrat.")
    look_at(customer)
    customer.page.get_by_label("Përgjigjja juaj").fill("E gjeta, faleminderit.")
    customer.press("Dërgo")

    expect(customer.page.get_by_role("link", name="Kontaktet", exact=True).first).to_be_visible()
    clerk.page.reload()
    expect(clerk.page.locator(".case-thread")).to_contain_text("E gjeta, faleminderit.")


def test_a_stranger_without_javascript_loses_her_link_and_finds_her_case_again(
    open_browser: Open, sole_user: User, tmp_path: Path
) -> None:
    stranger = open_browser(sole_user, java_script_enabled=False)
    (tmp_path / "fatura.png").write_bytes(files.png())
    (tmp_path / "fatura.pdf").write_bytes(files.folded(b"<< /S /JavaScript /JS (app.alert(1)) >>"))
    file_complaint(stranger, attached=tmp_path / "fatura.pdf", email=OTHER_EMAIL, with_scripts=False)
    expect(stranger.page.get_by_role("alert")).to_contain_text("përmban programe")
    stranger.page.get_by_label("Skedarë").set_input_files(tmp_path / "fatura.png")
    stranger.press("Dërgo")
    expect(stranger.heading).to_have_text("E morëm")
    case = Case.objects.get()
    until(lambda: stranger.portal.letters(OTHER_EMAIL))

    elsewhere = open_browser(sole_user, java_script_enabled=False)
    elsewhere.go(f"/complaints/{case.number}/")
    expect(elsewhere.heading).to_have_text("Hapni rastin tuaj")
    elsewhere.page.get_by_label("E-mail").fill(OTHER_EMAIL.upper())
    elsewhere.press("Dërgo lidhjen")
    expect(elsewhere.page.get_by_role("status")).to_contain_text("Shihni postën tuaj")
    elsewhere.page.goto(link_in(until(lambda: elsewhere.portal.letters(OTHER_EMAIL)[1:])[0]))
    expect(elsewhere.main).to_contain_text("Komisioni u mor dy herë.")
    elsewhere.page.get_by_text("Nuk ju duhet më përgjigjja?").click()
    elsewhere.press("Mbylle rastin")
    expect(elsewhere.main).to_contain_text("Rasti është mbyllur")


def file_complaint(stranger: Visitor, *, attached: Path, email: str = EMAIL, with_scripts: bool = True) -> None:
    """From the foot of the first page to the acknowledgement, at a person's pace."""
    stranger.go("/")
    stranger.page.get_by_role("contentinfo").get_by_role("link", name="Ankesë ose sugjerim").click()
    began = time.monotonic()
    if with_scripts:
        look_at(stranger)
    stranger.page.get_by_label("Emri dhe mbiemri").fill("Drita Leka")
    stranger.page.get_by_label("E-mail").fill(email)
    stranger.page.get_by_label("Ankesa ose sugjerimi", exact=True).fill("Komisioni u mor dy herë.")
    stranger.page.get_by_label("Skedarë").set_input_files(attached)
    stranger.page.get_by_label("Pajtohem").check()
    until(lambda: time.monotonic() - began > 2.1)  # what a person takes at least; the page's own clock needs a script
    stranger.press("Dërgo")


def act(clerk: Visitor, link: str, button: str, *, text: str = "") -> None:
    """One act from the page of a case, and back to it."""
    clerk.page.locator(".object-tools").get_by_role("link", name=link, exact=True).click()
    if text:
        clerk.page.locator("textarea[name=text]").fill(text)
    clerk.page.get_by_role("button", name=button, exact=True).click()
    expect(clerk.page.locator(".case-thread")).to_be_visible()


def link_in(letter: str) -> str:
    found = re.search(r"http\S+\?key=[a-z]+", letter)
    assert found is not None, "a letter to somebody who cannot sign in has a link"
    return found[0]
