from tests.journeys.conftest import *
def test_x(open_browser, sole_user):
    b = open_browser(sole_user)
    print(b.go("/security/not-me/"))
    print(b.page.content()[:6000])
    print(open(b.portal.directory/"logs"/"web.log").read()[-3000:])
    assert 0
