import { useId, useMemo, useState } from 'react'
import { Avatar } from '../../shell/Avatar.tsx'
import { Field } from '../../shell/Field.tsx'
import { findPeople, type Person } from '../composer/find-people.ts'
import css from './PeoplePicker.module.css'

const shown = 50

interface PeoplePickerProps<P extends Person> {
  /** whom one may choose from */
  readonly people: readonly P[]
  readonly chosen: readonly P[]
  readonly max?: number
  /** what is said when there is nobody */
  readonly none: string
  onChange(chosen: readonly P[]): void
}

/** Choose some of many people: those that a few letters find, as boxes to tick. Who is chosen stays in sight. */
export function PeoplePicker<P extends Person>({
  people,
  chosen,
  max = Infinity,
  none,
  onChange,
}: PeoplePickerProps<P>) {
  const [typed, setTyped] = useState('')
  const id = useId()
  const found = useMemo(() => {
    const others = people.filter((person) => !chosen.some((each) => each.person_id === person.person_id))
    return typed.trim() === '' ? others.slice(0, shown) : findPeople(others, typed.trim(), shown)
  }, [people, chosen, typed])
  const full = chosen.length >= max
  if (people.length === 0) return <p className={css.none}>{none}</p>
  return (
    <fieldset className={css.picker}>
      <legend>People</legend>
      <Field label="Find somebody" value={typed} onChange={setTyped} autoComplete="off" />
      <ul className={css.list} aria-labelledby={id}>
        {[...chosen, ...found].map((person) => {
          const ticked = chosen.includes(person)
          return (
            <li key={person.person_id}>
              <label className={css.person}>
                <input
                  type="checkbox"
                  checked={ticked}
                  disabled={!ticked && full}
                  onChange={() => onChange(ticked ? chosen.filter((each) => each !== person) : [...chosen, person])}
                />
                <Avatar id={person.person_id} name={person.name} size={24} />
                <span className={css.name}>{person.name}</span>
              </label>
            </li>
          )
        })}
      </ul>
      <p id={id} className={css.none} role="status">
        {found.length === 0 && typed.trim() !== ''
          ? 'No one has that name.'
          : full
            ? `${chosen.length} chosen: no more fit.`
            : `${chosen.length} chosen`}
      </p>
    </fieldset>
  )
}
