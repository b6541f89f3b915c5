"""The new text of a reply: histories, signatures and banners go, the customer's words stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.reply import new_text

MINE = "Please quote us twenty pumps."

HEADERS = [
    "On Mon, 3 Mar 2025 at 09:12, Bob Hill <bob@pump.example> wrote:",
    "On Mar 3, 2025, at 9:12 AM, Bob Hill wrote:",
    "On 03/03/25 09:12, Bob Hill wrote:",
    "On Mon, Mar 3, 2025 at 9:12 AM Bob Hill <\nbob.hill@a-very-long-name.pump.example> wrote:",
    "Am 03.03.2025 um 09:12 schrieb Bob Hill:",
    "Am Mo., 3. März 2025 um 09:12 Uhr schrieb Bob Hill <bob@pump.example>:",
    "Bob Hill <bob@pump.example> schrieb am Mo., 3. März 2025, 09:12:",
    "Le lun. 3 mars 2025 à 09:12, Bob Hill <bob@pump.example> a écrit :",
    "El lun, 3 mar 2025 a las 9:12, Bob Hill (<bob@pump.example>) escribió:",
    "Il giorno lun 3 mar 2025 alle ore 09:12 Bob Hill <bob@pump.example> ha scritto:",
    "Op ma 3 mrt 2025 om 09:12 schreef Bob Hill <bob@pump.example>:",
    "Em seg., 3 de mar. de 2025 às 09:12, Bob Hill <bob@pump.example> escreveu:",
    "W dniu pon., 3 mar 2025 o 09:12 Bob Hill <bob@pump.example> napisał(a):",
    "W dniu 2025-03-03 o 09:12, Bob Hill pisze:",
    "Den mån 3 mars 2025 kl 09:12 skrev Bob Hill <bob@pump.example>:",
]
BLOCKS = [
    "From: Bob\nSent: Monday, 3 March 2025 09:12\nTo: Anna\nSubject: Pump",
    "*From:* Bob\n*Sent:* Monday\n*To:* Anna <a@b.example>;\n Carl <c@d.example>\n*Subject:* Pump",
    "From: Bob <bob@pump.example>\nDate: Monday, 3 March 2025\nTo: Anna\nSubject: Pump",
    "From: Bob\nTo: Anna\nSubject: Pump",
    "Von: Bob\nGesendet: Montag, 3. März 2025 09:12\nAn: Anna\nBetreff: Pumpe",
    "De : Bob\nEnvoyé : lundi 3 mars 2025 09:12\nÀ : Anna\nObjet : Pompe",
    "De: Bob\nEnviado el: lunes, 3 de marzo de 2025\nPara: Anna\nAsunto: Bomba",
    "Da: Bob\nInviato: lunedì 3 marzo 2025\nA: Anna\nOggetto: Pompa",
    "Van: Bob\nVerzonden: maandag 3 maart 2025\nAan: Anna\nOnderwerp: Pomp",
    "De: Bob\nEnviada em: segunda-feira, 3 de março de 2025\nPara: Anna\nAssunto: Bomba",
    "Od: Bob\nWysłano: poniedziałek, 3 marca 2025\nDo: Anna\nTemat: Pompa",
    "-----Original Message-----\nFrom: Bob\nSubject: Pump",
    "-----Ursprüngliche Nachricht-----\nVon: Bob\nBetreff: Pumpe",
    "-----Message d'origine-----\nDe : Bob",
    "-----Mensaje original-----\nDe: Bob",
    "-----Messaggio originale-----\nDa: Bob",
    "-----Oorspronkelijk bericht-----\nVan: Bob",
    "-----Mensagem original-----\nDe: Bob",
    "-----Wiadomość oryginalna-----\nOd: Bob",
    "________________________________\nFrom: Bob\nDate: Monday",
]


@pytest.mark.parametrize("header", HEADERS)
def test_a_quote_header_and_its_quote_are_cut(header: str) -> None:
    assert new_text(f"{MINE}\n\n{header}\n> We sell pumps.\n> Bob") == MINE


@pytest.mark.parametrize("header", HEADERS)
def test_a_quote_header_above_unmarked_words_is_cut(header: str) -> None:
    assert new_text(f"{MINE}\n\n{header}\n\nWe sell pumps.\nBob") == MINE


@pytest.mark.parametrize("block", BLOCKS)
def test_an_outlook_history_is_cut(block: str) -> None:
    assert new_text(f"{MINE}\n\n{block}\n\nWe sell pumps.\nBob") == MINE


@pytest.mark.parametrize("block", BLOCKS)
def test_a_history_below_nothing_is_read_inside(block: str) -> None:
    assert new_text(f"{block}\n\nWe need twenty pumps.").endswith("We need twenty pumps.")


def test_answers_between_quotes_are_kept() -> None:
    body = f"{HEADERS[0]}\n> Which size?\nDN 50 please\n> How many?\n\nTwenty of them.\n\nAnna"
    assert new_text(body) == "DN 50 please\n\nTwenty of them.\n\nAnna"


def test_an_answer_below_the_quote_is_kept() -> None:
    assert new_text(f"{HEADERS[0]}\n\n> We sell pumps.\n\n{MINE}") == MINE


@pytest.mark.parametrize("header", ["John Hill wrote:", "2025/3/3 Bob Hill <bob@pump.example>"])
def test_a_header_without_a_date_or_verb_counts_above_a_quote(header: str) -> None:
    assert new_text(f"{MINE}\n{header}\n> We sell pumps.") == MINE


@pytest.mark.parametrize(
    "own",
    [
        "On 3 March you wrote:\nDelivery in two weeks. Nothing came.",
        "In your mail of 03.03.2025 you wrote:\nDelivery in two weeks. Nothing came.",
        "On the phone your colleague wrote:\nthe price is 20.",
        "We need:\n> 20 pumps\n> 5 seals\nby May.",
        "The shaft must be\n> 50 mm\nin diameter.",
        "New request\nFrom: Anna\nSubject: Pumps\nMessage: we need twenty",
        "New request\nFrom: Anna\nSent: today\nTo: you\nSubject: Pumps\n\nMessage: we need twenty",
        "From Hamburg to Oslo we need a quote for\nTo: Oslo\nAn: x",
        "Sent from my warehouse yesterday and not arrived.",
        "This message is confidential: please quote us.",
        "External lighting is broken, please send someone.",
        "Caution is needed with the outside unit. Please call.",
        "Our quote to you\nPS please add five seals",
        "Thanks\n20 x NSK 6204 bearings\n5 x chain",
        "We have a problem.\nRegards\nTom\nItems: 20 seals, please quote",
        "We have a problem.\n--\nCould you also quote twenty pumps?",
        "We have a problem.\nThanks\nwhen will it come?",
        "2025/3/3 was the date we agreed on:\nnothing came.",
        "Forwarded: three pallets to Oslo",
        "On Monday we met 12 people\nand talked about pumps\nand seals\nand valves\nand more.",
        "On 3 March we ordered twenty\n\npumps from you.",
        "On 3 March we ordered twenty",
        "On 3.3.2025 " + "we ordered one and " * 20 + "a colleague wrote:\nnothing",
    ],
)
def test_words_that_only_look_like_a_history_stay(own: str) -> None:
    assert new_text(own) == own


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAnna Berg\nKunde GmbH\n+49 30 1234567",
        "--\nAnna Berg",
        "Best regards,\nAnna Berg\nHead of Purchasing\nMain Street\n10115 Berlin\nTel: 030 1",
        "Kind regards, Anna",
        "Thanks\nAnna",
        "Mit freundlichen Grüßen\n\nAnna Berg\nanna@kunde.example",
        "Cordialement,\nAnna Berg",
        "Saludos cordiales\nAnna",
        "Cordiali saluti\nAnna Berg",
        "Met vriendelijke groet,\nAnna Berg",
        "Atenciosamente,\nAnna Berg",
        "Pozdrawiam\nAnna Berg",
        "Best regards",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Gesendet von Outlook für Android",
        "Outlook für iOS beziehen",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Verstuurd vanaf mijn iPhone",
        "Enviado do meu iPhone",
        "Wysłane z iPhone'a",
        "Get Outlook for iOS",
    ],
)
def test_a_signature_is_cut(signature: str) -> None:
    assert new_text(f"{MINE}\n\n{signature}") == MINE
    assert new_text(f"{MINE}\n\n{signature}\n\n{HEADERS[0]}\n> x") == MINE


@pytest.mark.parametrize(
    "block",
    [
        "Regards\n" + "\n".join(["Anna Berg"] * 12),
        "Regards\nAnna Berg of the very large purchasing team",
        "Regards\nAnna Berg\n5 Main Valves",
        "Regards\nAnna Berg\nso it goes with all of them every day",
    ],
)
def test_a_block_that_may_be_more_than_a_signature_stays(block: str) -> None:
    assert new_text(f"{MINE}\n{block}") == f"{MINE}\n{block}"


@pytest.mark.parametrize(
    "notice",
    [
        "This e-mail and any attachments are confidential and intended for the recipient only.",
        "CONFIDENTIALITY NOTICE: if you are not the intended recipient, delete this message.",
        (
            "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der Empfänger sind,\n"
            "bitte löschen."
        ),
        "Ce message et ses pièces jointes sont confidentiels.",
        "Este mensaje es confidencial y para su destinatario.",
        "Il presente messaggio è riservato; se ricevuto per errore cancellatelo.",
        "Dit bericht is vertrouwelijk en alleen bestemd voor de geadresseerde.",
        "Esta mensagem é confidencial e destina-se ao destinatário.",
        "Ta wiadomość jest poufna i przeznaczona dla adresata.",
        "Please consider the environment before printing this e-mail.",
        "*** This e-mail has been scanned for viruses ***",
        "Virus-free. www.avast.com",
    ],
)
def test_a_legal_notice_is_cut(notice: str) -> None:
    assert new_text(f"{MINE}\n\n{notice}") == MINE


@pytest.mark.parametrize(
    "banner",
    [
        "CAUTION: This email originated from outside of the organization.",
        "[EXTERNAL EMAIL]",
        "EXTERNAL",
        "WARNING: external sender.\nDo not click links or open attachments unless you know them.",
        "CAUTION: this came to you\nfrom outside of the organisation.",
        "You don't often get email from anna@kunde.example. Learn why this is important",
        "ACHTUNG: Diese E-Mail kommt von extern. Keine Links anklicken.",
        "ATTENTION : expéditeur externe. Ne cliquez pas sur les liens.",
        "ATENCIÓN: remitente externo.",
        "ATTENZIONE: mittente esterno.",
        "LET OP: externe afzender.",
        "ATENÇÃO: remetente externo.",
        "UWAGA: nadawca zewnętrzny.",
    ],
)
def test_a_banner_about_the_sender_is_cut(banner: str) -> None:
    assert new_text(f"{banner}\n\n{MINE}") == MINE


def test_a_long_line_that_starts_like_a_banner_stays() -> None:
    own = "CAUTION external sender. " + "we need pumps " * 40
    assert new_text(own) == own.strip()


@pytest.mark.parametrize(
    "mark",
    [
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "-------- Weitergeleitete Nachricht --------",
        "Anfang der weitergeleiteten Nachricht:",
        "---------- Message transféré ----------",
        "Inicio del mensaje reenviado:",
        "Inizio messaggio inoltrato:",
        "Begin doorgestuurd bericht:",
        "Início da mensagem encaminhada:",
        "Początek przekazywanej wiadomości:",
        "----- Forwarded by Anna/Berlin on 03.03.2025 -----",
        "---- Fwd ----",
    ],
)
def test_a_forwarded_message_below_nothing_is_read_inside(mark: str) -> None:
    inner = (
        "From: Bob\nDate: Monday\nSubject: Pump\nTo: Anna\n\nWe need twenty pumps.\n\nThanks\nBob"
    )
    assert new_text(f"{mark}\n\n{inner}") == "We need twenty pumps."
    assert new_text(f"FYI\n\n{mark}\n{inner}") == "FYI\n\nWe need twenty pumps."


def test_a_line_above_a_quote_header_is_not_taken_for_its_beginning() -> None:
    body = f"On 3 March we ordered\n{HEADERS[0]}\n> We sell pumps."
    assert new_text(body) == "On 3 March we ordered"


def test_a_forwarded_message_below_own_words_is_cut() -> None:
    own = "The pump we bought in May is broken again and we now need a new one from you."
    assert new_text(f"{own}\n\n---------- Forwarded message ---------\nFrom: x\n\nold") == own


def test_messages_forwarded_many_times_end() -> None:
    mark = "---------- Forwarded message ---------\n"
    assert new_text(mark * 20 + "We need twenty pumps.").endswith("We need twenty pumps.")


def test_a_quote_header_below_nothing_keeps_everything() -> None:
    body = f"{HEADERS[1]}\n\nWe sell pumps.\nBob"
    assert new_text(body) == body


@pytest.mark.parametrize(
    "body", [f"Yes\n\n{HEADERS[0]}\n> Twenty pumps?", "> only\n> a quote", "ok", ""]
)
def test_under_three_words_the_whole_text_stays(body: str) -> None:
    assert new_text(body) == body


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("short", ["When?", "", "Anna Berg"])
def test_under_three_words_the_subject_counts_above_a_sure_quote(header: str, short: str) -> None:
    body = f"{short}\n\n{header}\n> Twenty pumps or thirty?"
    assert new_text(body, subject="Re: Pumps for Oslo") == short
    assert new_text(body, subject="Re: Pumps") == (short if " " in short else body.strip())
    assert new_text(body, subject="Fwd: Pumps for Oslo") == body.strip()


@pytest.mark.parametrize("block", BLOCKS)
def test_one_word_above_an_outlook_history_is_enough_with_a_subject(block: str) -> None:
    history = f"{block}\n\nWe need twenty pumps."
    assert new_text(f"When?\n\n{history}", subject="Pumps for Oslo") == "When?"
    for subject, above in [("Pumps for Oslo", ""), ("Oslo", "When?"), ("FW: Pumps now", "When?")]:
        text = new_text(f"{above}\n\n{history}", subject=subject)
        assert text.endswith("We need twenty pumps.")


@pytest.mark.parametrize(
    "unsure", ["> only\n> a quote", f"{HEADERS[1]}\n\nWe sell pumps.", "Yes\n> Twenty?\n> Or not?"]
)
def test_under_three_words_what_is_no_sure_quote_stays(unsure: str) -> None:
    assert new_text(unsure, subject="Pumps for Oslo") == unsure


def test_a_body_of_very_many_lines_stays_whole() -> None:
    body = f"{MINE}\n{HEADERS[0]}\n" + "\n".join(["> x"] * 5_000)
    assert new_text(body) == body


def test_line_ends_and_blank_lines_are_made_equal() -> None:
    assert new_text("one two\r\n\r\n\r\n\r\nthree four  \r\n") == "one two\n\nthree four"


LINES = st.sampled_from(
    [MINE, "", " ", "> quoted", ">", "--", "-- ", "Regards", "Anna", "PS more",
     "Sent from my iPhone",
     "From: a", "Sent: b", "To: c", "Subject: d", "Message: e", "_____",
     "-----Original Message-----",
     "Begin forwarded message:", "wrote:", "On 3 Mar 2025 10:00", "EXTERNAL", "a:", "\r", "\t",
     "This e-mail is confidential.", *HEADERS, *BLOCKS],
)  # fmt: skip


@given(st.lists(LINES | st.text(max_size=30), max_size=25).map("\n".join))
def test_nothing_is_invented_and_something_always_stays(body: str) -> None:
    kept = new_text(body)
    available = [line.strip() for line in body.split("\n")]
    position = 0
    for line in filter(None, (line.strip() for line in kept.split("\n"))):
        position = available.index(line, position) + 1
    assert kept or not any(letter.isalnum() for letter in body)
