"""Words that newspapers use around an article: agencies, mastheads, sections, labels; casefolded."""

from __future__ import annotations

import re


def _table(text: str) -> frozenset[str]:
    return frozenset(item.strip().casefold() for item in text.replace("\n", ";").split(";") if item.strip())


AGENCIES = _table("""
AP; The Associated Press; Associated Press; Reuters; Thomson Reuters; Thomson Reuters Foundation
Reuters Breakingviews; AFP; Agence France-Presse; dpa; dpa-AFX; dpa international; ANSA; EFE; Agencia EFE
Europa Press; UPI; Bloomberg; TASS; ТАСС; ITAR-TASS; RIA; RIA Novosti; РИА Новости; Interfax; Интерфакс
Интерфакс-Украина; Interfax-Ukraine; Ukrinform; Укринформ; Укрінформ; УНІАН; UNIAN; Xinhua; 新华社; 新華社
中新社
中新网; 中新網; 中央社; 人民网; CNA; Kyodo; Kyodo News; 共同; 時事; Jiji; Jiji Press; 時事通信; 共同通信
ロイター
路透社; 法新社; 美联社; 共同社; 韩联社
Yonhap; Yonhap News Agency; 연합뉴스; 뉴시스; 뉴스1; Newsis; KCNA; PTI; ANI; IANS; UNI; APP; BSS; UNB; NNA
Antara
Bernama; VNA; TTXVN; AAP; CP; The Canadian Press; La Presse Canadienne; Canadian Press; PA; PA Media
Press Association; APA; ATS; SDA; Keystone-SDA; Keystone-ATS; epd; KNA; ots; ANP; Belga; NTB; TT; Ritzau; STT
PAP; ČTK; CTK; MTI; TASR; SITA; Hina; Tanjug; Танјуг; Beta; FENA; SRNA; MINA; BTA; БТА; Agerpres; Mediafax; BNS
LETA; ELTA; ETA; AA; Anadolu; Anadolu Agency; Anadolu Ajansı; İHA; IHA; DHA; Lusa; Agência Lusa; Agência Brasil
Agencia Brasil; Notimex; Télam; Telam; Andina; Prensa Latina; PL; MAP; APS; TAP; MENA; SPA; WAM; QNA; KUNA; BNA
ONA; Petra; SANA; NINA; INA; IRNA; ISNA; Mehr; Fars; Tasnim; NAN; GNA; PANA; ENA; KBC; IPS; AMNA; ΑΠΕ-ΜΠΕ
CNA News; Business Wire; BusinessWire; PRNewswire; PR Newswire; Globe Newswire; GlobeNewswire; Accesswire
ACCESS Newswire; EIN Presswire; EINPresswire.com; Newsfile; Newsfile Corp.; CNW; Marketwired; Dow Jones
Dow Jones Newswires; RTTNews; States Newsroom; Tribune News Service; TNS; KFF Health News; Stringer; BBC; CNN
VOA; VOA News; RFE/RL; DW; Al Jazeera; NPR; Sputnik; Спутник; AGI; Adnkronos; LaPresse; Askanews; Radiocor
Italpress
ACN; Colpisa; Servimedia; Agência Estado; Estadão Conteúdo; Agencia Peruana; ABI; AVN; ANGOP; Inforpress; STA
BelTA
БЕЛТА; Kazinform; Казинформ; AZERTAC; Armenpress; Montsame; PNA; KPL; AKP; MNA; INP; NNI; ECNS; CNS
Caixin; SABA; SUNA; NBC News; CBS News; ABC News; Fox News; BBC News; Sky News; ITAR-TASS/ТАСС; ТАСС/Интерфакс
Интерфакс.ру; RIA FAN; Regnum; Росбалт; УНИАН; УНН; Radio Free Europe; Novinite; FoNet; Фонет; Бета; Срна
Фена; МИА
رويترز; أ ف ب; ا ف ب; أ.ف.ب; أف ب; فرانس برس; د ب أ; شينخوا; واس; وام; قنا; كونا; بترا; سانا; وفا; الأناضول
سبوتنيك; وكالات
أ ش أ; بنا; العمانية; ایرنا; ایسنا; مهر; تسنیم; فارس; ایلنا; اے پی پی; این این آئی; آئی این پی; اے ایف پی
भाषा; वार्ता; एएनआई; आईएएनएस; एजेंसी; पीटीआई; यूएनआई; বাসস; ইউএনবি; রয়টার্স; এএফপি; সময়
澎湃新闻; 财联社; 央视新闻; 法新社电; 彭博社; 彭博; 德新社; 塔斯社; 俄新社; 安莎社; 埃菲社; 新社; AFP=時事
朝鮮中央通信; 聯合社
""")

PRESS = _table("""
times; post; news; today; herald; tribune; journal; gazette; chronicle; daily; weekly; press; mail; telegraph
guardian; observer; independent; mirror; courier; bulletin; monitor; dispatch; sentinel; inquirer; enquirer
examiner; ledger; advertiser; argus; echo; globe; newswire; wire; magazine; broadcasting; newspaper; newspapers
media; agency; newsroom; online; reporter; messenger; zeitung; tageszeitung; tageblatt; nachrichten; anzeiger
kurier; rundschau; presse; merkur; blatt; allgemeine; bote; abendblatt; morgenpost; monde; figaro; libération
gazette; quotidien; dépêche; nouvelles; diario; periódico; noticias; prensa; país; correo; corriere; gazzetta
giornale; notizie; repubblica; messaggero; jornal; folha; notícias; diário; dagblad; krant; nieuws; courant
nyheter; tidning; tidningen; dagbladet; avis; avisen; aftenposten; posten; tidende; sanomat; lehti; uutiset
gazeta; dziennik; kurier; noviny; listy; новости; газета; известия; правда; вести; комсомольская; haber
gazetesi; gazete; haberleri; novosti; vijesti; hírek; ziarul; εφημερίδα; νέα; nachrichtenagentur; courrier
républicain; parisien; provençal; stampa; telegraaf; volkskrant; stadskrant; expressen; politiken; berlingske
rzeczpospolita; wyborcza; milliyet; hürriyet; cumhuriyet; espectador; informador; ouest-france
sud-ouest; franceinfo; rfi; ard; zdf; mdr; ndr; wdr; srf; orf; rtbf; vrt; svt; nrk; yle; rai; rtve
""")
# Names whose words alone say nothing.
HOUSES = _table("""
the star; the sun; the record; the standard; the nation; the citizen; the leader; the spectator; the statesman
the voice; the pioneer; the register
die zeit; die welt; der spiegel; der standard; kleine zeitung; stern
la croix; le progrès; le temps; la vanguardia; el mundo; la razón; la voz; la nación; la nacion; el universal
clarín; el comercio; el tiempo; el heraldo; milenio; excélsior; reforma; la jornada; o globo; o estado; público
il secolo; il tempo; kompas; tempo; nhân dân; tuổi trẻ; thanh niên; postimees; delfi; index; telex
""")
INSTITUTION = _table("""
ministry; department; office; university; institute; council; commission; authority; police; embassy; parliament
government; association; foundation; federation; union; court; attorney; attorney's; board; college; museum
ministerium; bundesministerium; universität; stadt; landkreis; polizei; verband; stiftung; ministère; préfecture
mairie; université; ministerio; ayuntamiento; universidad; fundación; ministero; comune; università; fondazione
ministério; prefeitura; universidade; ministerie; gemeente; universiteit; министерство; мэрия; университет
""")
_PRESS_CJK = re.compile(
    "(?:[日晚早晨商快导市年工][报報]|新闻|新聞|時報|时报|周刊|週刊|通信|日刊|뉴스|신문|일보|타임스)\\Z"
)
_PRESS_TAILS = (
    "zeitung",
    "blatt",
    "presse",
    "nachrichten",
    "kurier",
    "anzeiger",
    "rundschau",
    "merkur",
    "posten",
    "tidende",
    "bladet",
    "tidningen",
    "sanomat",
    "lehti",
)

SECTIONS = _table("""
world; politics; business; sport; sports; opinion; opinions; news; culture; technology; tech; science; health
local; national; international; economy; finance; markets; travel; lifestyle; life; arts; art; books; music
film; tv; education; environment; climate; weather; community; europe; asia; africa; america; americas; middle
east; us; uk; eu; region; regional; features; feature; analysis; comment; editorial; editorials; interview
breaking; latest; top; stories; story; headlines; update; updates; live; video; videos; photos; photo; gallery
exclusive; press; release; releases; media; statement; announcement; newsletter; home; politik; wirtschaft
kultur; wissen; gesellschaft; panorama; ausland; inland; meinung; politique; monde; économie; société; culture
sciences; política; economía; mundo; deportes; cultura; sociedad; cronaca; politica; esteri; economia; sociedade
esporte; crime; courts; court; police; obituary; obituaries; letters; letter; column; columnist; columns; football
soccer; rugby; cricket; tennis; golf; racing; basketball; baseball; hockey; athletics; cycling; sailing; money
property; housing; food; drink; motoring; cars; transport; religion; faith; farming; agriculture; gardening
energy; nature; wildlife; heritage; history; people; profile; profiles; essay; reportage; longread; blog; podcast
report; reports; review; reviews; theatre; theater; cinema; law; justice; security; defence; defense; media; space
animals; pets
kommentar; leitartikel; reportage; porträt; nachruf; lokales; regionales; fußball; gesundheit; bildung; wetter
verkehr; umwelt; medien; analyse; essay; glosse; kolumne; premium; exklusiv; tribune; éditorial; entretien
enquête; portrait; récit; santé; sport; faits; divers; météo; opinión; sucesos; tribunales; reportaje; entrevista
análisis; salud; ciencia; clima; editoriale; intervista; analisi; salute; scienza; meteo; commento; calcio
aktualności; wiadomości; kraj; świat; nyheter; inrikes; utrikes; innenriks; utenriks; indland; udland; samfunn
nieuws; binnenland; buitenland; regio; attualità; actualités; actualité; nacional; nacionales; internacional
provincia; kotimaa; ulkomaat; talous; gündem; dünya; ekonomi; spor; новости; общество; политика; экономика; мир
спорт; культура; происшествия
and; the; of; in; for; immediate; pressemitteilung; communiqué; presse; nota; prensa; de; comunicado
stampa; persbericht; 国际; 国内; 社会; 政治; 経済
""")

NOISE = _table("""
home; menu; search; share; share this; share this article; share this story; tweet; print; email; e-mail
skip to content; skip to main content; subscribe; sign in; sign up; log in; login; register; advertisement
advertising; ad; anzeige; publicité; publicidad; pubblicità; advertentie; sponsored; listen
listen to this article; watch; play; save; copy link; comments; comment; leave a comment; facebook; twitter; x
whatsapp; telegram; linkedin; instagram; pinterest; reddit; font size; read more; more; next; previous; back
top; close; follow us; navigation; breadcrumb; loading; article; story continues below; continue reading
for immediate release; press release; news release; media release; pressemitteilung; communiqué de presse
nota de prensa; comunicato stampa; persbericht; zur sofortigen veröffentlichung; pour diffusion immédiate
for release; press statement; media statement; statement; media advisory; presseinformation; presseaussendung
communiqué; nota à imprensa; nota de imprensa; pressmeddelande; pressemeddelelse; pressemelding; lehdistötiedote
tiedote; komunikat prasowy; tisková zpráva; sajtóközlemény; comunicat de presă; пресс-релиз; basın bülteni
新闻稿
新聞稿; プレスリリース; 보도자료; بيان صحفي; siaran pers; news provided by; scroll to top; search for; donate
e-paper
view original; image source; get help; contact us; about us; privacy policy; cookie policy; terms of use
most read; trending; live; video; photos; gallery; notifications; my account; your account; edition; weather
teilen; drucken; partager; imprimer; compartir; imprimir; condividi; stampa; delen
メニュー; ホーム; 分享; 打印; 首页
공유; 인쇄
""")
_NOISE_LINE = re.compile(
    r"\d+\s*(?:-\s*)?(?:min(?:ute)?s?\.?)\s*(?:read|lesezeit|de lecture|di lettura|de lectura)?\.?\Z"
    r"|(?:lesezeit|temps de lecture|reading time)\b.*|[\W_]+\Z|(?:home|start|accueil|inicio)"
    r"?\s?(?:[>›»/]\s?[^>›»/]{1,40}){2,}\Z"
    r"|(?:press|news|media)[ -](?:release|statement)s?\b.{0,30}\d.{0,12}\Z|release (?:no\.? ?)?\d[\d/-]+\Z"
    r"|pressemitteilung\s(?:nr|vom)\b.{0,40}\Z|(?:media |press )?contacts?\s?:.*|case (?:no\.?|#).{1,40}\Z"
    r"|(?:cell|office|mobile|telephone|telefon|téléphone|mobil)\s?[:.].*|contacts?\Z"
    r"|https?://\S+\Z|\d+\s+(?:comments?|shares?|views?|kommentare|commentaires)\Z|(?:tel|phone|fax|e-?mail)"
    r"\s?[.:].*",
    re.IGNORECASE,
)

NO_PLACE = _table("""
the; a; an; and; but; or; if; when; while; in; on; at; by; for; from; with; to; of; as; it; he; she; they; we
you; i; this; that; these; those; there; here; what; why; how; who; where; which; after; before; since; until
not; no; yes; is; are; was; were; will; update; updates; updated; exclusive; breaking; opinion; analysis; watch
video; photo; photos; note; notes; editor; editor's; correction; warning; listen; read; fact; factbox; explainer
interview; review; preview; live; new; news; summary; details; background; question; answer; q; faq; step; part
chapter; example; tip; tips; hint; result; results; conclusion; contact; today; yesterday; tomorrow; monday
tuesday; wednesday; thursday; friday; saturday; sunday; title; date; author; published; posted; der; die; das
ein; eine; und; aber; im; am; um; es; er; sie; wir; ich; nach; vor; mit; von; zu; für; auf; le; les; un; une; et
mais; il; elle; nous; dans; après; avant; avec; pour; el; los; las; una; y; pero; en; con; para; por; gli; uno
ma; dopo; prima; os; um; uma; mas; de; het; een; op; och; men; och; det; den; på; и; в; на; но; а; по; с; из
это; как; что; для; bu; bir; ve
""")
# La Paz, El Salvador, Den Haag, Los Angeles, Le Havre, San, Las Vegas, Den Bosch …: an article may open a place.
PLACE_ARTICLES = _table("new; la; el; los; las; le; les; den; al")
CONNECTORS = _table("""
de; del; della; di; da; do; dos; das; du; des; la; le; les; el; al; am; an; der; dem; den; im; in; ob; bei; auf
upon; on; of; and; und; et; y; e; i; sur; sous; en; aux; lès; van; aan; zee; bij; op; och; og; ja; nad; na; pod
the; o; к; на; am main
""")

LABELS: dict[str, str] = {
    word.strip().casefold(): name
    for name, row in {
        "title": "title; headline; subject; titel; überschrift; schlagzeile; titre; título; titular; titolo; rubrik; otsikko; tytuł; nadpis; заголовок; başlık; 标题; 標題; 見出し; タイトル; 제목",  # noqa: E501 - one row a field
        "published": "date; published; published on; published at; publication date; date published; posted; posted on; pubdate; release date; datum; veröffentlicht; veröffentlicht am; erschienen; erschienen am; publié le; date de publication; fecha; publicado; publicado el; data; pubblicato; pubblicato il; data di pubblicazione; publicado em; gepubliceerd; gepubliceerd op; publicerad; publiceret; publisert; julkaistu; data publikacji; opublikowano; дата; опубликовано; дата публікації; tarih; yayınlanma tarihi; 日期; 发布时间; 發布時間; 时间; 日付; 公開日; 날짜; 입력; 등록; 송고; 게시; 기사입력; 公開; 掲載; 配信; publisert; udgivet; közzétéve; megjelent; publicat; publicat la; objavljeno; објављено; публикувано; vydáno; publikováno; פורסם; تاريخ النشر; نشر; منتشر شده; تاریخ; प्रकाशित; প্রকাশিত; เผยแพร่; วันที่; đăng; diterbitkan; first published; δημοσιεύθηκε",  # noqa: E501
        "updated": "updated; last updated; modified; aktualisiert; mis à jour; mis à jour le; actualizado; aggiornato; bijgewerkt; updated on; обновлено; güncelleme; 更新日; 수정; 최종수정; oppdatert; opdateret; uppdaterad; päivitetty; frissítve; ažurirano; עודכן; آخر تحديث; अपडेट; cập nhật; update; last modified; modifié le; ενημερώθηκε",  # noqa: E501
        "authors": "by; from; author; authors; byline; written by; autor; autoren; autorin; von; auteur; auteurs; par; autores; por; autore; autori; door; av; af; forfatter; författare; kirjoittaja; autorzy; автор; авторы; yazar; 作者; 记者; 記者; 著者; 기자; 글; by line; reporter; écrit par; redactor; pewarta; penulis; tác giả; مؤلف; כתב; मूल लेखक",  # noqa: E501
        "publisher": "source; publisher; publication; newspaper; quelle; herausgeber; éditeur; fuente; fonte; editore; bron; källa; kilde; lähde; źródło; zdroj; источник; джерело; kaynak; 来源; 來源; 出典; 출처",  # noqa: E501
        "place": "place; location; dateline; ort; lieu; lugar; luogo; plaats; ort/plats; место; yer; 地点; 場所; 장소",  # noqa: E501 - one row a field
        "categories": "category; categories; tags; tag; section; keywords; topic; topics; kategorie; kategorien; schlagwörter; ressort; rubrique; catégorie; mots-clés; categoría; etiquetas; categoria; categorie; tagi; рубрика; теги; kategori; etiket; 分类; カテゴリ; 분류",  # noqa: E501
        "summary": "summary; description; abstract; standfirst; lead; lede; excerpt; zusammenfassung; teaser; chapô; résumé; resumen; entradilla; sommario; resumo; samenvatting; ingress; аннотация; özet; 摘要; 概要; 요약",  # noqa: E501
        "caption": "caption; photo caption; image caption; bildunterschrift; légende; pie de foto; didascalia; legenda",  # noqa: E501 - one row a field
        "ignored": "to; cc; bcc; reply-to; return-path; x-mailer; mime-version; content-type; content-transfer-encoding; message-id; 收件人; an",  # noqa: E501
        "language": "language; lang; sprache; langue; idioma; lingua; taal",
        "url": "url; link; canonical; permalink; web",
        "native": "id; guid; uuid",
        "slug": "slug",
        "embargo": "embargo; embargoed until; not for publication before; hold until; sperrfrist; sous embargo jusqu'au",  # noqa: E501 - one row a field
    }.items()
    for word in row.split(";")
}

STAFF = re.compile(
    r"(?:(?:our|the|a|from our)\s+)?(?:\w+\s+){0,2}(?:staff|staff (?:writers?|reporters?)|newsroom|bureau"
    r"|(?:special\s|own\s)?correspondents?|reporters?|(?:news|web|city|sports|business|foreign)\s?desk"
    r"|editorial (?:board|team)|redaktion|rédaction|redacción|redazione|redação|redactie|redaktionen|toimitus"
    r"|redakcja|redakce|редакция|редакція|本报记者|编辑部|編集部)\Z",
    re.IGNORECASE,
)
CREDIT = re.compile(
    r"\b(?:file )?(?:photos?|photograph|fotos?|fotografía|фото|фотография|zdjęcie|kuva|fotoğraf)\s?"
    r"(?:[:/(|©]|by\b|courtesy\b|credit\b)"
    r"|\b(?:image|picture|bild|symbolbild|archivbild|crédit|credit|immagine|imagem|archivo|beeld|зображення)\s?[:©]"
    r"|©|\bgetty images\b|\((?:AP|AFP|Reuters) Photo|/(?:AFP|EPA|Reuters|dpa|Getty)\b"
    r"|図：|写真[:：]|사진[=:]|【图】|图[:：]|資料照",
    re.IGNORECASE,
)
_SHORT_NAMES = {"dpa", "epd", "ots", "sda", "apa", "ats"}  # these agencies write themselves small


def is_agency(text: str) -> bool:
    """`AP`, `dpa/lni` and `AFP/Reuters`; `Nina` is a name where `NINA` is an agency."""
    name = text.strip(" .,;*").split("/")[0].strip()
    small = len(name) <= 4 and name.isascii() and not name.isupper() and name not in _SHORT_NAMES
    return (name.casefold() in AGENCIES and not small) or text.strip(" .").casefold() == "rfe/rl"


def is_press(text: str) -> bool:
    """One of the words is of a newspaper's name."""
    if text.strip(" .").casefold() in HOUSES:
        return True
    parts = [part.strip(".,:!").casefold() for part in text.split()]
    return any(part in PRESS or part.endswith(_PRESS_TAILS) for part in parts) or bool(_PRESS_CJK.search(text))


def is_institution(text: str) -> bool:
    """The name of an office, short enough to stand at the top of its statements."""
    parts = [part.strip(".,:").casefold() for part in text.split()]
    return 2 <= len(parts) <= 8 and any(part in INSTITUTION for part in parts) and text[:1].isupper()


def is_section(text: str) -> bool:
    parts = re.findall(r"[^\W_]+", text.casefold())
    return bool(parts) and len(parts) <= 4 and all(part in SECTIONS for part in parts)


def is_noise(text: str) -> bool:
    """A line of navigation or a button."""
    return text.strip(" .:|-–—*").casefold() in NOISE or _NOISE_LINE.match(text[:200]) is not None
