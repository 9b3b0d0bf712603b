"""Wider classes of words for `toxic_words`, apart from the first ones because their words are weaker or vaguer.

"Weasel" and "hack" stand in insults and elsewhere, so they teach less than "moron" does and have a class of their own.
Pictures (emoji) that mock or threaten count as words. All words are of our own choosing.
"""

WIDE_CLASSES = {
    "slang": """
        porchmonkey porchmonkeys junglebunny junglebunnies tarbaby buckwheat uppity spook spooks nignog nignogs
        nig nigs christkiller hooknose hooknosed jewboy jewed shylocks mudblood mulatto mulattos mulattoes
        quadroon mestizo octoroon nonwhitey fenian taig knacker tinker gypos gippo sandnegro durka haji hadji
        musrat muslimes islamonazi chinaman chinamen chinky slopes slant slants nip nips currymuncher dothead
        pajeet curry homosexualist fudgepacker fudgepackers bumboy batty battyboy carpetmuncher rugmuncher
        lezzie lezzies troon troons heshe transvestite transvestites mong mongs flid spacko downie downies
        subnormal feebleminded whitetrash cracker crackers hillbilly hillbillies hick hicks chav chavs
        commietard conservatard fucktard fucktards republitard republitards magat magats magatard femcunt hoebag
        roastie roasties becky stacy landwhale landwhales simp simps cuck cucks soyboy soyboys incel incels""",
    "wench": """
        skanky sluttish whorish trollop floozy floozie hussy jezebel golddigger cumdumpster cumdump cocktease
        pricktease slapper slappers minger mingers bitchass sidebitch bimbo bimbos strumpet wench cow""",
    "oath": """
        fuckup fuckups clusterfuck fuckwit fuckwits fuckwad fuckwads fuckface fuckhead fuckheads shittiest
        shitshow shitface shitfaced shithole shitholes horseshit dipstick apeshit batshit dumbfuck dumbfucks
        motherfuck goddammit godforsaken foff fcks fkn fukn phuck fuq fug wanking sod buggered turd turds fart
        farts farting pee poop crapping sob pos fjb ffs fu arsed cockup balls ballsack nutsack scrotum schlong""",
    "jeer": """
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
    "brute": """
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
    "foul": """
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
    "hurt": """
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
    "doom": """
        perish perished rots decay corpse corpses coffins buried bury burying funeral morgue cemetery suicidal
        overdose overdosed hellfire holocausts holohoax shoah pogrom pogroms auschwitz ashes soap gaschamber
        chamber chambers crematorium""",
    "scorn": """
        abhorrent abhors despising detesting repulse repulsed repulses nauseate nauseates resents resented
        revolt revolts scorn contempt despicably fear fears distrust mistrust shun shunned spit spits""",
    "folk": """
        themself theirselves masses tribe sorts sort types type ilk lots crowd crowds gang society civilization
        civilisation civilizations cultural population populations peoples families relatives wives husbands
        sons daughters""",
    "wish": """
        oughta shall may might hafta time demand demands require hopefully please must've shoulda wanna plan""",
    "deny": """
        hardly isnt arent dont doesnt didnt wasnt werent wont oppose opposes opposed opposing refuse refused
        refuses deny denied denies debunk debunked debunks falsehood misconception untrue incorrect inaccurate
        shameful outrageous intolerable condemnation denounce denounces denounced denouncing protest protested
        protests unfair unjust offensive derogatory insulting disrespectful hurtful harmful xenophobia
        xenophobic islamophobia antisemitic transphobia transphobic misogyny misogynist misogynistic ableist
        ableism""",
    "tell": """
        stating stated states state insisted insist insists argue argues argued arguing allege alleges remark
        remarks remarked describe describes described describing labelled labeled label referred refers refer
        reference mention mentioned mentions ask asked asks suggest suggested suggests interview interviewed
        chant chants chanting slogan slogans caption headline song lyrics lyric line lines character characters
        scene dialogue speech speeches sermon email letter letters message messages post posts insult insults
        abuse abused abusive verbal verbally bullied bullying harassed harassment taunt taunted taunts mocked
        mocking joked joke jokes""",
    "trial": """
        tribunal sentence sentencing plea pleaded pleads felony misdemeanor charge counts indicted indictment
        convicts inmate inmates custody detained detention detective detectives sheriff constable authorities
        officials official department statute statutes act section plaintiff plaintiffs petitioner respondent
        counsel testimony evidence trials verdict acquitted parole probation attorney's lawsuits sued rights
        amendment constitutional legislation ordinance""",
    "culture": """
        essay essays chapter chapters author authors scholar scholars professor professors university theory
        theories analysis survey surveys data statistics percent percentage literature museums exhibit
        exhibition documentary documentaries movies novels fiction play plays theatre theater drama poem poems
        poetry story stories memoir biography autobiography diary archive archives ancient medieval empire
        emperor colonial colonies colony independence revolution revolutionary regime civil movement movements
        activist activists equality inclusion inclusive awareness campaign campaigns charity clinical disorder
        disorders symptom symptoms therapy treatment treatments vaccine psychology psychological sociology
        anthropology theology theological bible biblical scripture verse verses gospel psalm psalms prophet
        prophets testament""",
    "kind": """
        gorgeous handsome cute charming pleasant delightful joy joyful joyous glad pleased grateful gratitude
        appreciate appreciated appreciates generous generosity gentle warm warmth compassion compassionate
        empathy tolerant tolerance peace peaceful peacefully hopeful inspire inspired inspiring inspiration
        beautifully wonderfully successful success celebrate celebrated celebrating celebration congratulations
        congrats winner winners talent gifted intelligent wise wisdom creative clever skilled hardworking
        dedicated loyal faithful trusted trustworthy reliable fair decent polite courteous respectful respected
        admire admired admiring friend friends neighbour neighbours neighbor neighbors colleagues colleague
        volunteer volunteers communities yummy perfect perfectly brilliant superb terrific fabulous marvelous
        magnificent recommended recommend""",
    "land": """
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
