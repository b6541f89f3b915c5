"""What the styles and attributes of an element say about whether its text can be seen."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Final, NamedTuple, TypeAlias

Rgb: TypeAlias = tuple[int, int, int]
Attributes: TypeAlias = Mapping[str, str | None]

_NAMES: Final[Mapping[str, Rgb]] = {
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
    "whitesmoke": (245, 245, 245),
    "ghostwhite": (248, 248, 255),
}
_MIN_CONTRAST: Final = 16  # of 255, in the channel that differs most; less cannot be read
_MIN_FONT_SIZE: Final = 1.0  # px or pt; preheaders are hidden at 0 and at 1
_FAR_AWAY: Final = -900.0  # px; text moved left by that is off every screen
_MIN_OPACITY: Final = 0.05
_REMOVERS: Final = frozenset(
    {
        *("clip", "clip-path", "display", "height", "margin-left", "margin-top", "max-height"),
        *("max-width", "opacity", "position", "text-indent", "transform", "width"),
    }
)
_SIDES: Final = ("left", "top", "right", "bottom", "overflow")
_COLOURS: Final = frozenset({"background", "background-color", "background-image", "color"})
_SIZES: Final = frozenset({"font", "font-size"})
_KEPT: Final = _REMOVERS.union(_COLOURS, _SIZES, _SIDES, {"visibility"})
_MAX_RULES: Final = 1_000  # of all <style> blocks of a page; measured: 6 ms
_MAX_SELECTORS: Final = 50  # of a rule
_MAX_CLASSES: Final = 20  # of an element
_MAX_VALUE_CHARS: Final = 60  # of a declaration in a <style> block
_SELECTOR: Final = re.compile(r"(?:[a-z][a-z0-9]{0,20})?(?:[.#][\w-]{1,80})?")
_STATES: Final = (":hover", ":link", ":visited", ":active", ":focus")  # of links
_CLIPPED: Final = re.compile(r"rect\( ?0[a-z]*[ ,]+0|inset\( ?(?:[5-9]\d|100)%|circle\( ?0[ )p%]")
_SHRUNK: Final = re.compile(r"scale[xy]?\( ?0(?:\.0+)? ?[,)]")
_NUMBER: Final = re.compile(r"-?\d{0,6}(?:\.\d{1,6})?")
_HEX: Final = re.compile(r"#(?:[0-9a-f]{6}|[0-9a-f]{3})(?![0-9a-f])")
_RGB: Final = re.compile(
    r"rgba?\( ?(\d{1,3}) ?, ?(\d{1,3}) ?, ?(\d{1,3}) ?(?:, ?([0-9.]{1,6}) ?)?\)"
)


class Style(NamedTuple):
    """The properties of an element's text that decide whether it shows.

    A tuple, because ``dataclasses.replace`` was a third of the time that a page takes.

    Shapes:
        color, background: None when set to what is not understood; that never hides.
    """

    removed: bool = False  # display, opacity or height: nothing inside can undo it
    invisible: bool = False  # visibility: a descendant may turn it on again
    tiny: bool = False  # font size: a descendant may enlarge it again
    transparent: bool = False
    preformatted: bool = False
    color: Rgb | None = (0, 0, 0)
    background: Rgb | None = (255, 255, 255)

    @property
    def shows(self) -> bool:
        """Whether a person could read text in this style."""
        if self.removed or self.invisible or self.tiny or self.transparent:
            return False
        if self.color is None or self.background is None:
            return True
        pairs = zip(self.color, self.background, strict=True)
        return max(abs(ink - paper) for ink, paper in pairs) > _MIN_CONTRAST


INITIAL: Final = Style()


def read_style(parent: Style, attributes: Attributes, rules: Mapping[str, str]) -> Style:
    """The style of an element from its attributes, its style rules and what it inherits."""
    if "bgcolor" in attributes or "color" in attributes:
        presentation = {"background": attributes.get("bgcolor"), "color": attributes.get("color")}
        rules = {**{name: (value or "").lower() for name, value in presentation.items()}, **rules}
    changed: dict[str, bool | Rgb | None] = {}
    if "hidden" in attributes or _is_removed(rules):
        changed["removed"] = True
    if "visibility" in rules:
        changed["invisible"] = rules["visibility"] in {"hidden", "collapse"}
    if size := rules.get("font-size") or _shorthand_size(rules.get("font", "")):
        changed["tiny"] = _is_tiny(size, parent=parent.tiny)
    if "white-space" in rules:
        changed["preformatted"] = rules["white-space"].startswith(("pre", "break"))
    changed.update(_colours(parent, rules))
    return parent._replace(**changed) if changed else parent  # type: ignore[arg-type]


def read_rules(style: str) -> dict[str, str]:
    """The declarations of a style attribute in lower case."""
    rules: dict[str, str] = {}
    for declaration in style.lower().replace("!important", "").split(";") if style else ():
        name, _, value = declaration.partition(":")
        rules[name.strip()] = " ".join(value.split()) if " " in value else value.strip()
    return rules


def _is_removed(rules: Mapping[str, str]) -> bool:
    """Whether an element takes its whole content off the page."""
    return not rules.keys().isdisjoint(_REMOVERS) and (
        rules.get("display") == "none"
        or _number(rules.get("opacity", "1")) <= _MIN_OPACITY
        or _number(rules.get("max-height", "1")) == 0.0
        or (rules.get("overflow") == "hidden" and _is_closed(rules))
        or _is_cut_away(rules)
        or _is_off_page(rules)
    )


def _is_closed(rules: Mapping[str, str]) -> bool:
    """Whether an element leaves no room for what it holds."""
    return any(_number(rules.get(name, "1")) == 0.0 for name in ("height", "width", "max-width"))


def _is_cut_away(rules: Mapping[str, str]) -> bool:
    """Whether an element is clipped or scaled to nothing."""
    clips = (rules.get("clip", ""), rules.get("clip-path", ""))
    return any(map(_CLIPPED.match, clips)) or bool(_SHRUNK.match(rules.get("transform", "")))


def _is_off_page(rules: Mapping[str, str]) -> bool:
    """Whether an element lies beyond an edge of the page."""
    offsets = [
        rules[name] for name in ("text-indent", "margin-left", "margin-top") if name in rules
    ]
    if rules.get("position") in {"absolute", "fixed", "relative"}:
        offsets += [rules[side] for side in ("left", "top") if side in rules]
        offsets += [f"-{rules[side]}" for side in ("right", "bottom") if side in rules]
    return any(_number(offset, 0.0) < _FAR_AWAY for offset in offsets)


def _shorthand_size(font: str) -> str:
    """The size in a ``font`` that begins with it, as what hides does; empty when it does not."""
    return font.partition("/")[0].partition(" ")[0] if font[:1].isdigit() else ""


def _is_tiny(size: str, *, parent: bool) -> bool:
    """Whether a font size cannot be read; one relative to nothing stays nothing."""
    if size.endswith(("em", "%", "inherit")) and not size.endswith("rem"):
        return parent or _number(size) == 0.0
    return _number(size, default=16.0) <= _MIN_FONT_SIZE


def _number(value: str, default: float = 1.0) -> float:
    """The number a value starts with, or the default."""
    found = _NUMBER.match(value)
    digits = found[0] if found else ""
    return float(digits) if digits not in {"", "-"} else default


def _colours(parent: Style, rules: Mapping[str, str]) -> dict[str, bool | Rgb | None]:
    """The properties of ink and paper that the rules set."""
    changed: dict[str, bool | Rgb | None] = {}
    if ink := rules.get("color", ""):
        changed |= {"color": _color(ink, parent.color), "transparent": _is_transparent(ink)}
    if "background-image" in rules and rules["background-image"] != "none":
        changed["background"] = None
    elif paper := rules.get("background-color") or rules.get("background", ""):
        changed["background"] = _color(paper, parent.background)
    return changed


def _is_transparent(value: str) -> bool:
    """Whether a text colour lets the background through."""
    found = _RGB.match(value)
    return value == "transparent" or bool(found and found[4] and float("0" + found[4]) == 0.0)


def _color(value: str, inherited: Rgb | None) -> Rgb | None:
    """The colour a value names; the inherited one when it says so, None if not understood."""
    if value in {"inherit", "transparent", "none", "initial"} or _is_transparent(value):
        return inherited
    if "url(" in value or "gradient" in value:
        return None
    if found := _HEX.match(value):
        digits = found[0][1:]
        size = len(digits) // 3
        red, green, blue = (digits[n * size : (n + 1) * size] * (3 - size) for n in range(3))
        return (int(red, 16), int(green, 16), int(blue, 16))
    if channels := _RGB.match(value):
        return (int(channels[1]), int(channels[2]), int(channels[3]))
    return _NAMES.get(value.partition(" ")[0])


class Sheet(NamedTuple):
    """What the <style> blocks of a page say of simple selectors: "p", ".late", "p.late", "#late".

    Shapes:
        plain, important: declarations as in a style attribute, by selector.
    """

    plain: Mapping[str, str]
    important: Mapping[str, str]

    def style_of(self, name: str, attributes: Attributes) -> str:
        """The declarations of an element, the strongest last."""
        classes = (attributes.get("class") or "").lower().split()[:_MAX_CLASSES]
        keys = [name, *(key for word in classes for key in (f".{word}", f"{name}.{word}"))]
        if marker := (attributes.get("id") or "").lower():
            keys += [f"#{marker}", f"{name}#{marker}"]
        plain = [self.plain[key] for key in dict.fromkeys(keys) if key in self.plain]
        important = [self.important[key] for key in dict.fromkeys(keys) if key in self.important]
        return ";".join((*plain, attributes.get("style") or "", *important))


def read_sheet(blocks: Iterable[str]) -> Sheet:
    """The rules of a page's <style> blocks for simple selectors.

    What a selector of several parts may undo in a descendant (colour, size) is left out, since
    losing a customer's words is worse than reading hidden ones. So is all that depends on a screen.
    """
    plain: dict[str, dict[str, str]] = {}
    important: dict[str, dict[str, str]] = {}
    unsure: set[str] = set()
    found = chain.from_iterable(_top_rules(_without_comments(css.lower())) for css in blocks)
    for selectors, declarations in islice(found, _MAX_RULES):
        rules = {name: value for name, value in _declarations(declarations) if name in _KEPT}
        for selector in selectors.split(",")[:_MAX_SELECTORS] if rules else ():
            key = selector.strip()
            if not _SELECTOR.fullmatch(key):
                unsure.update(() if key.endswith(_STATES) else rules)
                continue
            for name, value in rules.items():
                kept = important if value.endswith("!important") else plain
                kept.setdefault(key, {})[name] = value.removesuffix("!important").rstrip()
    for group in (_COLOURS, _SIZES):
        unsure.update(group if unsure & group else ())
    unsure &= _COLOURS | _SIZES | {"visibility"}
    return Sheet(_written(plain, unsure), _written(important, unsure))


def _written(found: Mapping[str, Mapping[str, str]], unsure: set[str]) -> dict[str, str]:
    """Declarations as in a style attribute, by selector, without the properties not sure of."""
    sure = {
        key: ";".join(f"{name}:{value}" for name, value in rules.items() if name not in unsure)
        for key, rules in found.items()
    }
    return {key: style for key, style in sure.items() if key and style}


def _without_comments(css: str) -> str:
    """A style sheet without comments and the marks that hide it from old browsers."""
    first, *others = css.replace("<!--", " ").replace("-->", " ").split("/*")
    return first + " ".join(other.partition("*/")[2] for other in others)


def _top_rules(css: str) -> Iterator[tuple[str, str]]:
    """Selectors and declarations of the rules outside at-rules other than ``@media all``."""
    depth = 0
    for block in css.split("}"):
        rule = block.rpartition(";")[2] if "{" not in block else block
        head, _, inner = rule.partition("{")
        if "{" in inner and head.split() in (["@media", "all"], ["@media", "screen"]):
            rule = inner
        opened = rule.count("{")
        if depth == 0 and opened == 1:
            selectors, _, declarations = rule.partition("{")
            yield selectors.rpartition(";")[2], declarations
        depth = max(0, depth + opened - 1)


def _declarations(css: str) -> Iterator[tuple[str, str]]:
    """Names and short values, of which a mark of importance is the end."""
    for declaration in css.split(";"):
        name, _, value = declaration.partition(":")
        is_important = "!" in value and value.rpartition("!")[2].strip() == "important"
        plain = " ".join(value.partition("!")[0][:_MAX_VALUE_CHARS].split())
        yield name.strip(), f"{plain}!important" if is_important else plain
