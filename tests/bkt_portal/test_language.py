"""The two switches of every page: language and look."""

import re

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_the_portal_speaks_albanian_whatever_the_browser_says(client: Client) -> None:
    page = client.get(reverse("home"), headers={"accept-language": "en"})

    assert page["Content-Language"] == "sq"
    assert '<html lang="sq"' in page.content.decode()


def test_the_switch_is_remembered_by_the_browser(client: Client) -> None:
    answer = client.post(reverse("language"), {"language": "en", "next": reverse("complaints:contact")})

    assert (answer.status_code, answer["Location"]) == (302, reverse("complaints:contact"))
    cookie = answer.cookies["language"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("en", True, "Lax")
    assert '<html lang="en"' in client.get(reverse("home")).content.decode()


@pytest.mark.parametrize("language", ["de", "", "../../etc"])
def test_an_unknown_language_changes_nothing(language: str, client: Client) -> None:
    answer = client.post(reverse("language"), {"language": language})

    assert answer.status_code == 302
    assert "language" not in answer.cookies


@pytest.mark.parametrize(
    "page",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "evil", "", "/\n/evil"],
)
def test_a_switch_never_leads_to_another_site(page: str, client: Client) -> None:
    for switch in ("language", "theme"):
        assert client.post(reverse(switch), {switch: "en", "next": page})["Location"] == reverse("home")


@pytest.mark.parametrize("page", ["/language/?next=/", "/logout/", "/company/", "/nuk-ekziston/"])
def test_a_switch_used_on_the_answer_to_a_form_leads_home(page: str, client: Client) -> None:
    for switch in ("language", "theme"):
        assert client.post(reverse(switch), {switch: "en", "next": page})["Location"] == reverse("home")


def test_a_switch_keeps_the_question_of_its_page(client: Client) -> None:
    page = f"{reverse('complaints:contact')}?q=1"

    assert client.post(reverse("theme"), {"theme": "dark", "next": page})["Location"] == page


def test_a_chosen_look_stays(client: Client) -> None:
    client.post(reverse("theme"), {"theme": "dark"})

    assert 'data-theme="dark"' in client.get(reverse("home")).content.decode()


def test_an_unknown_look_is_ignored_even_in_the_cookie(client: Client) -> None:
    client.post(reverse("theme"), {"theme": "pink"})
    client.cookies["theme"] = '"><script>'

    assert 'data-theme="auto"' in client.get(reverse("home")).content.decode()


@pytest.mark.parametrize("switch", ["language", "theme"])
def test_switches_take_a_post_with_a_token_only(switch: str) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert strict.get(reverse(switch)).status_code == 405
    assert strict.post(reverse(switch), {switch: "en"}).status_code == 403


@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_every_look_says_whether_it_is_chosen(theme: str, client: Client) -> None:
    client.cookies["theme"] = theme

    page = client.get(reverse("home")).content.decode()

    pressed = dict(re.findall(r'name="theme" value="(\w+)" aria-pressed="(\w+)"', page))
    assert pressed == {name: "true" if name == theme else "false" for name in ("auto", "light", "dark")}
