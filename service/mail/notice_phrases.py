"""What gateways and lawyers write around a customer's words, by language. Data only, lower case."""

# ruff: noqa: RUF001 - other alphabets have letters that look like ours

from typing import Final

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
    "poufn", "adresat", "omyłkow", "by mistake", "versehentlich",
)  # fmt: skip
DISCLAIMER_EVIDENCE: Final = (  # and one more of either list
    "disclos", "delete", "distribut", "copying", "attachments", "virus", "liab", "prohibited",
    "vernichten", "löschen", "gestattet", "détruire", "supprimer", "pièces jointes", "elimin",
    "prohibid", "adjunt", "borr", "distrugg", "cancell", "vietat", "allegat", "verwijder",
    "bijlage", "apagu", "proibid", "anexos", "usun", "załącznik", "zabronion", "no right", "misuse",
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

DEMONSTRATIVES: Final = frozenset(  # what stands before "message" in words about itself
    {
        "this", "these", "diese", "dieser", "dieses", "ce", "cet", "cette", "este", "esta",
        "questo", "questa", "dit", "deze", "ta", "ten", "niniejsza", "niniejszy", "detta",
        "denne", "dette", "tämä",
    },
)  # fmt: skip
DETERMINERS: Final = DEMONSTRATIVES | {
    "the", "all", "any", "die", "der", "das", "le", "la", "les", "el", "il", "lo", "het", "de",
    "a", "o", "as", "os", "to", "treść", "sender", "absender",
}  # fmt: skip
MAIL_WORDS: Final = (  # how words begin that name a message or who sent it
    "mail", "e-mail", "email", "message", "communication", "transmission", "sender",
    "nachricht", "absender", "courriel", "expéditeur", "correo", "mensaje", "remitente",
    "messaggi", "mittente", "comunicazion", "bericht", "afzender", "mensagem", "remetente",
    "wiadomoś", "nadawc", "meddelande", "meddelelse", "melding", "avsändar", "afsender",
    "avsender", "viesti", "lähettäj", "information", "informazion", "informatie", "informaç",
    "informacj", "informationen", "contents", "inhalt", "inhoud",
)  # fmt: skip
NOTICE_WORDS: Final = (  # each row one kind of talk; two kinds below a signature are a notice
    ("confiden", "vertraulich", "riservat", "vertrouwelijk", "poufn", "privileg", "private",
     "fortrolig", "konfiden", "secreto", "geheim"),
    ("recipient", "addressee", "empfänger", "adressat", "destinat", "geadresseerde", "bestemd",
     "adresat", "odbiorc", "intended", "bestimmt", "modtager", "mottagar", "isn't for you",
     "not for you", "in error", "irrtüm", "versehentlich", "par erreur", "por error",
     "per errore", "por engano", "omyłk"),
    ("disclos", "copying", "unauthori", "unbefugt", "forbidden", "prohibit", "verboten",
     "interdit", "prohibid", "vietat", "verboden", "proibid", "zabronion", "not permitted"),
    ("liab", "liable", "haftung", "haften", "responsab", "responsib", "aansprakelijk",
     "odpowiedzialnoś", "ansvar", "warrant", "gewähr", "garanti"),
    ("virus", "malware", "scanned", "scann", "encrypt", "verschlüssel", "chiffr"),
    ("opinions", "views", "of the author", "meinung", "opinión", "opinioni", "ansichten",
     "rights", "rechten", "droits", "derechos", "diritti", "binding", "bindend", "verbindlich",
     "vinculante", "in writing", "schriftlich", "par écrit", "per iscritto", "por escrito"),
    ("registered", "registration", "company number", "company no", "reg. no", "handelsregister",
     "amtsgericht", "registergericht", "hrb", "hra ", "kvk", "rcs ", "siret", "registro mercantil",
     "registro imprese", "krs", "regon", "capital social", "kapitał zakład", "limited liability",
     "partnership", "trading name", "business id", "y-tunnus", "geschäftsführ", "managing director",
     "sitz der", "vorstand", "aufsichtsrat", "inhaber", "regulated by", "authorised and",
     "list of directors", "list of members", "list of partners"),
    ("vat ", "vat:", "ust-id", "ust.-id", "btw", "tva ", "partita iva", "p.iva", "p. iva",
     "nif ", "nip ", "tax id", "steuernummer", "mwst-nr"),
    ("data protection", "personal data", "gdpr", "2016/679", "dsgvo", "datenschutz",
     "données personnelles",
     "rgpd", "datos personales", "protección de datos", "dati personali", "persoonsgegevens",
     "privacy", "dados pessoais", "danych osobowych", "rodo", "prywatnoś", "privatsphäre"),
    ("this e-mail", "this email", "this message", "this communication", "this transmission",
     "diese e-mail", "dieses e-mail", "diese nachricht", "diese mail", "ce message", "ce courriel",
     "cet e-mail", "este mensaje", "este correo", "questo messaggio", "questa e-mail",
     "questa comunicazione", "dit bericht", "deze e-mail", "deze mail", "esta mensagem",
     "este e-mail", "ta wiadomość",
     "niniejsza", "tę wiadomość"),
    ("terms", "conditions", "agb", "geschäftsbedingungen", "eigentumsvorbehalt", "unser eigentum",
     "condiciones generales", "condizioni generali", "voorwaarden", "condições gerais",
     "ogólne warunki"),
    ("jurisdiction", "gerichtsstand", "juridiction", "foro ", "freedom of information", " act ",
     " act.", "u.s.c", "§", "d.lgs", "law society"),
    ("print", "drucken", "ausdruck", "imprim", "stampare", "milieu", "environment", "umwelt",
     "environnement", "medio ambiente", "meio ambiente", "ambiente", "środowisk", "save paper"),
    ("unsubscrib", "abmelden", "abbestell", "désabonn", "désinscri", "darse de baja",
     "cancellar", "disiscri", "afmeld", "uitschrij", "cancelar a subscri", "wypis", "avmeld",
     "because you", "omdat u", "weil sie", "parce que vous", "porque ", "perché ", "newsletter"),
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

OUTSIDE_WORDS: Final = (
    "outside", "external", "extern", "not from within", "unknown sender", "außerhalb", "extérieur",
    "exterior", "fuera de", "ajeno", "estern", "al di fuori", "buiten", "van buiten", "fora da",
    "fora do", "spoza", "zewnętrz", "utanför", "udefra", "utenfor", "ulkopuol", "unfamiliar",
    "unverified", "unbekannt", "inconnu", "desconocid", "sconosciut", "onbekend", "desconhecid",
    "nieznan", "first time", "not part of", "not a member", "does not belong", "beyond",
    "gehört nicht", "nicht zu unserer", "ne fait pas partie", "no pertenece", "non appartiene",
    "hoort niet", "não pertence", "nie należy",
)  # fmt: skip
SIGNALS: Final = (
    "caution", "warning", "beware", "attention", "notice", "security", "vorsicht", "achtung",
    "warnung", "hinweis", "prudence", "avertissement", "precaución", "atención", "aviso",
    "advertencia", "attenzione", "avviso", "avvertenza", "opgelet", "let", "waarschuwing",
    "atenção", "cuidado", "uwaga", "ostrzeżenie", "varning", "advarsel", "varoitus",
)  # fmt: skip
CARE_WORDS: Final = (
    "caution", "careful", "warning", "beware", "vigilan", "trust", "verify", "suspicious",
    "phishing", "click", "link", "attachment", "password", "safe", "report", "vorsicht",
    "achtung", "anhäng", "anhang", "klick", "vertrau", "prüfen", "verdächtig", "passw",
    "prudence", "attention", "pièce", "lien", "cliqu", "méfi", "vérifi", "suspect", "precauc",
    "atención", "cuidado", "enlace", "adjunt", "clic", "verifi", "attenzione", "allegat", "fidat",
    "prudenz", "let op", "voorzichtig", "bijlage", "koppeling", "klik", "atenção", "anexo",
    "uwaga", "ostrożn", "załącznik", "klika", "länk", "bilag", "varo", "warn",
)  # fmt: skip
FIRST_PERSON: Final = frozenset(  # somebody who speaks of himself is no banner
    {
        "i", "i'm", "i've", "we", "we're", "we've", "my", "ich", "wir", "mein", "meine", "je",
        "j'ai", "nous", "nos", "yo", "hemos", "tengo", "tenemos", "io", "noi", "abbiamo", "ho",
        "ik", "wij", "eu", "nós", "temos", "mamy", "mam", "nasz", "jag", "vi", "jeg",
        "hello", "hi", "dear", "hallo", "bonjour", "hola", "ciao", "beste", "olá", "cześć",
    },
)  # fmt: skip

OUR: Final = frozenset(
    {
        "our", "us", "me", "mine", "unser", "unsere", "unserem", "unserer", "unseren", "uns",
        "mir", "mich", "notre", "nos", "moi", "nuestro", "nuestra", "nuestros", "nuestras",
        "nostro", "nostra", "nostri", "nostre", "onze", "ons", "mij", "nosso", "nossa", "nossos",
        "nossas", "nam", "nasza", "nasze", "naszej",
    },
)  # fmt: skip
