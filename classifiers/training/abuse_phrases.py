"""Phrases of our own, one a line, for `phrase_cases`: slogans of hate, and abuse of persons and of parties.

As in `hate_phrases`, they are what a filter must know to drop a page, and every line is ours.
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
