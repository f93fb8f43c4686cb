import type { ConversationTemplate } from './conversation.ts'

export const kitchen: readonly ConversationTemplate[] = [
  [
    'A made {food} {last night|yesterday}. {It worked|No survivors|The smoke alarm approved}',
    'B {recipe or it did not happen|recipe please}',
    'A {my grandmother’s, so: “enough flour, until it feels right”|link}: {twenty minutes, one pan|mostly patience}',
    'C {I am coming over|adding to the list}',
  ],
  [
    'A {pet} {sat on the keyboard and sent a message to everyone|has learned to open the fridge|is on the agenda again}',
    'B {promote them|best commit this week}',
    'C 😂',
    '?A {they have requested a raise|review pending}',
  ],
  [
    'A {Coffee|Tea} {in ten minutes|now|before the call}?',
    'B {yes|always}',
    'C {if someone else makes it|with {food}?}',
    'A {deal|done}',
  ],
  [
    'A {what is everyone listening to while working|Music for deep work}? {I have worn out my last playlist|My ears need new things}',
    'B {rain recordings from {place}, not joking|one piano album on repeat since 2019}',
    'C {silence|podcasts about bridges}',
    'D {film scores. Every bug becomes dramatic|the dishwasher}',
    'A {this was not as helpful as I hoped, and better|piano it is}',
  ],
  [
    'A {moved the desk to the window|New desk set-up}: {bird} {every ten minutes|at once}, {percent} % less work done',
    'B {correct trade-off|as it should be}',
    'C {photo!|window tax}',
  ],
  [
    'A {weekend plans|What are you all up to this weekend}?',
    'B {{place}, if it is not {weather}|sleeping|finally fixing the bike}',
    'C {visiting my parents in {city}|{food}, a book, no screens}',
    'D {marathon, wish me luck|the allotment}',
    'A {good luck {D}!|sounds perfect} {I am painting a wall. Colour still contested|Laundry and {book}}',
  ],
  [
    'A is it just me or is {the heating|the printer|the lift} {making that noise again|possessed}?',
    'B {not just you|it is singing in B flat}',
    'C {I tightened the thing. You know, the thing|turn it off and on}',
    'A {silence! blessed silence|it knows we talk about it}',
  ],
]
