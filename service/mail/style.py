"""What the inline style and attributes of an element say about whether its text can be seen."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

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
_NUMBER: Final = re.compile(r"-?\d{0,6}(?:\.\d{1,6})?")
_HEX: Final = re.compile(r"#(?:[0-9a-f]{6}|[0-9a-f]{3})(?![0-9a-f])")
_RGB: Final = re.compile(
    r"rgba?\( ?(\d{1,3}) ?, ?(\d{1,3}) ?, ?(\d{1,3}) ?(?:, ?([0-9.]{1,6}) ?)?\)"
)


@dataclass(frozen=True, slots=True)
class Style:
    """The properties of an element's text that decide whether it shows.

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
    style = parent
    if "hidden" in attributes or _is_removed(rules):
        style = replace(style, removed=True)
    if "visibility" in rules:
        style = replace(style, invisible=rules["visibility"] in {"hidden", "collapse"})
    if "font-size" in rules:
        style = replace(style, tiny=_is_tiny(rules["font-size"], parent=parent.tiny))
    if "white-space" in rules:
        style = replace(style, preformatted=rules["white-space"].startswith(("pre", "break")))
    return _coloured(style, rules)


def read_rules(style: str) -> dict[str, str]:
    """The declarations of a style attribute in lower case."""
    rules: dict[str, str] = {}
    for declaration in style.lower().split(";") if style else ():
        name, _, value = declaration.partition(":")
        rules[name.strip()] = " ".join(value.replace("!important", "").split())
    return rules


def _is_removed(rules: Mapping[str, str]) -> bool:
    """Whether an element takes its whole content off the page."""
    return (
        rules.get("display") == "none"
        or _number(rules.get("opacity", "1")) == 0.0
        or _number(rules.get("max-height", "1")) == 0.0
        or (_number(rules.get("height", "1")) == 0.0 and rules.get("overflow") == "hidden")
        or _number(rules.get("text-indent", "0"), 0.0) < _FAR_AWAY
        or (rules.get("position") in {"absolute", "fixed"} and _is_off_page(rules))
    )


def _is_off_page(rules: Mapping[str, str]) -> bool:
    """Whether a positioned element lies beyond the left or upper edge."""
    return min(_number(rules.get(side, "0"), 0.0) for side in ("left", "top")) < _FAR_AWAY


def _is_tiny(size: str, *, parent: bool) -> bool:
    """Whether a font size cannot be read; one relative to nothing stays nothing."""
    if size.endswith(("em", "%", "inherit")) and not size.endswith("rem"):
        return parent or _number(size) == 0.0
    return _number(size, default=16.0) <= _MIN_FONT_SIZE


def _number(value: str, default: float = 1.0) -> float:
    """The number a value starts with, or the default."""
    found = _NUMBER.match(value)
    return float(found[0]) if found and found[0] not in {"", "-"} else default


def _coloured(style: Style, rules: Mapping[str, str]) -> Style:
    """The style with the colours its rules set."""
    if ink := rules.get("color", ""):
        style = replace(style, color=_color(ink, style.color), transparent=_is_transparent(ink))
    if "background-image" in rules and rules["background-image"] != "none":
        return replace(style, background=None)
    if paper := rules.get("background-color") or rules.get("background", ""):
        return replace(style, background=_color(paper, style.background))
    return style


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
