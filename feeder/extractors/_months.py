"""Names of months: one row a language, twelve columns; a new language is a new row.

A cell holds the forms that are written, separated by `/`; `_` stands for a space. Longer names are also known
by their first three and
four letters where these are of one month only.
"""

from __future__ import annotations

from datetime import date, timedelta

_ROWS: dict[str, str] = {
    "en": "january february march april may june july august september/sept october november december",
    "de": "januar/jänner/jaenner/jän februar/feber/feb märz/maerz/mrz april mai juni/juno juli/julei august september/sept oktober november dezember",  # noqa: E501 - one row a language
    "fr": "janvier/janv février/fevrier/févr mars avril mai juin juillet/juil août/aout septembre/sept octobre novembre décembre/decembre/déc",  # noqa: E501
    "es": "enero/ene febrero/feb marzo abril mayo junio julio agosto/ago septiembre/setiembre/sept octubre noviembre diciembre/dic",  # noqa: E501
    "it": "gennaio/gen febbraio marzo aprile maggio/mag giugno/giu luglio/lug agosto/ago settembre/sett/set ottobre/ott novembre dicembre/dic",  # noqa: E501
    "pt": "janeiro fevereiro/fev março/marco abril maio junho julho agosto setembro/set outubro/out novembro dezembro/dez",  # noqa: E501
    "nl": "januari februari maart/mrt april mei juni juli augustus september/sept oktober november december",
    "sv": "januari februari mars april maj juni juli augusti september/sept oktober november december",
    "da": "januar februar marts april maj juni juli august september/sept oktober november december",
    "no": "januar februar mars april mai juni juli august september/sept oktober november desember/des",
    "fi": "tammikuu/tammikuuta/tammikuun helmikuu/helmikuuta/helmikuun maaliskuu/maaliskuuta/maaliskuun huhtikuu/huhtikuuta/huhtikuun toukokuu/toukokuuta/toukokuun kesäkuu/kesäkuuta/kesäkuun heinäkuu/heinäkuuta/heinäkuun elokuu/elokuuta/elokuun syyskuu/syyskuuta/syyskuun lokakuu/lokakuuta/lokakuun marraskuu/marraskuuta/marraskuun joulukuu/joulukuuta/joulukuun",  # noqa: E501
    "pl": "styczeń/stycznia luty/lutego marzec/marca kwiecień/kwietnia maj/maja czerwiec/czerwca lipiec/lipca sierpień/sierpnia wrzesień/września październik/października listopad/listopada grudzień/grudnia",  # noqa: E501
    "cs": "leden/ledna únor/února březen/března duben/dubna květen/května červen/června červenec/července srpen/srpna září říjen/října listopad/listopadu prosinec/prosince",  # noqa: E501
    "sk": "január/januára február/februára marec/marca apríl/apríla máj/mája jún/júna júl/júla august/augusta september/septembra október/októbra november/novembra december/decembra",  # noqa: E501
    "sl": "januar/januarja februar/februarja marec/marca april/aprila maj/maja junij/junija julij/julija avgust/avgusta september/septembra oktober/oktobra november/novembra december/decembra",  # noqa: E501
    "hr": "siječanj/siječnja veljača/veljače ožujak/ožujka travanj/travnja svibanj/svibnja lipanj/lipnja srpanj/srpnja kolovoz/kolovoza rujan/rujna listopad/listopada studeni/studenoga/studenog prosinac/prosinca",  # noqa: E501
    "sr": "januar/januara/јануар/јануара februar/februara/фебруар/фебруара mart/marta/март/марта april/aprila/април/априла maj/maja/мај/маја jun/juna/јун/јуна jul/jula/јул/јула avgust/avgusta/август/августа septembar/septembra/септембар/септембра oktobar/oktobra/октобар/октобра novembar/novembra/новембар/новембра decembar/decembra/децембар/децембра",  # noqa: E501
    "hu": "január/januári február/februári március/márciusi április/áprilisi május/májusi június/júniusi július/júliusi augusztus/augusztusi szeptember/szept október/októberi november/novemberi december/decemberi",  # noqa: E501
    "ro": "ianuarie/ian februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
    "bg": "януари/ян февруари/февр март април май юни юли август септември октомври ноември декември",
    "ru": "январь/января/янв февраль/февраля/фев март/марта апрель/апреля май/мая июнь/июня июль/июля август/августа сентябрь/сентября/сент октябрь/октября ноябрь/ноября декабрь/декабря",  # noqa: E501
    "uk": "січень/січня лютий/лютого березень/березня квітень/квітня травень/травня червень/червня липень/липня серпень/серпня вересень/вересня жовтень/жовтня листопад/листопада грудень/грудня",  # noqa: E501
    "be": "студзень/студзеня люты/лютага сакавік/сакавіка красавік/красавіка май/мая чэрвень/чэрвеня ліпень/ліпеня жнівень/жніўня верасень/верасня кастрычнік/кастрычніка лістапад/лістапада снежань/снежня",  # noqa: E501
    "tr": "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
    "el": "ιανουάριος/ιανουαρίου φεβρουάριος/φεβρουαρίου μάρτιος/μαρτίου απρίλιος/απριλίου μάιος/μαΐου ιούνιος/ιουνίου ιούλιος/ιουλίου αύγουστος/αυγούστου σεπτέμβριος/σεπτεμβρίου οκτώβριος/οκτωβρίου νοέμβριος/νοεμβρίου δεκέμβριος/δεκεμβρίου",  # noqa: E501
    "et": "jaanuar veebruar märts aprill mai juuni juuli august september oktoober november detsember",
    "lv": "janvāris/janvārī/janvāra februāris/februārī marts/martā aprīlis/aprīlī maijs/maijā jūnijs/jūnijā jūlijs/jūlijā augusts/augustā septembris/septembrī oktobris/oktobrī novembris/novembrī decembris/decembrī",  # noqa: E501
    "lt": "sausis/sausio vasaris/vasario kovas/kovo balandis/balandžio gegužė/gegužės birželis/birželio liepa/liepos rugpjūtis/rugpjūčio rugsėjis/rugsėjo spalis/spalio lapkritis/lapkričio gruodis/gruodžio",  # noqa: E501
    "sw": "januari februari machi aprili mei juni julai agosti septemba oktoba novemba desemba",
    "ca": "gener febrer març abril maig juny juliol agost setembre octubre novembre desembre",
    "id": "januari februari maret april mei juni juli agustus september/sept oktober november desember",
    "ar": "يناير/جانفي/كانون_الثاني فبراير/شباط/فيفري مارس/آذار أبريل/ابريل/إبريل/نيسان/أفريل مايو/أيار/ماي يونيو/يونيه/حزيران/جوان يوليو/يوليه/تموز/جويلية أغسطس/اغسطس/آب/أوت سبتمبر/أيلول/شتنبر أكتوبر/اكتوبر/تشرين_الأول/تشرين_الاول نوفمبر/تشرين_الثاني ديسمبر/دجنبر/كانون_الأول/كانون_الاول",  # noqa: E501
    "fa": "ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر",
    "ur": "جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر",
    "he": "ינואר/בינואר פברואר/בפברואר מרץ/במרץ אפריל/באפריל מאי/במאי יוני/ביוני יולי/ביולי אוגוסט/באוגוסט ספטמבר/בספטמבר אוקטובר/באוקטובר נובמבר/בנובמבר דצמבר/בדצמבר",  # noqa: E501
    "hi": "जनवरी फरवरी/फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर/सितम्बर अक्टूबर/अक्तूबर नवंबर/नवम्बर दिसंबर/दिसम्बर",
    "bn": "জানুয়ারি/জানুয়ারী ফেব্রুয়ারি/ফেব্রুয়ারী মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর",
    "th": "มกราคม/ม.ค กุมภาพันธ์/ก.พ มีนาคม/มี.ค เมษายน/เม.ย พฤษภาคม/พ.ค มิถุนายน/มิ.ย กรกฎาคม/ก.ค สิงหาคม/ส.ค กันยายน/ก.ย ตุลาคม/ต.ค พฤศจิกายน/พ.ย ธันวาคม/ธ.ค",  # noqa: E501
}


# Days of the week, in full and as papers shorten them: they stand beside dates and say nothing that we need.
_WEEKDAYS = """
monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so
lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes sábado domingo
lunedì martedì mercoledì giovedì venerdì sabato domenica lun mar mer gio ven sab dom
segunda-feira terça-feira quarta-feira quinta-feira sexta-feira segunda terça quarta quinta sexta
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag måndag tisdag onsdag torsdag fredag lördag söndag
mandag tirsdag lørdag søndag maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai
maanantaina tiistaina keskiviikkona torstaina perjantaina lauantaina sunnuntaina ma ti ke to pe la su
poniedziałek wtorek środa czwartek piątek sobota niedziela pondělí úterý středa čtvrtek pátek neděle
pondelok utorok streda štvrtok piatok nedeľa hétfő kedd szerda csütörtök péntek szombat vasárnap
luni marți miercuri joi vineri sâmbătă duminică ponedjeljak utorak srijeda četvrtak petak subota nedjelja
ponedeljak sreda nedelja ponedeljek torek četrtek petek sobota понедељак уторак среда четвртак петак субота
недеља понедельник вторник среда четверг пятница суббота воскресенье пн вт ср чт пт сб вс понеділок вівторок
середа четвер п'ятниця п’ятниця субота неділя понеделник вторник сряда четвъртък петък събота неделя
pazartesi salı çarşamba perşembe cuma cumartesi pazar δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή
dilluns dimarts dimecres dijous divendres dissabte diumenge senin selasa rabu kamis jumat sabtu minggu
thứ_hai thứ_ba thứ_tư thứ_năm thứ_sáu thứ_bảy chủ_nhật jumatatu jumanne jumatano alhamisi ijumaa jumamosi
jumapili الإثنين الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد شنبه یکشنبه دوشنبه سه‌شنبه چهارشنبه
پنجشنبه جمعه پیر منگل بدھ جمعرات ہفتہ اتوار सोमवार मंगलवार बुधवार गुरुवार शुक्रवार शनिवार रविवार
সোমবার মঙ্গলবার বুধবার বৃহস্পতিবার শুক্রবার শনিবার রবিবার วันจันทร์ วันอังคาร วันพุธ วันพฤหัสบดี วันศุกร์
วันเสาร์ วันอาทิตย์
ראשון שני שלישי רביעי חמישי שישי שבת 星期一 星期二 星期三 星期四 星期五 星期六 星期日 星期天 週一 週二
週三 週四 週五
週六 週日 周一 周二 周三 周四 周五 周六 周日 月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日 월요일
화요일 수요일 목요일
금요일 토요일 일요일 月 火 水 木 金 土 日 월 화 수 목 금 토 일
"""
WEEKDAYS = frozenset(day.casefold().replace("_", " ") for day in _WEEKDAYS.split())


def _forms(row: str) -> dict[str, int]:
    cells = [cell.casefold().replace("_", " ").split("/") for cell in row.split()]
    known = {form: month for month, forms in enumerate(cells, 1) for form in forms}
    short: dict[str, set[int]] = {}
    for form, month in known.items():
        for length in (3, 4):
            if len(form) > length and form.isalpha():
                short.setdefault(form[:length], set()).add(month)
    return {**{form: months.pop() for form, months in short.items() if len(months) == 1}, **known}


_BY_LANGUAGE = {language: _forms(row) for language, row in _ROWS.items()}
_ALL: dict[str, int] = {}
for _known in _BY_LANGUAGE.values():  # the row that stands first wins
    for _form, _month in _known.items():
        _ALL.setdefault(_form, _month)


def month(word: str, language: str | None = None) -> int | None:
    """1 to 12 when `word` is a month; the language decides where two disagree (`listopada`)."""
    form = word.casefold().replace("i̇", "i").strip(".")
    own = _BY_LANGUAGE.get((language or "").split("-")[0].replace("nb", "no").replace("nn", "no"), {})
    return own.get(form) or _ALL.get(form)


_JALALI = (
    "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور",
    "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
)  # fmt: skip
_JALALI_DAYS = (0, 31, 62, 93, 124, 155, 186, 216, 246, 276, 306, 336)


def persian_day(year: int, word: str, day: int) -> date | None:
    """The day of a date of the Persian calendar (24 دی 1404), None when `word` is none of its months.

    Its years have leap days in a cycle of 33, which holds from 1244 to 1472
    (https://en.wikipedia.org/wiki/Solar_Hijri_calendar#Solar_Hijri_algorithmic_calendar).
    """
    if word not in _JALALI or not 1244 <= year <= 1472 or not 1 <= day <= 31:
        return None
    leaps = sum((before % 33) in _LEAPS for before in range(1244, year))
    return date(1865, 3, 21) + timedelta(365 * (year - 1244) + leaps + _JALALI_DAYS[_JALALI.index(word)] + day - 1)


_LEAPS = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
