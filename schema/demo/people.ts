import type { Random } from './random.ts'

export interface Person {
  readonly id: string
  readonly name: string
  /** how much they talk, relative to the others */
  readonly weight: number
  /** hours that their day is shifted against the viewer's: some live elsewhere, some never sleep */
  readonly shiftHours: number
}

export const people: readonly Person[] = [
  { id: 'demo-maya', name: 'Maya Okafor', weight: 10, shiftHours: 0 },
  { id: 'demo-jonas', name: 'Jonas Lindqvist', weight: 9, shiftHours: 0 },
  { id: 'demo-priya', name: 'Priya Raman', weight: 8, shiftHours: -2 },
  { id: 'demo-tomas', name: 'Tomás Herrera', weight: 7, shiftHours: 4 },
  { id: 'demo-aiko', name: 'Aiko Tanaka', weight: 6, shiftHours: -5 },
  { id: 'demo-ben', name: 'Ben Whitaker', weight: 6, shiftHours: 1 },
  { id: 'demo-leila', name: 'Leila Haddad', weight: 5, shiftHours: 0 },
  { id: 'demo-noah', name: 'Noah Berger', weight: 5, shiftHours: 0 },
  { id: 'demo-sofia', name: 'Sofia Rossi', weight: 4, shiftHours: 0 },
  { id: 'demo-kwame', name: 'Kwame Mensah', weight: 4, shiftHours: 1 },
  { id: 'demo-ingrid', name: 'Ingrid Dahl', weight: 3, shiftHours: 0 },
  { id: 'demo-ravi', name: 'Ravi Menon', weight: 2, shiftHours: -3 },
]

export const firstName = (person: Person): string => person.name.split(' ')[0] ?? person.name

/** Different people, the talkative ones more often. */
export function pickSpeakers(random: Random, from: readonly Person[], count: number): Person[] {
  const rest = [...from]
  const speakers: Person[] = []
  while (speakers.length < count && rest.length > 0) {
    let ticket = random.next() * rest.reduce((sum, person) => sum + person.weight, 0)
    const index = rest.findIndex((person) => (ticket -= person.weight) < 0)
    speakers.push(...rest.splice(Math.max(0, index), 1))
  }
  return speakers
}
