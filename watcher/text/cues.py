"""Words around a name that tell what it is: given names, titles, words of organisations, prepositions of place.

Tables only, folded as `fold_term` folds; used by `resolve`. They hold what is common in news of many countries, not
what single texts need.
"""

from __future__ import annotations

from watcher.text.fold import fold_term
from watcher.text.names import key


def _words(text: str) -> frozenset[str]:
    return frozenset(fold_term(text).split())


def _names(text: str) -> frozenset[str]:
    return frozenset(key(name) for name in text.replace("\n", ",").split(",")) - {""}


GIVEN_NAMES = _words("""
georgia aaron abdel abdelaziz abdelkader abdul abdullah abigail abraham adam adel adrian agnes ahmad ahmed aisha alain alan albert
alberto alejandro alex alexander alexandra alexei alexis alfred ali alice alison allan allen allison alvin amanda amber amina
amir amy ana anatoly andre andrea andreas andrei andres andrew andy angel angela angelo anita ann anna anne annie anthony
antoine anton antonio ariel arnold arthur ashley ashraf audrey austin ayman aziz barack barbara barry bashar beatrice
ben benjamin benoit bernard bernie beth betty beverly bill billy bob bobby boris brad bradley brandon brenda brent brett brian
bridget bruce bruno bryan caleb calvin cameron carl carla carlos carmen carol caroline carolyn catherine cecilia chad charles
charlie charlotte chelsea cheryl chloe chris christian christiane christina christine christopher claire clara clarence
claude claudia clayton cliff clifford colin connie connor corey courtney craig cristina crystal curtis cynthia
daisy dale damian dan dana daniel daniela danielle danny darrell darren dave david dawn dean deborah debra dennis denise derek
derrick desmond diana diane diego dmitri dmitry dolores dominic dominique don donald donna doris dorothy doug douglas duane
dustin dwight dylan earl eddie edgar edith edmund eduardo edward edwin eileen elaine eleanor elena eli elias elijah elizabeth
ellen elliot emil emily emma emmanuel enrique eric erica erik erika erin ernest esther ethan eugene eva evan evelyn farid
fatima felipe felix fernando floyd frances francesco francis francisco francois frank franklin fred frederic frederick
gabriel gareth gary gavin gene geoff geoffrey george georges gerald gerard gerry gilbert gina giorgio giovanni giuseppe glen
glenn gloria gordon grace graham grant greg gregory guillaume gus guy habib hadi hamid hamza hannah hans harold harriet harris
harry harvey hassan heather hector heidi helen helena henri henry herbert herman hilary hillary howard hugh hugo hussein
ian ibrahim igor ilya imran irene iris irving isaac isabel isabelle ismail ivan ivanka jack jackie jacob jacqueline jacques
jaime jake jamal james jamie jan jane janet janice jared jasmine jason javier jay jean jeff jeffrey jennifer jenny jeremy
jerome jerry jesse jessica jesus jill jim jimmy joan joann joanne joao joe joel johan johannes john johnny jon jonathan jordan
jorge jose josef joseph josh joshua joy joyce juan juanita judith judy julia julian julie juliet julio justin kamal karen
karim karl kate katherine kathleen kathryn kathy katie keith kelly ken kenneth kenny kerry kevin khaled khalid kim kimberly
kirk kirsten klaus kristen kristin kurt kyle larry latoya laura lauren laurence laurent lawrence leah leila leo leon
leonard leonardo leonid leroy leslie lester lewis liam lillian linda lindsay lindsey lisa lloyd lois lorenzo lori lorraine
louis louise luc lucas lucia lucy luis luke lydia lyle lynn madeleine mahmoud maher mandy manuel marc marcel marcia
marco marcos marcus margaret margarita maria mariam marian marianne marie marilyn marina mario marion marjorie mark marlene
marshall martha martin marvin mary mathieu matt matteo matthew maureen maurice max maxim maxine megan mehdi mehmet melanie
melissa melvin meryl michael michel michele michelle miguel mike mikhail mildred milton mitch mitchell mitt mohamed mohammad
mohammed moise moncef monica morgan moses moussa muammar muhammad mustafa nadia nancy naomi natalia natalie nathan nathaniel
neal neil nelson nicholas nick nicola nicolas nicole nigel nikolai nikki nina noah noel nora norma norman nouri olga oliver
olivia olivier omar oscar osama otis otto owen pablo pamela paolo pascal pat patricia patrick paul paula pauline pedro
peggy penny perry pete peter phil philip philippe phillip phyllis pierre rachel rafael ralph ramon randall randy
raoul raul ray raymond rebecca regina reginald rene renee rex rhonda ricardo richard rick ricky rita rob robert
roberta roberto robin rochelle rod roderick rodney rodrigo roger roland ron ronald ronnie rosa rosalind rose rosemary ross
roy ruben rudy rupert russell ruth ryan saleh salah sally sam samantha samir samuel sandra sandy santiago sara sarah
scott sean sebastian serge sergei sergey sergio seth shane shannon sharon shaun shawn sheila shelby sheldon shirley sidney
silvia silvio simon simone sofia sonia sophia sophie stacy stan stanley stefan stella stephanie stephen steve steven stewart stuart
sue susan suzanne sven sylvia tamara tanya tara tariq taylor ted teresa terrence terri terry theo theodore theresa thierry
thomas tiffany tim timothy tina todd tom tommy toni tony tracey tracy travis trevor tristan troy tyler tyrone valerie
vanessa vernon veronica vicki vickie vicky victor victoria vince vincent viola violet virginia vitaly vivian vladimir wade
wallace walid walter wanda warren wayne wendell wendy wesley whitney wilfred will william willie wilson winston wolfgang
xavier yasmin yasser yolanda youssef yusuf yves yvonne zachary zoe zainab beji kais rached rached moncef hamadi chokri
jean-yves jean-luc jean-pierre jean-marc mia ella ava layla ruby amelia isla poppy freya evie harrison jayden mason hunter
tucker carter sierra
chandler quentin reid
""")

PERSON_TITLES = _words("""
mr mrs ms miss dr prof professor sir lord lady dame rev reverend capt captain sgt sergeant col colonel maj major lt lieutenant
gen general cpl officer deputy detective det coach judge justice sen senator rep representative gov mayor president
congressman congresswoman councilman councilwoman councilor councillor commissioner sheriff pastor bishop archbishop cardinal
father brother sister king queen prince princess saint emir sheikh sheik imam mullah ayatollah pope chef actor actress singer
m mme mlle maitre monsieur madame docteur colonel commandant general capitaine president ministre
herr frau senor senora don dona signor signora
السيد السيدة الدكتور الرييس الوزير العميد العقيد الجنرال اللواء الشيخ المدعو المدعوة
""")

# A capitalised name before one of these is the name of a body, a ship, a team, a paper, a street, not of a place.
BODY_WORDS = _words("""
post times herald tribune gazette journal chronicle examiner inquirer observer telegraph guardian mirror express globe sun star
news press daily weekly magazine review courier dispatch sentinel bulletin register reporter
fc afc cf sc united rovers wanderers athletic hotspur saint-germain galaxy lakers celtics bulls yankees mets dodgers giants
cowboys patriots eagles steelers packers bears lions tigers raiders chargers broncos chiefs ravens saints falcons panthers jets
dolphins bills browns bengals colts texans titans jaguars vikings redskins rams 49ers cardinals seahawks buccaneers knicks nets
warriors clippers suns kings spurs rockets mavericks grizzlies pelicans thunder nuggets jazz blazers timberwolves bucks pacers
pistons cavaliers hawks hornets heat magic wizards raptors canadiens leafs oilers flames canucks senators bruins rangers
islanders devils flyers penguins capitals hurricanes predators blues blackhawks avalanche wild stars ducks sharks coyotes
airlines airways motors motor bank bancorp insurance records pictures studios entertainment press inc corp ltd llc plc co
street st avenue ave road rd boulevard blvd lane ln drive dr way court ct close crescent terrace highway hwy parkway pkwy
square plaza pike turnpike row walk
hotel hilton inn theatre theater museum stadium arena church cathedral chapel cemetery elementary
declaration treaty accord accords protocol convention agreement conference consensus
ripper strangler terrier shepherd retriever bulldog
""")

# A capitalised name before one of these is still that place.
PLACE_WORDS = _words("""
city county province state district region governorate municipality village town island islands peninsula valley airport
port harbour harbor bay beach river lake mountains border suburb area metro metropolitan police authorities government
governor mayor university college hospital council court parliament senate legislature department ministry minister president
prime embassy consulate military army navy residents officials fire
""")

DIRECTIONS = _words("""
north south east west northern southern eastern western northeast northwest southeast southwest central downtown greater
upper lower mid inner outer metropolitan near rural suburban
nord sud est ouest
""")

PLACE_PREPOSITIONS = _words("""
in at near from to into toward towards across around outside inside throughout within between via of off over
a au aux en dans pres depuis vers de du des
في من الي قرب نحو عبر داخل خارج بين علي شمال جنوب شرق غرب مدينه مدينة ولاية محافظة منطقة بلدة قرية معبر جبل حدود
بمدينة بولاية بمحافظة بمنطقة ببلدة بقرية قبالة ساحل سواحل شاطي شواطي ميناء مطار ضواحي ريف وسط باتجاه صوب لدي ضاحية
en desde hacia cerca in nach aus bei von da nel nella em no na
""")

# Behind a name that a country and a state of a federation share: only the state has these, as in Georgia's governor.
STATE_OFFICES = _words("gov governor governors statehouse legislature")
STATE_BODIES = _words("""
senate senator senators house lawmaker lawmakers representative representatives legislator legislators capitol trooper
troopers patrol police university supreme fair prison
""")

# Indefinite Arabic nouns of which مالي is the adjective, financial, and not the country that is written the same.
MONEY_NOUNS = _words("""
دعم فساد عجز مبلغ تمويل خبير مدير محلل سوق ضغط فايض تلاعب تعويض محاسب مستشار احتيال جزاء تحويل اصلاح استثمار تضخم نظام
تقرير اداري اقتصادي نقدي ربح مورد عون اختلاس ضمان اعتماد تدقيق حافز توازن انهيار مقابل غطاء نشاط رصيد تدفق سند تصرف
ابتزاز فارق انقاذ تهرب التزام انضباط
""")

STRONG_PREPOSITIONS = _words(
    "in near outside throughout inside across dans pres في قرب داخل en in nach bei nella"
)

PERSON_VERBS = _words("""
said says told tells added argued asked replied explained wrote noted tweeted testified admitted recalled pleaded
thinks believes wants hopes knows joked laughed smiled
""")

# Words of a language that are also towns; they need more than a capital letter to be one. Most towns of such names
# are small: large ones that are also words are weighed by their size all the same.
COMMON_WORDS = {
    "en": _words("""
a about above academy ace acre across action active ada add adult advance adventure after again age agency agenda ago agree
aid aim air album alert alien all alliance allied along alpha also alternative alto always am amber amity among an ancient and angel
angels anger angle animal annex another answer any apart apex apple april arbor arch are area arena argue ark arm army aroma art article as
ash ask aspen asset at atlas attack audience august author auto autumn avenue average avon award away axis
baby back bad badger bag baker ball bank banks banner bar bare bargain bark barn baron base basic basin bass bat batch bath battle
bay beach beacon bead beam bean bear beard beast beat beaver because bed bee beech beer before behind being bell belle belt
bench bend benefit best bet better between beyond big bill bird bishop bison bit black blade blake blank blast blaze block blood bloom
blow blue bluff board boat body bold bolt bomb bond bone bonus book boot border born boss both bottle bottom bound bow bowl
box boy brace brain branch brand brandy brave bravo breach bread break breeze brick bride bridge bright bring broad broken brook
brooks brother brown brush buck bucket budget bug build bull bullet bureau bus bush business busy but butler butter button buy by
cab cabin cable cactus cadet cake calendar call calm camden camp campaign campbell campus can canal candle candy cane cannon canon canyon cap cape
capital captain car carbon card cardinal care career cargo carrier cart carter case cash castle cat catch cause cave cedar
cell cement center central centre century chain chair chalk challenge champion chance change chapel chapter charge chart chase check cheer
cherry chest chief child chip choice chris church churchill cinema circle citizen city civic civil claim clan class clay clean clear clever
click cliff climate climax clinic clock close cloud clover club coach coal coast coat cobra code coffee coin cold college colon
colonel colony color colt column combat come comet comfort coming command commerce common community company compass complete con concept concern concrete
condor cone congress consort constable consul contact content control convoy cook cool cooper copper coral cord core
corn corner corps corral cost cotton council count country county coupe couple course court cove cover cow cowboy cox crab craft
crane crater craven crawl crazy cream creek crest crew cricket crime crisis critical cross crossing crossroads crow crowd crown crystal cube
culture cup cure current curve custom cut cute cycle
dad daily dairy daisy dale dam damage dame dance danger dark dart data date david dawn day days dead deal dean dear death debt dec decade
deck deed deep deer defeat defiance degree delight demand den denial depot deputy desert design desk despite destiny detail detective devil devine diamond
did diet dig digit dime dinner direct dirt disc dish dive divide division do dock doctor dog dollar dolphin dome don done door dot double
doubt dove down dozen dragon drain drake drama draw dream dress drew drift drill drink drive driver drop drum dry duck due duke dump
dune during dusk dust duty dynamo
each eagle ear earl early earth ease east easter eastern easy echo eclipse eco eden edge editor effort egg eight either elder election electric elegant element elf elite elk ell elm else ember
emerald empire empty end energy engine enigma enough enterprise entry epic era error escape essay essence estate eternal eva eve even evening event ever every evil ex
exact example excel except exchange exit expert extra eye
fable face fact factor factory fair faith falcon fall fallen falls false fame family fancy far farm farmer fashion fast fat fate father favor fear feast feather feature february federal
fee feed feel fellow fence fern ferry festival few fiction field fifth fig fight figure file fill film final find fine finger fir fire firm first fish fisher fist fit five fix
flag flame flash flat flats fleet fleming flint flood floor flora flow flower fly focus fog folk follow food fool foot for force ford foreign forest forge forget fork form
formation former fort fortune forum forward foster found fountain four fox frame frank free freedom fresh friday friend friendly from front frost fruit fry fuel full fun fund funny furnace future
gain gale gallery gallon game gang gap garage garden garner gas gate gateway gather gay gear gem gene general genesis genius ghost giant gift girl give glad glass glen global globe
glory go goal goat gold golden golf gone good goose gordon gospel got government grace grade grain grand grange grant grape graph grass grave gravity gray great green greenwood grey grid grill grind grip groom ground group
grove grow guard guess guide guilt gulf gull gun guy
had hail hair half hall halls ham hammer hammond hand happy harbor hard hardy harmony harp hart harvest has hat have haven hawk hazard hazel he head heading health hear heart heat heath heather heaven heavy
hedge heel height heights held hell hello helmet help hen her here heritage hero heron hickory hidden high highland highlands highway hike hill hills him hint hip his history hit hive hobby hold hole holiday hollow holly holy home
honey honor hood hook hoop hop hope horizon horn horse hospital host hot hotel hour house how howe huge human hundred hunt hunter hurricane husband hut hygiene
i ice icon idea ideal identity idol if image impact imperial in inch income independence index industry ingot inner inside intelligence interior into invasion iris iron is island issue it item its ivory
jack jackpot jacob jade jail jam james january jar jasper jay jazz jean jet jewel job joe join joint joke joseph journey joy judge juice july jumbo jump junction june jungle junior jury just justice
keen keep kelly kept key kick kid kill kin kind king kings kiss kit kitchen kite knife knight knock knot know known
la label labor lace lack lad ladder lady lake lakes lamb lamp lance land lane language large lark laser last late latin laugh launch laurel law lawn lawrence lawyer lay layer le lead leader leaf league lean learn least
leave lee left leg legal legend lemon length lens leopard less lesson let letter level liberal liberty library lid lie life lift light like lily limb lime limit line link lion list listen little live liver living llama
load loan lobby local lock lodge loft log logan logic lone long look loop loose lord lose loss lost lot lotus loud love low loyal luck lucky lump lunch lung lure lynch
machine made magic magnet magnolia maid mail main major make male mall man manager mango manor many map maple marathon marble march mare marine mark market marriage mars marsh marshall martin marvel mary mask mason mass master match mate
math matter max may maybe mayor me meadow meadows meal mean media medical medicine meet melody melon member memory men mentor merchant mercury mercy merit merry mesa message metal meteor meter method mice middle might mile military milk mill
miller million mills mind mine miner mineral mini minor mint minute miracle mirror miss mission mist mix mobile model modern moment monarch monday money monitor monk monkey monster month monument mood moon moore moral more morning most mother motion motor mound mountain
mouse mouth move movie much mud mule multi murder murphy muse museum music must my myrtle mystery myth
nail naked name narrows nasty nation national native natural nature navy near neat neck need nelson neon nest net network never new news next nice night nine no noble node none noon nor normal north nose not note notice nova november now number nurse nut
oak oaks oasis oat object ocean october odd of off offer office officer oil old olive olympia on once one only onto onward opal open opera optimist option or oracle orange orbit orchard order organ original other otter our out outer outlook over owl own owner ox oyster
pace pack pact page pain paint pair palace palm pan panda panel panic panther papa paper par parade paradise parcel parent park parker parks parole part partner party pass passage past pastor patch path patient patriot pattern pause pay peace peach peak pear pearl pedal peel peer pen penny people
pepper perfect period perry person petal phone photo piano pick picture piece pier pig pike pile pilgrim pilot pin pine pink pioneer pipe pirate pit pitch place plain plains plan plane planet plant plate play player plaza please plot plow plug plum plus poem poet point poison pole police
policy pond pony pool poor pop pope poplar port porter portion position post potato potter pound powder power prairie pray president press price pride prime prince princess print prior prison private prize pro problem process product profit progress project promise proof property prospect protest proud public pull
pulp pump punch pure purple purse push puzzle
quail quarry quarter queen quest question quick quiet quilt quit quite
rabbit race radar radical radio raft rage rail rain rainbow ram ranch random range ranger rank rapid rapids rare rat rate raven raw ray razor reach react read reader reading ready real rear reason rebel record red reed reef reform refuge regent region relay relief remote remove report republic rescue research
reserve rest result return reverse review revival reward rhythm rib rice rich ride ridge right ring rio rise rising risk rival river rivers road roar rob robin robot rock rocket rocks rocky role roll roman romance roof room root rope rose ross rough round route row royal ruby rude rugby ruin rule run rush russell rust
sable sacred sad saddle safari safe saga sage sail saint salad sale salmon salt sample sanctuary sand sandwich sandy saturday saturn sauce save saw say scale scandal scar scene school science scope score scott scout screen script sea seal search seaside season seat second secret section secure security see seed seek self
sell senate send senior sense sentinel september sequoia serial service set settle seven shade shadow shah shake shallow shame shape share shark sharp she shed sheep shelf shell shelter shepherd shield shift shine ship shirt shock shoe shoot shop shore short shot should shoulder show shower shrine shut sick side siege sierra sight sign
signal silence silver similar simple simpson since sing single sink sir siren sister sit site six size skill skin skip sky slate slave sleep slice slide slip slope slow small smart smile smith smoke snake snow so social soda soft soil solar soldier sole solid solo some son song soon sophia sort soul sound soup source south southern space
spark speak spear special speed spell spice spider spike spin spirit split sport spot spray spread spring springs sprint spruce spy square squirrel stable stadium staff stage stairs stake stamp stand standard stanley star stars start state station statue stay steady steal steam steel stem step sterling stick still sting stock stone
stop storage store storm story stout stove strait strange stranger strategy straw stream street strength stress strike string strong struggle student studio study stuff style sugar suit summer summit sun sunday sunrise sunset sunny super superior supply support sure surf surprise survey survival swan sweet swift swim swing sword
table tail take tale talent talk tall tank tap tape target task taste tax taylor tea teach team tear tech teen tell temple ten tennis tent term terra terrace terror test than thank that the theater their them then theory there these they thin thing think third this thomas thorn those thought three thrill through throw thunder thursday
ticket tide tie tiger tight tile time timer tin tiny tip tire titan to today toe together token toll tom ton tone tool top topaz torch total touch tour tower town toy track trade tradition trail train transit transport trap travel tree trend trial tribe trick trim trinity trip triumph troop trouble truce truck true trump trunk trust truth try
tube tuesday tulip tuna tunnel turf turn turner tutor twin twins two type
ugly ultra uncle under union unique unit united unity universe university until up upper upon upset urban us use useful usual
vacation vale valley value van vanguard vault velvet venture venus verdict verse very via victor victory video view viking villa village vine vineyard viola violet virgin virtue vision vista vital voice void volcano vote voyage
wade wagon wait wake walker walk wall walls walnut walton want war ward warm wash waste watch water waters watt wave wax way we wealth weapon wear weather web webb wedding wednesday week weird welcome well wells west western whale what wheat wheel when where which while white who whole why wide wife wild will willow wilson win wind
window wine wing winner winter wire wisdom wise wish witch with within without wolf woman wonder wood woods wool word work worker world worth would wright writer wrong
yard yards year yellow yes yesterday yet you young your youth
zenith zero zone zoo
academia administration allah arab arabs bible christian christmas cold communist congress constitution democrat democratic democrats easter gothic islam islamic jew jewish jews
labour lent muslim muslims nazi olympic parliament ramadan republican republicans roman sabbath senate sunni shia shiite thanksgiving
"""),
    "fr": _words("""
alors apres avec avoir bien bon bonne car ces cette ceux chez comme contre dans depuis deux dit donc elle elles encore entre est et etat etait ete etre faire fait femme fils fin fois
font gens grand grande guerre hier homme hors ici il ils jour jours juin juillet leur leurs loi lui mais mai mal marche mars meme mer mere midi mois monde mort nos notre nous nouveau
nuit nul octobre oeuvre on ou oui outre paix par parce parti pas pays pendant personne petit peu plus point porte pour premier pres prix puis quand quatre que quel qui quoi
rien roi rue sa sans sera ses si six soir son sont sous sud sur tant temps tous tout toute toutes travail tres trois une vers vie vieux ville vin voici vos votre vous vrai vu yeux
"""),
    "de": _words("""
aber alle als alt auch auf aus bei bin bis burg dann das dass dem den der die doch dorf ein eine feld frau gut haben halle hand haus herr hier hof ich ihr ist ja jahr
kein land man markt mehr mit nach neu nicht noch nur oder ohne ort rat recht sehr seit sein sich sie sind stadt tag teil uber und unter viel vom von vor wald war was weil welt wenn wer
wie wir wird zeit zum zur
"""),
    "es": _words("""
ahora alguno antes aqui asi aunque bajo bueno cada casa casi como con contra cosa cuando dia donde dos ella ellos entonces era esta estado este esto fue gran hace hacer hasta hay hombre
hoy ir jamas lugar luego mano mas mejor menos mes mientras mil mismo mucho mujer mundo muy nada ni noche nos nuestro nueva nuevo nunca otra otro padre pais para parte pero poco por porque
primera puede pues que quien san santa ser si sin sobre solo son su sus tal tambien tan tanto tiempo tiene toda todo todos tres tu uno uso vez vida ya yo
"""),
    "it": _words("""
anche ancora bella cosi cui dal dei del della dopo dove due fra gia giorno gli grande io lei loro lui mai meno molto nel noi non ogni oggi oltre ora ossia pace paese piu poi prima qua quale quando quasi
quello questo sempre senza sia sono sotto stato sua suo terra tra tutti tutto una uomo vero via vita voi volta
"""),
    "pt": _words("""
ainda alem ano ate boa bom cada cidade coisa com dele depois desde ela ele entre era essa esse esta eu foi governo hoje isso ja lhe lugar mae mais mas mesmo muito na nao nem no nos nossa
numa onde outra outro pai para pela pelo pode por porem qual quem sao seja sem ser seu sim sob sua tem tempo ter tudo uma vai voce
"""),
}

COMMON_ARABIC = _words("""
الي علي قبل بعد غير كان هذا هذه ذلك تلك التي الذي كما لكن حتي عند عندما حيث بين كل بعض اكثر اقل اول ثاني ثالث رابع خلال ضد دون مع منذ حول
امام تحت فوق داخل خارج شرق غرب شمال جنوب وسط جبل نهر بحر بحيرة واد وادي قرية مدينة بلدة ولاية محافظة منطقة حي شارع طريق ساحة باب برج قصر قلعة
القلعة الحصن المدينة القرية البلدة المنطقة الجديدة الجديد القديمة القديم الكبير الكبيرة الصغير الصغيرة العليا السفلي الوسطي العربية العربي المركز
المركزية الوطن الوطنية الجيش الامن الدولة الحكومة الرييس الوزير النايب القايد الملك الامير السلطان الشيخ الامام الحاج سيدي مولاي بني اولاد ابن بن ابو ام عبد
عبدالله محمد احمد محمود علي حسن حسين خالد سالم سعيد صالح عمر عثمان يوسف ابراهيم مصطفي كمال جمال كريم رحيم رشيد حميد مجيد سعد سعيد ناصر منصور مهدي المهدي هادي الهادي
طارق زياد سليم سامي رامي نبيل عادل فيصل فهد تركي ماجد خليل جميل لطفي رضا حامد حافظ قاسم هاشم عباس عزيز صادق باقر جعفر مريم فاطمة عايشة زينب خديجة
سلام السلام عدل نور النور شمس قمر نجم نجمة ورد زهرة ياسمين ربيع صيف شتاء خريف اسد نمر ذيب صقر نسر حمام غزال غزالة فرس خيل جمل بقرة غنم
سوق السوق بيت البيت دار الدار مسجد جامع كنيسة مدرسة جامعة مستشفي مطار ميناء محطة جسر سد عين العين بير راس الراس رمل رمال حجر صخر تل التل سهل غابة جزيرة الجزيرة
حرب سلم ثورة الثورة شعب الشعب حزب جبهة الجبهة حركة لجنة مجلس برلمان قانون محكمة شرطة حرس قوة قوات فرقة لواء كتيبة سرية جندي ضابط
مال مالية ماليه المالية المالي ماليين الماليين نار ماء هواء ارض الارض سماء عالم العالم يوم ليل ليلة صباح مساء سنة شهر اسبوع ساعة
قال قالت صرح اكد اعلن اضاف اشار ذكر افاد نقل كشف قتل اصيب عبر دخل خرج وصل غادر عاد هرب فر القي ضبط حجز احبط هاجم استهدف
عودة عوده فتح غلق اغلاق تنفيذ هجوم الهجوم قتال كمين تفجير انفجار خطف تهريب تسلل عبور حدود الحدود الحدودي الحدودية معبر المعبر بوابة مركز نقطة موقع
مسلح مسلحون مسلحين ارهابي ارهابيون ارهابيين عنصر عناصر مجموعة جماعة خلية تنظيم داعش قاعدة القاعدة الدولة الاسلامية الاسلامي
قبلي شرم الباب اب تدمر كانت صاحب عاجل شمالي جنوبي غربي شرقي موسم مدن سكان خمسة عشر ثلاثة سبعة تسعة فارين خضر
""")

# Small words that stand inside names, as in Rio de Janeiro or Isle of Man.
INSIDE_NAMES = _words("""
a ad al am an and ar as ash at au aux az bin d da das de del della den der des di do dos du e el en es et i ibn in ja l la las
le les lez lo los o of on op os ou sous sur the u und upon van von y
""")

# Adjectives with a small letter at the end of the names of countries and regions, or before a last capital: French and its
# sisters write République démocratique du Congo, Guinée équatoriale, Arabia saudita.
SMALL_IN_NAMES = _words("""
arabe arabes arabi unis uniti unidos saoudite saudita occidental occidentale oriental orientale equatoriale ecuatorial
equatorial democratique democratica centrafricaine centroafricana dominicaine dominicana tcheque checa ceca palestiniens
palestinien palestinesi palestinos palestiniennes francaise francaises britanniques populaire syrienne
""")

MAY_BE_SMALL = INSIDE_NAMES | SMALL_IN_NAMES

# A point after one of these belongs to a name, as in St. Louis.
SHORTENED = _words("st ste ft mt dr s n w e u")

# Words that are never a place by themselves, whatever town is called so: articles, particles and the first words of
# names that go on.
NEVER_SMALL = _words("pole poles polish")
"""Peoples in one language that are everyday words of another: only with a capital (French "pôle", a centre or pole)."""

NEVER_ALONE = _words("""
a al an as au aux da das de del den der des di do dos du e el en es et i il in is it la las le les los lo o of on os or ou the
to un una une und von y st ste saint san santa santo mount mont monte mt fort ft lake lac cape cap port puerto new nouveau
jebel djebel jabal bir bordj borj ras oued wadi wad ain ben bin bou abu abou sidi umm oum bab dar beit bayt tel tell tal kafr
khan qalat kalaat hammam ouled oulad mon son ton les des one two los up us we he she no so if by be at my me
monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october
november december lundi mardi mercredi jeudi vendredi samedi dimanche
""")

# Capitalised names of several words, or of parts of the world, that hold no place of one country. They are read over
# as a whole, so that no town is found in them.
NOT_PLACES = _names("""
africa, asia, europe, antarctica, oceania, eurasia, north america, south america, latin america, central america,
middle east, near east, far east, mideast, southeast asia, south east asia, east asia, south asia, central asia,
east africa, west africa, north africa, southern africa, central africa, horn of africa, sahel, maghreb, balkans,
caribbean, scandinavia, baltics, eastern europe, western europe, southern europe, northern europe, central europe,
european union, united nations, arab league, african union, islamic state, white house, supreme court, high court,
court of appeal, security council, general assembly, house of commons, house of lords, house of representatives,
state department, state duma, red cross, red crescent, red army, red sea, black sea, dead sea, mediterranean sea,
atlantic ocean, pacific ocean, indian ocean, arctic ocean, gulf of mexico, persian gulf, arabian gulf, north sea,
baltic sea, caspian sea, world cup, premier league, champions league, super bowl, ivy league, olympic games,
new year, new year s eve, christmas eve, memorial day, labor day, independence day, good friday, easter sunday,
old town, new town, north shore, south shore, west side, east side, south side, north side, downtown, uptown,
midtown, main street, town hall, city hall, county council, city council, big bang, big ben, wall street journal,
new york times, washington post, los angeles times, jerusalem post, financial times, daily mail, boston globe,
chicago tribune, asia times, moscow times, japan times, korea herald, french fries, english language,
spanish language, swiss cheese, indian summer, turkish delight, danish pastry, french toast, guinea pig, brazil nut,
panama hat, native american, native americans, african american, african americans, mexican american,
mexican americans, latin american, american indian, american indians, asian american, asian americans,
american football, holy land, new testament, old testament, roman empire, ottoman empire, third world, third reich,
cold war, first world war, second world war, world war ii, world war i, great depression, silk road,
american airlines, british airways, turkish airlines, american legion, american idol, american red cross,
american cancer society, american heart association, american medical association, bank of america,
boy scouts of america, afrique, asie, amerique latine, amerique du nord, amerique du sud, amerique centrale,
moyen orient, proche orient, extreme orient, afrique du nord, afrique de l ouest, afrique de l est,
afrique australe, union europeenne, union africaine, nations unies, ligue arabe, etat islamique, maison blanche,
mer rouge, mer noire, mer mediterranee, mediterranee, golfe persique, coupe du monde, croix rouge, croissant rouge,
conseil de securite, افريقيا, اسيا, اوروبا, امريكا اللاتينية, امريكا الجنوبية, امريكا الشمالية, الشرق الاوسط,
شمال افريقيا, غرب افريقيا, شرق افريقيا, الاتحاد الاوروبي, الاتحاد الافريقي, الامم المتحدة, جامعة الدول العربية,
الدولة الاسلامية, البيت الابيض, البحر الاحمر, البحر الاسود, البحر المتوسط, البحر الابيض المتوسط, الخليج, مجلس الامن,
كاس العالم, الهلال الاحمر, الصليب الاحمر, المغرب العربي, الساحل الافريقي, المغرب الاسلامي, بلاد المغرب
""")

# Words of one country's public life. They name no place, but an item that is full of them is likely to lie there.
HOME_WORDS = {
    fold_term(word): country
    for country, words in {
        "US": "fbi cia fema medicaid medicare nfl nba mlb ncaa sheriff coroner democrat democrats republican republicans "
        "gop congressman congresswoman sophomore sophomores freshman varsity interstate superintendent subpoena felony "
        "misdemeanor arraigned trooper troopers nascar walmart irs usda pta gubernatorial zip attorney kindergarten "
        "courthouse deputies dispatchers freshmen homecoming touchdown quarterback commissioners",
        "GB": "tory tories nhs mp mps councillor councillors whitehall pensioner pensioners borough constabulary pc "
        "labour lib pence ofsted magistrates gcse headteacher quid holyrood stormont bbc",
        "CA": "rcmp nhl mla mpp ndp premier cbc tsx loonie canadiens",
        "IE": "garda gardai taoiseach tanaiste oireachtas dail gaa fianna fine rte",
        "AU": "abc afl nrl queenslander centrelink asic",
        "IL": "knesset likud idf netanyahu shekel shekels haaretz",
        "RU": "kremlin duma putin rouble rubles roubles gazprom",
        "IN": "lakh crore rupee rupees lok sabha bjp modi",
        "FR": "elysee matignon gendarmes gendarmerie",
        "DE": "bundestag bundesliga merkel bundeswehr",
        "TN": "ennahdha nidaa tunisair",
        "EG": "sisi mubarak morsi ahram",
        "TR": "erdogan akp pkk lira hurriyet",
    }.items()
    for word in words.split()
}
