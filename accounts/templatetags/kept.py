"""{% load kept %}: pieces of a page that are the same for everybody, rendered once a process."""

from dataclasses import is_dataclass
from datetime import date, time
from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

PIECES_MAX = 200
PLAIN = (str, int, date, time)


class KeptNode(template.Node):
    """Renders its content with the named values alone, and keeps the text by these values and the language."""

    def __init__(self, nodelist: NodeList, named: dict[str, FilterExpression]) -> None:
        self.nodelist = nodelist
        self.named = named
        self.pieces: dict[tuple[Any, ...], SafeString] = {}

    def render(self, context: Context) -> SafeString:
        values = {name: value.resolve(context) for name, value in self.named.items()}
        for name, value in values.items():
            if not (value is None or isinstance(value, PLAIN) or is_dataclass(value)):
                raise TypeError(f"{name} is no plain value: a piece is kept by what it shows, not by an object.")
        key = (get_language(), *((type(value), value) for value in values.values()))
        piece = self.pieces.get(key)
        if piece is None:
            piece = self.nodelist.render(context.new(values))
            if len(self.pieces) >= PIECES_MAX:
                self.pieces.clear()
            self.pieces[key] = piece
        return piece


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """{% kept section=header.section %}...{% endkept %}

    Nothing of the page but the named values and the language can be seen inside, so nothing of one person can be kept
    for another. Name short plain values that few pages differ in: each combination stays with the process.
    """
    name, *bits = token.split_contents()
    named = token_kwargs(bits, parser)
    if bits:
        raise template.TemplateSyntaxError(f"{name} takes named values alone, not {' '.join(bits)}")
    nodelist = parser.parse((f"end{name}",))
    parser.delete_first_token()
    if nodelist.get_nodes_by_type(CsrfTokenNode):
        raise template.TemplateSyntaxError(f"A form's token is one person's: it stands outside {name}.")
    return KeptNode(nodelist, named)
