"""What mail programs write around a customer's words, by language. Data only, all lower case."""

# ruff: noqa: RUF001 - other alphabets have letters that look like ours

from typing import Final

# --- quote headers: "On <date>, <name> wrote:". An opener, a date or address, a verb, a colon.
OPENERS: Final = (
    "on ", "at ", "in ", "quoting ",  # en
    "am ", "em ", "im ", "den ", "von:", "zitat von",  # de, pt, sv, da, no
    "le ", "el ", "il ", "op ", "w dniu ", "dnia ", "dne ", "в ", "na ", "il giorno ",
)  # fmt: skip
VERBS: Final = frozenset(
    {
        "wrote", "writes", "schrieb", "schreibt", "geschrieben", "écrit", "ecrit", "escribió",
        "escribio", "escribe", "scritto", "scrive", "schreef", "geschreven", "escreveu",
        "pisze", "napisał", "napisała", "napisał(a", "napisał/a", "skrev", "kirjoitti",
        "napsal", "napsal(a", "napísal", "написал", "написал(а", "пишет", "написав", "yazdı",
        "írta", "scris", "έγραψε", "写道", "書きました", "님이",
    },
)  # fmt: skip
ADDRESSED: Final = frozenset(
    {"you", "sie", "du", "vous", "usted", "lei", "u", "você", "pan", "pani"}
)

# --- field names of a quoted header block, and of a form, which is the customer's own text.
_FROM_FIELDS: Final = (
    "from", "von", "de", "da", "van", "od", "från", "fra", "lähettäjä", "absender", "expéditeur",
    "remitente", "mittente", "afzender", "remetente", "nadawca", "avsändare", "afsender",
)  # fmt: skip
_SENT_FIELDS: Final = (
    "sent", "gesendet", "envoyé", "envoye", "enviado", "enviado el", "enviado em", "enviada",
    "enviada em", "inviato", "inviato il", "verzonden", "wysłano", "skickat", "sendt",
    "lähetetty", "envoyé le", "enviada el",
)  # fmt: skip
_DATE_FIELDS: Final = ("date", "datum", "fecha", "data", "dato", "päiväys")
_TO_FIELDS: Final = (
    "to",
    "an",
    "à",
    "a",
    "para",
    "aan",
    "do",
    "till",
    "til",
    "cc",
    "kopie",
    "copie",
    "dw",
    "empfänger",
    "destinataire",
    "destinatario",
    "ontvanger",
    "adresat",
)  # fmt: skip
_SUBJECT_FIELDS: Final = (
    "subject", "betreff", "objet", "asunto", "oggetto", "onderwerp", "assunto", "temat",
    "ämne", "emne", "aihe",
)  # fmt: skip
_FORM_FIELDS: Final = (
    "message", "comment", "comments", "enquiry", "inquiry", "your message", "details",
    "nachricht", "ihre nachricht", "mitteilung", "message body", "votre message", "mensaje",
    "comentarios", "messaggio", "bericht", "opmerkingen", "mensagem", "wiadomość", "treść",
    "phone", "telefon", "telephone", "téléphone", "teléfono", "telefono", "telefoon",
    "company", "firma", "société", "empresa", "azienda", "bedrijf", "quantity", "product",
)  # fmt: skip
_OTHER_FIELDS: Final = (
    "importance", "priority", "reply-to", "attachments", "wichtigkeit", "priorität", "anlagen",
    "antwort an", "importanza", "priorità", "allegati", "rispondi a", "importancia", "prioridad",
    "datos adjuntos", "pièces jointes", "priorité", "répondre à", "urgentie", "prioriteit",
    "bijlagen", "importância", "prioridade", "anexos", "ważność", "priorytet", "załączniki",
)  # fmt: skip

FIELD_KINDS: Final = {
    name: kind
    for kind, names in (
        ("other", _OTHER_FIELDS),
        ("form", _FORM_FIELDS),
        ("subject", _SUBJECT_FIELDS),
        ("to", _TO_FIELDS),
        ("date", _DATE_FIELDS),
        ("sent", _SENT_FIELDS),
        ("from", _FROM_FIELDS),
    )
    for name in names
}

# --- lines of dashes around a few words.
ORIGINALS: Final = frozenset(
    {
        "original message", "original", "reply message", "original appointment",
        "ursprüngliche nachricht",
        "originalnachricht", "original-nachricht", "message d'origine", "message original",
        "mensaje original", "messaggio originale", "oorspronkelijk bericht",
        "origineel bericht", "mensagem original", "wiadomość oryginalna",
        "oryginalna wiadomość", "ursprungligt meddelande", "oprindelig meddelelse",
        "opprinnelig melding", "alkuperäinen viesti", "původní zpráva",
    },
)  # fmt: skip
FORWARDS: Final = frozenset(
    {
        "forwarded message", "begin forwarded message", "forwarded", "fwd", "fw", "weitergeleitet",
        "weitergeleitete nachricht", "anfang der weitergeleiteten nachricht",
        "anfang der weitergeleiteten e-mail", "message transféré", "message transmis",
        "début du message réexpédié", "début du message transféré", "mensaje reenviado",
        "inicio del mensaje reenviado", "messaggio inoltrato", "inizio messaggio inoltrato",
        "inizio del messaggio inoltrato", "doorgestuurd bericht", "begin doorgestuurd bericht",
        "mensagem encaminhada", "mensagem reencaminhada", "início da mensagem encaminhada",
        "início da mensagem reencaminhada", "przekazana wiadomość",
        "wiadomość przekazana dalej", "początek przekazywanej wiadomości",
        "początek przekazanej wiadomości", "treść przekazanej wiadomości",
        "vidarebefordrat meddelande", "videresendt meddelelse",
    },
)  # fmt: skip

FORWARD_PREFIXES: Final = frozenset(
    {"fw", "fwd", "wg", "tr", "rv", "i", "doorst", "enc", "pd", "vs", "vb", "vl", "rif", "inoltra"}
)

REPLY_WORDS: Final = frozenset(  # a helpdesk's "please type your reply above this line"
    {
        "reply", "respond", "answer", "antwort", "antworten", "réponse", "répondez",
        "répondre", "respuesta", "responda", "responder", "escriba", "risposta", "rispondi",
        "rispondere", "scrivi", "antwoord", "antwoorden", "typ", "resposta", "odpowiedź",
        "odpowiedz", "svar", "svara", "skriv",
    },
)  # fmt: skip
ABOVE_WORDS: Final = frozenset(
    {
        "above", "oberhalb", "über", "au-dessus", "dessus", "encima", "arriba", "sopra", "boven",
        "acima", "powyżej", "nad", "ovanför", "over", "ovenfor",
    },
)  # fmt: skip

# --- signatures.
MOBILE: Final = (
    "sent from my ", "sent from ", "sent via ", "sent with ", "get outlook for ",
    "von meinem ", "gesendet von ", "gesendet mit ", "outlook für ", "von unterwegs gesendet",
    "envoyé de mon ", "envoyé depuis mon ", "envoyé depuis ", "envoyé à partir de ",
    "télécharger outlook pour ", "obtenez outlook pour ",
    "enviado desde mi ", "enviado desde ", "obtener outlook para ",
    "inviato da ", "inviato dal mio ", "scarica outlook per ", "ottieni outlook per ",
    "verzonden vanaf mijn ", "verstuurd vanaf mijn ", "verzonden met ", "outlook voor ",
    "enviado do meu ", "enviado a partir do ", "enviado de meu ", "obter o outlook para ",
    "obtenha o outlook para ",
    "wysłane z ", "wysłano z ", "pobierz outlook dla ", "pobierz program outlook dla ",
    "skickat från min ", "sendt fra min ", "lähetetty ",
)  # fmt: skip
DEVICES: Final = (
    "iphone", "ipad", "ios", "android", "galaxy", "samsung", "huawei", "xiaomi", "blackberry",
    "phone",
    "nokia", "xperia", "pixel", "smartphone", "mobile", "handy", "mobiltelefon", "tablet",
    "outlook", "yahoo", "gmail", "proton", "windows", "gmx", "web.de", "aol", "mailbox",
    "telefon", "téléphone", "móvil", "cellulare", "telefoon", "telemóvel", "celular",
)  # fmt: skip
CLOSINGS: Final = frozenset(
    {
        "regards", "kind regards", "best regards", "warm regards", "many regards", "rgds",
        "with kind regards", "with best regards", "kindest regards", "best", "all the best",
        "best wishes", "sincerely", "yours sincerely", "sincerely yours", "yours faithfully",
        "yours truly", "yours", "cheers", "thanks", "many thanks", "thank you", "thx",
        "thanks and regards", "thanks & regards", "thank you and best regards", "br", "kr",
        "thanks in advance", "thank you in advance", "respectfully", "cordially", "ta", "cheerio",
        "thanking you", "with thanks", "with regards", "with best wishes", "faithfully", "tia",
        "warmly", "warmest regards", "regards and thanks", "good day", "tks", "tnx", "ty",
        "mit freundlichen grüßen", "mit freundlichen gruessen", "mit freundlichem gruß",
        "mit freundlichen grüssen", "freundliche grüße", "freundliche grüsse", "viele grüße",
        "beste grüße", "schöne grüße", "liebe grüße", "herzliche grüße", "mit besten grüßen",
        "mfg", "vg", "lg", "gruß", "grüße", "besten dank", "vielen dank", "hochachtungsvoll",
        "danke", "danke und gruß", "vielen dank und viele grüße", "grüsse", "gruss",
        "schöne grüsse",
        "freundlichen gruß", "freundlicher gruß", "beste grüsse", "danke im voraus", "servus",
        "cordialement", "bien cordialement", "bien à vous", "salutations", "merci",
        "meilleures salutations", "sincères salutations", "cdlt", "merci d'avance", "cdt",
        "salutations distinguées", "bonne journée", "bonne réception", "amicalement",
        "saludos", "un saludo", "saludos cordiales", "atentamente", "un cordial saludo",
        "cordiales saludos", "muchas gracias", "gracias",
        "cordiali saluti", "distinti saluti", "saluti", "un saluto", "grazie", "grazie mille",
        "met vriendelijke groet", "met vriendelijke groeten", "vriendelijke groet", "groeten",
        "groet", "mvg", "hartelijke groet", "bedankt", "alvast bedankt", "gr", "grt", "groetjes",
        "hartelijke groeten", "hoogachtend", "dank", "dank u",
        "atenciosamente", "cumprimentos", "melhores cumprimentos", "com os melhores cumprimentos",
        "obrigado", "obrigada", "abraço", "att", "um abraço", "grato", "grata", "cordialmente",
        "pozdrawiam", "pozdrawiam serdecznie", "serdecznie pozdrawiam", "dzięki", "z poważaniem",
        "z wyrazami szacunku", "pozdrowienia", "dziękuję",
        "med vänliga hälsningar", "mvh", "med vänlig hälsning", "med venlig hilsen",
        "med vennlig hilsen", "hilsen", "hälsningar", "terveisin", "ystävällisin terveisin", "tak",
        "vänliga hälsningar", "venlig hilsen", "vennlig hilsen", "bästa hälsningar", "tack", "takk",
        "s pozdravem", "с уважением", "saygılarımla", "üdvözlettel", "cu stimă", "lep pozdrav",
    },
)  # fmt: skip
THANKS: Final = (
    "thank", "dank", "bedankt", "merci", "gracias", "grazie", "obrigad", "dzięk", "tack", "takk",
)  # fmt: skip
REQUESTS: Final = frozenset(
    {
        "please", "need", "want", "send", "quote", "order", "call", "price", "can", "could",
        "would", "will", "when", "what", "how", "why", "where", "also", "but", "not", "is", "are",
        "bitte", "brauchen", "benötigen", "können", "wann", "wie", "auch", "aber", "nicht", "ist",
        "veuillez", "merci", "pouvez", "besoin", "aussi", "quand", "pas",
        "favor", "necesito", "necesitamos", "pueden", "puede", "también", "cuando", "cuándo",
        "prego", "bisogno", "potete", "anche", "quando", "graag", "nodig", "kunt", "ook",
        "wanneer", "preciso", "precisamos", "podem", "pode", "também", "proszę", "prosimy",
        "potrzebujemy", "czy", "kiedy", "również", "ps", "p.s.", "p.s", "nb", "n.b.", "pd",
        "we", "i", "i'm", "we're", "my", "our", "your", "you", "ich", "wir", "sie", "ihr", "ihre",
        "unser", "unsere", "mein", "meine", "je", "nous", "vous", "votre", "notre", "wij", "ik",
        "has", "have", "had", "was", "were", "don't", "didn't", "it's", "hat", "haben", "war",
    },
)  # fmt: skip
POSTSCRIPTS: Final = ("ps ", "ps:", "ps.", "p.s", "p.s.", "nb:", "n.b", "pd:", "ps,", "p. s.")
PARTICLES: Final = frozenset(  # small words in names of people, places and companies
    {
        "and", "at", "for", "to", "is", "are", "from", "in", "of", "on", "the", "team", "your",
        "behalf",
        "i.a", "i.v", "ppa", "pp", "p.p", "gez", "am", "an", "bei", "das", "dem", "der", "des",
        "die", "für", "im", "und", "vom", "von",
        "zu", "zum", "zur", "ihr", "à", "au", "aux", "chez", "d", "de", "du", "en", "et",
        "l", "la", "le", "les", "pour", "del", "el", "los", "las", "y", "da", "dal", "dei",
        "della", "di", "e", "il", "per", "den", "het", "te", "ten", "ter", "van", "voor", "bij",
        "do", "dos", "w", "z", "i", "og", "och", "ja", "mailto",
    },
)  # fmt: skip
CONTACT_LABELS: Final = (
    "tel", "fax", "mob:", "mob.", "mob ", "mobil", "móvil", "phone", "telefon", "telefoon",
    "fon:", "cell", "handy", "gsm", "tlf", "ph:", "ph.", "ddi", "direct:", "switchboard",
    "e:", "m:", "t:", "p:", "f:", "d:", "o:", "w:", "t.", "email:", "e-mail:", "mail:", "web:",
    "vat ", "vat:", "whatsapp", "skype", "linkedin", "+",
)  # fmt: skip
COMPANY_FORMS: Final = frozenset(
    {
        "ltd", "limited", "plc", "llp", "llc", "inc", "corp", "pvt", "pty", "cic", "gmbh", "mbh",
        "kg", "ohg", "e.k", "e.v", "ug", "kgaa", "gbr", "sarl", "s.à.r.l", "s.a.r.l", "sasu",
        "eurl", "s.a.s", "s.a", "s.l", "s.l.u", "sl", "s.r.l", "srl", "s.p.a", "spa", "s.n.c",
        "snc", "b.v", "bv", "n.v", "nv", "vof", "bvba", "lda", "ltda", "sp. z o.o", "o.o",
        "sp.j", "aps", "oy", "oyj", "ab", "a/s", "asa", "s.r.o", "kft", "zrt", "d.o.o", "ood",
    },
)  # fmt: skip
REGISTERS: Final = frozenset(
    {
        "hrb", "hra", "ust-id", "ust-idnr", "ust.-idnr", "steuernr", "kvk", "btw-nr", "siret",
        "siren", "rcs", "cif", "nif", "nipc", "nip", "krs", "regon", "p.iva", "iban", "bic",
        "swift", "y-tunnus", "cvr", "org.nr", "orgnr", "abn", "gstin", "cnpj", "ičo", "eori",
    },
)  # fmt: skip
STREETS: Final = frozenset(
    {
        "street", "st", "road", "rd", "lane", "avenue", "ave", "drive", "court", "square",
        "park", "estate", "way", "house", "floor", "unit", "suite", "blvd", "str", "rue",
        "chemin", "place", "boulevard", "quai", "route", "allée", "impasse", "cedex", "via",
        "viale", "piazza", "corso", "calle", "avenida", "plaza", "plein", "kade", "rua", "praça",
        "ul", "ulica", "aleja", "gata", "katu",
    },
)  # fmt: skip
STREET_ENDINGS: Final = (
    "straße", "strasse", "str", "weg", "platz", "gasse", "allee", "damm", "ufer", "straat",
    "laan", "gracht", "dijk", "gatan", "vägen", "vej", "veien", "gade", "katu", "tie",
)  # fmt: skip

# --- a plain text that only says "read the HTML one".
HTML_STUBS: Final = (
    "html viewer", "html-capable", "html capable", "html compatible", "html-compatible",
    "support html", "supports html", "html format", "html version", "view this email in",
    "view this message in", "view it in your browser", "view in browser", "view online",
    "enable html", "html messages", "html mail", "html email", "html e-mail", "in html",
    "html-fähig", "html-format", "html-darstellung", "html-nachricht", "html anzeigen",
    "im browser", "au format html", "messages html", "navigateur", "formato html",
    "en su navegador", "nel browser", "in uw browser", "html-weergave", "no seu navegador",
    "formacie html", "w przeglądarce",
)  # fmt: skip

# --- subjects. At the start and without "Re:", so that a person's answer to one is not taken.
AUTO_SUBJECTS: Final = (  # sure when a colon or nothing follows
    "automatic reply", "auto reply", "auto-reply", "autoreply", "auto response", "autoresponse",
    "automated reply", "automated response", "out of office", "out-of-office", "ooo",
    "out of office reply", "out of office autoreply", "out of the office", "vacation reply",
    "automatische antwort", "abwesenheitsnotiz", "abwesenheitsmeldung", "abwesend",
    "abwesenheitsbenachrichtigung", "automatische abwesenheitsnotiz", "autom. antwort",
    "réponse automatique", "reponse automatique", "absence du bureau", "absent du bureau",
    "respuesta automática", "respuesta automatica", "fuera de la oficina", "fuera de oficina",
    "risposta automatica", "fuori sede", "fuori ufficio", "assenza dall'ufficio",
    "automatisch antwoord", "afwezigheidsbericht", "afwezig", "niet aanwezig",
    "resposta automática", "resposta automatica", "fora do escritório", "ausência temporária",
    "odpowiedź automatyczna", "automatyczna odpowiedź", "autoodpowiedź", "nieobecność w biurze",
    "autosvar", "automatiskt svar", "automatisk svar", "frånvaro", "fraværsmeddelelse",
    "automaattinen vastaus", "poissaoloilmoitus", "automatická odpověď", "automatická odpoveď",
    "automatikus válasz", "răspuns automat", "αυτόματη απάντηση", "automatski odgovor",
    "samodejni odgovor", "автоматический ответ", "автоответ", "автоматична відповідь",
    "otomatik yanıt", "自動返信", "自动答复", "自動答覆", "자동 회신",
    "رد تلقائي", "תשובה אוטומטית",
)  # fmt: skip
BOUNCE_SUBJECTS: Final = (
    "undelivered mail returned to sender", "delivery status notification", "undeliverable",
    "mail delivery failed", "mail delivery failure", "mail delivery system", "returned mail",
    "failure notice", "delivery failure", "delivery failed", "non-delivery", "nondeliverable",
    "message delivery failure", "delivery notification", "delayed mail", "warning: could not send",
    "mail could not be delivered", "message undeliverable", "delivery has failed",
    "unzustellbar", "nicht zustellbar", "zustellung fehlgeschlagen", "zustellbenachrichtigung",
    "mail konnte nicht zugestellt werden", "non remis", "non délivré", "échec de la remise",
    "echec de la remise", "échec de livraison", "no se puede entregar", "no entregado",
    "error de entrega", "mancato recapito", "non recapitabile", "consegna non riuscita",
    "niet bezorgd", "onbestelbaar", "kan niet worden bezorgd", "não entregue",
    "não foi possível entregar", "falha na entrega", "niedostarczalne", "nie dostarczono",
    "niedostarczona wiadomość", "kunde inte levereras", "kan ikke leveres", "ei voitu toimittaa",
    "nedoručitelné", "не доставлено", "недоставленное сообщение", "teslim edilemedi",
    "配信不能", "无法投递", "传递失败", "退信",
)  # fmt: skip
