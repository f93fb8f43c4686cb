import type { ConversationTemplate } from './conversation.ts'

export const general: readonly ConversationTemplate[] = [
  [
    'A {Reminder|Heads-up|Small reminder}: {team call|planning|retro|demo hour} {today|tomorrow|on {day}} at {hour}. {Agenda is in the usual place|Add points to the page|Bring one thing you are proud of}',
    'B {Noted|👍|thanks}',
    '?C I will be {ten minutes late|on a train, camera off|there, with cake}',
    '?D can we talk about {feature} {for five minutes|first, I have to leave early}?',
    'A {Sure|added|Yes, moved it to the top}',
  ],
  [
    'A {Thank you|Big thanks} to {@B} for {{feature}|the long evening with {ticket}|the talk in {city}}. {It shows|People noticed}',
    'C {hear, hear|seconded}! 👏',
    'B {blushing|that is kind}, {it was a team thing|{D} did the hard half}',
    '?D {not true, but thanks|we were both there}',
  ],
  [
    'A I will be {away|off|out} {on {day}|from {day} on|next week}. {{B} has my open things|{ticket} can wait, {ticket2} cannot: {@B} knows|No laptop, only boots and binoculars}',
    'B {Got it|all under control}. {Enjoy|Have a good one|Send pictures}!',
    '?C {where to|anywhere nice}?',
    '?A {city}, {if the trains run|by train|two weeks of it}',
  ],
  [
    'A The {city} meet-up has a date: {day}, {hour}, {upstairs at the library|in the back room of the café by the station}. {About {count} people said yes|Who is in?}',
    'B {in!|I am in|count me in}',
    'C {I can bring the projector|Would love to, checking trains}',
    'D {sadly not|can’t make it}, {please record the talk|next time}',
    'A {will do|noted}. {There will be {food}|{C}, you are a hero}',
  ],
  [
    'A {Good news|Nice thing of the day}: {the park service wants to use {feature}|we passed {count} thousand observations this {week|month}|a school in {city} ran a whole project on the app|the grant was extended}',
    'B 🎉🎉',
    'C {Wow|That is wonderful}. {Who do we thank|Did this come through {D}}?',
    '?D {I only sent one e-mail|It was mostly {A}, honestly}',
    'A {Details|More} on {day}. {Go celebrate|Cake is ordered}',
  ],
  [
    'A {Can someone|Could somebody} {look over|proofread} the {newsletter|announcement|grant text} {before {hour}|today}? {One page|Five minutes}: {link}',
    'B {on it|reading}',
    'B {Done|Commented}: {the second paragraph buries the news|lovely, two typos|I would cut the word “exciting”, all four of them}',
    'A {ha, fair|Thank you}, {fixed|sent}',
  ],
  [
    'A {What do we want from|Goals for} the next {month|six weeks}? My list:\n\n1. {feature} {finished, not “almost”|that works on {device}}\n2. {fewer ways to lose a note|start-up under a second}\n3. {docs for newcomers|one release without a hotfix}\n\n{Yours?|Add yours}',
    'B {I would put 2 first|Swap 1 and 2}. {Nothing else matters if people lose notes|Trust first, features later}',
    'C {agree with {B}|+1}, {and someone has to own 3|I can own 3}',
    'A {good|OK}: 2, 1, 3. {I will write it up|Pinning this}',
  ],
  [
    'A {the office key|The spare laptop|My umbrella} has {vanished|gone missing} {again|}. {Last seen near the kettle|Anyone?}',
    'B {It is on the windowsill|I have it, sorry!|check behind the plant}',
    'A {found|Got it}, {you saved my {day}|thanks}',
  ],
  [
    'A {Interview notes|I talked to {count} users this week}. {What surprised me|The short version}: nobody {cares about|mentions} {feature}, everybody {asks for|loves} {feature2}. One said: “{I only trust it because it works with no signal|I stopped carrying paper in March|it is the first app my father likes}”',
    'B {that quote belongs on the wall|❤️}',
    'C can you share the raw notes? {I want to read them before I touch {feature2}|Curious what they said about sharing}',
    'A {link}',
  ],
  [
    'A {Train|Bus} strike {tomorrow|on {day}}: {work from where you are|nobody has to come in}. {The call stays at {hour}|We move the workshop}',
    'B {fine with me|OK}, {I was going to anyway|bike it is}',
    'C {thanks for the warning|good to know}. {Can someone water the plants|Who lets {pet} in}?',
    'A {I can|on my way anyway}',
  ],
]
