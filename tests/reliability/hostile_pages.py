"""Pages made to hurt: depth, tags, attributes, tables, styles, comments, entities, raw text."""

from collections.abc import Callable

from service.mail.limits import MAX_HTML_BYTES, MAX_HTML_CHARS


def page(piece: str, size: int = MAX_HTML_CHARS, end: str = "We need 20 pumps.") -> bytes:
    """A page full of one piece, with words at the end."""
    return (piece * (size // len(piece)) + end).encode()


def classes(n_rules: int) -> bytes:
    rules = "".join(f".c{n}{{display:none}}" for n in range(n_rules))
    return f"<style>{rules}</style>{'<p class=c1>a' * 2_000}".encode()


PAGES: dict[str, Callable[[], bytes]] = {
    "20,000 levels of div": lambda: page("<div>"),
    "20,000 levels of span": lambda: page("<span>"),
    "formatting left open": lambda: page("<b><i><u><font color=red>"),
    "formatting left open in paragraphs": lambda: page("<p><b><i><a href=x>pump"),
    "tables in tables": lambda: page("<table><tr><td>"),
    "rows without a table": lambda: page("<tr><td>a"),
    "a table of one row": lambda: b"<table><tr>" + page("<td>a"),
    "a table of 2,400 rows": lambda: b"<table>" + page("<tr><td>1<td>2<td>3"),
    "text between table tags": lambda: page("<table>pump</table>"),
    "lists in lists": lambda: page("<ul><li>a"),
    "quotes in quotes": lambda: page("<blockquote type=cite>a"),
    "headers of history": lambda: page("<div id=divRplyFwdMsg>a</div>"),
    "80,000 attributes": lambda: b"<p " + page("a=1 ") + b">hi",
    "80,000 empty attributes": lambda: b"<p " + page("= ") + b">hi",
    "one attribute of 262,144 letters": lambda: b'<p style="' + page("color:red;") + b'">hi',
    "an attribute never closed": lambda: b'<p style="' + page("a>b "),
    "2,400 attributes never closed": lambda: page("<p a='b c=\"d e=f "),
    "12 attributes in each tag": lambda: page("<p a=1 b=2 c=3 d=4 e=5 f=6 g=7 h=8 i=9 j k l>x"),
    "spaces in tags": lambda: page("<p" + " " * 5_000 + "a" + " " * 5_000 + "=>x"),
    "slashes in tags": lambda: b"<p" + page("/") + b">hi",
    "a style in each tag": lambda: page(f'<p style="{"color:#fff;" * 8}">a'),
    "a long style in each tag": lambda: page(f'<p style="{"a:b;" * 490}">a'),
    "colours in each tag": lambda: page(
        '<p style="color:rgb(1, 2, 3);background:rgba(255,255,255,0.5)">a'
    ),
    "hidden elements": lambda: page("<p hidden>a<p style=display:none>b"),
    "a <style> of 2 MB": lambda: b"<style>" + page(".a{color:red}", MAX_HTML_BYTES),
    "a <style> of 10,000 classes": lambda: classes(10_000),
    "a <style> of selectors": lambda: b"<style>" + page(".a,.b>.c .d:not(.e),") + b"</style>hi",
    "a <style> of braces": lambda: b"<style>" + page("{") + b"</style>hi",
    "a <style> of comments": lambda: b"<style>" + page("/*") + b"</style>hi",
    "a <style> of at-rules": lambda: b"<style>" + page("@media all{") + b"</style>hi",
    "2,400 <style> blocks": lambda: page("<style>.a{display:none}</style><p class=a>b"),
    "2,400 <style> never closed": lambda: page("<style>.a{display:none"),
    "<style> without an end": lambda: page("<style></style"),
    "comments": lambda: page("<!-- -->"),
    "comments never closed": lambda: page("<!--"),
    "comments that almost close": lambda: b"<!--" + page("--!-- "),
    "declarations": lambda: page("<!x"),
    "processing instructions": lambda: page("<?x"),
    "conditional comments": lambda: page("<!--[if mso]><p>a</p><![endif]-->"),
    "CDATA": lambda: page("<![CDATA[a]]>"),
    "named entities": lambda: page("&amp;"),
    "long entities": lambda: page("&CounterClockwiseContourIntegral;"),
    "numbered entities": lambda: page("&#x1F529;"),
    "endless numbers": lambda: page("&#x") + b"&#" + page("9"),
    "entities that are none": lambda: page("&nosuchentity"),
    "ampersands": lambda: page("&"),
    "stray <": lambda: page("<"),
    "stray </": lambda: page("</"),
    "stray < and >": lambda: page("< >"),
    "closing tags": lambda: page("</p>"),
    "closing tags of nothing": lambda: page("</x>"),
    "a tag name of 262,144 letters": lambda: b"<" + page("a") + b">hi",
    "tags of many names": lambda: "".join(f"<x{n}>a" for n in range(20_000)).encode(),
    "scripts": lambda: page("<script>a</script>b"),
    "scripts that almost close": lambda: b"<script>" + page("</scrip t>"),
    "titles": lambda: page("<title></title>"),
    "text areas": lambda: page("<textarea>a\nb"),
    "preformatted lines": lambda: b"<pre>" + page("\n"),
    "preformatted text in each tag": lambda: page("<pre>a\nb\nc"),
    "line breaks": lambda: page("<br>"),
    "empty paragraphs": lambda: page("<p></p>"),
    "svg and math": lambda: page("<svg><math><mi><foreignObject>"),
    "select in select": lambda: page("<select><option>a"),
    "templates": lambda: page("<template>"),
    "forms": lambda: page("<form><input><button>"),
    "framesets": lambda: page("<frameset><frame>"),
    "bodies and heads": lambda: page("<html><head><body>a"),
    "images as data": lambda: page("<img src=data:image/png;base64," + "A" * 900 + ">", 2_000_000),
    "data: that is none": lambda: page("data:" + "a/" * 30, 2_000_000),
    "8 MB of tags": lambda: page("<p>a", 8_000_000),
    "zero bytes": lambda: page("<\x00p\x00>\x00"),
    "white space": lambda: page(" \t\n"),
    "spans of white space": lambda: page("<span> </span>"),
    "invisible characters in tags": lambda: page("<p>a\u200bb\u00ad"),
}
