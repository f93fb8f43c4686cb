import type { ConversationTemplate } from './conversation.ts'

export const bookClub: readonly ConversationTemplate[] = [
  [
    'A {Next book|For next month}: {book} or {book2}? {Vote with a reaction|Say which}',
    'B {book}, {no contest|I have it on the shelf}',
    'C {book2}, {I need something slow|please, {book} made me cry on a train}',
    'D {either|I will read whatever wins}',
    'A {book2} {by a nose|it is}. We meet on {day}',
  ],
  [
    'A {I am|Halfway} {through {book}|into {book}} and {cannot decide whether I like it|keep underlining everything}. {The chapter on water…|The sentences!}',
    'B {wait for the ending|it turns around page 90}',
    'C {I gave up at page 60, convince me|I listened to it, the reader is wonderful}',
    'A {one more evening, then|OK, staying with it}',
    'B {tell us|report back}',
  ],
  [
    'A {finished {book}|{book}: done}. {What a book|I need to sit quietly for a while}\n\n> {The light changes, and so do we|To pay attention is our endless work|Nothing here is waiting for you, and that is the gift}\n\n{That line|I read this one aloud to {pet}}',
    'B {same!|marked the same one}',
    'C {no spoilers, I am on page 12|ordering it now}',
  ],
  [
    'A {Notes from yesterday|Thanks for last night}: {we agreed on nothing, it was lovely|{B} is right about the narrator}. {Next time at {C}’s|{food} was a success}',
    'B {I am often right|please write that down again}',
    'C {my place, {day}, {hour}|bring chairs}',
  ],
]
