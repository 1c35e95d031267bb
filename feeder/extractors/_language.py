"""The language of a text -> a tag, or None if unsure: declared, then by script, then by stop words."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import lru_cache
from heapq import nlargest

_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*\Z")
_SAMPLE = 4000
_WORD = re.compile(r"[^\W\d_]+")
_ASCII_WORD = re.compile("[a-z]+")
_NONE = (0, "")
_NOT_LATIN = re.compile("[^\0-\u036f]")

# One row a script: first and last code point, and the language when nearly all its readers share one.
_SCRIPTS: tuple[tuple[int, int, str], ...] = (
    (0x0370, 0x03FF, "el"),
    (0x0400, 0x04FF, "cyrillic"),
    (0x0530, 0x058F, "hy"),
    (0x0590, 0x05FF, "he"),
    (0x0600, 0x06FF, "arabic"),
    (0x0900, 0x097F, "devanagari"),
    (0x0980, 0x09FF, "bn"),
    (0x0A00, 0x0A7F, "pa"),
    (0x0A80, 0x0AFF, "gu"),
    (0x0B80, 0x0BFF, "ta"),
    (0x0C00, 0x0C7F, "te"),
    (0x0C80, 0x0CFF, "kn"),
    (0x0D00, 0x0D7F, "ml"),
    (0x0D80, 0x0DFF, "si"),
    (0x0E00, 0x0E7F, "th"),
    (0x0E80, 0x0EFF, "lo"),
    (0x1000, 0x109F, "my"),
    (0x10A0, 0x10FF, "ka"),
    (0x1200, 0x137F, "am"),
    (0x1780, 0x17FF, "km"),
    (0x3040, 0x30FF, "ja"),
    (0x4E00, 0x9FFF, "han"),
    (0xAC00, 0xD7AF, "ko"),
)
# Letters that one language of a script has and its neighbours have not; the last row is what stays.
_LETTERS: dict[str, tuple[tuple[str, str], ...]] = {
    "cyrillic": (("ў", "be"), ("іїєґ", "uk"), ("ђћџљњј", "sr"), ("ѓќѕ", "mk"), ("ыэё", "ru"), ("ъ", "bg")),
    "arabic": (("ٹڈڑے", "ur"), ("پچژگ", "fa"), ("ةىيك", "ar")),
}
_STOP_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to in a is that for on with as was it by at from are has have been be he she which will not this were its their but who",  # noqa: E501 - one row a language
        "de": "der die und das den in von zu mit dem des ist im für auf sich nicht ein eine als auch es an werden aus er hat bei wird sind am zum zur wie nach über",  # noqa: E501
        "fr": "le la les de des et du en un une que qui dans est pour au sur par pas ce avec se plus aux il elle ont été sont d l a à cette mais",  # noqa: E501
        "es": "el la los las de y que en un una por con para del se al es no su lo más como ha fue sus este pero entre desde también",  # noqa: E501
        "it": "il la di e che un una in per del della dei le gli i è non con si da al nel alla sono più anche delle ha come dal lo",  # noqa: E501
        "pt": "o a os as de e que em um uma do da dos das no na nos por para com não se ao mais foi são pelo pela também como à é",  # noqa: E501
        "nl": "de het een van en in is dat op te voor met zijn die niet aan er door ook om bij naar uit wordt heeft maar worden als nog",  # noqa: E501
        "sv": "och i att en som är på det för med av den till har inte ett om de från var kan men vid under ska också sig efter",  # noqa: E501
        "da": "og i at en er på det til af for med den som har de ikke et der fra om var kan men ved blev også sig efter eller blevet oplyste mener give noget skal bør meget før nu året kroner hvad hvor dette være ville kunne flere siger regeringen folketinget mellem uden blandt mens dag",  # noqa: E501
        "no": "og i å en er på det til av for med den som har de ikke et fra om var kan men ved ble også seg etter eller blitt opplyste mener gi noe skal bør mye før nå året kroner hva hvor dette være ville kunne flere sier regjeringen regjeringen stortinget mellom uten blant mens",  # noqa: E501
        "fi": "ja on ei että oli hän se ovat myös mutta kun joka tai sekä ole sen kuin jos mukaan vain tämä siitä niin kertoi eivät saavat saa ensi vuonna vuoden noin koska jo kanssa jossa miljoonaa eikä muun kuitenkin",  # noqa: E501
        "pl": "w i na z się do nie że jest o to jak po od za przez dla są oraz który która przy tym ale był było jej jego ze",  # noqa: E501
        "cs": "a v se na je že o s z do i to k ve pro za by ale jsou od po jako které který také před při jeho byl bude již podle středu loňského roku nich mají plán nebo protože není budou byla bylo sdělil oznámil let",  # noqa: E501
        "sk": "a v sa na je že o s z do aj to k vo pre za by ale sú od po ako ktoré ktorý tiež pred pri jeho bol bude už podľa roku ktorá majú alebo pretože nie budú bola bolo uviedol oznámil rokov",  # noqa: E501
        "hu": "a az és hogy nem is egy meg volt de ez el már csak mint még ki van azt lesz után között szerint által ha három úgy amely amelyek pedig így kell lehet akik nincs legnagyobb tovább szerdán döntött közölte",  # noqa: E501
        "ro": "și de a în la cu care pe o un din că nu este pentru au fost mai sunt al ale prin sau după lui sa se cele potrivit vor lei miercuri guvernul anunțat fi însă deoarece nicio către ani avea",  # noqa: E501
        "tr": "ve bir bu için ile da de olarak çok daha olan gibi en kadar sonra ancak ise var olduğu tarafından değil ne göre oldu geçen yıl dedi yeni önce kararı milyon lira açıkladı üzere başına ilk diye ya ki o iki yüzde başkanı",  # noqa: E501
        "hr": "i u je na se da su za od s o a ne koji koja će bi iz kao te do što nije sve samo bio prema nakon rekao godine trebali nema vlada ministar kuna eura međutim",  # noqa: E501
        "sl": "in je v na da se za so ki z pa po s o ne bi tudi kot od bo pri ali še bil bila ter ob",
        "et": "ja on ei et oli see ka kui mis ning aga ta selle nii või ole oma pärast kes mille",
        "lv": "un ir uz ar no par ka kas arī tas bet lai pie vai ne tika pēc gada bija",
        "lt": "ir yra į kad su iš bet tai kaip ne buvo per už dėl jau ar nuo apie po prie taip",
        "sw": "na ya wa kwa katika ni za la kuwa hii hiyo huo huu alisema ili mwaka ambayo ambazo baada lakini kwamba pia si cha kutoka",  # noqa: E501
        "tl": "ang ng sa mga na ay at ni nang para si kay ito hindi pa rin siya sila may kung",
        "eu": "eta da ez du dira bat izan dute zuen baina ere egin duela hori dituzte",
        "gl": "o a os as de e que en unha un do da dos das no na por para con non se máis foi son tamén este esta pola",  # noqa: E501
        "sq": "dhe të në e një që për me nga se është janë ka më si do nuk i u kjo ky",
        "ca": "el la els les de i que en un una per amb del a al és no es més com ha va dels també són aquest segons però aquesta quatre anys han seva",  # noqa: E501
        "id": "yang dan di dari ini itu untuk dengan pada tidak dalam akan oleh juga ke ada adalah mereka telah bisa",  # noqa: E501
        "vi": "và của là có trong được cho không một các với những này người đã khi để từ đến về hôm thứ phê việc năm sẽ kéo dài theo kế hoạch chính phủ nhưng hai trên tại bị ra nhiều",  # noqa: E501
    }.items()
}


# Languages so near to each other that one word may decide.
_FAMILIES = ({"da", "no", "sv"}, {"cs", "sk"}, {"hr", "sl"}, {"es", "ca", "gl", "pt"})
# Letters that hardly any other language with Latin letters has; each counts as a stop word.
_MARKS: dict[str, str] = {
    "cs": "ěřů", "sk": "ľĺŕ", "pl": "łąęśź", "tr": "ğışİ", "vi": "ơưđảạấầẩẫậắằặẹẻẽếềểễệỉịọỏốồổỗộớờởợụủứừửữựỳỵỷỹ",
    "hu": "őű",
    "ro": "țșţ", "lv": "āēģķļņ", "lt": "ėįųū", "et": "õ", "de": "ß", "es": "ñ¿¡", "pt": "ãõ", "is": "þð",
}  # fmt: skip
_LANGUAGES: dict[str, list[str]] = defaultdict(list)  # of each stop word
for _name, _words in _STOP_WORDS.items():
    for _word in _words:
        _LANGUAGES[_word].append(_name)


def is_stop_word(word: str) -> bool:
    """One of the words that every text of its language has."""
    return word in _LANGUAGES


def tag(declared: str | None) -> str | None:
    """A declared language as a tag of BCP 47 (`en_GB.UTF-8` is `en-GB`), None when it is none."""
    name = (declared or "").strip().split(".")[0].split(",")[0].replace("_", "-")
    if not _TAG.match(name):
        return None
    first, *rest = name.split("-")
    return "-".join([first.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])


def language(text: str, declared: str | None = None, expected: str | None = None) -> str | None:
    """What the document declares, else what it looks like, else what its source is known for."""
    if found := tag(declared):
        return found
    seen, known = detect(text), tag(expected)
    if seen is None or (known is not None and known.split("-")[0] == seen):
        return known
    return seen


def detect(text: str) -> str | None:
    return _detected(text[:_SAMPLE].lower())


@lru_cache(maxsize=8)  # one text is asked for twice: before its parts are told apart, and as a body
def _detected(sample: str) -> str | None:
    letters, counts = sum(map(str.isalpha, sample)), _scripts(sample)
    if not letters:
        return None
    if counts["ja"] * 12 > letters:  # kana among Chinese characters
        return "ja"
    script, most = max(counts.items(), key=lambda item: item[1], default=("", 0))
    return _of_script(script, sample) if most * 2 > letters else _of_words(sample)


def _scripts(sample: str) -> Counter[str]:
    """How many letters of each script but the Latin one, in the order in which they come."""
    found: Counter[str] = Counter()
    for char, number in Counter(_NOT_LATIN.findall(sample)).items():
        if char.isalpha() and (script := _script(ord(char))):
            found[script] += number
    return found


def _script(point: int) -> str | None:
    return next((name for first, last, name in _SCRIPTS if first <= point <= last), None)


def _of_script(script: str, sample: str) -> str | None:
    if script == "han":
        return "zh"
    if script == "devanagari":
        return "hi" if len(re.findall(r"(?<!\S)(?:है|के|में|की|को|हैं)(?!\S)", sample)) > 1 else None
    if script not in _LETTERS:
        return script
    return next((name for letters, name in _LETTERS[script] if sum(map(sample.count, letters)) > 1), None)


def _of_words(sample: str) -> str | None:
    words = Counter((_ASCII_WORD if sample.isascii() else _WORD).findall(sample))
    total = words.total()
    scores: Counter[str] = Counter()
    for word in words.keys() & _LANGUAGES.keys():
        for name in _LANGUAGES[word]:
            scores[name] += words[word]
    for name, letters in () if sample.isascii() else _MARKS.items():
        scores[name] += min(sum(map(sample.count, letters)), total // 4)
    (best, name), (second, other) = nlargest(
        2, [*((number, name) for name, number in scores.items()), _NONE, _NONE]
    )
    near = any({name, other} <= family for family in _FAMILIES)
    sure = best >= 3 and best * 8 > total and best > second * (1 if near else 1.15)
    return name if sure else None
