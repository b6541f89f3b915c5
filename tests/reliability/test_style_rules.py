"""Rules of <style> blocks hide what no screen shows, and nothing that a person may see."""

import pytest

from service.mail.html import visible_text

HIDE = ".late{display:none}"


@pytest.mark.parametrize(
    "css",
    [
        HIDE,
        "DIV.Late { DISPLAY : NONE ! important ; }",
        "p, .late , a {display:none}",
        "div{visibility:hidden}",
        "#far{opacity:0}",
        "div#far{font-size:0}",
        ".late{font:0/0 a}",
        ".late{color:white}",
        ".late{max-width:0;overflow:hidden}",
        ".late{clip-path:inset(50%);position:absolute}",
        ".late{position:relative;right:5000px}",
        "<!-- .late{display:none} -->",
        "/* a */ .late{/* b } */display:none}",
        "/* never closed .x{} */.late{display:none} /* .y{",
        "@charset 'x'; @import url(x);.late{display:none}",
        "@media all{.late{display:none}}",
        "@media (max-width:9px){p{color:red} p{color:blue}} .late{display:none}",
        "a.x b{display:none} .late{display:none}",
        ".late{display:block} .late{display:none}",
        ".late{display:none!important} .late{display:block}",
        "}}} .late{display:none}",
    ],
)
def test_what_a_rule_hides_is_not_read(css: str) -> None:
    page = f'<head><style type="text/css">{css}</style></head>'
    assert visible_text(f'{page}yes<div class="x Late" id=far>no</div>') == "yes"


@pytest.mark.parametrize(
    "head",
    [
        "<style>.later{display:none}</style>",
        "<style>.x .late{display:none}</style>",
        "<style>.late:hover{display:none}</style>",
        "<style>p.late{display:none}</style>",
        "<style>.late{margin:0;width:0}</style>",
        "<style>.late{display:none} .late{display:block}</style>",
        "<style>.late{font-size:0} td .late{font-size:1em}</style>",
        "<style>.late{color:#fff} .dark td{background:#000}</style>",
        "<style>@media (max-width:600px){.late{display:none}}</style>",
        "<style>@media print{.late{display:none} p{color:red}}</style>",
        "<style>@font-face{font-family:x} .late{",
        f"<style media=print>{HIDE}</style>",
        f'<style media="screen and (max-width:600px)">{HIDE}</style>',
        f"<!-- <style>{HIDE}</style> -->",
        f"<!--[if mso]><style>{HIDE}</style><![endif]-->",
        f"<stylex>{HIDE}</stylex>",
        "<style>.a{clip:auto}</style>",
    ],
)
def test_what_a_rule_may_show_is_read(head: str) -> None:
    shown = visible_text(f"{head}</style><div class=late>We need pumps</div>")
    assert "We need pumps" in shown


def test_a_style_of_the_element_wins_over_a_rule_but_not_over_an_important_one() -> None:
    element = "<div class=late style=display:block>seen</div>"
    assert visible_text(f"<style>{HIDE}</style>{element}") == "seen"
    assert visible_text(f"<style>.late{{display:none!important}}</style>{element}") == ""


def test_each_block_is_read_by_itself_as_far_as_tags_are() -> None:
    assert visible_text(f"<style>.x{{</style><style>{HIDE}</style>a<p class=late>b") == "a"
    page = f"{'<!-- -->' * 3_000}<style>{HIDE}</style>"
    assert "We need pumps" in visible_text(f"{page}<p class=late>We need pumps")


@pytest.mark.parametrize("head", ["<style ", "<style>" + HIDE, "<!-- <style>", "<style><!--"])
def test_a_style_or_comment_never_closed_hides_the_rest(head: str) -> None:
    assert visible_text(f"seen{head}<div class=late>not seen") == "seen"
