"""What may be asked of an account's activity and statements; both forms are read from the address (GET)."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.fields import AmountField, DayField
from accounts.models.ledger import Channel, Entry, Kind
from statements import periods
from statements.periods import Period, PeriodRunsBackwards
from statements.searches import Search

WORDS_MAX_LENGTH = 100
ZERO = _("Shuma duhet të jetë më e madhe se zero. Lëreni bosh, nëse nuk kërkoni sipas shumës.")
AMOUNTS_RUN_BACKWARDS = _("Shuma e dytë është më e vogël se e para. Ndërroni njërën prej tyre.")


class _DaysForm(forms.Form):
    """From and to. `from` is a word of Python, so that the two are named in a dictionary."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = {
            "from": DayField(label=_("Nga data"), required=False),
            "to": DayField(label=_("Deri më"), required=False),
        }
        self.fields = days | self.fields

    def day(self, name: str) -> date | None:
        """A day that was understood; None when it was left out or not understood."""
        day: date | None = self.cleaned_data.get(name)
        return day


class SearchForm(_DaysForm):
    """The filters of the activity page."""

    direction = forms.ChoiceField(
        label=_("Drejtimi"), required=False, choices=[("", _("Të gjitha")), ("in", _("Hyrëse")), ("out", _("Dalëse"))]
    )
    channel = forms.ChoiceField(
        label=_("Kanali"),
        required=False,
        choices=[
            ("", _("Të gjitha")),
            (Channel.ONLINE.value, _("Kryer online")),
            *((channel.value, channel.label) for channel in Channel if channel is not Channel.ONLINE),
        ],
    )
    kind = forms.ChoiceField(
        label=_("Lloji"),
        required=False,
        choices=[("", _("Të gjitha")), *Kind.choices, (Entry.Part.FEE.value, Entry.Part.FEE.label)],
    )
    q = forms.CharField(
        label=_("Emri, përshkrimi ose referenca"),
        required=False,
        max_length=WORDS_MAX_LENGTH,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    min = AmountField(label=_("Shuma nga"), required=False, error_messages={"zero": ZERO})
    max = AmountField(label=_("Shuma deri"), required=False, error_messages={"zero": ZERO})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = self.day("from"), self.day("to")
        if first and last and last < first:
            self.add_error("to", str(PeriodRunsBackwards.sentence))
        lowest, highest = cleaned.get("min"), cleaned.get("max")
        if lowest and highest and highest < lowest:
            self.add_error("max", str(AMOUNTS_RUN_BACKWARDS))
        return cleaned

    def search(self) -> Search:
        """What was understood; a field that was not is told in its error and left out here."""
        found = self.cleaned_data
        return Search(
            from_on=self.day("from"),
            to_on=self.day("to"),
            words=found.get("q", ""),
            direction=found.get("direction") or None,
            channel=found.get("channel", ""),
            kind=found.get("kind", ""),
            min_minor=found.get("min"),
            max_minor=found.get("max"),
        )


class PeriodForm(_DaysForm):
    """The days of a statement."""

    def period(self, *, today: date) -> Period:
        """The days asked for, the first of the month and today where one was left out; refuses as `between` does."""
        first, last = self.day("from"), self.day("to")
        if first is None:
            first = (last or today).replace(day=1)
        return periods.between(first, last or max(today, first), today=today)
