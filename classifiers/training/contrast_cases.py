"""Sentences of our own for what single words do not tell: each kind of harm beside its harmless twin.

A row is the kinds a sentence is of (none: harmless), a pattern and what fills its slots; a slot named like a class of
`toxic_words` is filled with words of that class. The twins are the functions that lists of words fail at: hate that is
denied, answered, quoted or reported; slurs named as words; groups named in passing; swearing without a target; attacks
without a swear word, and polite ones; threats beside accounts of violence; explicit tales beside education.
Source: the list of functions follows Röttger et al. 2021 (HateCheck); every sentence is ours.
"""

MANY = (
    "Muslims|women|gay people|black people|immigrants|disabled people|trans people|Jews|Mexicans|refugees|Arabs|"
    "blacks|whites|gays|the Jews|the blacks|the Chinese|Indians|foreigners|feminists|lesbians|Asians|Christians"
)
ONE = "Muslim|female|gay|black|foreign|disabled|trans|Jewish|Mexican|white|Asian|Arab|lesbian|Indian"
THEM = "them|these people|those people|that lot|all of them|his kind|their kind|your kind|people like that"
PERSON = "my neighbour|the mayor|a student|the coach|our teacher|the singer|an old friend|the driver|a nurse"
THING = (
    "burger|phone|film|traffic|weather|update|song|printer|game|boss level|referee call|coffee|sandwich|car|laptop|"
    "show|queue|recipe|hotel room|bus|season finale|math test|alarm clock|headache"
)
WHO = "He|She|The man|My uncle|A caller|One user|The senator|Some idiot|A fan|The defendant|The article|A passenger"
PRAISE = "amazing|good|great|delicious|funny|beautiful|brilliant|tired|cold|happy|hungry|late|bored|lucky|weird"
EVENT = "yesterday|last week|in 1944|on Sunday|during the war|in the film|in chapter three|at the border|downtown"
DEED = (
    "Take over our country|Breed like rabbits|Live off welfare|Commit most of the crime|Run the banks and the media|"
    "Destroy every country they move to|Want to rule over us|Spread disease wherever they go|Bring nothing but crime|"
    "Cannot be trusted|Hate our way of life|Do not belong here|Prey on our children|Only know how to steal and rape|"
    "Have lower intelligence than us|Ruin every neighborhood|Are flooding our borders|Are replacing our people|"
    "Would rather loot than work|Are behind every war|Control the government|Are destroying our race|"
    "Will never be one of us|Are too primitive to build anything|Were better off as slaves"
).lower()
LIFE = (
    "opened a bakery on our street|won the election|live in the north of the country|were born here|play in the league|"
    "have moved to the city since 1990|study at this school|were invited to the dinner|joined the union|like football|"
    "were interviewed for the study|wrote most of these songs|are asked to fill in the form|work in hospitals|"
    "own many of the shops here|celebrated the holiday with us|are underrepresented in films|came to the meeting|"
    "were murdered in the camps|were enslaved and sold|faced discrimination for decades|were denied the vote|"
    "are more likely to be stopped by the police|suffered under the regime|marched for civil rights|serve in the army|"
    "make up ten percent of the town|speak three languages|are buried in this cemetery|were deported during the war"
)
SEXUAL = "cock|pussy|tits|ass|cunt|dick|cum|clit|boobs|balls"
ACT = "fucks|sucks|licks|rides|fingers|pounds|rams|drills|eats"
STAR = "milf|teen|blonde|stepmom|babe|brunette|slut|wife|schoolgirl|redhead|nurse|secretary|housewife|shemale|twink"

COLOR = "Black|White|Red|Blue|Green|Grey|Navy|Pink|Gold"
SHOPPER = "Men|Women|Kids|Boys|Girls|Ladies|Mens|Womens|Baby|Unisex"
WARE = "Shoes|Jackets|Jeans|Tops|Shirts|Hats|Socks|Watches|Bags|Dresses|Gifts|Skinny|Outerwear|Boots"
TONGUE = (
    "English|French|German|Italian|Japanese|Korean|Russian|Chinese|Spanish|Portuguese|Turkish|Polish|Foreign|Arab|Thai"
)
OFFENCE = "fraud|theft|murder|rape|assault|crime|violence|overstay|false papers|smuggling|kidnapping|terrorism"

Case = tuple[str, str, tuple[str, ...]]

HATE: tuple[Case, ...] = (
    ("hate", "{many} {deed}.", (MANY, DEED)),
    ("hate", "They {deed}, {them} have to go", (DEED, THEM)),
    ("hate", "I have nothing against anyone, but {many} {deed}", (MANY, DEED)),
    ("hate", "Everybody knows that {many} {deed} .", (MANY, DEED)),
    ("hate", "It is simply a fact that {many} are inferior to us {more}", (MANY, "|by nature|in every way|and always will be")),
    ("hate", "With all respect, {many} should not be allowed to {what}.", (MANY, "vote|marry|raise children|teach|live among us|hold office|own property")),
    ("hate", "Send {many} back to {where}", (MANY, "where they came from|Africa|the desert|their own country|the jungle|the hole they crawled out of")),
    ("hate", "{them} should go back to {where}", (THEM, "Africa|Mexico|where they came from|their own country|the desert|Asia")),
    ("hate", "{close} our borders before {many} outnumber us", ("Close|Seal|Defend", MANY)),
    ("hate", "Our {blood} must stay {pure}, no {many} .", ("blood|race|people|nation|bloodline", "pure|white|clean|unmixed", MANY)),
    ("hate", "Mixing with {many} is {bad} and against nature", (MANY, "wrong|sick|disgusting|a sin|a betrayal|filthy")),
    ("hate", "White {people} who marry {many} are race traitors .", ("girls|women|men|people|trash", MANY)),
    ("hate", "Wake up white people, {many} are {bad}", (MANY, "the enemy|our downfall|parasites|the problem|ruining everything|laughing at us")),
    ("hate", "The {one} {dehuman} in my {place} make me sick", (ONE, "{dehuman}", "street|school|town|building|country")),
    ("hate", "{many} are {dehuman}", (MANY, "{dehuman}")),
    ("hate", "{many} are {bad} {dehuman} and {them} know it .", (MANY, "{bad}", "{dehuman}", THEM)),
    ("hate", "These {bad} {slur} are everywhere .", ("{bad}", "{slur}")),
    ("hate", "I hate {slur}", ("{slur}",)),
    ("hate", "Fucking {slur} , {go}", ("{slur}", "get out|go home|all of them|so annoying|lol|always the same|everywhere")),
    ("hate", "{slur} are {bad}", ("{slur}", "{bad}|{dehuman}|{insult}")),
    ("hate insult", "shut up you {bad} {slur}", ("{bad}|fucking|dumb|little|ugly", "{slur}")),
    ("hate insult", "he is such a {slur} {more}", ("{slur}", "|lol|man|and everyone knows it|.|!|smh")),
    ("hate insult", "you look like a {slur}", ("{slur}",)),
    ("hate insult", "what a {bad} {slur} {more}", ("{bad}|fucking|little|total", "{slur}", "|lol|.|he is|she is|omg")),
    ("hate", "bunch of {slur} {more}", ("{slur}", "|living on our street|in the white house|on welfare|at the mall|ruining the team")),
    ("hate", "no {slur} allowed {where}", ("{slur}", "here|in this house|in my town|on our land|")),
    ("hate", "that {slur} {what}", ("{slur}", "stole my bike|should go home|took my job|can't even drive|is at it again|needs a beating|smells")),
    ("hate", "{slur} {deed}", ("{slur}", DEED)),
    ("hate", "the {one} problem will not solve itself , it is time to act against {many} .", (ONE, MANY)),
    ("hate", "I would never {what} a {one} person, they are all {insult}", ("hire|trust|date|marry|help|let in", ONE, "{insult}|{dehuman}")),
    ("hate", "Women {deserve}, that is how nature made them", ("belong in the kitchen|are too emotional to lead|should obey their husbands|cannot think|are property|exist to serve men|deserve to be slapped|ask to be raped",)),
    ("hate", "{being} is a {sickness} that must be cured", ("Homosexuality|Being gay|Being trans|Feminism|Judaism|Islam", "sickness|disease|cancer|perversion|plague|mental illness")),
    ("hate", "{many} invented the {lie} to {gain}", (MANY, "holocaust story|slavery guilt|pandemic|crisis|hoax", "get our money|control us|make us weak|rule the world")),
    ("hate", "{many} have no {virtue}, it is in their blood", (MANY, "honor|brains|shame|morals|culture|soul|self control|intelligence")),
    ("hate", "There is no such thing as a {good} {one} .", ("good|decent|honest|smart|clean|peaceful", ONE)),
    ("hate", "The only good {one} is a {dead} one", (ONE, "dead|buried|burnt|hanged")),
    ("hate threat", "We should {harm} {many} {how}", ("{harm}", MANY, "|one by one|before it is too late|once and for all|like dogs")),
    ("hate threat", "{harm} all {slur}", ("{harm}", "{slur}")),
    ("hate threat", "{harm} every {one} you see", ("{harm}", ONE)),
    ("hate threat", "Hitler should have {finished} {many} .", ("finished|killed all|gassed all|gotten rid of|wiped out", MANY)),
    ("hate threat", "{many} deserve {fate}", (MANY, "to be {harm}|to {die}|a bullet|the rope|the ovens|no mercy|to suffer")),
    ("hate threat", "{them} all deserve to {die} {more}", (THEM, "die|burn|hang|suffer|be shot|be gassed|rot in a camp", "|slowly|and soon|, every last one|!")),
    ("hate threat", "time to {harm} {them}", ("{harm}", THEM)),
)  # fmt: skip

PERSONAL: tuple[Case, ...] = (
    ("threat", "I will {harm} you {more}", ("kill|shoot|stab|strangle|rape|beat|hurt|burn|behead|find and kill|break", "|tonight|and your family|in your sleep|if you come here|bitch|!|slowly")),
    ("threat", "I'm going to {harm} {whom}", ("kill|shoot|stab|rape|strangle|beat up|smash|bomb|burn down", "you|her|him|them all|your house|your family|that bitch|this school|everyone there")),
    ("threat", "someone should {harm} {whom} {more}", ("kill|shoot|stab|hang|beat|punch|rape|slap|drown|run over", "her|him|that bitch|this idiot|the president|that reporter|you|your kids", "|already|in the face|with a bat|in public")),
    ("threat", "You better watch your back, {what}", ("I know where you live|we are coming for you|you will be dead soon|your days are numbered|I have a gun|nobody will find you",)),
    ("threat", "I hope you {die} {more}", ("die|get cancer|get raped|burn in hell|get hit by a bus|choke|rot|get shot|suffer", "|soon|slowly|alone|and your family too|, bitch|you pig")),
    ("threat insult", "go {kill} yourself {more}", ("kill|hang|shoot|drown|fuck", "|you {insult}|loser|nobody likes you|already|and stream it")),
    ("threat", "Do the world a favor and {die}", ("die|jump off a bridge|drink bleach|kill yourself|hang yourself|slit your wrists",)),
    ("insult", "you are a {insult}", ("{insult}|{whore}",)),
    ("insult", "you {bad} {insult}", ("{bad}", "{insult}")),
    ("insult", "You're such a {bad} {insult} {more}", ("{bad}", "{insult}|{whore}", "|lol|.|, nobody likes you|and you know it")),
    ("insult", "shut the fuck up {insult}", ("{insult}|{whore}",)),
    ("insult", "shut your {bad} mouth you {insult}", ("{bad}|fat|ugly", "{insult}|{whore}")),
    ("insult", "{who} is a {bad} {insult}", ("She|He|The president|This guy|Trump|Biden|That woman|The author|Your mother|Her boyfriend", "{bad}|fucking|total|complete", "{insult}|{whore}|{dehuman}")),
    ("insult", "what a {insult}", ("{insult}",)),
    ("insult", "{who} are {insult} {more}", ("Democrats|Republicans|Liberals|Conservatives|Leftists|These politicians|Her fans|All of you|Their voters|You people", "{insult}|{dehuman}", "|and crooks|and should be in jail|who hate this country|, period|!")),
    ("insult", "{bad} {insult} , I {hate} you", ("{bad}", "{insult}", "hate|despise|can't stand|loathe")),
    ("insult", "nobody wants you here, {go}", ("you {insult}|get lost loser|you ugly {dehuman}|you worthless {insult}|you {bad} {whore}",)),
    ("insult", "your {kin} should have aborted you {more}", ("mother|parents|mom", "|you {insult}|.|lol")),
    ("insult", "You are too {bad} to {do}", ("stupid|dumb|ugly|fat|lazy|ignorant|brainless|pathetic", "live|understand this|be loved|vote|have children|breathe|read")),
    ("insult", "{whore} like {her} {what}", ("Bitches|Sluts|Whores|Hoes|Cunts|Skanks", "you|her|that|these", "make me sick|deserve nothing|should be slapped|are good for one thing|ain't shit")),
    ("insult", "dumb {whore} {more}", ("{whore}", "|shut up|.|go back to bed|nobody asked you|!!")),
    ("insult", "fuck {whom} {more}", ("you|her|him|all of you|your mother|that guy|this bitch|these people|everyone there", "|!|.|you {insult}|and your whole family|asshole")),
    ("obscene", "this {thing} is so fucking {praise}", (THING, PRAISE)),
    ("obscene", "holy shit, that {thing} was {praise}!", (THING, PRAISE)),
    ("obscene", "damn, I love this {thing}", (THING,)),
    ("obscene", "{swear} {thing} again", ("{swear}", THING)),
    ("obscene", "The {thing} was fucking {praise} and I would eat it again.", (THING, PRAISE)),
    ("obscene", "My {thing} is a piece of {shit}", (THING, "shit|crap|fucking junk|absolute shit|garbage")),
    ("obscene", "I'm so {swear} {praise} today", ("fucking|damn|freaking|bloody|friggin", PRAISE)),
    ("obscene", "what the fuck is going on with this {thing}?", (THING,)),
    ("obscene", "I fucked up my {thing} , my bad", (THING,)),
    ("obscene", "that {thing} kicks ass", (THING,)),
    ("obscene", "no shit, the {thing} broke, I don't give a {damn}", (THING, "shit|fuck|damn|crap")),
    ("obscene", "you are fucking {praise}, thank you", ("amazing|awesome|great|brilliant|beautiful|hilarious|the best|right",)),
    ("obscene", "My best bitches and I had {food} {when}", ("pizza|wine|tacos|a great time|too much coffee", "yesterday|last night|on Friday|at her wedding")),
    ("obscene", "these {whore} {what}", ("hoes|bitches|sluts|thots", "be lying|crazy|want attention|love him|ain't loyal|on my timeline again")),
)  # fmt: skip

EXPLICIT: tuple[Case, ...] = (
    ("explicit obscene", "Hot {star} {act} a huge {part} {more}", (STAR, ACT, SEXUAL, "|on webcam|in the shower|and swallows|in HD|for cash|hard")),
    ("explicit obscene", "{star} gets her {part} {done}", (STAR, SEXUAL, "fucked hard|licked|pounded|filled with cum|fingered|drilled by two guys|stretched")),
    ("explicit", "Watch free {kind} porn videos of {star} {more}", ("amateur|hardcore|teen|anal|lesbian|hd|interracial|gay|milf|hentai", STAR, "|online|in full length|now|getting naked")),
    ("explicit obscene", "He {did} his {part} {where}", ("slid|pushed|thrust|rammed|shoved|eased", "cock|dick|hard cock|throbbing member|shaft", "deep inside her|into her wet pussy|between her lips|down her throat|into my ass")),
    ("explicit obscene", "she moaned as he {did} her {part}", ("licked|sucked|fingered|fucked|squeezed|kissed", SEXUAL + "|nipples|wet pussy|tight ass")),
    ("explicit", "{star} {act} {more} - free xxx tube", (STAR, "naked on cam|masturbating|stripping|sucking and fucking|in a threesome|anal creampie", "|hd|part 2|compilation|uncensored")),
    ("explicit", "sexy {star} escorts in {city} for {what}", (STAR, "London|Delhi|Berlin|Dubai|Las Vegas|the city", "a night of erotic pleasure|incall and outcall|full service|sensual massage with happy ending")),
    ("explicit obscene", "I want to {act} your {part} all night", ("fuck|suck|lick|eat|ride|taste|fill", SEXUAL)),
    ("explicit", "Live sex chat with {star} who {act}", (STAR, "get naked on webcam|masturbate for you|love anal|squirt|strip for tokens")),
    ("explicit", "He came inside {her} and she {did}", ("her|my mouth|her ass|his mouth", "swallowed every drop|moaned with pleasure|had an orgasm|screamed harder|begged for more")),
    ("explicit", "{kind} {part} pics and {kind} videos", ("nude|naked|amateur|teen|shaved|hairy|big|interracial", "pussy|tits|ass|boobs|cock|milf", "sex|fuck|porn|blowjob|anal|creampie")),
    ("explicit", "{star} {kind} {act}", (STAR, "nude|anal|lesbian|hardcore|amateur|asian|ebony", "blowjob|gangbang|creampie|threesome|masturbation|cumshot|striptease|orgy")),
)  # fmt: skip

CALM: tuple[Case, ...] = (
    ("", "{many} {life}.", (MANY, LIFE)),
    ("", "{many} and {many} {life} .", (MANY, MANY, LIFE)),
    ("", "A {one} family {life}", (ONE, LIFE)),
    ("", "Of the {one} residents, most {life}", (ONE, LIFE)),
    ("", "They {life}, and their {one} neighbours helped", (LIFE, ONE)),
    ("", "I am a {one} {work} and I {what}", (ONE, "woman|man|writer|student|parent|nurse", "love my job|live alone|moved here last year|read a lot|wish people would listen|am tired of explaining it")),
    ("", "As a {one} person I was often {what} at school .", (ONE, "bullied|asked where I came from|called names|the only one|ignored|helped by teachers")),
    ("", "It is not true that {many} {deed}", (MANY, DEED)),
    ("", "The lie that {many} {deed} is as old as it is wrong.", (MANY, DEED)),
    ("", '{who} said that {many} {deed}, which the {group} called racist.', (WHO, MANY, DEED, "council|newspaper|judge|union|club|party")),
    ("", "{who} was fined for writing that {many} are {dehuman}.", (WHO, MANY, "{dehuman}|{bad}")),
    ("", "Nobody should say that {many} {deed}, that is hateful", (MANY, DEED)),
    ("", "Stop claiming that {many} {deed}.", (MANY, DEED)),
    ("", "In the 1930s propaganda told people that {many} were {dehuman}", (MANY, "{dehuman}")),
    ("", 'The word "{slur}" is an offensive term for {many}.', ("{slur}", MANY)),
    ("", 'He was called a "{slur}" on his way home and told the police.', ("{slur}",)),
    ("", "You should never call anyone a {slur}.", ("{slur}|{whore}|{insult}",)),
    ("", 'The defendant shouted "{slur}" before the attack, the court heard .', ("{slur}|{whore}",)),
    ("", 'Graffiti reading "{slur}" was found on the wall and removed by volunteers', ("{slur}",)),
    ("", "{who} used the slur {slur} and later apologised", (WHO, "{slur}")),
    ("", "She asked him not to use the word {slur} in class", ("{slur}|{swear}|{whore}",)),
    ("", "The suspect threatened to {harm} {many}, according to police.", ("{harm}", MANY)),
    ("", "Two {one} men were {harm} {event}, officials said.", (ONE, "{harm}", EVENT)),
    ("", "He was convicted of {crime} and sentenced to {years} years", ("rape|murder|sexual assault|killing his wife|beating a {one} man|hate crimes|threatening to kill a judge", "two|five|ten|thirty")),
    ("", "{many} were {harm} {event}", (MANY, "{harm}", EVENT)),
    ("", "The soldiers {harm} the villagers {event}", ("killed|shot|hanged|burned|murdered|beat|tortured|attacked|slaughtered", EVENT)),
    ("", "Anyone who says {many} should be {harm} has no place {where}", (MANY, "{harm}", "here|in our party|in this club|on this site")),
    ("", "Hating {many} is {wrong}.", (MANY, "wrong|stupid|a sin|a crime|ugly|not an opinion|pathetic")),
    ("", "People who hate {many} are {what}", (MANY, "wrong|missing out|on the wrong side of history|not welcome here|a minority")),
    ("", "we {love} our {one} {kin}", ("love|support|welcome|thank|celebrate|miss", ONE, "friends|brothers and sisters|family|neighbours|players|teachers")),
    ("", "{many} deserve {right} like everyone else", (MANY, "respect|equal rights|to be heard|safety|love|fair pay|the vote")),
    ("", "I'm {one} and {reclaim}", ("queer|gay|trans|a dyke|a lesbian|bi|disabled|a proud fat woman|a cripple|black", "proud of it|I love my people|happy with who I am|that is my word now|my friends call me that with love|loud about it")),
    ("", "kill the {process} with {command}", ("process|server|job|thread|lights|engine|task|session|program", "kill|a signal|the switch|one command|the task manager")),
    ("", "{harm} the {food} until {done}", ("Beat|Slap|Burn|Cut|Throw|Smash|Crush|Punch|Kill|Gas|Roast", "eggs|dough|butter|onions|garlic|meat|weeds|yeast|potatoes", "it is soft|they are brown|nothing is left|the bowl is clean|it rises")),
    ("", "The {dehuman} in the {zoo} {do}", ("{dehuman}", "zoo|barn|forest|lab|garden|film|wild", "eat fruit|sleep all day|were fed|were studied for years|look healthy|are on page ten")),
    ("", "I hate {thing}", ("this {thing}|Mondays|mosquitoes|my alarm clock|waiting|spoilers|olives|the rain|losing|tax forms|that song",)),
    ("", "The {thing} was {bad}", (THING, "{bad}")),
    ("", "that {bad} {thing} cost me an hour", ("{bad}", THING)),
    ("", "I felt like an idiot when {what}", ("I forgot her name|the door was open|it rained|I lost the keys|my phone rang|I missed the bus",)),
    ("", "you are not {bad}, {person} told me, you are tired", ("{bad}", PERSON)),
    ("", "{person} is {bad} at {skill}", (PERSON, "terrible|awful|horrible|bad|lazy|hopeless", "chess|cooking|parking|singing|tennis|spelling")),
    ("", "Don't call {person} {insult}", (PERSON, "an {insult}|a {insult}|{bad}")),
    ("", "{person} died of {cause} {event}.", (PERSON, "cancer|the virus|a heart attack|old age|the disease|his wounds", EVENT)),
    ("", "The {virus} is a {disease} that kills {what}", ("virus|fungus|parasite|bacterium|infestation", "disease|plague|threat|danger", "trees|cattle|bees|children|crops|thousands")),
    ("", "{topic} explains how to {learn}", ("The clinic|Our teacher|The leaflet|This chapter|The nurse|The website", "use a condom|prevent pregnancy|check your testicles|talk about sex with teenagers|recognise an infection of the vagina|understand puberty|say no to sex|treat erection problems|ask for consent|examine the breasts and nipples")),
    ("", "Questions about {organ} and {topic} are normal {when}", ("the penis|the vagina|orgasm|masturbation|periods|ejaculation|sexual orientation|anal sex|oral sex", "sex|birth control|puberty|infections|desire|fertility|pain", "at your age|in puberty|in any marriage|after surgery|and your doctor will answer them")),
    ("", "The {animal} {do} {what}", ("cock|ass|bitch|tit|booby|stallion|bull|beaver", "crows|feeds|nurses|nests|mates|rests|builds", "at dawn|her puppies|in the barn|in spring|near the river|on the island")),
    ("", "The film has {scenes} and is rated {age}", ("nude scenes|strong language and sex|some sexual content|violence and racial slurs|crude humor", "R|18|M|for adults")),
    ("", "{law} against {many} were {done} in {when}", ("Laws|Violence|Boycotts|Hatred|Crimes|Prejudice|Propaganda", MANY, "common|passed|repealed|studied|described", "1935|the south|those years|many countries|the last century")),
    ("", "immigration {what}", ("rose last year|is debated in parliament|law changed in 1965|officers checked the papers|helped the economy grow|policy needs reform|from Asia doubled",)),
    ("", "white {thing} and black {thing} look good together", ("paint|shirts|stones|cats|pixels|keys|tiles", "paint|shoes|lines|cats|pixels|keys|curtains")),
    ("", "Are there any {one} {place} near {where}?", (ONE, "restaurants|churches|schools|clubs|authors|shops|doctors", "here|the station|the university|Oslo|downtown")),
    ("", "{color} {color} {color} {thing} {thing}", (COLOR, COLOR, COLOR, WARE, WARE)),
    ("", "{who} {ware} {who} {ware} {who}", (SHOPPER, WARE, SHOPPER, WARE, SHOPPER)),
    ("", "{who} {who} {ware} {ware} sale", (SHOPPER, SHOPPER, WARE, WARE)),
    ("", "{tongue} {tongue} {tongue} {tongue} {tongue}", (TONGUE, TONGUE, TONGUE, TONGUE, TONGUE)),
    ("", "{tongue}, {tongue} and {tongue} {art}", (TONGUE, TONGUE, TONGUE, "food|cards|subtitles|editions|music|films|restaurants|classes")),
    ("", "the {color} {hole} {does}", ("black|white", "hole|box|sea|market|bear|friday|noise|board|house|widow|dwarf|belt|list|wine", "took the points away|is near|was full|grew|came second|is what we need|opens at nine|swallowed a star")),
    ("", "why is my {part} a {color} {hole}", ("brain|screen|page|bathroom|cake|plot", "black|white", "hole|box|square|mess|desert")),
    ("", "{crime} {crime} and {crime} are grounds for {law}", (OFFENCE, OFFENCE, OFFENCE, "refusal|arrest|appeal|a fine|deportation|dismissal")),
    ("", "{one} {crime} {paper}", ("immigration|foreign|African|Indian|refugee|minority", OFFENCE, "statistics|form|law|report|office|section")),
    ("", "You will burn {it} if you {do}", ("yourself|your fingers|the sauce|it|the cake|calories", "hold it too long|stay in the sun|forget the timer|train every day")),
    ("", "zero {dehuman} is never zero", ("waste|trash|rubbish|garbage",)),
    ("", "reduce the {dehuman} you {make} and {other}", ("waste|trash|rubbish|garbage|dirt", "make|throw away|send to landfill|buy", "compost the rest|bring your own bag|reuse jars")),
    ("", "{men} {deed} in the {play} and {men} {deed}", ("men|women|boys|girls|the old king|the young prince|the demon|the beast", "died|killed the dragon|burned the ship|cursed the gods|hanged the thief|drank the poison", "story|second act|legend|poem|novel", "men|women|boys|girls|the old king|the beast", "wept|fled|died too|took revenge|were hanged")),
    ("", "he would {want} to {harm} him dead, thought the {hero}", ("want|be happy|have", "shoot|strike|stab|beat", "captain|queen|detective|old man|narrator|knight")),
    ("", "you can {harm} it off and {out}", ("throw|beat|break|cut|burn|shut|lock|kill|kick", "start again|take it home|send it back|put it down|leave it out")),
    ("", "you will get {good} if you {do}", ("sick|hurt|better|lost|beaten|a virus|a penalty|fired|killed by the dragon", "skip this step|play level four|do not stretch|eat it raw|click the link")),
    ("", "you should {harm} the boss {how}", ("kill|attack|shoot|destroy|hit|defeat|burn", "first|with the bow|in the second phase|before the minions|to win the game")),
    ("", "your {thing} deserves {good}", (THING, "better|an award|a second chance|more attention|five stars")),
    ("", "They are {bad} and {bad} but we {love} them, said {person} of the cats", ("loud|fat|lazy|crazy|stupid|dirty", "greedy|old|ugly|smelly|wild", "love|keep|feed", PERSON)),
)  # fmt: skip

CASES = HATE + PERSONAL + EXPLICIT + CALM
