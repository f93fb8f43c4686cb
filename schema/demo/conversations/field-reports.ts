import type { ConversationTemplate } from './conversation.ts'

export const fieldReports: readonly ConversationTemplate[] = [
  [
    'A {This morning at {place}|{place}, just after sunrise}: {bird}! {Ten metres away|On the fence, not bothered by me at all}',
    'B {no way|jealous|wow}. {Photo?|Did you get a picture?}',
    'A {only a blurry one|three seconds, then gone}. {Logged it anyway|The recording is good, though}',
    '?C {I was there yesterday and saw nothing but rain|that makes {count} this month}',
  ],
  [
    'A {weather|Outlook} for the weekend: {weather}. {Still going to {place}|Walk is on}, {meet at {hour}|bring layers}',
    'B {count me in|I will bring tea}',
    'C {can I bring a friend|is it muddy}?',
    'A {of course|Very. Boots}',
    'B {worth it|what a day}: {bird}, {bird2}, and {plant} {everywhere|in flower}',
  ],
  [
    'A {is this|Could this be} {plant}? {Found at {place}|Next to the path at {place}}, {leaves look right, the season does not|smells of nothing}',
    'B {looks good to me|I would say yes}. {Check the underside of the leaf|How tall?}',
    'A {hairy|smooth}, {about knee high|up to here 🦵}',
    'C {then yes|that settles it}. {First one on our map for {place}|Nice one!}',
    'A {added|logged}, with {B} as the second observer',
  ],
  [
    'A {Count|Monthly count} is done: {count} species at {place}, {percent} % {more|fewer} than last year. {Highlight|Best}: {bird}',
    'B {thank you all for standing there in {weather}|my toes have not forgiven you}',
    'C {spreadsheet or app|did everything sync}?',
    'A {app, all of it. Three phones, no signal, one list at the end|everything arrived, in order, once}',
    'B {that still makes me happy|we did build something}',
  ],
  [
    'A {heard|Listening to} {bird} {from the kitchen window|over the roofs}, {first of the year|at 5 in the morning}',
    'B {spring!|and so it begins}',
    '?C {here still nothing but {weather}|mine is {pet}}',
  ],
]
