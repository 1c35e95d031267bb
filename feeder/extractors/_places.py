"""Places that are known as such, for datelines that say nothing but a place (`ISLAMABAD:`, `Lyon, France –`)."""

from __future__ import annotations

_CITIES = """
Abidjan Abu.Dhabi Abuja Accra Adana Addis.Ababa Aden Ahmedabad Alexandria Algiers Alger Almaty Amman Amsterdam
Ankara Antalya Antananarivo Antwerp Antwerpen Ashgabat Asmara Astana Asunción Athens Athen Athènes Atenas
Atlanta Auckland Austin Baghdad Bagdad Baku Bakou Baltimore Bamako Bangalore Bengaluru Bangkok Bangui Banjul
Barcelona Basel Basra Beijing Beirut Beyrouth Belfast Belgrade Belgrad Beograd Berlin Berlín Berne Bern Bilbao
Birmingham Bishkek Bogotá Bogota Bologna Bonn Bordeaux Boston Brasília Brasilia Bratislava Bremen Brisbane
Bristol Brussels Brüssel Bruxelles Brussel Bucharest București Budapest Buenos.Aires Bujumbura Cairo Calgary
Canberra Cape.Town Caracas Cardiff Casablanca Charlotte Chennai Chicago Chișinău Chisinau Cologne Colombo
Conakry Copenhagen København Kopenhagen Córdoba Dakar Dallas Damascus Dar.es.Salaam Darmstadt Delhi Den.Haag
Denver Detroit Dhaka Djibouti Dnipro Doha Dortmund Dresden Dubai Dublin Dushanbe Düsseldorf Edinburgh Erfurt
Essen Florence Firenze Frankfurt Frankfurt.am.Main Frankfurt/Main Freetown Gaborone Gaza Gaza.City Gdańsk Geneva
Genf Genève Ginevra Genoa Glasgow Göteborg Gothenburg Graz Guangzhou Guatemala.City Guwahati Hague Haifa Hamburg
Hanoi Hà.Nội Hannover Harare Harbin Havana Helsinki Ho.Chi.Minh.City Hong.Kong Honolulu Houston Hyderabad
Innsbruck Islamabad İstanbul Istanbul İzmir Izmir Jaipur Jakarta Jerusalem Johannesburg Juba Kabul Kampala Kano
Karachi Kathmandu Kharkiv Khartoum Kigali Kingston Kinshasa Kolkata Köln Kraków Kuala.Lumpur Kuwait.City Kyiv
Kiev Київ Киев Kyoto La.Paz Lagos Lahore Lausanne Leeds Leipzig Libreville Lille Lilongwe Lima Lisbon Lisboa
Lissabon Liverpool Ljubljana Lomé London Londres Londra Los.Angeles Luanda Lucknow Lusaka Luxembourg Luxemburg
Luzern Lviv Lyon Madrid Mailand Mainz Malé Managua Manama Manchester Manila Mannheim Maputo Marseille Mecca
Medellín Melbourne Mexico.City Ciudad.de.México Miami Milan Milano Minneapolis Minsk Mogadishu Monrovia
Montevideo Montréal Montreal Moscow Moskau Москва Moscou Mosca Moskva Mosul Mumbai München Munich Muscat Nagoya
Nairobi Nantes Naples Napoli Nassau New.Delhi New.Orleans New.York Niamey Nice Nicosia Nouakchott Nuremberg
Nürnberg Odesa Odessa Osaka Oslo Ottawa Ouagadougou Palermo Panama.City Paris París Parigi Perth Peshawar
Philadelphia Phnom.Penh Phoenix Podgorica Port-au-Prince Port.Louis Port.Moresby Porto Portland Potsdam Prague
Prag Praha Praga Pretoria Pristina Pyongyang Quebec Québec Quetta Quito Rabat Ramallah Rawalpindi Reykjavik
Reykjavík Riga Rīga Rio.de.Janeiro Riyadh Rome Roma Rom Rostock Rotterdam Saarbrücken Sacramento Salzburg
San.Diego San.Francisco San.José San.Jose San.Juan San.Salvador Sanaa Santiago Santo.Domingo São.Paulo Sao.Paulo
Sarajevo Schwerin Seattle Seoul Sevilla Shanghai Shenzhen Singapore Skopje Sofia София Srinagar St..Petersburg
Санкт-Петербург Stockholm Straßburg Strasbourg Stuttgart Suva Sydney Taipei Tallinn Tashkent Tbilisi Tegucigalpa
Tehran Tel.Aviv The.Hague Thimphu Tirana Tokyo Toronto Toulouse Tripoli Tunis Turin Torino Ulaanbaatar Utrecht
Vaduz Valencia Valletta Vancouver Vatikan Vatican.City Venice Venezia Victoria Vienna Wien Vienne Vientiane
Vilnius Warsaw Warszawa Warschau Varsovie Washington Wellington Wiesbaden Windhoek Winnipeg Wuhan Yangon Yaoundé
Yerevan Zagreb Zürich Zurich 北京 上海 东京 東京 大阪 台北 香港 서울 부산 평양
"""
_REGIONS = """
Afghanistan Albania Algeria Andorra Angola Argentina Armenia Australia Austria Azerbaijan Bahamas Bahrain
Bangladesh Barbados Belarus Belgium Belize Benin Bhutan Bolivia Bosnia Botswana Brazil Brunei Bulgaria Burundi
Cambodia Cameroon Canada Chad Chile China Colombia Congo Croatia Cuba Cyprus Czechia Czech.Republic Denmark
Dominica Ecuador Egypt England Eritrea Estonia Eswatini Ethiopia Fiji Finland France Gabon Gambia Georgia
Germany Ghana Greece Grenada Guatemala Guinea Guyana Haiti Honduras Hungary Iceland India Indonesia Iran Iraq
Ireland Israel Italy Ivory.Coast Jamaica Japan Jordan Kazakhstan Kenya Kosovo Kuwait Kyrgyzstan Laos Latvia
Lebanon Lesotho Liberia Libya Liechtenstein Lithuania Luxembourg Madagascar Malawi Malaysia Maldives Mali Malta
Mauritania Mauritius Mexico Moldova Monaco Mongolia Montenegro Morocco Mozambique Myanmar Namibia Nepal
Netherlands New.Zealand Nicaragua Niger Nigeria North.Korea North.Macedonia Northern.Ireland Norway Oman
Pakistan Palestine Panama Paraguay Peru Philippines Poland Portugal Qatar Romania Russia Rwanda Saudi.Arabia
Scotland Senegal Serbia Seychelles Sierra.Leone Singapore Slovakia Slovenia Somalia South.Africa South.Korea
South.Sudan Spain Sri.Lanka Sudan Suriname Sweden Switzerland Syria Taiwan Tajikistan Tanzania Thailand Togo
Tonga Tunisia Turkey Türkiye Turkmenistan Uganda Ukraine United.Kingdom UK U.K. United.States USA U.S. US UAE
Uruguay Uzbekistan Vanuatu Venezuela Vietnam Wales Yemen Zambia Zimbabwe West.Bank Gaza.Strip Alabama Ala.
Alaska Arizona Ariz. Arkansas Ark. California Calif. Colorado Colo. Connecticut Conn. Delaware Del. D.C. DC
Florida Fla. Ga. Hawaii Idaho Illinois Ill. Indiana Ind. Iowa Kansas Kan. Kentucky Ky. Louisiana La. Maine
Maryland Md. Massachusetts Mass. Michigan Mich. Minnesota Minn. Mississippi Miss. Missouri Mo. Montana Mont.
Nebraska Neb. Nevada Nev. New.Hampshire N.H. New.Jersey N.J. New.Mexico N.M. New.York N.Y. North.Carolina N.C.
North.Dakota N.D. Ohio Oklahoma Okla. Oregon Ore. Pennsylvania Pa. Rhode.Island R.I. South.Carolina S.C.
South.Dakota S.D. Tennessee Tenn. Texas Utah Vermont Vt. Virginia Va. W.Va. West.Virginia Wisconsin Wis. Wyoming
Wyo. Ontario Ont. Quebec Que. Alberta Alta. British.Columbia B.C. Manitoba Man. Saskatchewan Sask. Nova.Scotia
N.S. Queensland Victoria Tasmania Bavaria Saxony Allemagne Belgique Suisse Espagne Italie Maroc Tunisie España
México Perú Brasil Chile Francia Alemania Italia Portugal Deutschland Österreich Schweiz Frankreich Italien
Spanien Belgien
"""


def _key(name: str) -> str:
    return " ".join(name.replace(".", " ").replace("İ", "i").casefold().split())


def _table(text: str) -> frozenset[str]:
    return frozenset(map(_key, text.split()))


_CITY, _REGION = _table(_CITIES), _table(_REGIONS)
_STATES = _table(
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK "
    "OR PA RI SC SD TN TX UT VT VA WA WV WI WY ON QC BC AB NSW QLD"
)


def is_city(name: str) -> bool:
    return _key(name) in _CITY


def is_region(name: str) -> bool:
    """A country or a state, in full or as American papers shorten it."""
    key = _key(name)
    return key in _REGION or (name.isupper() and key in _STATES)
