"""HTML to visible text: structure, quotes, hidden text, and pages made to hurt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.html import visible_text
from service.mail.limits import MAX_HTML_DEPTH, MAX_HTML_TAGS, MAX_TEXT_CHARS


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<p class=MsoNormal>one</p><p class=MsoNormal>two</p>", "one\ntwo"),
        ('<p style="margin:0">one</p><p style="margin:0">two</p>', "one\ntwo"),
        ("<p>one<p>two", "one\n\ntwo"),
        ("one<br>two<br/><br>three", "one\ntwo\n\nthree"),
        ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("<b>bo</b>ld <i>and</i> <a href='http://x'>a link</a>", "bold and a link"),
        ("<ul><li>one<li>two</ul>", "one\ntwo"),
        (
            "<table><tr><td>20</td><td>pumps</td></tr><tr><td>5<td>seals</table>",
            "20\tpumps\n5\tseals",
        ),
        ("<pre>a  b\n  c</pre>", "a  b\nc"),
        ('<div style="white-space: pre-wrap">a\nb</div>', "a\nb"),
        ("a\n  b\t c", "a b c"),
        ("&lt;b&gt; &amp; &eacute; &#8364; &nbsp;x", "<b> & é € \xa0x"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("a<!-- no --->b<!DOCTYPE x><?pi?><![if x]>c</ >", "abc"),
        ("a<!-- never closed", "a"),
        ("a<!never closed", "a"),
        ("<title>no</title><style>no</style><script>no</script >yes", "yes"),
        ("yes<script>never closed", "yes"),
        ("yes<style>no</style", "yes"),
        ("<head><meta charset=x></head><body>yes", "yes"),
        ("<head>no<body>yes", "yes"),
        ("yes<template>no</template><select><option>no</select>", "yes"),
        ("a</p>b</br>c</x>d", "a\nb\ncd"),
        ("<b><p>a</b>b", "a\n\nb"),
        ("a<hr>b<img src=x alt=y>", "a\nb"),
        ("a <b", "a"),
        ("<a href=\"x>y\" title='>'>a</a>", "a"),
        ("", ""),
    ],
)
def test_a_page_reads_like_it_looks(html: str, text: str) -> None:
    assert visible_text(html) == text


@pytest.mark.parametrize(
    "hidden",
    [
        "<div hidden>{}</div>",
        '<div style="display:none">{}</div>',
        '<div style="DISPLAY : none !important"><p>{}</p></div>',
        '<div style="visibility:hidden">{}</div>',
        '<div style="opacity:0">{}</div>',
        '<div style="opacity:0.0">{}</div>',
        '<div style="font-size:0">{}</div>',
        '<div style="font-size:1px">{}</div>',
        '<div style="font-size:0px"><span style="font-size:2em">{}</span></div>',
        '<div style="max-height:0px">{}</div>',
        '<div style="height:0;overflow:hidden">{}</div>',
        '<div style="text-indent:-9999px">{}</div>',
        '<div style="position:absolute;left:-9999px">{}</div>',
        '<span style="color:#fff">{}</span>',
        '<span style="color:#FEFEFE">{}</span>',
        '<span style="color:white">{}</span>',
        '<span style="color:rgb(255, 255, 255)">{}</span>',
        '<span style="color:rgba(0,0,0,0)">{}</span>',
        '<span style="color:transparent">{}</span>',
        '<font color="#ffffff">{}</font>',
        '<table><td bgcolor="#000000"><font color=black>{}</font></td></table>',
        '<div style="background:#336699"><b style="color:#336699">{}</b></div>',
        "<!-- {} -->",
    ],
)
def test_text_nobody_can_see_is_left_out(hidden: str) -> None:
    assert visible_text(f"before {hidden.format('HIDDEN')} after").split() == ["before", "after"]


@pytest.mark.parametrize(
    "shown",
    [
        '<div style="font-size:0px"><div style="font-size:13px">{}</div></div>',
        '<div style="visibility:hidden"><b style="visibility:visible">{}</b></div>',
        '<div style="background:#000000"><b style="color:#fff">{}</b></div>',
        "<table><td bgcolor=navy><font color=white>{}</font></td></table>",
        '<div style="background:url(x.png)"><b style="color:#fff">{}</b></div>',
        '<div style="background-image:url(x.png)"><b style="color:#fff">{}</b></div>',
        '<div style="background-image:none;color:#111">{}</div>',
        '<div style="background:transparent"><b style="color:inherit">{}</b></div>',
        '<div style="max-height:none;opacity:.5;height:auto">{}</div>',
        '<div style="height:0">{}</div>',
        '<div style="position:absolute;left:10px">{}</div>',
        '<div style="color:rebeccapurple;font-size:small;;junk">{}</div>',
        '<div style="font-size:-">{}</div>',
        '<div style="color:rgb(1,2,3);background-color:#eee">{}</div>',
    ],
)
def test_text_that_shows_stays(shown: str) -> None:
    assert visible_text(shown.format("SHOWN")) == "SHOWN"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("mine<blockquote>theirs<br>more</blockquote>mine", "mine\n> theirs\n> more\nmine"),
        (
            "a<blockquote type=cite>b<blockquote type=cite>c</blockquote></blockquote>",
            "a\n> b\n> > c",
        ),
        (
            (
                'a<div class="gmail_quote">On x wrote:<br><blockquote class="gmail_quote" '
                'style="margin:0;border:none">b</blockquote></div>c'
            ),
            "a\nOn x wrote:\n> b\nc",
        ),
        ('<blockquote style="margin:0 0 0 40px;border:none">mine</blockquote>', "mine"),
        ('a<div class="yahoo_quoted"><div>b</div></div>', "a\n> b"),
        ('a<span class="moz-cite-prefix">Am x:</span>', "a\n> Am x:"),
        (
            'a<div id="divRplyFwdMsg">From: b</div>c',
            "a\n-----Original Message-----\nFrom: b\nc",
        ),
        (
            'a<div style="border:none;border-top:solid #E1E1E1 1.0pt">Von: b</div>',
            "a\n-----Original Message-----\nVon: b",
        ),
        ("<blockquote>a<p>b</p></blockquote>", "> a\n\n> b"),
    ],
)
def test_quotes_are_marked_and_indents_are_not(html: str, text: str) -> None:
    assert visible_text(html) == text


@pytest.mark.parametrize(
    "piece",
    [
        "<div>",
        "<p>",
        "<b>",
        "<b id=x>",
        "<table><tr><td>",
        "<blockquote>",
        "<",
        "<!--",
        "<a b='",
        "</p>",
    ],
)
def test_a_page_of_one_tag_a_hundred_thousand_times_is_read(piece: str) -> None:
    assert visible_text("words " + piece * 100_000).startswith("words")


def test_text_below_the_deepest_level_is_kept_in_lines() -> None:
    deep = "<div>" * (MAX_HTML_DEPTH + 5) + "one<div>two</div><b>x</b>" + "</div>" * 3 + "end"
    assert visible_text(deep).split("\n") == ["one", "two", "x", "", "", "end"]


def test_text_after_the_last_tag_that_is_read_is_kept() -> None:
    assert visible_text("<b>x</b>" * MAX_HTML_TAGS + "<p>the end < here").endswith("the end < here")


def test_text_after_the_last_attribute_that_is_read_is_kept() -> None:
    assert visible_text("words<p " + "a=1 " * 40_000 + "><b>the end</b>").endswith("the end")


def test_reading_stops_at_the_longest_text() -> None:
    assert len(visible_text("<p>" + "word " * 40_000)) <= MAX_TEXT_CHARS + 1
    assert len(visible_text(("<p>" + "word " * 400) * 100)) <= 2 * MAX_TEXT_CHARS


TAGS = st.sampled_from(
    ["<p>", "</p>", "<div style='", "'>", "<table>", "<td>", "</table>", "<b", ">", "<!--",
     "-->", "<",
     "</", "<script>", "</script>", "&lt;", "&#0;", "&#99999999999;", "<blockquote>", "<br>",
     "\x00",
     "</blockquote>", "<pre>", "\n", "<head>", "<body>", "hidden", "=", '"', "/", "<svg>", "style"],
)  # fmt: skip


@given(st.lists(TAGS | st.text(max_size=5), max_size=40).map("".join))
def test_any_markup_is_read(html: str) -> None:
    assert isinstance(visible_text(html), str)
