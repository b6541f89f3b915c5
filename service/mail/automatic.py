"""Mail that a machine wrote about mail: recognised before the model, never acknowledged.

Marks of bulk mail (List-Unsubscribe, Precedence: bulk, a no-reply sender, Auto-Submitted:
auto-generated) decide nothing: customers' order systems send them with real purchase orders. They
only confirm what a subject or a sender suggests.
"""

from typing import Final, Literal

from service.mail.limits import MAX_RECEIVED
from service.mail.phrases import AUTO_SUBJECTS, BOUNCE_SUBJECTS
from service.message import Message

_OWN_PREFIX: Final = "x-signalbox-"
_OWN_NAME: Final = "signalbox"
_DAEMONS: Final = ("mailer-daemon", "mail-daemon", "maildaemon", "mailerdaemon", "mdaemon@")
_POSTMASTERS: Final = ("postmaster", "mailer@", "bounce", "mailsystem", "microsoftexchange")
_RESPONDERS: Final = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Autoresponder",
    "X-Auto-Reply-From",
    "X-Mail-Autoreply",
    "X-SFDC-AutoResponse",
    "X-MS-Exchange-Inbox-Rules-Loop",
)
_FAILURE_REPORTS: Final = ("delivery-status", "feedback-report")  # RFC 3464, RFC 5965
_RECEIPTS: Final = "disposition-notification"  # RFC 8098


def recognise_automatic(message: Message) -> Literal["bounce", "auto_reply", "loop"] | None:
    """Why a message is not a customer's: it goes in circles, came back or answered itself."""
    if _is_loop(message):
        return "loop"
    if _is_bounce(message):
        return "bounce"
    return "auto_reply" if _is_auto_reply(message) else None


def _is_loop(message: Message) -> bool:
    """Whether we sent this ourselves, or it passed more servers than any mail does."""
    names = [name.lower() for name, _ in message.headers]
    is_own = any(name.startswith(_OWN_PREFIX) for name in names)
    is_marked = any(
        name.lower() == "x-loop" and _OWN_NAME in value.lower() for name, value in message.headers
    )
    return is_own or is_marked or names.count("received") > MAX_RECEIVED


def _is_bounce(message: Message) -> bool:
    """Whether this reports a failed delivery: one sure sign, or two that confirm each other."""
    if any(_reports(message, kind) for kind in _FAILURE_REPORTS):
        return True
    if message.header("X-Failed-Recipients") is not None or _is_from(message, _DAEMONS):
        return True
    is_from_system = _is_null_sender(message) or _is_from(message, _POSTMASTERS)
    if message.subject.lower().startswith(BOUNCE_SUBJECTS):
        return is_from_system or _is_generated(message)
    return _is_null_sender(message) and _is_from(message, _POSTMASTERS)


def _is_auto_reply(message: Message) -> bool:
    """Whether a program answered in somebody's absence, or confirms that a message was read."""
    if _submitted(message).startswith("auto-replied") or _reports(message, _RECEIPTS):
        return True
    if any((message.header(name) or "no").lower() not in {"no", "false"} for name in _RESPONDERS):
        return True
    if _header(message, "precedence") in {"auto_reply", "auto-reply"}:
        return True
    subject = message.subject.lower()
    known = (phrase for phrase in AUTO_SUBJECTS if subject.startswith(phrase))
    phrase = max(known, default="", key=len)
    if not phrase:
        return False
    is_sure = subject[len(phrase) :].lstrip(" )]").startswith((":", "\uff1a")) or subject == phrase
    return is_sure or _is_null_sender(message) or _is_generated(message)


def _reports(message: Message, kind: str) -> bool:
    """Whether this is a multipart/report of a kind, or carries the part that makes it one."""
    content_type = _header(message, "content-type")
    is_report = content_type.startswith("multipart/report") and kind in content_type
    return is_report or any(part.content_type == f"message/{kind}" for part in message.attachments)


def _is_from(message: Message, names: tuple[str, ...]) -> bool:
    """Whether the sender's address begins with one of these names."""
    return message.sender is not None and message.sender.address.startswith(names)


def _is_null_sender(message: Message) -> bool:
    """Whether SMTP carried the null reverse path, which asks for no answer (RFC 5321 4.5.5)."""
    return message.envelope.sender == "" or _header(message, "return-path") == "<>"


def _is_generated(message: Message) -> bool:
    """Whether a program says that it wrote this, for whatever reason."""
    suppressed = message.header("X-Auto-Response-Suppress") is not None
    return suppressed or _submitted(message).startswith("auto-")


def _submitted(message: Message) -> str:
    """What Auto-Submitted says (RFC 3834)."""
    return _header(message, "auto-submitted")


def _header(message: Message, name: str) -> str:
    """The value of a header in lower case, empty when absent."""
    return (message.header(name) or "").strip().lower()
