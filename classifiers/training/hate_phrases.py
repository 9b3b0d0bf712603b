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
