"""The same message with words that nobody sees: each kind hides another team's words elsewhere."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import escape

from service.mail.parse import compose_message
from service.message import Message

_ZERO_WIDTH = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad")
_LOOK_ALIKES = str.maketrans("aceopxyABCEHKMOPT", "асеорхуАВСЕНКМОРТ")  # noqa: RUF001 - Cyrillic


@dataclass(frozen=True, slots=True)
class Case:
    """A message and another team's words."""

    subject: str
    body: str
    other: str
    seed: int

    @property
    def page(self) -> str:
        """The body as a mail program writes it."""
        return "".join(f"<div>{escape(line) or '<br>'}</div>\n" for line in self.body.split("\n"))

    @property
    def noise(self) -> str:
        """The other words on one line of a page."""
        return escape(" ".join(self.other.split()))

    def clean(self) -> Message:
        return compose_message(subject=self.subject, html=f"<body>{self.page}</body>")

    def with_page(self, *, before: str = "", after: str = "", head: str = "") -> Message:
        """The message with markup around its words."""
        html = f"<html><head>{head}</head><body>{before}{self.page}{after}</body></html>"
        return compose_message(subject=self.subject, html=html)


def styled(style: str) -> Callable[[Case], Message]:
    """Noise above and below in an element of this style."""

    def hide(case: Case) -> Message:
        hidden = f'<div style="{style}"><p>{case.noise}</p></div>'
        return case.with_page(before=hidden, after=hidden)

    return hide


def wrapped(opening: str, closing: str = "</div>", head: str = "") -> Callable[[Case], Message]:
    """Noise above and below between these tags."""

    def hide(case: Case) -> Message:
        hidden = f"{opening}{case.noise}{closing}"
        return case.with_page(before=hidden, after=hidden, head=head)

    return hide


def in_head(case: Case) -> Message:
    return case.with_page(head=f"<title>{case.noise}</title><meta content='{case.noise}'>")


def zero_width(case: Case) -> Message:
    """An invisible character after every second letter."""
    chance = random.Random(case.seed)

    def noisy(text: str) -> str:
        return "".join(
            f"{letter}{chance.choice(_ZERO_WIDTH)}" if n % 2 else letter
            for n, letter in enumerate(text)
        )

    return replace(case, subject=noisy(case.subject), body=noisy(case.body)).clean()


def look_alikes(every: int) -> Callable[[Case], Message]:
    """Cyrillic letters in one word of ``every``."""

    def disguise(case: Case) -> Message:
        words = case.body.split(" ")
        noisy = [
            word.translate(_LOOK_ALIKES) if n % every == every // 2 else word
            for n, word in enumerate(words)
        ]
        return replace(case, body=" ".join(noisy)).clean()

    return disguise


def quoted_text(case: Case) -> Message:
    quote = "\n".join(f"> {line}" for line in case.other.split("\n"))
    header = "On Mon, 3 Mar 2025 at 09:14, Ann Lee <ann@kunde.example> wrote:"
    return replace(case, body=f"{case.body}\n\n{header}\n{quote}\n").clean()


def quoted_gmail(case: Case) -> Message:
    return case.with_page(
        after='<div class="gmail_quote"><div class="gmail_attr">On Mon, 3 Mar 2025 at 09:14, Ann'
        f" Lee &lt;ann@kunde.example&gt; wrote:<br></div><blockquote class=gmail_quote>{case.noise}"
        "</blockquote></div>"
    )


def quoted_outlook(case: Case) -> Message:
    return case.with_page(
        after='<div id="divRplyFwdMsg"><b>From:</b> Ann Lee &lt;ann@kunde.example&gt;<br>'
        "<b>Sent:</b> Monday, 3 March 2025 09:14<br><b>To:</b> Bob Hay<br><b>Subject:</b> Pumps"
        f"</div><div>{case.noise}</div>"
    )


RULES = "<style><!-- p.a, .late { display: none !important } #far{font-size:0} --></style>"

KINDS: Mapping[str, Callable[[Case], Message]] = {
    "display: none": styled("display:none"),
    "visibility: hidden": styled("visibility:hidden"),
    "font size of zero": styled("font-size:0"),
    "font of one pixel": styled("font:1px/1 Arial"),
    "opacity of zero": styled("opacity:0"),
    "white on white": styled("color:#ffffff;background:white"),
    "nearly white on white": styled("color:rgb(250, 250, 252)"),
    "black on black": styled("background-color:#000;color:#050505"),
    "transparent": styled("color:transparent"),
    "no height": styled("max-height:0;overflow:hidden;mso-hide:all"),
    "no width": styled("width:0;overflow:hidden"),
    "clipped": styled("position:absolute;clip:rect(0 0 0 0)"),
    "scaled to nothing": styled("transform:scale(0)"),
    "off the page": styled("position:absolute;left:-9999px"),
    "far indent": styled("text-indent:-9999px"),
    "far margin": styled("margin-left:-9999px"),
    "hidden attribute": wrapped("<div hidden>"),
    "white font tag": wrapped('<font color="#FFFFFF">', "</font>"),
    "class of a rule": wrapped("<div class='x late'>", head=RULES),
    "element and class of a rule": wrapped("<p class=a>", "</p>", head=RULES),
    "id of a rule": wrapped("<div id=far>", head=RULES),
    "rule in the body": wrapped("<style>.late{display:none}</style><div class=late>"),
    "rule for screens": wrapped(
        "<div class=late>", head="<style>@media screen{.late{display:none}}</style>"
    ),
    "hidden from readers aloud and eyes": wrapped("<div aria-hidden=true style='display:none'>"),
    "comment": wrapped("<!-- ", " -->"),
    "conditional comment": wrapped("<!--[if mso]><p>", "</p><![endif]-->"),
    "script": wrapped("<script type='text/plain'>", "</script>"),
    "title and meta": in_head,
    "alternative text": wrapped('<img src="cid:1" width=1 alt="', '">'),
    "title attribute": wrapped('<span title="', '">\u200b</span>'),
    "template": wrapped("<template>", "</template>"),
    "list to choose from": wrapped("<select><option>", "</select>"),
    "zero-width characters": zero_width,
    "look-alikes in a word of ten": look_alikes(10),
    "quoted below": quoted_text,
    "quoted by Gmail": quoted_gmail,
    "quoted by Outlook": quoted_outlook,
}
