"""The text the model reads, built once for serving and training alike."""

from service.mail.reply import new_text
from service.message import Message


def build_text(message: Message) -> str:
    """Subject, blank line, and what the customer wrote now; empty when nothing was written.

    A message that only forwards another is read inside: the attached message's text stands in
    for the missing one.
    """
    body = new_text(message.text, message.sender, subject=message.subject)
    if not body and message.forwarded is not None:
        body = new_text(message.forwarded.text, message.forwarded.sender)
    return "\n\n".join(part for part in (message.subject.strip(), body.strip()) if part)
