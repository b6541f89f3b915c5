"""One mail as each gateway sends it, in each of its formats, proved with keys made for the test."""

import hmac
import json
import time
from base64 import b64encode
from collections.abc import Callable
from typing import Final
from uuid import NAMESPACE_URL, uuid5

import httpx2
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from pydantic import SecretStr

from service.gateways.call import Gateway, Inbound
from service.gateways.cloudflare import Cloudflare
from service.gateways.cloudmailin import CloudMailin
from service.gateways.mailgun import Mailgun
from service.gateways.postal import Postal
from service.gateways.postmark import Postmark
from service.gateways.sendgrid import SendGrid
from service.gateways.ses import Ses
from service.gateways.stalwart import Stalwart
from service.gateways.statuses import PATHS, Provider
from tests.mails import (
    CREDENTIALS,
    EC_KEY,
    RSA_KEY,
    SIGNING_KEY,
    TOKEN,
    Mail,
    Sent,
    basic,
    form,
    json_call,
)
from tests.sns import TOPIC, ses_base64, ses_utf8, sns_certificate

# -- Postmark ----------------------------------------------------------------------------------


def postmark_parsed(mail: Mail) -> Sent:
    return _postmark(mail)


def postmark_raw(mail: Mail) -> Sent:
    return _postmark(mail, RawEmail=mail.raw.decode())


def _postmark(mail: Mail, **more: object) -> Sent:
    payload = {
        "FromName": mail.name,
        "From": "mara@example.org",
        "To": "Info <info@example.com>",
        "Cc": "",
        "OriginalRecipient": mail.recipients[0],
        "ReplyTo": dict(mail.pairs()).get("Reply-To", ""),
        "Subject": mail.subject,
        "Date": "Mon, 16 Nov 2026 09:12:00 +0100",
        "MessageID": str(uuid5(NAMESPACE_URL, mail.message_id)),
        "MessageStream": "inbound",
        "TextBody": mail.text,
        "HtmlBody": mail.html or "",
        "Headers": [
            {"Name": "Return-Path", "Value": f"<{mail.sender}>"},
            *({"Name": name, "Value": value} for name, value in mail.headers),
            {"Name": "Message-ID", "Value": mail.message_id},
            {"Name": "Return-Path", "Value": "<forged@example.net>"},
        ],
        "Attachments": [
            {
                "Name": mail.filename,
                "Content": b64encode(mail.file or b"").decode(),
                "ContentType": "application/pdf",
                "ContentLength": len(mail.file or b""),
                "ContentID": "",
            }
        ]
        * (mail.file is not None),
        **more,
    }
    return json_call("/inbound/postmark", payload, basic())


# -- SendGrid ----------------------------------------------------------------------------------


def sendgrid_parsed(mail: Mail) -> Sent:
    fields: dict[str, str | bytes] = {
        "headers": "".join(f"{name}: {value}\n" for name, value in mail.pairs()),
        "text": mail.text.encode("iso-8859-1"),
        "charsets": json.dumps({"subject": "UTF-8", "text": "iso-8859-1", "html": "utf-8"}),
        "attachments": str(int(mail.file is not None)),
    }
    if mail.html is not None:
        fields["html"] = mail.html
    if mail.file is None:
        return _sendgrid(mail, fields)
    info = {"filename": mail.filename, "type": "application/pdf", "content-id": "ii_1"}
    fields["attachment-info"] = json.dumps({"attachment1": info})
    files = [("attachment1", (mail.filename, mail.file, "application/octet-stream"))]
    return _sendgrid(mail, fields, files)


def sendgrid_raw(mail: Mail) -> Sent:
    return _sendgrid(mail, {"email": mail.raw, "charsets": json.dumps({"to": "UTF-8"})})


def _sendgrid(
    mail: Mail,
    fields: dict[str, str | bytes],
    files: list[tuple[str, tuple[str, bytes, str]]] | None = None,
) -> Sent:
    envelope = json.dumps({"to": mail.recipients, "from": mail.sender})
    body, kind = form({**fields, "envelope": envelope, "dkim": "{@example.org : pass}"}, files)
    return Sent("/inbound/sendgrid", body, {"Content-Type": kind, **signed_by_sendgrid(body)})


def signed_by_sendgrid(body: bytes) -> dict[str, str]:
    signature = EC_KEY.sign(b"1794819120" + body, ec.ECDSA(SHA256()))
    return {
        "X-Twilio-Email-Event-Webhook-Signature": b64encode(signature).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": "1794819120",
    }


# -- Mailgun -----------------------------------------------------------------------------------


def mailgun_parsed(mail: Mail) -> Sent:
    """Multipart with a file, URL-encoded without."""
    fields = {
        **mailgun_fields(mail),
        "from": f"{mail.name} <mara@example.org>",
        "subject": mail.subject,
        "body-plain": mail.text,
        "message-headers": json.dumps(mail.pairs()),
    }
    if mail.html is not None:
        fields["body-html"] = mail.html
    if mail.file is None:
        request = httpx2.Request("POST", "http://x/", data=fields)
        kind = request.headers["content-type"]
        return Sent("/inbound/mailgun", request.read(), {"Content-Type": kind})
    fields["content-id-map"] = json.dumps({"<ii_1>": "attachment-1"})
    files = [("attachment-1", (mail.filename, mail.file, "application/pdf"))]
    body, kind = form(dict(fields), files)
    return Sent("/inbound/mailgun", body, {"Content-Type": kind})


def mailgun_raw(mail: Mail) -> Sent:
    body, kind = form({**mailgun_fields(mail), "body-mime": mail.raw})
    return Sent("/inbound/mailgun/mime", body, {"Content-Type": kind})


def mailgun_fields(mail: Mail, timestamp: str | None = None) -> dict[str, str]:
    timestamp = timestamp or str(int(time.time()))
    token = "c1a7d8e9f0" * 5
    signature = hmac.new(SIGNING_KEY.encode(), (timestamp + token).encode(), "sha256").hexdigest()
    return {
        "recipient": ", ".join(mail.recipients),
        "sender": mail.sender,
        "timestamp": timestamp,
        "token": token,
        "signature": signature,
    }


# -- CloudMailin -------------------------------------------------------------------------------


def cloudmailin_json(mail: Mail) -> Sent:
    headers: dict[str, object] = {
        name.lower().replace("-", "_"): value for name, value in mail.pairs()
    }
    headers["received"] = ["from a.example.org", "from b.example.org"]
    attachment = {
        "file_name": mail.filename,
        "content_type": "application/pdf",
        "content": b64encode(mail.file or b"").decode(),
        "content_id": None,
    }
    payload = {
        "envelope": {
            "to": mail.recipients[0],
            "from": mail.sender,
            "recipients": mail.recipients,
            "spf": {"result": "pass", "domain": "example.org"},
        },
        "headers": headers,
        "plain": mail.text,
        "html": mail.html,
        "attachments": [attachment] * (mail.file is not None),
    }
    return json_call("/inbound/cloudmailin", payload, basic())


def cloudmailin_raw(mail: Mail) -> Sent:
    fields: dict[str, str | bytes] = {
        "envelope[to]": mail.recipients[0],
        "envelope[from]": mail.sender,
        "message": mail.raw,
    }
    for n, recipient in enumerate(mail.recipients):
        fields[f"envelope[recipients][{n}]"] = recipient
    body, kind = form(fields)
    return Sent("/inbound/cloudmailin", body, {"Content-Type": kind, **basic()})


# -- Cloudflare, Postal, Stalwart --------------------------------------------------------------


def cloudflare(mail: Mail) -> Sent:
    headers = {
        "Authorization": f"Bearer {TOKEN}",
        "Content-Type": "message/rfc822",
        "X-Envelope-From": mail.sender,
        "X-Envelope-To": ", ".join(mail.recipients),
    }
    return Sent("/inbound/cloudflare", mail.raw, headers)


def postal_parsed(mail: Mail) -> Sent:
    headers = {name.lower().replace("-", "_"): value for name, value in mail.pairs()}
    attachment = {
        "filename": mail.filename,
        "content_type": "application/pdf",
        "data": b64encode(mail.file or b"").decode(),
    }
    payload: dict[str, object] = {
        **headers,
        "message_id": mail.message_id.strip("<>"),
        "cc": None,
        "plain_body": mail.text,
        "html_body": mail.html,
        "attachments": [attachment] * (mail.file is not None),
    }
    return _postal(mail, payload)


def postal_raw(mail: Mail) -> Sent:
    return _postal(mail, {"message": b64encode(mail.raw).decode(), "base64": True})


def _postal(mail: Mail, payload: dict[str, object]) -> Sent:
    known = {"id": 12345, "rcpt_to": mail.recipients[0], "mail_from": mail.sender}
    sent = json_call("/inbound/postal", known | payload, {})
    return Sent(sent.path, sent.body, {**sent.headers, **signed_by_postal(sent.body)})


def signed_by_postal(body: bytes) -> dict[str, str]:
    signature = RSA_KEY.sign(body, padding.PKCS1v15(), SHA1())  # noqa: S303 - Postal's choice
    return {"X-Postal-Signature": b64encode(signature).decode()}


def stalwart(mail: Mail) -> Sent:
    head, _, contents = mail.raw.decode().partition("\r\n\r\n")
    lines = head.replace("\r\n ", "\r\n\0").split("\r\n")
    unfolded = "\r\n".join(lines).replace("\r\n\0", " ").split("\r\n")
    headers = [line.split(":", 1) for line in unfolded]
    payload = {
        "context": {"stage": "data", "queue": {"id": "1a2b"}, "protocol": {"version": 1}},
        "envelope": {
            "from": {"address": mail.sender},
            "to": [{"address": address} for address in mail.recipients],
        },
        "message": {"headers": headers, "contents": contents, "size": len(mail.raw)},
    }
    return json_call("/inbound/stalwart", payload, basic())


RAW: Final[dict[Provider, Callable[[Mail], Sent]]] = {
    Provider.POSTMARK: postmark_raw,
    Provider.SENDGRID: sendgrid_raw,
    Provider.MAILGUN: mailgun_raw,
    Provider.SES: ses_utf8,
    Provider.CLOUDMAILIN: cloudmailin_raw,
    Provider.CLOUDFLARE: cloudflare,
    Provider.POSTAL: postal_raw,
    Provider.STALWART: stalwart,
}
PARSED: Final[dict[Provider, Callable[[Mail], Sent]]] = {
    Provider.POSTMARK: postmark_parsed,
    Provider.SENDGRID: sendgrid_parsed,
    Provider.MAILGUN: mailgun_parsed,
    Provider.SES: ses_base64,
    Provider.CLOUDMAILIN: cloudmailin_json,
    Provider.POSTAL: postal_parsed,
}

GATEWAYS: Final[dict[Provider, Gateway]] = {
    Provider.POSTMARK: Postmark(SecretStr(CREDENTIALS)),
    Provider.SENDGRID: SendGrid(EC_KEY.public_key()),
    Provider.MAILGUN: Mailgun(SecretStr(SIGNING_KEY)),
    Provider.SES: Ses(frozenset({TOPIC}), lambda _: sns_certificate()),
    Provider.CLOUDMAILIN: CloudMailin(SecretStr(CREDENTIALS)),
    Provider.CLOUDFLARE: Cloudflare(SecretStr(TOKEN)),
    Provider.POSTAL: Postal(RSA_KEY.public_key()),
    Provider.STALWART: Stalwart(SecretStr(CREDENTIALS), frozenset({"info@example.com"})),
}
FORMATS: Final = [*RAW.values(), *PARSED.values()]

# What each hears when a call is unauthenticated, overloaded, unavailable, too large.
EXPECTED: Final = {
    Provider.POSTMARK: (401, 503, 503, 413),
    Provider.SENDGRID: (503, 503, 503, 503),
    Provider.MAILGUN: (401, 503, 503, 413),
    Provider.SES: (503, 503, 503, 503),
    Provider.CLOUDMAILIN: (503, 503, 503, 413),
    Provider.CLOUDFLARE: (401, 429, 503, 413),
    Provider.POSTAL: (503, 503, 503, 503),
    Provider.STALWART: (401, 503, 503, 413),
}


def read(sent: Sent) -> Inbound | None:
    """What the gateway of this request makes of it, as the service asks."""
    gateway, call = GATEWAYS[PATHS[sent.path]], sent.call()
    gateway.verify(call)
    return gateway.read(call)


def read_mail(sent: Sent) -> Inbound:
    """The mail in a request that carries one."""
    mail = read(sent)
    assert mail is not None
    return mail
