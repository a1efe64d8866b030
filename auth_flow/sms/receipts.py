"""What a gateway answers: a receipt, or one of three kinds of no."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

# permanent: never again. temporary: later. unknown: perhaps it was sent; the text is the same, so it is sent again.
Kind = Literal["permanent", "temporary", "unknown"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider took the message; `provider_id` is its name there."""

    provider_id: str = ""


class NotSent(Exception):  # noqa: N818  a sentence about the message, not about a fault
    """The provider did not take it. `words` are ours; the provider's own may repeat the number.

    `elsewhere`: the fault lies with our account or route there, so that another gateway may well take the message.
    `wait`: how long the provider asked us to stay away.
    """

    def __init__(
        self,
        kind: Kind,
        *,
        code: str = "",
        words: str = "",
        elsewhere: bool = False,
        wait: timedelta = timedelta(0),
    ) -> None:
        super().__init__(f"{kind} {code}")
        self.kind: Kind = kind
        self.code = code
        self.words = words
        self.elsewhere = elsewhere
        self.wait = wait


class Gateway(Protocol):
    """`send` returns when the provider has taken the message and raises `NotSent` when it has not.

    `to` is E.164, `body` the final text, `our_id` the name under which the provider may report about it later.
    """

    name: str

    def send(self, *, to: str, body: str, at: datetime, our_id: str) -> Receipt: ...
