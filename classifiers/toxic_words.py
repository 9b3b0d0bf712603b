"""Words of hate and what stands around it, in classes: what a pattern learned of one word says of its like.

A class is not a judgement. "Kill", "monkey" and "disgusting" stand in recipes, zoos and reviews; what the model learns
is what a class means beside others ("groups are monkeys", "kill them"). All classes hold words of our own choosing.
Source: common knowledge of English; the public lists of the Hatebase and LDNOOBW kind were not copied.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from filters.hashing import word_table

# Names of groups of people, none of them an insult by itself. The model reads them all as one word, so it can neither
# learn that a name is an insult nor treat one group worse than another.
GROUP_NAMES = frozenset(
    """
    muslim muslims islamic islam moslem moslems islamist islamists jew jews jewish judaism zionist zionists christian
    christians catholic catholics protestant protestants hindu hindus buddhist buddhists sikh sikhs taoist taoists
    atheist atheists mormon mormons
    woman women womans man men girl girls boy boys male males female females lady ladies feminist feminists
    gay gays lesbian lesbians bisexual bisexuals trans transgender transgendered transsexual transsexuals queer queers
    nonbinary straight heterosexual heterosexuals homosexual homosexuals homosexuality lgbt lgbtq lgbtqia
    black blacks white whites nonwhite nonwhites asian asians african africans american americans european europeans
    canadian canadians caucasian caucasians negro negroes arab arabs latino latinos latina latinas latinx hispanic
    hispanics mexican mexicans indian indians pakistani pakistanis bangladeshi chinese japanese korean koreans
    vietnamese filipino filipinos eastern turk turks turkish pole poles polish russian russians roma romani gypsies
    gypsy romanian romanians albanian albanians nigerian nigerians ethiopian ethiopians haitian haitians cuban cubans
    puerto ricans rican afghan afghans iraqi iraqis egyptian egyptians moroccan moroccans algerian algerians kurd kurds
    indigenous aboriginal aborigines native natives syrian syrians somali somalis iranian iranians israeli israelis
    palestinian palestinians irish italian italians french german germans british english
    immigrant immigrants immigration migrant migrants refugee refugees foreigner foreigners foreign
    disabled deaf blind paralyzed paralysed autistic elderly old older young younger aged teenage teenager teenagers
    millennial millennials millenial millenials dwarf dwarfs dwarves obese
    race races racial minorities minority ethnic
    """.split()
)

CLASSES = {
    "group": " ".join(sorted(GROUP_NAMES)),
    "slur": """
        nigger niggers nigga niggas nigguh niglet niglets nigglet nigglets niggress negress coon coons jigaboo
        jigaboos sambo darkie darkies darky pickaninny spearchucker groid groids negroid negroids
        shitskin shitskins mudshark muds mongrel mongrels halfbreed chimpout dindu dindus
        kike kikes yid yids heeb heebs hymie sheeny jewess zog goyim shylock
        spic spics spick spicks wetback wetbacks beaner beaners
        chink chinks gook gooks slanteye zipperhead zipperheads jap japs ching chong
        paki pakis raghead ragheads towelhead towelheads sandnigger muzzie muzzies muzrat mudslime mudslimes
        cameljockey musloid hajji hajjis
        faggot faggots fag fags faggy fagot homo homos poof poofs poofter dyke dykes lesbo lesbos tranny trannies
        shemale shemales ladyboy sodomite sodomites queerboy
        honky honkies redneck rednecks gringo gringos whitey wigger wiggers
        gyppo gypo pikey pikeys dago dagos wop wops polack polacks kraut krauts abo abos boong injun injuns
        redskin redskins squaw savages
        retard retards retarded tard tards libtard libtards spastic spaz spacker mongoloid cripple cripples
        feminazi feminazis femoid femoids foid foids""",
    "whore": """
        bitch bitches bitchy biatch bish hoe hoes ho hos whore whores slut sluts slutty skank skanks tramp harlot
        cunt cunts twat twats cocksucker cocksuckers slag slags thot thots pussies""",
    "swear": """
        fuck fucks fucked fucking fuckin fking fcking fck fuk fukin fuckers fucker motherfucker motherfuckers
        motherfucking mofo mofos muthafucka mutha shit shits shitty shitting bullshit crap crappy damn damned dammit
        goddamn goddam hell ass asses arse arses piss pissed pissing bollocks bugger bloody wtf stfu gtfo lmfao af
        freaking frickin friggin effing dumbass badass shite dick dicks prick pricks""",
    "insult": """
        idiot idiots moron morons imbecile imbeciles asshole assholes arsehole arseholes ahole jackass jackasses bastard
        bastards scumbag scumbags douche douches douchebag douchebags dickhead dickheads shithead shitheads loser losers
        creep creeps pervert perverts perv degenerate degenerates fool fools dimwit dimwits halfwit nitwit dunce dolt
        dolts wanker wankers tosser tossers prat knob knobhead bellend coward cowards liar liars crook crooks
        psycho psychopath weirdo weirdos freak freaks lunatic lunatics nutjob nutcase shitbag scum scums
        clown clowns buffoon buffoons hypocrite hypocrites sissy pansy wimp crybaby crybabies snowflake snowflakes
        pedo pedos paedo pedophile pedophiles paedophile rapist rapists thug thugs terrorist terrorists
        simpleton troll trolls twit fatso fatty lardass pig pigs hag sheep sheeple traitor traitors fraud shitstain
        asshat asshats asswipe dipshit dipshits numbskull numskull cretin cretins lowlife lowlifes deadbeat""",
    "dehuman": """
        vermin animal animals beast beasts monkey monkeys ape apes gorilla gorillas chimp chimps baboon baboons
        rat rats cockroach cockroaches roach roaches parasite parasites leech leeches maggot maggots insect insects
        swine dog dogs snake snakes locusts plague disease diseases cancer virus infestation infest infested infesting
        subhuman subhumans untermensch filth trash garbage rubbish waste dirt savage barbarian barbarians brute brutes
        horde hordes inferior invaders invader invasion invading breed breeding breeds interbreed degeneracy
        abomination abominations evil demon demons demonic devils devil satanic mutant mutants primitive primitives
        uncivilized uncivilised criminals criminal gangs thieves thief welfare leeching aliens illegals""",
    "bad": """
        stupid dumb idiotic moronic disgusting filthy dirty nasty ugly hideous vile repulsive revolting pathetic
        worthless useless horrible awful terrible hateful lazy smelly stinking stinky greedy sick sickening twisted
        perverted depraved retardation braindead brainless clueless ignorant inbred gross obnoxious lousy rotten
        despicable disgraceful unnatural immoral sinful wicked corrupt crooked lying fake insane crazy deranged
        delusional fat uneducated illiterate backward backwards violent dangerous hysterical incompetent weak low
        iq shameless spineless arrogant scummy putrid foul wretched miserable deplorable""",
    "harm": """
        kill kills killing killed shoot shot shooting hang hanged hung hanging lynch lynched lynching burn burned burnt
        burning gas gassed gassing exterminate exterminated exterminating extermination eradicate eradicated eliminate
        eliminated annihilate annihilated slaughter slaughtered murder murdered murdering execute executed stab stabbed
        strangle strangled choke choked rape raped raping beat beaten beating punch punched slap slapped smash smashed
        kick kicked stomp stomped bash bashed behead beheaded decapitate decapitated drown drowned nuke nuked bomb
        bombed torture tortured castrate castrated sterilize sterilized sterilise sterilised deport deported deporting
        expel expelled cleanse cleansed cleansing purge purged enslave enslaved shove destroy destroyed wipe wiped
        hurt hurting slit crush crushed attack attacked ban banned remove removed rid euthanized euthanised drag
        throw thrown lock locked break cut gutted skin skinned bullet bullets noose rope ovens oven""",
    "die": "die dies died dying death deaths dead suicide grave graves coffin extinct extinction genocide holocaust",
    "hate": """
        hate hates hated hating despise despises despised detest detests loathe loathes loathed hatred disgust disgusts
        disgusted abhor resent sicken sickens""",
    "sex": """
        cock cocks penis penises pussy vagina vaginas clit clitoris tits titties boobs boobies nipples cum cumming cums
        cumshot cumshots creampie blowjob blowjobs handjob handjobs rimjob deepthroat anal anally orgasm orgasms
        porn porno pornography pornstar pornstars xxx nsfw hardcore milf milfs gangbang gangbangs threesome threesomes
        masturbate masturbates masturbating masturbation wank jizz sperm semen dildo dildos vibrator vibrators
        fisting bukkake hentai horny erotic erotica nude nudes naked topless sexy sexcam camgirl camgirls webcam escort
        escorts hooker hookers stripper strippers bdsm bondage fetish fetishes upskirt lesbians ejaculate ejaculated
        ejaculation erection boner sucking licking fingering moaning moaned thrusting bareback squirt squirting
        doggystyle busty twink twinks cuckold hotwife swinger swingers incest panties thong sex sexual sexually fap
        buttplug cameltoe slutwife pornhub tits throbbing foreskin labia""",
    "you": "you you're your yours yourself yourselves u ur youre ya yall y'all you've you'll thou",
    "they": """
        they they're them their theirs themselves these those theyre em 'em they've they'll people folks folk person
        persons kind lot bunch community culture cultures religion religions everyone everybody somebody someone""",
    "he": "he he's him his she she's her hers himself herself guy guys dude chick kid kids child children",
    "i": "i i'm me my mine im we our us i've i'd i'll we're",
    "all": "all every everyone any each most always nothing never only whole entire none anybody",
    "should": """
        should must ought deserve deserves deserved need needs gotta gonna going will would want wants wish hope let
        let's lets cannot can't shouldn't better""",
    "not": """
        not no don't doesn't didn't isn't aren't wasn't weren't won't wouldn't nobody without against stop wrong false
        neither nor disagree reject rejects condemn condemns condemned unacceptable stereotype stereotypes myth
        prejudice hateful""",
    "say": """
        say says said saying call calls called calling wrote write writes writing quote quoted quotes quoting told tells
        claim claims claimed report reports reported reporting according tweet tweeted posted comment commented
        word words term slur slurs phrase shouted yelled screamed chanted graffiti""",
    "law": """
        court police judge jury trial convicted sentenced arrested charged charges accused accusing guilty prosecutor
        prosecutors defendant victim victims witness testified investigation law crime offence offense officer
        officers lawyer attorney allegedly alleged suspect lawsuit hearing appeal""",
    "study": """
        history historian historians century war wars novel book books film movie museum study studies research
        researchers article education educational health medical doctor doctors clinic patients contraception condom
        condoms puberty consent racism racist racists sexism sexist homophobia homophobic antisemitism discrimination
        bigotry bigots bigot propaganda segregation slavery nazi nazis segregated""",
    "good": """
        good great nice kind wonderful amazing friendly lovely beautiful awesome love loves loved loving proud brave
        smart talented happy caring honest excellent fantastic delicious tasty best favorite favourite thanks thank
        respect welcome support help helped helps fun cool enjoy enjoyed sweet""",
    "out": """
        out back away off down leave left send sent home country countries nation nations border borders land town
        city street neighborhood neighbourhood west europe america world earth blood pure purity genes dna superior
        supremacy replace replaced replacement outnumber ruin ruined ruining destroying taking stealing steal
        cage zoo kitchen camps camp gutter""",
    "slur2": """
        porchmonkey porchmonkeys junglebunny junglebunnies tarbaby buckwheat uppity spook spooks nignog nignogs
        nig nigs christkiller hooknose hooknosed jewboy jewed shylocks mudblood mulatto mulattos mulattoes
        quadroon mestizo octoroon nonwhitey fenian taig knacker tinker gypos gippo sandnegro durka haji hadji
        musrat muslimes islamonazi chinaman chinamen chinky slopes slant slants nip nips currymuncher dothead
        pajeet curry homosexualist fudgepacker fudgepackers bumboy batty battyboy carpetmuncher rugmuncher
        lezzie lezzies troon troons heshe transvestite transvestites mong mongs flid spacko downie downies
        subnormal feebleminded whitetrash cracker crackers hillbilly hillbillies hick hicks chav chavs
        commietard conservatard fucktard fucktards republitard republitards magat magats magatard femcunt hoebag
        roastie roasties becky stacy landwhale landwhales simp simps cuck cucks soyboy soyboys incel incels""",
    "whore2": """
        skanky sluttish whorish trollop floozy floozie hussy jezebel golddigger cumdumpster cumdump cocktease
        pricktease slapper slappers minger mingers bitchass sidebitch bimbo bimbos strumpet wench cow""",
    "swear2": """
        fuckup fuckups clusterfuck fuckwit fuckwits fuckwad fuckwads fuckface fuckhead fuckheads shittiest
        shitshow shitface shitfaced shithole shitholes horseshit dipstick apeshit batshit dumbfuck dumbfucks
        motherfuck goddammit godforsaken foff fcks fkn fukn phuck fuq fug wanking sod buggered turd turds fart
        farts farting pee poop crapping sob pos fjb ffs fu arsed cockup balls ballsack nutsack scrotum schlong""",
    "insult2": """
        dumbo dummy dummies dope dopes dullard dimbulb airhead airheads bonehead boneheads blockhead blockheads
        meathead meatheads muppet muppets plonker plonkers pillock pillocks numpty numpties berk berks git gits
        nincompoop ninny ignoramus ignoramuses idjit eejit dumdum sap chump chumps sucker suckers dork dorks
        geek nerd nerds jerk jerks jerkoff jerkoffs creepo slimeball slimeballs sleaze sleazebag sleazebags
        sleazeball scuzzball dirtbag dirtbags scumbucket scummer ratbag ratbags cur mutt mutts weasel weasels
        vulture vultures hyena hyenas jackal jackals viper vipers worm worms slob slobs porker porkers blimp
        whale whales heifer hippo lardarse fatass fatasses tub bum bums hobo hobos moocher moochers freeloader
        freeloaders sponger spongers scrounger scroungers slacker slackers failure failures nobodies wimps
        weakling weaklings milksop momma's mama's manchild manchildren brat brats bully bullies tyrant tyrants
        dictator despot fascist fascists commie commies pinko pinkos shill shills puppet puppets stooge stooges
        lackey lackeys bootlicker bootlickers sellout sellouts turncoat turncoats quisling backstabber
        backstabbers charlatan charlatans conman conmen swindler swindlers grifter grifters fraudster phony
        phonies phoney faker fakes poser posers wannabe wannabes hack hacks narcissist narcissists sociopath
        sociopaths psychos maniac maniacs madman madmen loon loons loony loonies nutter nutters crackpot
        crackpots crank cranks fanatic fanatics zealot zealots nutbag wacko wackos whackjob kook kooks deviant
        deviants molester molesters nonce nonces groomer groomers predator predators pervs wanks murderer
        murderers killer killers butcher butchers monster monsters fiend fiends ogre ghoul ghouls harridan shrew
        crone crones witch witches gasbag windbag windbags blowhard blowhards loudmouth loudmouths bigmouth
        parrot parrots drone drones zombie zombies lemming lemmings cultist cultists cult normie normies boomer
        boomers karen karens gammon piggy oinker douchenozzle douchecanoe assclown assclowns asshead assface
        asskisser asswipes arsewipe shitstick shitweasel shitlord shitlords turdface buttmunch butthead
        buttheads buttface peabrain pinhead pinheads lamebrain hater haters whiner whiners crybully bedwetter
        bedwetters pussyfooter knuckledragger knuckledraggers neanderthal neanderthals troglodyte troglodytes
        caveman cavemen inbreds yokel yokels peasant peasants rube rubes bumpkin""",
    "dehuman2": """
        nonhuman beastly bestial bug bugs lice louse flea fleas tick ticks bedbugs fly flies mosquito mosquitoes
        termite termites rodent rodents mouse wolves wolf pack hive swarm swarms swarming nest nests spawn
        spawns larvae slime sewage sewer cesspool cesspit excrement faeces feces dung manure pus boil tumor
        tumour tumors cancerous infection infected infects contaminate contaminated contamination pollute
        polluted polluting pollution pest pests pestilence scourge blight rot rotting germ germs bacteria
        contagion leper lepers mob mobs flood flooding floods flooded tide wave waves overrun overrunning
        colonize colonise colonizers occupiers parasitic parasitical leeched bloodsucker bloodsuckers
        bloodsucking freeload dole handouts savagery barbaric barbarism uncultured brutish cannibal cannibals
        cannibalism goat goats camel camels donkey donkeys mule mules cattle herd herds swarthy apelike simian
        simians orangutan orangutans chimpanzee chimpanzees jungle jungles mud tribal tribes caves cave devolved
        evolved unevolved genetic genetically defective defect defects degenerated degenerating mongrelized
        mongrelised mongrelization bastardized inferiority lesser underclass thuggish lawless looter looters
        looting rioters rapefugee rapefugees rapey gangbanger gangbangers dealers drugdealers pimp pimps beggars
        beggar beggary invade invaded colonised replacing""",
    "bad2": """
        asinine imbecilic dimwitted halfwitted thick thickheaded dense daft barmy bonkers nuts nutty loopy
        unhinged demented senile gaga psychotic schizo paranoid mental loco wacky zany nonsensical foolish silly
        ridiculous laughable absurd inane vapid vacuous shallow petty trashy tacky cheap classless tasteless
        vulgar crass crude boorish uncouth oafish loutish yobbish feral wild brutal cruel heartless callous
        merciless ruthless vicious vindictive spiteful malicious malevolent sadistic sinister diabolical
        fiendish monstrous ghastly grotesque gruesome sordid sleazy slimy smarmy creepy icky yucky grossest
        rancid rank reeking reeks reek stinks stink stench unwashed unclean greasy grubby grimy scruffy scraggly
        diseased infectious leprous toxic poisonous venomous vitriolic bitter jealous envious selfish
        egotistical narcissistic conceited cocky smug pompous haughty snobby entitled spoiled bratty whiny
        whining childish immature infantile pitiful sorry sad hopeless helpless inept bumbling blundering clumsy
        lame feeble frail spindly puny cowardly gutless yellow treacherous treasonous traitorous disloyal
        duplicitous deceitful dishonest dishonorable untrustworthy shifty sneaky devious conniving scheming
        manipulative sly cunning crafty hypocritical bogus sham fraudulent rigged thieving murderous
        bloodthirsty genocidal fascistic tyrannical oppressive authoritarian bigoted intolerant perverse
        debauched lecherous lewd lustful promiscuous loose godless heathen heretical blasphemous cursed accursed
        damnable abominable execrable contemptible detestable loathsome odious nauseating repugnant repellent
        sickly vomit puke barf vomiting vomitous fugly hideously misshapen deformed disfigured chubby flabby
        bloated bald wrinkled saggy pimply toothless unintelligent witless mindless thoughtless moronically
        brainwashed gullible naive unqualified overrated mediocre talentless subpar dumbest stupidest ugliest
        worst dumber stupider uglier filthiest laziest sickest vilest nastiest lowest scummiest craziest
        stupidity idiocy ignorance laziness filthiness ugliness depravity perversion perversions sin immorality
        vice""",
    "harm2": """
        slay slays slain slaughtering massacre massacred massacring butchered butchering lynchings hangs shoots
        shootings gun guns gunned ammo rifle rifles knife knifed knives stabbing stabs slice sliced slashed
        slashing machete axe axed chop chopped guillotine firing squad gallows noosed electrocuted electrocute
        crucify crucified impale impaled skewer gouge disembowel disemboweled dismember dismembered mutilate
        mutilated maim maimed crippled breaking bludgeon bludgeoned clobber pummel pummeled thrash thrashed whip
        whipped whipping flog flogged cane caned spank smack smacked slapping punching kicking beatings beatdown
        curb curbstomp trample trampled mow mowed ram rammed strangling suffocate suffocated smother smothered
        drowning poison poisoned starve starved starving incinerate incinerated torch torched firebomb bombing
        bombs blow blown explode exploded nukes nuking gassings sterilization sterilisation castration
        castrating neuter neutered abort aborted spayed cull culled culling euthanize euthanise euthanizing
        lethal injection annihilation wiping erase erased eradicating eradication banish banished banishment
        exile exiled evict evicted expulsion deportation deportations repatriate repatriated repatriation intern
        interned internment imprison imprisoned jail jailed caged chain chained shackle shackled enslaving slave
        slaves whippings segregate ethnically purging hunt hunted hunting rapes gangrape gangraped molest
        molested assault assaulted terrorize terrorise threaten threatened harm harmed harming injure injured
        wound wounded bleed bleeding bloodbath skull skulls neck necks head throat throats teeth face bashing
        batter battered beater finish finished crushing squash squashed stamp stamped flatten wreck wrecked
        smashing""",
    "die2": """
        perish perished rots decay corpse corpses coffins buried bury burying funeral morgue cemetery suicidal
        overdose overdosed hellfire holocausts holohoax shoah pogrom pogroms auschwitz ashes soap gaschamber
        chamber chambers crematorium""",
    "hate2": """
        abhorrent abhors despising detesting repulse repulsed repulses nauseate nauseates resents resented
        revolt revolts scorn contempt despicably fear fears distrust mistrust shun shunned spit spits""",
    "they2": """
        themself theirselves masses tribe sorts sort types type ilk lots crowd crowds gang society civilization
        civilisation civilizations cultural population populations peoples families relatives wives husbands
        sons daughters""",
    "should2": """
        oughta shall may might hafta time demand demands require hopefully please must've shoulda wanna plan""",
    "not2": """
        hardly isnt arent dont doesnt didnt wasnt werent wont oppose opposes opposed opposing refuse refused
        refuses deny denied denies debunk debunked debunks falsehood misconception untrue incorrect inaccurate
        shameful outrageous intolerable condemnation denounce denounces denounced denouncing protest protested
        protests unfair unjust offensive derogatory insulting disrespectful hurtful harmful xenophobia
        xenophobic islamophobia antisemitic transphobia transphobic misogyny misogynist misogynistic ableist
        ableism""",
    "say2": """
        stating stated states state insisted insist insists argue argues argued arguing allege alleges remark
        remarks remarked describe describes described describing labelled labeled label referred refers refer
        reference mention mentioned mentions ask asked asks suggest suggested suggests interview interviewed
        chant chants chanting slogan slogans caption headline song lyrics lyric line lines character characters
        scene dialogue speech speeches sermon email letter letters message messages post posts insult insults
        abuse abused abusive verbal verbally bullied bullying harassed harassment taunt taunted taunts mocked
        mocking joked joke jokes""",
    "law2": """
        tribunal sentence sentencing plea pleaded pleads felony misdemeanor charge counts indicted indictment
        convicts inmate inmates custody detained detention detective detectives sheriff constable authorities
        officials official department statute statutes act section plaintiff plaintiffs petitioner respondent
        counsel testimony evidence trials verdict acquitted parole probation attorney's lawsuits sued rights
        amendment constitutional legislation ordinance""",
    "study2": """
        essay essays chapter chapters author authors scholar scholars professor professors university theory
        theories analysis survey surveys data statistics percent percentage literature museums exhibit
        exhibition documentary documentaries movies novels fiction play plays theatre theater drama poem poems
        poetry story stories memoir biography autobiography diary archive archives ancient medieval empire
        emperor colonial colonies colony independence revolution revolutionary regime civil movement movements
        activist activists equality inclusion inclusive awareness campaign campaigns charity clinical disorder
        disorders symptom symptoms therapy treatment treatments vaccine psychology psychological sociology
        anthropology theology theological bible biblical scripture verse verses gospel psalm psalms prophet
        prophets testament""",
    "good2": """
        gorgeous handsome cute charming pleasant delightful joy joyful joyous glad pleased grateful gratitude
        appreciate appreciated appreciates generous generosity gentle warm warmth compassion compassionate
        empathy tolerant tolerance peace peaceful peacefully hopeful inspire inspired inspiring inspiration
        beautifully wonderfully successful success celebrate celebrated celebrating celebration congratulations
        congrats winner winners talent gifted intelligent wise wisdom creative clever skilled hardworking
        dedicated loyal faithful trusted trustworthy reliable fair decent polite courteous respectful respected
        admire admired admiring friend friends neighbour neighbours neighbor neighbors colleagues colleague
        volunteer volunteers communities yummy perfect perfectly brilliant superb terrific fabulous marvelous
        magnificent recommended recommend""",
    "out2": """
        ship shipped boat boats plane planes wall walls door shut close closed gate gates soil homeland
        fatherland motherland ancestors ancestral heritage bloodline bloodlines kin kinfolk offspring
        descendants stock birthrate birthrates outbreed outbreeding demographic demographics majority takeover
        conquer conquered conquest dominate domination rule control controlled controls controlling own owned
        subvert subverted undermine undermined corrupting spoil brainwash brainwashing indoctrinate
        indoctrinated indoctrination infiltrate infiltrated infiltrating""",
    "cause": """
        aryan aryans nordic nordics teutonic heil sieg reich fuhrer führer hitler goebbels himmler swastika
        swastikas skinhead skinheads klan kkk ku klux klansman klansmen stormer stormfront folkish volk racially
        racialist racialists multicultural multiculturalism multiracial interracial miscegenation mixing mixed
        mixers melting diversity diverse enrichment integration assimilate assimilation desegregation apartheid
        sharia jihad jihadi jihadis jihadist jihadists caliphate mosque mosques burqa burka hijab niqab halal
        quran koran mohammed muhammad allah infidel infidels kafir talmud talmudic rabbi rabbis synagogue
        synagogues rothschild rothschilds soros bankers banker globalist globalists globalism cabal illuminati
        elders protocols usury usurers marxism marxist marxists bolshevik bolsheviks bolshevism communism
        zionism shekel shekels nationalist nationalists nationalism patriots supremacist supremacists separatist
        affirmative quota quotas ghetto ghettos hood hoods projects slums slum crackhead crackheads crack
        tribalism colonizer feminism patriarchy misandry traditional femininity masculinity lgbtqwerty agenda
        homosexualism gayness pride rainbow pronoun pronouns transgenderism gender transgenderist""",
    "politic": """
        democrat democrats dems dem republican republicans repubs gop liberal liberals libs lib conservative
        conservatives leftist leftists lefties lefty rightwing leftwing rightwinger rightwingers communist
        communists socialist socialists socialism tory tories labour whigs brexit brexiteer brexiteers remainer
        remainers biden trump obama hillary clinton clintons pelosi bush cheney palin romney mccain sanders
        bernie kamala harris aoc fauci mcconnell cruz reagan nixon putin merkel boris blair thatcher cameron
        corbyn farage zuckerberg antifa blm maga woke wokeness sjw sjws politicians politician president
        presidents senator senators congressman congresswoman congress senate governor governors mayor
        administration government governments elites elite establishment media journalist journalists reporters
        reporter voters voter vote voted election elections party vaxxers antivaxxers vegans cyclists cops cop
        bureaucrats celebrities celebrity""",
    "mock": """
        lol lols lolz lmao rofl roflmao haha hahaha hahahaha ha hah heh hehe kek smh omg omfg bruh bro sis tbh
        imo imho pfft lulz ew eww ewww ugh ughh yuck meh duh nah yeah yea yep nope pls plz kys rt cope seethe
        ratio 😂 🤣 🤡 🤮 🤢 💩 🖕 😡 🤬 👎 🙄 😭 💀 🐍 🐀 🐒 🐵 🦍 🐷 🐖 🔫 🔪 😆 😅""",
}
NAMES = tuple(CLASSES)
NONE = 0  # a word of no class; classes count from 1


@cache
def classes() -> dict[str, int]:
    """The class of each listed word, from 1; of a word in two classes, that of the first."""
    found: dict[str, int] = {}
    for number, words in enumerate(CLASSES.values(), 1):
        for word in words.split():
            found.setdefault(word, number)
    return found


@cache
def class_table() -> NDArray[np.uint64]:
    """`classes` as `look_up` takes them."""
    return word_table(classes())


def class_of(name: str) -> int:
    """The number of a class by name."""
    return NAMES.index(name) + 1


# Coarse words hide in others: what a word of no class begins or ends with, and the class it then has.
PREFIXES = {"swear": "fuck shitt shits shitf shith shitl motherf", "whore": "bitch whore slut cunt", "slur": "nigger niggas faggo tranni raghead",
            "insult": "assho dumbass dickhe shithe dumbfu douche"}  # fmt: skip
SUFFIXES = {"swear": "fuck fucks shit fucking fucker fuckers", "whore": "bitch bitches whore slut sluts cunts",
            "slur": "nigger niggers faggot faggots libtard libtards", "insult": "asshole assholes tarded fuckwad"}  # fmt: skip
COARSE = ("slur", "whore", "swear", "insult", "sex")
LETTERS = {"@": "a", "4": "a", "$": "s", "5": "s", "1": "i", "!": "i", "|": "i", "3": "e", "0": "o", "7": "t", "+": "t"}
FRAMES = {"not": 1, "say": 2, "law": 4, "study": 4}  # what is told, denied or judged rather than said
CHARGED = ("group", "slur", "whore", "insult", "dehuman", "bad", "harm", "die", "hate", "you", "they", "he", "sex")


@cache
def stem_table() -> NDArray[np.uint64]:
    """Stems as `look_up` takes them: the class of a prefix in the low byte, that of a suffix above it."""
    found: dict[str, int] = {}
    for stems, shift in ((PREFIXES, 0), (SUFFIXES, 8)):
        for name, words in stems.items():
            for word in words.split():
                found[word] = found.get(word, 0) | class_of(name) << shift
    return word_table(found)


@cache
def letters() -> NDArray[np.uint8]:
    """The letter that an ASCII character stands for in a disguised word, 0 if none: uint8[128]."""
    table = np.zeros(128, np.uint8)
    for code in range(128):
        if chr(code).isalpha():
            table[code] = ord(chr(code).lower())
    for mark, letter in LETTERS.items():
        table[ord(mark)] = ord(letter)
    return table


@cache
def tables() -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint8], NDArray[np.uint8]]:
    """What a reading looks up: classes, stems, which classes are coarse, letters."""
    coarse = np.array([0, *(name in COARSE for name in NAMES)], np.uint8)
    return class_table(), stem_table(), coarse, letters()


@cache
def frames() -> NDArray[np.uint64]:
    """By class: flags of `FRAMES`, 8 for one of `CHARGED`, else 0; uint64[classes + 1]."""
    return np.array([0, *(FRAMES.get(name, 8 * (name in CHARGED)) for name in NAMES)], np.uint64)
