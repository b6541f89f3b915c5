"""Forms: every byte of a field comes out, and what is broken or boundless is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.gateways.call import Call, PayloadUnreadable
from service.gateways.form import MAX_FIELDS, File, read_form
from tests.mails import form

URLENCODED = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


def test_every_byte_of_an_urlencoded_field_comes_out() -> None:
    escaped = "".join(f"%{n:02X}" for n in range(256))
    read = read_form(Call(URLENCODED, f"a={escaped}&b=x+y&a=second&empty=".encode()))
    assert read.fields == {"a": bytes(range(256)), "b": b"x y", "empty": b""}
    assert read.text("b") == "x y"
    assert read.text("absent") == ""


def test_bytes_beyond_ascii_need_no_escape() -> None:
    read = read_form(Call(URLENCODED, "ü=Größe".encode()))
    assert read.text("ü") == "Größe"


@given(content=st.binary(max_size=100))
def test_every_byte_of_a_multipart_field_and_file_comes_out(content: bytes) -> None:
    body, kind = form({"a": content}, [("file", ("Straße.pdf", content, "application/pdf"))])
    read = read_form(Call({"content-type": kind}, body))
    assert read.fields == {"a": content}
    assert read.files == (File("file", "Straße.pdf", "application/pdf", content),)


def test_parts_without_content_and_type_are_read() -> None:
    parts = [
        b'--b\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--b--\r\n'
    ]
    read = read_form(Call({"content-type": "multipart/form-data; boundary=b"}, b"".join(parts)))
    assert read.files == (File("file", "", "", b""),)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("", b""),
        ("application/json", b"{}"),
        ("multipart/form-data", b"--b\r\n"),
        ("multipart/form-data; boundary=", b"--b\r\n"),
        ("multipart/form-data; boundary=b", b""),
        ("multipart/form-data; boundary=b", b"--b\r\nno header\r\n\r\nx\r\n--b--"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data\r\n\r\nx"),
        ("multipart/form-data; boundary=\ud800", b"--b\r\n"),
        (URLENCODED["content-type"], b"a=1&" * (MAX_FIELDS + 1)),
    ],
)
def test_what_is_no_form_is_unreadable(kind: str, body: bytes) -> None:
    with pytest.raises(PayloadUnreadable):
        read_form(Call({"content-type": kind}, body))
