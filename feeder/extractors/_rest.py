"""The blocks of an article -> those before its end: links to others, buttons and notices behind it go."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING

from feeder.text import one_line

if TYPE_CHECKING:
    from lxml.html import HtmlElement


def _either(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# A short line that begins what is not of the article any more.
_END = _either(
    r"(?:related|latest|recent|more|most (?:read|popular)|popular|other|further|similar|top)\b.{0,20}"
    r"\b(?:articles?|news|posts?|reads?|reading|stories|topics|from|on|in|content|coverage)\b",
    r"(?:you (?:may|might) (?:also )?(?:like|be interested)|recommended|read next|up next|don.t miss|trending)\b",
    r"(?:share|tweet|teilen|partager|compartir|compartilhar|condividi|udostępnij|поделиться|delen|del)\b.{0,25}\Z",
    r"(?:tags?|filed under|categor(?:y|ies)|schlagw(?:ort|örter)|etiquetas|mots[- ]clés|tagi)\b.{0,3}\Z",
    r"(?:\d+ )?(?:comments?|kommentare?|commentaires?|coment[aá]rios?|komentarze|комментарии)\b.{0,15}\Z",
    r"(?:leave|post|write) a (?:comment|reply)|join the (?:conversation|discussion)",
    r"(?:schreibe|hinterlasse) (?:einen|deinen|uns)\b",
    r"(?:subscribe|sign up|newsletter|jetzt (?:den |unseren )?newsletter|suscríbete|abonnez)\b.{0,50}\Z",
    r"(?:back to top|follow (?:us|me)|about the author|written by)\b",
    r"(?:weitere|mehr|ähnliche|neueste|aktuelle|passende|andere|verwandte|meistgelesene|das könnte)\b.{0,20}"
    r"\b(?:artikel|beiträge|meldungen|nachrichten|themen|thema|news|infos|aus|zum|zu|interessieren|gefallen)\b",
    r"(?:top-themen|auch (?:interessant|lesen)|lesen sie auch|lesetipps?|mehr (?:dazu|lesen)|empfehlungen)\b",
    r"(?:quellen und links|lust auf mehr|schon gelesen|zurück nach oben|folgen sie uns|teilen sie dies)\b",
    r"(?:veröffentlicht von\b|(?:presse)?kontakt\Z)",
    r"(?:à lire (?:aussi|également)|lire aussi|sur le même (?:sujet|thème)|vous aimerez|les plus lus)\b",
    r"articles? (?:liés?|similaires?|connexes?)\b",
    r"(?:noticias?|notas|artículos?|contenidos?|temas?|más) (?:relacionad[ao]s?|noticias|información|leíd[ao]s)\b",
    r"(?:[tl]e puede interesar|también te puede|puedes ver|lea (?:también|además|más)|recomendad[ao]s)\b",
    r"(?:le[ie]a? (?:também|mais)|veja (?:também|mais)|notícias relacionadas|mais lidas)\b",
    r"(?:leggi anche|articoli correlati|potrebbe interessarti|lees ook|meer over)\b",
    r"(?:läs (?:också|mer)|les også|læs også|lue myös|polecane|przeczytaj|číst dále)\b",
    r"(?:czytaj|zobacz) (?:też|także|również)\b",
    r"(?:читайте також|читайте также|по теме|похожие|ilgili haberler)\b",
    r"延伸阅读|相关(?:新闻|阅读|文章|推荐)|関連(?:記事|ニュース)|あわせて読みたい|관련\s?기사",
)
# A line that is none of the article's, wherever it stands.
_STRAY = _either(
    r"(?:advertisement|advertising|ad|anzeige|werbung|publicité|publicidad|publicidade|pubblicità|reklama"
    r"|advertentie|annonse|mainos|реклама|广告)[\W_]*\Z",
    r"(?:story continues below(?: advertisement)?|continue reading(?: below)?|read more|weiterlesen)[\W_]*\Z",
    r"(?:artikel anhören|listen to (?:this )?article|loading|wird geladen|link copied|copy link)[\W_]*\Z",
    r"(?:read (?:more|also|next)|also read|see also|watch(?: also)?)\s?[:：|>»].{1,300}\Z",
    r"(?:lesen sie (?:auch|hier|dazu)|siehe auch|mehr (?:dazu|lesen)|auch (?:interessant|lesen))\s?[:|>»].+\Z",
    r"(?:à lire aussi|lire aussi|lea también|[tl]e puede interesar|puedes ver)\s?[:|>»].{1,300}\Z",
    r"(?:le[ie]a? (?:também|mais)|veja também|leggi anche|lees ook)\s?[:|>»].{1,300}\Z",
    r"(?:läs (?:också|mer|även)|les også|læs også|lue myös|lue aiheesta lisää)\s?[:|>»].{1,300}\Z",
    r"(?:(?:czytaj|zobacz) (?:też|także|również)|читайте также|читайте також)\s?[:|>»].{1,300}\Z",
    r"(?:延伸阅读|関連記事|相关阅读)\s?[:：|>»].{1,300}\Z",
)
_RIGHTS = re.compile(r"©|\(c\) ?\d{4}|copyright\b|all rights reserved|alle rechte vorbehalten", re.IGNORECASE)
_HEADINGS = {"h2", "h3", "h4", "h5", "h6"}
_LINE, _STRAY_LINE, _SHARE = 80, 300, 0.3


def cut_rest(article: HtmlElement) -> None:
    """Less than a third of the words may go; where more would, the line was not what it seemed."""
    blocks = list(article)
    texts = [one_line("".join(block.itertext())) for block in blocks]
    total = list(accumulate(map(len, texts)))
    end = len(blocks)
    for index, text in enumerate(texts):
        if (
            0 < len(text) <= _LINE
            and index
            and _END.match(text)
            and total[-1] - total[index] <= _SHARE * total[-1]
        ):
            end = index
            break
    while end > 1 and _is_nothing(blocks[end - 1], texts[end - 1]):
        end -= 1
    for index, block in enumerate(blocks):
        if index >= end or (len(texts[index]) <= _STRAY_LINE and _STRAY.match(texts[index])):
            article.remove(block)


def _is_nothing(block: HtmlElement, text: str) -> bool:
    """At the end: a heading with nothing under it, links to elsewhere, a notice of rights."""
    if block.tag in _HEADINGS or not text:
        return True
    links = sum(len(one_line("".join(link.itertext()))) for link in block.iter("a"))
    return len(text) <= _STRAY_LINE and (links >= 0.9 * len(text) or _RIGHTS.match(text) is not None)
