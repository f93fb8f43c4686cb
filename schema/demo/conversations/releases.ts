import type { ConversationTemplate } from './conversation.ts'

export const releases: readonly ConversationTemplate[] = [
  [
    'A **{version}** is {out|live|rolling out} {🚀|}\n\n- {feature}: {faster|works offline|redesigned}\n- {feature2} {no longer forgets its place|is out of beta}\n- fixed: {error}\n\n{Thanks to everyone who tested|Please watch the boards for an hour}',
    'B {🎉|lovely}',
    'C {Crash-free rate holds|graphs look normal}, {percent} % updated already',
    '?D {first report in|one user says} {feature2} is “{finally the way it should be|so quick now}”',
  ],
  [
    'A {Freeze|Code freeze} for {version} {tonight|on {day} at {hour}}. {Still open|Missing}: {ticket}, {ticket2}',
    'B {ticket} {is merged|lands in an hour}',
    'C {ticket2} {slips, sorry|needs one more review}, {can go into the next one|{@B} could you?}',
    'A {no problem|OK}, {moved|then we are complete}',
    'A {branch is cut|Candidate is up}: {link}',
  ],
  [
    'A {Holding|Pausing} the roll-out of {version} at {percent} %: {the {part} uses twice the memory|start-up is {ms} ms slower on {device}}',
    'B {looking|on it}. {Can you send me a trace|Is it everyone or old devices only}?',
    'A {link}',
    'B {got it|Found it}: {we load the whole taxonomy twice|a log line in a loop, of all things}. {Fix in review|Patch is up}',
    'C {tested on {device}, back to normal|confirmed}',
    'A {resuming|Roll-out continues}, {thanks for the quick turn-around|well done}',
  ],
  [
    'A {Translations|Release notes} for {version} {are due|needed} by {day}. {Missing|Still open}: {Portuguese and Polish|Dutch|Italian}',
    'B {I do Polish|taking Dutch|Mine}',
    'C {will ask my sister for Italian|the Portuguese ones are in}',
    'A {complete|All in}, you are {the best|wonderful}',
  ],
  [
    'A {Retro of {version}|What went well with {version}}: {feature} {landed early|had no bug report so far}. {What hurt|Less well}: {we found {ticket} only after the release|two of us fixed the same thing}',
    'B {the second one is on me|could have asked here first}',
    'C {Can we|Let us} {add {device} to the test list|write the checklist down}?',
    'A {done|added}',
  ],
  [
    'A {nightly|Nightly build} {is green again|passed} after {count} days {🎉|}. {Thank {B}|{B} did all of it}',
    'B {it was one line|in the end it was the clock of the build machine}',
    'C {it is always the clock|one line and three days}',
  ],
]
