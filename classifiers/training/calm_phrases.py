"""Phrases of our own, one a line, for `phrase_cases`: the harmless neighbours of `hate_phrases`.

Groups in daily life, in history and in trouble; crime, war, faith, sex, vermin and insults as matters of fact; anger
that attacks nobody. Every line is ours.
"""

# What is told of a group without malice: a verb phrase in the plural.
FACTS = """
moved into the neighborhood in the sixties
built most of the houses on this street
own small shops near the station
founded the first school in the valley
have lived in this city for three hundred years
were driven from their homes during the war
lost everything in the fire and started again
were not allowed to own land until 1952
could not vote before the reform
were shot at the border by guards
were put in camps and killed by the million
were sold as slaves in the market of this port
were lynched by mobs in the south while sheriffs looked away
were called vermin by the newspapers of that time
were blamed for the plague and expelled
were forced to wear a badge
were refused service in restaurants
are stopped by the police twice as often
are paid a third less for the same work
earn less than the average
have higher rates of diabetes
die younger than their neighbors
suffer more from heart disease and cancer
are more likely to be victims of violent crime
are underrepresented in parliament
report being insulted on the bus
face threats and abuse online
are tired of being treated as criminals
are afraid to walk home at night
asked the court to protect them
marched through the city for equal rights
won the right to marry in 2015
adopted two children last year
raise their children in two languages
send money home to their parents
work in hospitals and on farms
work two jobs to pay the rent
came by boat and asked for asylum
waited four years for papers
were deported after the court denied their appeal
were granted citizenship last spring
served in the army during both wars
died for this country
invented many of the instruments we play
wrote some of the finest novels of the century
cook the best food in town
celebrate the new year in february
fast for a month and feast with neighbors
pray five times a day
keep the sabbath from friday evening
do not eat pork
wear a scarf because they want to
sing in our church every sunday
disagree among themselves about politics
vote for different parties
are split over the new law
oppose the bill on religious grounds
supported the candidate by a small margin
make up a fifth of the students
are invited to apply
are welcome at all our meetings
play in the second half of the tournament
won the gold medal in the relay
beat the champions on sunday
lost the final on penalties
have their own clubs and newspapers
meet every thursday in the library
tell their stories in a new documentary
are at the heart of her new book
appear as villains in old films
are shown as lazy and stupid in the cartoons of that age
were described as savages by the explorers
were hated by the king and loved by the poor
fought the settlers until 1890
killed the governor in the revolt of 1791
burned the fort and fled to the hills
raided the coast for a hundred years
conquered the city in 1453
ruled the region for eight centuries
worshipped the sun and the rivers
buried their dead with food and weapons
spoke a language that nobody writes any more
took part in the study
were asked about their health
responded better to the treatment
were diagnosed later than others
need different doses of the drug
are at risk of losing their benefits
have trouble finding a flat
struggle with the stairs at the station
use a wheelchair or a cane
learn to read with their fingers
enjoy the same films as everybody else
laugh at the same jokes
fall in love, argue and make up
"""

# Frames that report, quote, deny or condemn what is claimed; {c} is the claim of {g}.
REPORTS = """
it is a lie that {g} {c}
it is not true that {g} {c}
nobody here believes that {g} {c}
do not tell me that {g} {c}, it is nonsense
i am sick of hearing that {g} {c}
the idea that {g} {c} has no basis in fact
the old myth that {g} {c} was spread by this newspaper
the claim that {g} {c} has been refuted many times
the stereotype that {g} {c} does real harm
for centuries people were told that {g} {c}
the nazis taught children that {g} {c}
the pamphlet claimed that {g} {c}
the leaflet said that {g} {c}, and the police are looking for its author
he was fined for posting that {g} {c}
he was banned from the forum after he wrote that {g} {c}
she lost her job because she tweeted that {g} {c}
the senator apologized for saying that {g} {c}
the killer wrote in his manifesto that {g} {c}
the racists in the film say that {g} {c}
in the novel the grandfather mutters that {g} {c}
his father raised him to think that {g} {c}, and he spent years to unlearn it
i used to believe that {g} {c}, and i am ashamed of it
someone shouted at us that {g} {c}
a stranger told my daughter that {g} {c} and she cried
the judge found that to say {g} {c} is incitement
a third of those asked agreed that {g} {c}, which worried the researchers
the study shows how propaganda made people think that {g} {c}
saying "{g} {c}" breaks our rules and will be deleted
"{g} {c}", he said, and the crowd booed him
how can anyone in this century still say that {g} {c}
if you think that {g} {c}, talk to one of them
people who claim that {g} {c} have never met any
"""

# Sentences that hold the words of harm and do none.
NEIGHBOURS = """
the exterminator killed the rats and sealed the holes
cockroaches breed fast in warm kitchens
the parasite lives in the gut of the host and feeds on its blood
invasive species are destroying the native fish of this lake
the infestation was so bad that they burned the furniture
wild dogs killed eleven sheep and were shot
monkeys steal food from tourists at the temple
the apes in the zoo have learned to use tools
swine flu spread through the camp within a week
trash piled up in the streets during the strike
the black plague wiped out a third of the town
cancer took my father in the spring
white blood cells attack the infection
the invaders burned the city and sold the people as slaves
the king had the traitors hanged from the walls
the mob dragged him out of jail and lynched him
six million people were murdered and most of the world looked away
the gas chambers were blown up before the soldiers came
survivors told us how the guards beat them with whips
the trial of the camp commander opened on monday
the gunman shot three people outside the mosque and killed himself
police arrested a man for threatening to bomb the synagogue
he was sentenced to life for the rape and murder of a student
the rapist was released after nine years
the victim said that he choked her and threatened to kill her
the defendant admitted that he stabbed his brother with a kitchen knife
deportation flights were stopped by the court
the minister wants to close the border to trucks
the party wants less immigration and more police
critics say that the policy is racist and cruel
the mayor is wrong about the budget and should resign
the president lied about the war, and people died for it
this government is incompetent and i will not vote for it again
their policy on housing has failed, and here are the numbers
i think the senator is a hypocrite on this question
the company is corrupt and its managers belong in court
what a stupid rule, whoever wrote it never rode a bus
i was an idiot to buy this phone
my ugly old car finally died
my dog is a lazy fat beast and i love him
i would kill for a slice of that cake
this heat is killing me
we got slaughtered in the second half
they destroyed us, five goals to none
our defense was pathetic and the goalkeeper was worse
she crushed the exam and beat everyone in class
kill the boss with fire arrows before he calls his minions
the zombie eats his brain and the crowd goes wild
i hate waiting in line with screaming kids
i hate myself on days like this
some days i feel worthless and stupid, and then i call a friend
my ex called me a worthless bitch and i left that night
at school they called me a freak and a faggot, today i teach there
the word is a slur and we do not print it
the bully called her fat and ugly in front of the whole class
we talk about racism, sexism and homophobia in this course
hate crimes against minorities rose by a tenth
hatred is taught, it can be untaught
god hates sin but loves the sinner, the preacher said
repent, for the wicked shall burn in the fire
the righteous shall rejoice when he sees the vengeance
thou shalt not kill
the serpent deceived the woman and she ate
the devil tempts us all with greed and lust
satan is the father of lies
the demon was cast out and the boy was healed
love your enemies and pray for those who hate you
the villain is a racist cop who rapes and kills
the thief, the liar and the fool meet at an inn
"you filthy traitor," cried the captain, and drew his sword
"die, monster," she shouted, and struck off its head
bitch is the right word for a female dog
use condoms, and see a doctor if you have pain during sex
teenagers ask about sex, porn and masturbation, and deserve answers
breast cancer can be found early by touch
the gay bar on the corner has the best music in town
two men kissed in the park and nobody minded
my wife and i are both disabled and travel a lot
old white men run most of these companies, the report says
young black men are jailed at five times the rate of white men
poor whites and poor blacks worked side by side in the mills
the ghetto was liquidated in 1943
the klan burned a cross on their lawn
the slave trade made this town rich
he explains why race is no category of biology
iq tests say little about what a person can do
the birth rate has fallen in all of europe
refugees from the war filled the school gym
smugglers left the migrants to drown
the border fence cuts through the desert
illegal aliens is the term of the statute
the jury was all white
"""
