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
Aachen Aberdeen Adelaide Agadir Albany Albuquerque Aleppo Amiens Amritsar Anchorage Angers Annapolis Aarhus
Aalborg Arhus
Asheville Auxerre Avignon Bali Bari Barranquilla Basse-Terre Bastia Bayonne Beersheba Belém Belo.Horizonte
Bergamo
Bergen Besançon Bhopal Bhubaneswar Bielefeld Biarritz Bochum Boise Bradford Braga Braunschweig Brașov Brescia
Brest
Brno Bruges Brugge Brighton Buffalo Bydgoszcz Béziers Caen Cagliari Cali Cambridge Campinas Cancún Cannes
Cartagena
Catania Cebu Chandigarh Charleroi Chemnitz Chengdu Chongqing Christchurch Cincinnati Ciudad.Juárez
Clermont-Ferrand
Cleveland Cluj Cluj-Napoca Coimbra Colmar Columbus Constanța Cork Coventry Cuenca Cuiabá Curitiba Dalian Darwin
Davos Dehradun Des.Moines Dijon Donetsk Dunedin Durban Durham Debrecen Eindhoven Espoo Exeter Faisalabad Faro
Ferrara Florianópolis Fort.Worth Fortaleza Freiburg Fukuoka Fukushima Galway Gent Ghent Goiânia Granada Grenoble
Groningen Guadalajara Guayaquil Haarlem Halifax Halle Heidelberg Hiroshima Hobart Ibadan Iași Indianapolis
Ipswich
Irkutsk Jaffna Jeddah Jena Jodhpur Kaduna Kaliningrad Kanpur Kansas.City Karlsruhe Kassel Kathmandu Katowice
Kaunas
Kazan Kherson Kiel Kigoma Kisumu Klagenfurt Kobe Kochi Koblenz Konya Košice Kuopio Kyiv La.Plata La.Rochelle
Lansing Las.Palmas Las.Vegas Le.Havre Le.Mans Leicester Leiden León Leuven Liège Lüttich Limassol Limerick
Limoges Linz
Logroño Louisville Luhansk Lübeck Lugano Macau Macao Madison Magdeburg Malaga Málaga Malmö Mandalay
Mariupol Marrakech Marrakesh Medan Memphis Mendoza Metz Milwaukee Mogadiscio Mombasa Monterrey Montgomery
Montpellier
Mulhouse Multan Muzaffarabad Mérida Münster Murcia Nagasaki Nancy Nashville Newark Newcastle New.Haven Nicosia
Niamey Nijmegen Novi.Sad Novosibirsk Oakland Oaxaca Odense Ohrid Oklahoma.City Olomouc Omaha Oran Orlando Orléans
Ostrava Oulu Oxford Padova Pamplona Panaji Parma Patna Pau Pécs Perpignan Perugia Pesaro Pisa Pittsburgh Plovdiv
Plymouth Poitiers Pokhara Poznań Porto.Alegre Puebla Pune Punta.Arenas Québec.City Quimper Raleigh Ranchi Recife
Regensburg Regina Reims Rennes Reno Rijeka Richmond Rosario Rouen Saint-Denis Saint-Étienne Salamanca Salvador
Salt.Lake.City San.Antonio San.Sebastián Sankt.Gallen St..Gallen St..Louis St..Paul Santa.Cruz Santander
Santiago.de.Chile
Santiago.de.Compostela Sapporo Saratov Sendai Sheffield Shimla Sion Sochi Southampton Split Srebrenica Stavanger
Stoke Surabaya Swansea Szczecin Szeged Tampa Tampere Tangier Tallahassee Tartu Thessaloniki Thimphu
Thiruvananthapuram
Tijuana Timișoara Tirana Topeka Toledo Toulon Tours Trento Trier Trieste Tromsø Trondheim Troyes Tucson
Tucumán Turku
Ulm Uppsala Valladolid Valparaíso Vantaa Varanasi Varna Venice Verona Vigo Visakhapatnam Vitoria Vladivostok
Wilmington Winterthur Wolfsburg Worcester Wrocław Wuppertal Würzburg Xi'an Yekaterinburg York Yokohama Zadar
Zaragoza
Zug Łódź Lublin Gdynia Toruń Białystok Győr Miskolc Szombathely Ancona Bergame Trois-Rivières Sherbrooke
Gatineau Saguenay
Αθήνα Θεσσαλονίκη Πάτρα Ηράκλειο Λευκωσία Минск Одесса Одеса Харьков Харків Львов Львів Днепр Дніпро Казань
Екатеринбург
Новосибирск Сочи Владивосток Самара Краснодар Ростов-на-Дону Нижний.Новгород Алматы Алма-Ата Астана Ташкент
Бишкек
Баку Ереван Тбилиси Кишинев Рига Таллин Вильнюс Варшава Берлин Париж Лондон Вашингтон Брюссель Женева Пекин Токио
Пловдив Варна Бургас Скопје Београд Нови.Сад Сарајево Подгорица Ниш Бања.Лука Белград Белгород Брянск Донецк
Луганск
القاهرة الرياض جدة مكة.المكرمة المدينة.المنورة دبي أبوظبي أبو.ظبي الدوحة الكويت المنامة مسقط عمّان عمان دمشق
حلب بيروت بغداد
البصرة الموصل أربيل صنعاء عدن الخرطوم طرابلس بنغازي تونس الجزائر الرباط الدار.البيضاء نواكشوط مقديشو رام.الله
غزة القدس
القدس.المحتلة أنقرة إسطنبول اسطنبول طهران واشنطن نيويورك لندن باريس برلين موسكو بكين جنيف بروكسل فيينا روما
مدريد الإسكندرية
تهران مشهد اصفهان شیراز تبریز کابل هرات قم اهواز کرمان رشت یزد اسلام.آباد کراچی لاہور پشاور کوئٹہ راولپنڈی
ملتان فیصل.آباد مظفرآباد گلگت دہلی
תל.אביב ירושלים חיפה באר.שבע नई.दिल्ली नयी.दिल्ली दिल्ली मुंबई कोलकाता चेन्नई बेंगलुरु हैदराबाद लखनऊ पटना भोपाल
जयपुर रांची रायपुर देहरादून शिमला चंडीगढ़ अहमदाबाद पुणे वाराणसी प्रयागराज कानपुर गुवाहाटी श्रीनगर जम्मू
काठमांडू इंदौर आगरा
ঢাকা চট্টগ্রাম খুলনা রাজশাহী সিলেট বরিশাল রংপুর ময়মনসিংহ কলকাতা কুমিল্লা กรุงเทพฯ กรุงเทพมหานคร เชียงใหม่
ภูเก็ต ขอนแก่น
广州 深圳 天津 重庆 南京 武汉 成都 西安 杭州 拉萨 乌鲁木齐 华盛顿 纽约 伦敦 巴黎 柏林 莫斯科 日内瓦 布鲁塞尔
首尔 平壤 新德里 悉尼
高雄 台中 台南 新北 桃園 新竹 華盛頓 紐約 倫敦 巴黎 首爾 京都 名古屋 札幌 福岡 仙台 広島 横浜 神戸 那覇 ソウル
ワシントン ロンドン パリ
ベルリン モスクワ ニューヨーク ジュネーブ ブリュッセル 인천 대구 대전 광주 울산 세종 수원 춘천 청주 전주 창원
제주 워싱턴 뉴욕 베이징 도쿄 런던 파리
Đà.Nẵng Hải.Phòng Cần.Thơ Huế TP.HCM TP.Hồ.Chí.Minh Yogyakarta Bandung Semarang Makassar Palembang Denpasar
Kuala.Terengganu
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
Spanien Belgien Ungarn Polen Tschechien Niederlande Dänemark Schweden Norwegen Türkei Griechenland Rumänien
Pays-Bas Royaume-Uni Pologne Roumanie Grèce Turquie Algérie Sénégal Cameroun Mali Tchad Niger Bénin Canada
Reino.Unido Países.Bajos Bélgica Suiza Estados.Unidos EE.UU. Colombia Venezuela Bolivia Ecuador Uruguay Paraguay
Belgio Svizzera Regno.Unito Stati.Uniti Germania Grecia Nederland België Россия Украина Беларусь Казахстан
Punjab Sindh Balochistan Kerala Tamil.Nadu Karnataka Maharashtra Gujarat Rajasthan Bihar Odisha Assam Jharkhand
Uttar.Pradesh Madhya.Pradesh Andhra.Pradesh Telangana West.Bengal Uttarakhand Haryana Goa Chhattisgarh Manipur
Newfoundland New.Brunswick Prince.Edward.Island Yukon Nunavut P.E.I. N.B. N.L. New.South.Wales South.Australia
Western.Australia Northern.Territory Catalonia Andalusia Sicily Lombardy Tuscany Normandy Brittany Flanders
Wallonia
Hesse Lower.Saxony Brandenburg Thuringia Crimea Chechnya Dagestan Tibet Xinjiang Hokkaido Okinawa Java Sumatra
Papua Kurdistan Tigray Darfur Kashmir Somaliland Puerto.Rico Guam Greenland Scotland Ulster Cornwall Yorkshire
"""


def _key(name: str) -> str:
    return " ".join(name.replace(".", " ").replace("İ", "i").casefold().split())


def _table(text: str) -> frozenset[str]:
    return frozenset(_key(name) for name in text.split())


_CITY, _REGION = _table(_CITIES), _table(_REGIONS)
_STATES = _table(
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK "
    "OR PA RI SC SD TN TX UT VT VA WA WV WI WY ON QC BC AB NSW QLD"
)


def is_city(name: str) -> bool:
    return _key(name) in _CITY


def is_region(name: str) -> bool:
    """A country or a state, in full or as American papers shorten it."""
    key = _key(name).removeprefix("the ")
    return key in _REGION or (name.isupper() and key in _STATES)
