"""What mail programs, lists and lawyers write into mails, in the languages of their users."""

from __future__ import annotations

import re

GREETING = re.compile(
    r"(?:dear|hello|hi|good (?:morning|afternoon|evening)|sehr geehrte|liebe|guten (?:tag|morgen)|hallo|bonjour|"
    r"madame|chers?|chère|estimad|hola|buenos|gentil[ei]|buongiorno|beste|geachte|prezad|olá|kära|hei|hej|уважаем|"
    r"добрый)[^.\n]{0,80}[,:!]",
    re.IGNORECASE,
)
FORWARDED = re.compile(
    r"^[> \t]*(?:-{2,}[ \t]*(?:forwarded message|original message|weitergeleitete nachricht|"
    r"ursprüngliche nachricht|"
    r"message transféré|message d['’]origine|mensaje reenviado|mensaje original|messaggio inoltrato|"
    r"messaggio originale|doorgestuurd bericht|oorspronkelijk bericht|mensagem encaminhada|mensagem original|"
    r"пересылаемое сообщение|vidarebefordrat meddelande|videresendt (?:meddelelse|melding))\b[^\n]*|"
    r"begin forwarded message:|anfang der weitergeleiteten nachricht:|"
    r"début du message (?:transféré|réexpédié)[ \xa0]?:|inicio del mensaje reenviado:|inizio messaggio inoltrato:)"
    r"[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
# The head that Outlook writes above what is answered or forwarded, without a line that says so.
HEAD = re.compile(
    r"^(?:_{10,}[ \t]*\n[ \t\n]{0,5})?(?=\*?(?:from|von|de|da|van|от|från|fra)\*?[ \t]?:[^\n]{1,300}\n"
    r"(?:[^\n:]{1,25}:[^\n]{0,1000}\n){1,4}\*?(?:subject|betreff|objet|asunto|oggetto|onderwerp|assunto|тема|ämne|emne)"
    r"\*?[ \t]?:)",
    re.IGNORECASE | re.MULTILINE,
)
FIELDS = {
    name: field
    for field, row in {
        "from": "from; von; de; da; van; от; från; fra; 发件人; 寄件者; 差出人; 보낸 사람",
        "subject": "subject; betreff; objet; asunto; oggetto; onderwerp; assunto; тема; ämne; emne; 主题; "
        "主旨; 件名; 제목",
        "date": "date; sent; datum; gesendet; envoyé; fecha; enviado; enviado el; data; inviato; verzonden; дата; "
        "skickat; sendt; dato; 日期; 发送时间; 送信日時; 날짜",
    }.items()
    for name in row.split("; ")
}
ATTRIBUTION = re.compile(
    r"(?:.{0,200}\b(?:wrote|writes|schrieb(?: am .{1,80})?|a écrit|escribió|ha scritto|schreef|escreveu|skrev|"
    r"kirjoitti|napisał(?:\(a\))?|пишет|написал)\s*:|[^\n]{1,80}写道：)\s*\Z",
    re.IGNORECASE,
)
FOOTER = re.compile(
    r"(?:to (?:unsubscribe|stop receiving|change your (?:options|settings))|"
    r"you (?:are receiving|have received|received) this (?:e-?mail|message|newsletter|because)|"
    r"(?:click here to )?unsubscribe|manage (?:your )?(?:subscription|preferences)|"
    r"this e-?mail was sent (?:to|by)|(?:um sich |zum )?abmelde|newsletter abbestellen|sie erhalten diese|"
    r"pour (?:vous )?dés(?:abonner|inscrire)|se désabonner|para (?:darse de baja|cancelar)|si no desea|"
    r"per cancellar|disiscri|afmelden|uitschrijven|descadastr|чтобы отписаться|отписаться|"
    r"(?:this|the (?:information|contents?) (?:in|of) this) (?:e-?mail|message)[^\n]{0,200}"
    r"\b(?:confidential|intended)|confidentiality (?:notice|note)|disclaimer:|diese e-?mail (?:enthält|und)|"
    r"ce (?:message|courriel)[^\n]{0,80}confident)",
    re.IGNORECASE,
)
# A link that lets whoever reads it act for the one who got the mail, or shows the mail once more.
PERSONAL = re.compile(
    r"unsubscri|opt[- _]?out|manage[- _]?(?:your[- _]?)?(?:subscription|preference)|"
    r"(?:email|update)[- _]?preferences|abmelden|abbestellen|désabonn|désinscri|darse de baja|"
    r"cancelar (?:la )?suscripci|disiscri|cancella iscrizione|afmelden|uitschrijven|descadastr|avregistrera|"
    r"avmeld|отписат|view (?:this )?(?:e-?mail|newsletter|message)?\s?(?:in|on) (?:your|a|the) (?:web ?)?browser|"
    r"view (?:it )?online|im browser (?:ansehen|anzeigen|öffnen)|(?:voir|afficher|lire)[^.]{0,40}(?:en ligne|"
    r"navigateur)|ver (?:en|no) (?:el |su )?navegador|visualizza nel browser|bekijk (?:in|de online)",
    re.IGNORECASE,
)
_ANSWERS = "re|aw|antw|antwort|sv|rép|odp|ynt|fwd?|fw|wg|tr|rv|doorst|vb|答复|回复|转发|回覆|轉寄"
PREFIX = re.compile(rf"(?:{_ANSWERS})\s?(?:\[\d{{1,3}}\]|\(\d{{1,3}}\))?\s?[:：]\s*", re.IGNORECASE)
# The same where a headline might begin so as well: only of mails that say that they answer another.
SHORT_PREFIX = re.compile(r"(?:r|i|res|ref|vs|enc|pd|vl)\s?[:：]\s*", re.IGNORECASE)
FORWARDS = re.compile(r"(?:fwd?|fw|wg|tr|rv|doorst|转发|轉寄)\s?[:：]", re.IGNORECASE)
# What gateways write before a subject.
WARNING = re.compile(
    r"[\[({*]{1,4}\s?(?:external|ext|extern|spam|suspected spam|caution)\s?\??[\])}*]{1,4}:?\s*", re.IGNORECASE
)
ABSENT = re.compile(
    r"(?:automatic reply|auto(?:matic)?[- ]?(?:re(?:ply|sponse)|respon[ds]er?)|out of (?:the )?office|"
    r"automatische antwort|abwesenheitsnotiz|abwesend|réponse automatique|absence du bureau|respuesta automática|"
    r"fuera de la oficina|risposta automatica|fuori sede|automatisch antwoord|afwezig|resposta automática|"
    r"autosvar|frånvaro|автоматический ответ|自动回复|自動回覆|自動返信)\b",
    re.IGNORECASE,
)
BOUNCE = re.compile(
    r"undeliver(?:ed|able)\b|returned mail:|mail delivery (?:fail|system)|"
    r"(?:mail )?delivery (?:status )?(?:notification|"
    r"fail|report)|delivery has failed|failure notice\Z|mail system error|message could not be delivered|"
    r"unzustellbar:|nicht zugestellt:|non remis\s?:|no se puede entregar:|non recapitabile:|onbestelbaar:",
    re.IGNORECASE,
)
