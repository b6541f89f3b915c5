"""HTML -> the text a person sees, with quotes marked so that ``reply`` can cut them.

The page is first rewritten to a few neutral elements: Lexbor is quadratic in nesting and in
attributes (20,000 of either took 0.7 and 2 s, November 2026), and formatting elements left open
multiply. What it then builds is a tree no larger and no deeper than the bounds.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from service.mail.limits import (
    MAX_ATTRIBUTE_CHARS,
    MAX_HTML_CHARS,
    MAX_HTML_DEPTH,
    MAX_HTML_TAGS,
    MAX_TEXT_CHARS,
)
from service.mail.style import (
    INITIAL,
    Attributes,
    Sheet,
    Style,
    read_rules,
    read_sheet,
    read_style,
)

HISTORY_MARK: Final = "-----Original Message-----"  # what reply.py knows in any language

_BLOCKS: Final = (
    "address article aside body caption center dd details dialog div dl dt fieldset figcaption"
    " figure footer form header html main nav section summary table tbody tfoot thead tr"
)
_ELEMENTS: Final = {
    **dict.fromkeys(_BLOCKS.split(), "x-block"),
    **dict.fromkeys(("p", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "ul"), "x-paragraph"),
    **dict.fromkeys(("td", "th"), "x-cell"),
    **dict.fromkeys(("pre", "listing", "textarea"), "x-pre"),
    "blockquote": "x-quote",
    "li": "x-item",
}
_VOID: Final = frozenset(
    {
        "area",
        "base",
        "col",
        "embed",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    }
)
_RAW: Final = frozenset({"iframe", "noembed", "noframes", "script", "style", "title", "xmp"})
_UNSEEN: Final = frozenset({"datalist", "head", "object", "select", "svg", "template", "video"})
_CLOSED_BY: Final = {  # an opening tag closes these when they are innermost, HTML 13.1.2.4
    "li": {"li", "p"},
    "td": {"td", "th", "p"},
    "th": {"td", "th", "p"},
    "tr": {"td", "th", "tr", "p"},
    "body": {"head"},
}
_ATTRIBUTES: Final = frozenset({"bgcolor", "class", "color", "hidden", "id", "style", "type"})
_MAX_UNTAGGED_CHARS: Final = 2 * MAX_TEXT_CHARS  # what follows MAX_HTML_TAGS is read up to here
_MAX_ATTRIBUTES: Final = 30_000  # of a page; measured: 10 ms. Text after them stays
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][^\s/>]{0,40})")
_ATTRIBUTE: Final = re.compile(
    r"""[\s/]*([^\s/>=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>"'][^\s>]*|(?=>)))?""",
)
_STYLE_START: Final = re.compile(r"<!--|<style(?=[\s/>])", re.IGNORECASE)
_STYLE_END: Final = re.compile(r"</style", re.IGNORECASE)
_STYLE_MEDIA: Final = re.compile(
    r"""\bmedia\s{0,9}=\s{0,9}["']?(?!all|screen["'\s>])""", re.IGNORECASE
)
_ANY_TAG: Final = re.compile(r"<[^<>]*>")
_SPACE: Final = re.compile(r"[ \t\r\n\f]+")

_CITED_CLASSES: Final = frozenset({"moz-cite-prefix", "yahoo_quoted"})
_HISTORY_IDS: Final = frozenset({"divrplyfwdmsg", "x_divrplyfwdmsg"})
_HISTORY_BORDERS: Final = ("solid #e1e1e1 1.0pt", "solid #b5c4df 1.0pt")  # Outlook 2007 to 2024


def visible_text(html: str) -> str:
    """The text of a page as lines: quotes begin with "> ", cells are parted by tabs."""
    html = html[:MAX_HTML_CHARS].replace("\x00", "")
    page = _Rewriter(html, read_sheet(_style_blocks(html))).rewrite()
    root = LexborHTMLParser(page).body
    return _Lines().read(root) if root is not None else ""


def _style_blocks(html: str) -> list[str]:
    """The contents of the <style> elements of a page, but for those in comments."""
    found: list[str] = []
    position = 0
    for _ in range(MAX_HTML_TAGS):
        start = _STYLE_START.search(html, position)
        if start is None:
            break
        if start[0] == "<!--":
            end = html.find("-->", start.start() + 2)
            position = end + 3
        else:
            opened = html.find(">", start.end()) + 1
            closing = _STYLE_END.search(html, opened) if opened else None
            end = closing.start() if closing else -1
            position = end + 1
            if closing and not _STYLE_MEDIA.search(html, start.end(), opened):
                found.append(html[opened:end])
        if end < 0:
            break
    return found


@dataclass(slots=True)
class _Rewriter:
    """One pass over a page that keeps its text and the little of its tags that shows."""

    html: str
    sheet: Sheet
    pieces: list[str] = field(default_factory=list)
    open_tags: list[str] = field(default_factory=list)
    n_dropped: int = 0
    n_tags: int = 0
    n_attributes: int = 0

    def rewrite(self) -> str:
        """The page in at most MAX_HTML_TAGS tags, MAX_HTML_DEPTH deep; text after them stays."""
        position = 0
        while (opening := self.html.find("<", position)) >= 0:
            if self.n_tags >= MAX_HTML_TAGS or self.n_attributes >= _MAX_ATTRIBUTES:
                return "".join(
                    (*self.pieces, _untagged(self.html[position : position + _MAX_UNTAGGED_CHARS]))
                )
            self.pieces.append(self.html[position:opening])
            position = self._after_markup(opening)
        return "".join((*self.pieces, self.html[position:]))

    def _after_markup(self, opening: int) -> int:
        """Where reading goes on after the tag, comment or stray ``<`` at ``opening``."""
        self.n_tags += 1
        tag = _TAG.match(self.html, opening)
        if tag is None:
            return self._after_comment(opening)
        name = tag[2].lower()
        attributes, end = self._attributes(tag.end())
        if tag[1]:
            self._close(name)
        elif name in _RAW:
            return self._after_raw(name, end)
        elif name not in _VOID:
            self._open(name, attributes)
        return end

    def _after_comment(self, opening: int) -> int:
        """After a comment, declaration or processing instruction; a stray ``<`` is text."""
        if self.html.startswith("<!--", opening):
            end = self.html.find("-->", opening + 2)
            return end + 3 if end >= 0 else len(self.html)
        if self.html[opening + 1 : opening + 2] in {"!", "?", "/"}:
            end = self.html.find(">", opening)
            return end + 1 if end >= 0 else len(self.html)
        self.pieces.append("&lt;")
        return opening + 1

    def _after_raw(self, name: str, start: int) -> int:
        """After an element whose content is no text; one never closed reaches the end."""
        closing = re.compile(f"</{name}", re.IGNORECASE).search(self.html, start)
        end = self.html.find(">", closing.end()) if closing else -1
        return end + 1 if end >= 0 else len(self.html)

    def _attributes(self, position: int) -> tuple[dict[str, str], int]:
        """The attributes that decide what shows, and where the tag ends."""
        kept: dict[str, str] = {}
        for _ in range(_MAX_ATTRIBUTES - self.n_attributes):
            match = _ATTRIBUTE.match(self.html, position)
            if match is None:
                break
            self.n_attributes += 1
            position = match.end()
            name = match[1].lower()
            if name in _ATTRIBUTES and name not in kept:
                kept[name] = (match[2] or "").strip("\"'")[:MAX_ATTRIBUTE_CHARS]
        end = self.html.find(">", position)
        return kept, end + 1 if end >= 0 else len(self.html)

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        """Write an opening tag in the small vocabulary, unless it is too deep to be meant."""
        while self.open_tags and self.open_tags[-1] in _closed_by(name):
            self._close(self.open_tags[-1])
        if name in {"br", "hr"} or len(self.open_tags) >= MAX_HTML_DEPTH:
            self.pieces.append("<br>" if name in {"br", "hr"} or name in _ELEMENTS else "")
            self.n_dropped += name not in {"br", "hr"}
            return
        if name in _UNSEEN:
            attributes["hidden"] = ""
        self.open_tags.append(name)
        if (self.sheet.plain or self.sheet.important) and (
            style := self.sheet.style_of(name, attributes)
        ):
            attributes["style"] = style
        quoted = (f' {key}="{value.replace(chr(34), "")}"' for key, value in attributes.items())
        self.pieces.append(f"<{_ELEMENTS.get(name, 'x-span')}{''.join(quoted)}>")

    def _close(self, name: str) -> None:
        """Write a closing tag, after those of elements left open inside it."""
        if self.n_dropped:
            self.n_dropped -= 1
            self.pieces.append("<br>" if name in _ELEMENTS else "")
        elif name in self.open_tags:
            last = ""
            while last != name:
                last = self.open_tags.pop()
                self.pieces.append(f"</{_ELEMENTS.get(last, 'x-span')}>")
        elif name in _ELEMENTS or name == "br":
            self.pieces.append("<br>")


def _closed_by(name: str) -> set[str]:
    """Names of the elements that an opening tag ends."""
    return _CLOSED_BY.get(name, {"p"} if name in _ELEMENTS else set())


def _untagged(html: str) -> str:
    """Markup without its tags, as text."""
    return _ANY_TAG.sub(" ", html).replace("<", "&lt;")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where text stands: how it looks and how deep it is quoted."""

    style: Style = INITIAL
    n_quotes: int = 0


@dataclass(slots=True)
class _Lines:
    """Lines of text as they are put together from the tree."""

    lines: list[str] = field(default_factory=list)
    current: list[str] = field(default_factory=list)
    n_chars: int = 0
    n_quotes: int = 0

    def read(self, root: LexborNode) -> str:
        """The visible text below ``root``, in document order and without recursion."""
        pending: list[tuple[LexborNode | str, _Place]] = [(root, _Place())]
        while pending and self.n_chars <= MAX_TEXT_CHARS:
            node, place = pending.pop()
            if isinstance(node, str):
                self._leave(node, place)
            elif node.tag == "-text":
                self._add_text(node.text_content or "", place)
            elif node.tag == "br":
                self._end_line(place.n_quotes)
            else:
                pending.extend(reversed(self._enter(node, place)))
        self._break_line()
        return "\n".join(self.lines).strip("\n")

    def _enter(self, node: LexborNode, place: _Place) -> list[tuple[LexborNode | str, _Place]]:
        """What an element holds and how it ends, each with its place; nothing if unseen."""
        tag, attributes = node.tag or "", node.attributes
        rules = read_rules(attributes.get("style") or "") if attributes else {}
        style = read_style(place.style, attributes, rules) if attributes else place.style
        if style.removed:
            return []
        if tag == "x-pre":
            style = style._replace(preformatted=True)
        is_quote = _is_quote(tag, attributes, rules)
        if is_quote or tag not in {"x-span", "x-cell"}:
            self._break_line()
        if tag == "x-paragraph" and not _has_margin(attributes, rules):
            tag = "x-block"
        if tag == "x-paragraph":
            self._blank_line()
        if attributes and _is_history(attributes, rules):
            self.lines.append(HISTORY_MARK)
        inner = _Place(style, place.n_quotes + is_quote)
        return [*((child, inner) for child in node.iter(include_text=True)), (tag, place)]

    def _leave(self, tag: str, place: _Place) -> None:
        """Go on after the end of an element."""
        if tag == "x-cell":
            self.current.append("\t")
        elif tag != "x-span" or place.n_quotes != self.n_quotes:
            self._break_line()
        if tag == "x-paragraph":
            self._blank_line()

    def _add_text(self, text: str, place: _Place) -> None:
        """Append text that shows, with space as a browser would."""
        if place.style is not INITIAL and not place.style.shows:
            return
        self.n_quotes = place.n_quotes
        text = text[: MAX_TEXT_CHARS + 1]
        if not place.style.preformatted:
            self.current.append(_SPACE.sub(" ", text))
            self.n_chars += len(text)
            return
        for n, line in enumerate(text.splitlines()):
            if n:
                self._end_line(place.n_quotes)
            self.current.append(line)
        self.n_chars += len(text)

    def _end_line(self, n_quotes: int) -> None:
        """End the line even if it is empty."""
        text = "".join(self.current).strip(" \t")
        self.lines.append(f"{'> ' * n_quotes}{text}".rstrip(" "))
        self.n_chars += 1 + 2 * n_quotes
        self.current.clear()

    def _break_line(self) -> None:
        """End the line if there is text in it; cells that were empty leave nothing."""
        if "".join(self.current).strip(" \t\n"):
            self._end_line(self.n_quotes)
        self.current.clear()

    def _blank_line(self) -> None:
        """Part paragraphs by one empty line."""
        if self.lines and self.lines[-1]:
            self.lines.append("")


def _has_margin(attributes: Attributes, rules: Mapping[str, str]) -> bool:
    """Whether a paragraph stands apart; Outlook writes every line as one that does not."""
    is_word = (attributes.get("class") or "").lower().startswith("mso")
    return not is_word and not rules.get("margin", "").startswith("0")


def _is_history(attributes: Attributes, rules: Mapping[str, str]) -> bool:
    """Whether an element is the header that Outlook puts above the message answered."""
    is_marked = (attributes.get("id") or "").lower() in _HISTORY_IDS
    return is_marked or rules.get("border-top", "").startswith(_HISTORY_BORDERS)


def _is_quote(tag: str, attributes: Attributes, rules: Mapping[str, str]) -> bool:
    """Whether an element holds another's words; a blockquote without border only indents."""
    classes = set((attributes.get("class") or "").lower().split())
    if tag != "x-quote" or attributes.get("type") == "cite" or "gmail_quote" in classes:
        return tag == "x-quote" or not classes.isdisjoint(_CITED_CLASSES)
    return not (rules.get("border", "").startswith(("none", "0")) and "margin" in rules)
