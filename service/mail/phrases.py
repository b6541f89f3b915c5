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
    "from", "von", "de", "da", "van", "od", "från", "fra", "lähettäjä",
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

FIELD_KINDS: Final = {
    name: kind
    for kind, names in (
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
        "thanks in advance", "thank you in advance", "respectfully", "cordially",
        "mit freundlichen grüßen", "mit freundlichen gruessen", "mit freundlichem gruß",
        "mit freundlichen grüssen", "freundliche grüße", "freundliche grüsse", "viele grüße",
        "beste grüße", "schöne grüße", "liebe grüße", "herzliche grüße", "mit besten grüßen",
        "mfg", "vg", "lg", "gruß", "grüße", "besten dank", "vielen dank", "hochachtungsvoll",
        "danke", "danke und gruß", "vielen dank und viele grüße",
        "cordialement", "bien cordialement", "bien à vous", "salutations", "merci",
        "meilleures salutations", "sincères salutations", "cdlt", "merci d'avance",
        "saludos", "un saludo", "saludos cordiales", "atentamente", "un cordial saludo",
        "cordiales saludos", "muchas gracias", "gracias",
        "cordiali saluti", "distinti saluti", "saluti", "un saluto", "grazie", "grazie mille",
        "met vriendelijke groet", "met vriendelijke groeten", "vriendelijke groet", "groeten",
        "groet", "mvg", "hartelijke groet", "bedankt", "alvast bedankt",
        "atenciosamente", "cumprimentos", "melhores cumprimentos", "com os melhores cumprimentos",
        "obrigado", "obrigada", "abraço", "att",
        "pozdrawiam", "z poważaniem", "z wyrazami szacunku", "pozdrowienia", "dziękuję",
        "med vänliga hälsningar", "mvh", "med vänlig hälsning", "med venlig hilsen",
        "med vennlig hilsen", "hilsen", "hälsningar", "terveisin", "ystävällisin terveisin",
    },
)  # fmt: skip
REQUESTS: Final = frozenset(
    {
        "please", "need", "want", "send", "quote", "order", "call", "price", "can", "could",
        "would", "will", "when", "what", "how", "why", "where", "also", "but", "not", "is", "are",
        "bitte", "brauchen", "benötigen", "können", "wann", "wie", "auch", "aber", "nicht", "ist",
        "veuillez", "merci", "pouvez", "besoin", "aussi", "quand", "est", "pas",
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

# --- disclaimers: a paragraph that opens like this and has two of the evidence words.
DISCLAIMERS: Final = (
    "this e-mail", "this email", "this message", "this communication", "this transmission",
    "the information contained", "the information in this", "the contents of this",
    "the content of this", "confidentiality notice", "confidentiality:", "disclaimer",
    "confidential:", "legal notice", "legal disclaimer", "important notice",
    "if you are not the intended", "if you have received this", "important:", "notice:",
    "privacy notice", "important - ", "any views", "e-mail disclaimer", "privileged",
    "diese e-mail", "diese email", "diese nachricht", "der inhalt dieser", "vertraulichkeit",
    "haftungsausschluss", "wichtiger hinweis", "hinweis:", "wenn sie nicht der",
    "ce message", "ce courriel", "cet e-mail", "ce mail", "les informations contenues",
    "avis de confidentialité", "este mensaje", "este correo", "la información contenida",
    "aviso legal", "aviso de confidencialidad", "il presente messaggio", "questo messaggio",
    "questa e-mail", "le informazioni contenute", "la presente e-mail", "dit bericht",
    "deze e-mail", "dit e-mailbericht", "de informatie in", "de inhoud van dit",
    "esta mensagem", "este e-mail", "este email", "a informação contida", "as informações",
    "ta wiadomość", "niniejsza wiadomość", "treść tej wiadomości", "informacje zawarte",
)  # fmt: skip
DISCLAIMER_PROOF: Final = (  # one of these must be there
    "confidential", "intended", "recipient", "privileged", "addressee", "in error", "unauthori",
    "vertraulich", "empfänger", "irrtümlich", "unbefugt", "confidentiel", "destinataire",
    "par erreur", "confidencial", "destinatario", "por error", "riservat", "per errore",
    "vertrouwelijk", "geadresseerde", "bestemd", "abusievelijk", "destinatário", "por engano",
    "poufn", "adresat", "omyłkow",
)  # fmt: skip
DISCLAIMER_EVIDENCE: Final = (  # and one more of either list
    "disclos", "delete", "distribut", "copying", "attachments", "virus", "liab", "prohibited",
    "vernichten", "löschen", "gestattet", "détruire", "supprimer", "pièces jointes", "elimin",
    "prohibid", "adjunt", "borr", "distrugg", "cancell", "vietat", "allegat", "verwijder",
    "bijlage", "apagu", "proibid", "anexos", "usun", "załącznik", "zabronion",
)  # fmt: skip
FOOTERS: Final = (
    "please consider the environment", "think before you print", "save paper",
    "this message has been scanned", "this email has been scanned", "this e-mail has been scanned",
    "virus-free", "scanned by", "this message was scanned",
    "bitte denken sie an die umwelt", "denken sie an die umwelt", "bitte prüfen sie, ob",
    "diese e-mail wurde von avast", "diese e-mail wurde auf viren", "virenfrei",
    "pensez à l'environnement", "avant d'imprimer", "sans virus", "garanti sans virus",
    "antes de imprimir", "piense en el medio ambiente", "libre de virus",
    "prima di stampare", "rispetta l'ambiente", "privo di virus", "mail priva di virus",
    "denk aan het milieu", "denk aan ons milieu", "virusvrij", "pense no meio ambiente",
    "livre de vírus", "zanim wydrukujesz", "pomyśl o środowisku", "wolna od wirusów",
)  # fmt: skip

# --- banners that a gateway puts above mail from outside.
BANNERS: Final = (
    "caution", "[caution]", "warning", "[warning]", "external", "[external]", "[ext]", "ext:",
    "attention", "achtung", "vorsicht", "warnung", "extern", "[extern]", "externe",
    "expéditeur externe", "prudence", "precaución", "atención", "externo", "[externo]",
    "attenzione", "esterno", "let op", "waarschuwing", "atenção", "cuidado", "uwaga",
    "zewnętrzn", "you don't often get email", "you don’t often get email", "some people who",
    "sie erhalten nicht oft", "sie erhalten nicht häufig", "vous ne recevez pas souvent",
    "no suele recibir", "non si ricevono spesso", "u ontvangt niet vaak", "this email originated",
    "this message originated", "this e-mail originated", "diese e-mail kommt von extern",
    "diese e-mail stammt von", "think before you click",
)  # fmt: skip
BANNER_EVIDENCE: Final = (
    "from outside", "outside of", "outside your", "outside the org", "originated",
    "external sender", "external email", "external e-mail",
    "sender is external", "click links", "click on links", "open attachments", "click any link",
    "recognize the sender", "recognise the sender", "don't often get", "don’t often get",
    "content is safe", "learn why this is important", "unless you", "think before you click",
    "außerhalb", "externer absender", "externen absender", "von extern", "absender kennen",
    "externe e-mail", "erhalten nicht", "links oder anhänge", "keine links", "extérieur",
    "expéditeur externe", "cliquez pas", "ne recevez pas souvent", "remitente externo",
    "fuera de la organización", "no haga clic", "no suele recibir", "mittente esterno",
    "esterno all'organizzazione", "non cliccare", "si ricevono spesso", "externe afzender",
    "van buiten", "klik niet", "ontvangt niet vaak", "remetente externo", "fora da organização",
    "não clique", "spoza organizacji", "nadawca zewnętrzny", "nie klikaj",
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
