"""Phrases of our own, one a line, for `phrase_cases`: what is said of people in hate, and what is said of them calmly.

They are what a filter must know to drop a page; each stands beside phrases on the same matters that harm nobody.
Every line is ours. Source: the themes are those that studies of hate speech name (Röttger et al. 2021, ElSherief et al.
2021): inferiority, crime, disease, invasion, replacement, conspiracy, purity, exclusion, threat, mockery, denial.
"""

# What is claimed of a group: a verb phrase in the plural.
CLAIMS = """
are ruining every city they move to
have turned our neighborhoods into slums
turn every place they touch into a dump
will never build anything of their own
could not run a country if you handed it to them
have never invented a single thing
live like animals and smell worse
breed like rats and expect us to pay for it
have ten kids each and none of them will ever work
would rather steal than get a job
are on welfare for generations
are only here for the free money
bleed this country dry
leech off honest working people
act like savages wherever they gather
riot and loot the moment the lights go out
burn down their own neighborhoods and then blame us
are violent by nature
cannot control their urges
are born criminals
commit nearly all the rapes in this country
rape our women and our courts let them go
go after young white girls
should be kept away from children
prey on little boys
groom kids in our schools
are perverts, every last one
are mentally ill and should be locked away
are sick in the head and want to make it normal
spread filth and disease
brought their diseases with them
are a cancer on our society
are the plague of our time
are a stain on this nation
are lower than dirt
are closer to apes than to us
have the brains of a monkey
have a lower iq and always will
are too dumb to read a map
are not fully human
don't belong in a civilized country
don't belong among decent people
will never be one of us no matter how long they stay
hate us and want us gone
want to see every one of us dead or under their boot
are taking over while we sleep
are invading us without firing a shot
are outbreeding us and soon we will be a minority
are replacing us on purpose
want to wipe out our race
mix with our women to destroy our blood
corrupt our daughters
poison everything that is pure
pollute our gene pool
dilute our bloodline with every half breed child
own the banks, the papers and every politician
pull the strings behind every war
run hollywood and fill it with filth
invented the whole lie to squeeze money out of us
made up the gas chambers to milk us for guilt
cry about oppression while they rob us blind
play the victim to get special treatment
hide behind racism whenever they get caught
lie as easily as they breathe
would stab you in the back for a dollar
cheat, lie and steal, it is in their culture
worship a pedophile
follow a religion of murder
want to chop off our heads and call it peace
will not stop until we all live under their law
beat their wives and call it religion
treat women like cattle and bring that here
are terrorists or cheer for terrorists
are a fifth column waiting for orders
are loyal to their tribe and never to this country
stink up the whole street
can't drive, can't speak and can't shut up
eat dogs and spit on the floor
are good for cleaning toilets and nothing else
were better off in chains
should thank us for civilizing them
owe us everything they have
were made to serve
were put on this earth to have babies and shut up
think with their ovaries
should not have been given the vote
lie about rape to get attention
only want a man for his money
destroy men and laugh about it
need to be put in their place
have no place in the army, the office or anywhere else that matters
make me want to vomit
disgust every normal person
flaunt their sickness in front of our kids
recruit children because they cannot have any
are an abomination before god
will burn in hell and deserve it
deserve everything that is coming to them
had it coming
got what they deserved in the camps
are why this neighborhood went to hell
are why nobody can feel safe at night
are the reason our schools are failing
are a drain on the taxpayer and should not be kept alive
are a waste of oxygen
are useless eaters
contribute nothing but noise and crime
are parasites feeding on a dying host
are vermin and everybody knows how you deal with vermin
crawl in over the border like roaches
swarm in by the million
flood our towns with drugs
bring knives to our streets and guns to our schools
turn our churches into mosques
spit on our flag and our dead
laugh at us while we feed them
get everything for free while our own sleep on the street
never assimilate, they conquer
only respect violence
understand nothing but the whip
would still live in mud huts without us
ate each other before we came
have no culture worth the name
have no souls
are the spawn of the devil
are liars and christ killers
control our government like puppets
are behind the filth on television
push race mixing on our kids
want white people to go extinct
hate everything that is white and beautiful
are jealous of us because we are better
will always be inferior, that is biology
are a different species if you ask me
"""

# What must be done about a group, or is wished: {g} is the group.
CALLS = """
we need to get rid of {g} before it is too late
ship all {g} back on the next boat
round up {g} and throw them out
deport every last one of {g}
keep {g} out of our schools
keep {g} out of our country
keep {g} away from our women
no more {g} in our neighborhood
not one more of {g} should be let in
{g} out, now and for good
stop {g} from breeding
sterilize {g} and the problem is solved
{g} should be put to sleep like dogs
{g} should be rounded up and shot
{g} should be hanged from the nearest tree
string up {g} and leave them there
put {g} back in the fields
put {g} back in the ovens
put {g} back in the closet
put {g} in camps where they belong
lock up {g} and lose the key
build the wall and let {g} starve on the other side
sink the boats of {g}
let {g} drown
let {g} kill each other
let {g} rot
someone should bomb {g} back to the stone age
nuke {g} and turn their land to glass
i would love to see {g} wiped off the map
the world will be a better place when the last of {g} is gone
i can't wait for the day we hunt {g} down
load your guns, {g} are coming
the day of the rope is coming for {g}
a race war is the only way to deal with {g}
it is time to fight back against {g} with more than words
beat some sense into {g}
teach {g} a lesson they won't forget
run {g} out of town
burn down the places where {g} meet
boycott every shop that serves {g}
never hire {g}
never trust {g}
never let your daughter near {g}
never marry one of {g}, think of your blood
separate us from {g} once and for all
go back to the days when {g} knew their place
{g} must be made to obey
{g} need a bullet, not a hug
{g} need to be taught who is master here
take away the vote from {g}
take the children away from {g}
ban {g} from public places
strip {g} of citizenship and throw them in the sea
make it legal to shoot {g}
exterminate {g}
we should have finished {g} off when we had the chance
thank god for every one of {g} that dies
one less of {g}, good riddance
"""

# Laments and slogans of those who think their own kind threatened.
SLOGANS = """
our race is dying and nobody dares to say it
white people are being bred out of existence
we are becoming strangers in our own land
soon there will be no white children left
diversity is a code word for getting rid of us
multiculturalism is a death sentence for our people
race mixing is suicide for a people
race mixing is genocide by another name
stay with your own kind, it is what nature wants
i only date my own kind because i care about my race
a white woman who goes with one of them is lost to us
any white girl who sleeps with them is trash
his children are mongrels and will never be white
mixed kids are confused and belong nowhere
we must secure the future of our race
our blood is our honor and we will not share it
stand up for your race before it is gone
proud to be white and sick of apologizing
wake up white man, they are at the gates
the white race built this world and they want to tear it down
without us they would still be living in trees
everything great was made by our race
it is not hate to love your own race and want the others gone
the media never shows you what they do to us
the news hides the color of the killer again
guess the color of the suspect
we all know what color he was
another peaceful one blows himself up
another doctor and engineer from the boat stabs a girl
another cultural enrichment in the park last night
they call it enrichment, i call it rape
hitler was right about them
hitler did nothing wrong
the holocaust is the biggest lie of the century
six million is a fairy tale
the wrong side won that war
segregation worked and everybody was happier
slavery was the best thing that ever happened to them
apartheid kept that country clean
the south was right
those people had it good under us
this used to be a nice area before they moved in
i moved away because the street went dark
you can smell them before you see them
you never see one of them with a job
they all look the same to me
they all stick together against us
once you let one in you get the whole tribe
give them a hand and they take your arm
you can take them out of the jungle but not the jungle out of them
scratch one of them and you find a savage
i would not touch one with a ten foot pole
i wash my hands after i shake theirs
i don't want to sit next to one of them on the bus
i would disown my son if he came home with one
better dead than married to one of those
it is adam and eve, not adam and steve
there are two genders and the rest is a mental illness
a man in a dress is still a freak
cut off the funding and they will crawl back under their rocks
feminism is cancer
women's rights were the beginning of the end
she needs a good hard slap and a man who keeps her quiet
make me a sandwich and shut up
if she dresses like that she wants it
rape is just surprise sex, get over it
no means yes and everybody knows it
their god is a demon and their book is filth
islam is a death cult, not a religion
ban the book, close the mosques and throw them out
they sacrifice children, look it up
follow the money and you always find the same tribe
name the nose
every single time it is one of them
notice a pattern in those last names
the goyim know
we know who runs the banks
they gave us our rotten culture and our rotten press
look who owns the newspapers and then tell me it is a coincidence
"""

# Abuse of a person, of followers of a party, of whoever is spoken to.
ABUSE = """
you are dumber than a bag of rocks
you have the brain of a goldfish
you must be the dumbest person on the internet
your mother must be so ashamed of you
your whole family is a waste of skin
do us all a favor and never have children
nobody loves you and nobody ever will
crawl back under your rock
crawl back into your mother's basement
go play in traffic
go choke on it
go drown in a puddle
eat shit and die
kiss my ass, you fraud
shut your ugly face
shut your lying mouth
shut up and sit down, clown
what a clown show, what a pathetic little man
look at that face, what an ugly cow
she looks like a horse and cackles like a witch
she slept her way to the top and it shows
she is a fat ugly pig and should stay off television
he is a spineless little worm
he is a senile old fool who soils himself
he belongs in a diaper and in a home
he belongs in prison with the rest of the crooks
lock her up and throw away the key
lock them all up, every lying one of them
hang them all for treason
traitors should be shot at dawn
i hope she rots in prison
i hope he chokes on his dinner
i hope he has a stroke on live tv
i hope you get what is coming to you
i hope your kids get sick so you learn something
may you burn in hell
may he rot in hell with the rest of them
the sooner he drops dead the better
someone please put him out of his misery
somebody needs to put a bullet in him
i would love to punch that smug face
i would pay to see someone knock his teeth out
if i ever meet you i will break your jaw
say that to my face and you won't have teeth left
you are dead, i know where you live
we will find you and your family
keep talking and see what happens to your kids
you will get raped and i will laugh
watch your back, your time is coming
you deserve to be beaten within an inch of your life
these people are a brainwashed cult of losers
what a bunch of crybabies, drones and traitors
only a brainless sheep would vote for this crook
every one of his voters is an inbred moron
her fans are mouth breathing trash
these idiots would drink bleach if he told them
you people are the scum of the earth
you people make me sick, filthy liars
corrupt lying thieving pieces of garbage
lying sack of shit
worthless piece of human trash
dumb as a rock and twice as ugly
stupid is as stupid does, and you are stupid
how can anyone be this stupid and still breathe
who let this moron speak
who ties your shoes for you, idiot
did your parents drop you on the head
are you retarded or just pretending
typical brain dead liberal garbage
typical inbred conservative filth
another lie from the biggest liar who ever lived
nothing but a con man, a cheat and a coward
pure evil, a demon in a suit
the devil himself has more decency than this snake
this hag has the morals of an alley cat
fake, phony, bought and paid for, get lost
go back to clown school
go back to your cave, troll
get a life, loser
get lost, freak, nobody asked you
cry harder, snowflake
cope and die mad about it
imagine being this pathetic
imagine being so ugly that even your dog leaves
wish your dad had pulled out
should have been swallowed
you smell like failure
what is wrong with you, sicko
you disgusting excuse for a human being
"""
