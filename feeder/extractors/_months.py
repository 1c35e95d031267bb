"""Names of months: one row a language, twelve columns; a new language is a new row.

A cell holds the forms that are written, separated by `/`. Longer names are also known by their first three and
four letters where these are of one month only.
"""

from __future__ import annotations

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
    "ca": "gener febrer març abril maig juny juliol agost setembre octubre novembre desembre",
    "id": "januari februari maret april mei juni juli agustus september/sept oktober november desember",
    "ar": "يناير فبراير مارس أبريل/ابريل/إبريل مايو يونيو/يونيه يوليو/يوليه أغسطس/اغسطس سبتمبر أكتوبر/اكتوبر نوفمبر ديسمبر",  # noqa: E501
    "he": "ינואר/בינואר פברואר/בפברואר מרץ/במרץ אפריל/באפריל מאי/במאי יוני/ביוני יולי/ביולי אוגוסט/באוגוסט ספטמבר/בספטמבר אוקטובר/באוקטובר נובמבר/בנובמבר דצמבר/בדצמבר",  # noqa: E501
    "hi": "जनवरी फरवरी/फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर/सितम्बर अक्टूबर/अक्तूबर नवंबर/नवम्बर दिसंबर/दिसम्बर",
    "bn": "জানুয়ারি/জানুয়ারী ফেব্রুয়ারি/ফেব্রুয়ারী মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর",
    "th": "มกราคม/ม.ค กุมภาพันธ์/ก.พ มีนาคม/มี.ค เมษายน/เม.ย พฤษภาคม/พ.ค มิถุนายน/มิ.ย กรกฎาคม/ก.ค สิงหาคม/ส.ค กันยายน/ก.ย ตุลาคม/ต.ค พฤศจิกายน/พ.ย ธันวาคม/ธ.ค",  # noqa: E501
}


def _forms(row: str) -> dict[str, int]:
    cells = [cell.casefold().split("/") for cell in row.split()]
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
