import type { ConversationTemplate } from './conversation.ts'

export const design: readonly ConversationTemplate[] = [
  [
    'A {New|Updated} {mock-ups|sketches} for {feature}: {link}\n\nThe {sheet|panel} now {opens from the thumb’s side|keeps its place|has one button less}, and {color} {replaces|is gone in favour of} {color2}',
    'B {Much calmer|oh this is so much better}. {I keep reading the second line first, though|Does the button need the icon?}',
    'C {contrast on|how does it look with} {color2} in dark {mode|}? {I get 3.9:1 here|I measure just under 4.5}',
    'A {good catch|right}, {darkened it a step|fixed, 4.8 now}',
    'B {then I am happy|ship it}',
  ],
  [
    'A {Watched|I watched} {count} people use {feature} {today|yesterday}. {All of them|Most} {tapped the title instead of the arrow|looked for search at the bottom|scrolled past the button}. {Humbling|Once you see it…}',
    'B {then the title should be the button|so we move it}',
    'A {exactly|drawing it now}',
    'C {Do you have the recording|was that on {device}}? {I would love to see where they hesitated|The hit area may just be too small there}',
    'A {link}, {from minute four|the third person is the clearest}',
  ],
  [
    'A {Poll|Quick poll}: in the list, {“2 h ago” or “14:20”|relative times or clock times}?',
    'B {clock time|14:20}, {always|no question}',
    'C {relative, but exact on hover|“2 h ago”, it reads like a person}',
    'D {both are fine, consistency is better|whatever the rest of the app does}',
    'A {so, no consensus, as is tradition|{D} wins}. {I will try both for a week|Going with what we have}',
  ],
  [
    'A The empty state of {feature} {says “No data”|is a blank page}. {We can do better|It is the first thing a newcomer sees}',
    'B “{Nothing here yet. Your first note appears the moment you save it|Quiet so far. Go outside}”?',
    'A {I love that|the second half made me laugh}. {Taking it|Stealing it}',
    '?C {with a button, please|and a drawing of {bird}}',
  ],
  [
    'A {motion|Animation} question: {does the sheet need to slide|should new rows fade in}? {It feels slow on {device}|I would rather have nothing move that I did not touch}',
    'B {120 ms and only the first time|nothing for arriving content, a short one for what I open}',
    'C and none at all with reduced motion, {please|it is one media query}',
    'A {agreed on all three|writing it into the guide}',
  ],
  [
    'A {Icons|Icon set}: we have {count} that are used once. {I would drop the lot|May I clean up}?',
    'B {yes please|clean away}, {but keep the kingfisher|the kingfisher stays}',
    'A {obviously the kingfisher stays|I am not a monster}',
  ],
  [
    'A {Type scale|I reduced the type scale} to {five|six} sizes. {Before there were|We had} {count}. {Nothing looks different and everything is calmer|Diff is all minus signs}',
    'B 👏 {the best kind of change|more of this}',
    'C {one thing|small thing}: captions at 11 px are {too small for me|under the guideline}',
    'A {12 then|bumped to 12}',
  ],
  [
    'A {Accessibility pass|Keyboard pass} on {feature}: {focus gets lost after the dialog closes|the list reads every row aloud on load|Escape does two things at once}. {Filed {ticket}|Three small tickets, first is {ticket}}',
    'B {I can take these|mine}, {today|by {day}}',
    'B {done|first two fixed}, {would you listen again|can you re-test with the screen reader}?',
    'A {so much better|perfect now}. {Thank you|It even announces the count}',
  ],
  [
    'A {Does anyone have|I need} a {good|real} photo of {plant} or {bird}, landscape, {for the welcome screen|with some sky}?',
    'B {I have one from {place}|Sent you four}, {a bit soft|the light is kind}',
    'A {the second one is perfect|gorgeous}. {Credit “{B}”?|You are now famous}',
    'B {ha, sure|first name is fine}',
  ],
]
