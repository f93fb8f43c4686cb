import { useState } from 'react'
import { readDirectRoomId, roomStream } from '../../../schema/events/streams.ts'
import { useDispatch, useLiveQuery, useLiveRow } from '../../live/index.ts'
import { navigate } from '../../routes.ts'
import { Button } from '../../shell/Button.tsx'
import { PanelFrame } from '../../shell/PanelFrame.tsx'
import { showError } from '../../shell/toasts.tsx'
import { usePresence } from '../presence/presence.ts'
import { roomMember } from '../rooms/private-room-events.ts'
import { makerOf, membersOf, type MemberRow, type SpaceRow } from '../spaces/spaces-query.ts'
import { MemberItem } from './MemberItem.tsx'
import { mayInRoom } from './my-rights.ts'
import { PeoplePicker } from './PeoplePicker.tsx'
import { TwoSteps } from './TwoSteps.tsx'
import css from './Members.module.css'

/** Who is in a private room or a direct message. */
export function RoomMembersPanel({ space, room }: { space: SpaceRow; room: string }) {
  const dispatch = useDispatch()
  const stream = roomStream(room)
  const { data: members, status } = useLiveQuery(membersOf(stream))
  const { row: made } = useLiveRow(makerOf(stream))
  const present = usePresence().get(stream)
  const [adding, setAdding] = useState(false)
  const maker = made?.person_id ?? ''
  const may = (person: string, active: boolean) =>
    mayInRoom(
      space,
      room,
      { append: 'room.member', entity: person, payload: { name: '', active } },
      { maker, members: [...members, { person_id: person, name: '', role: 'member' }] },
    )
  const change = (person: MemberRow, active: boolean) =>
    dispatch([roomMember(stream, space.me, person, active)]).catch(showError)
  const me = members.find((member) => member.person_id === space.me)
  const direct = readDirectRoomId(room) !== null
  return (
    <PanelFrame kind="members" subtitle={status === 'ready' ? members.length.toLocaleString() : null} scroll>
      <ul>
        {members.map((member) => (
          <MemberItem
            key={member.person_id}
            member={member}
            me={space.me}
            here={present?.get(member.person_id)?.here ?? false}
            role={member.person_id === maker && !direct ? <span className={css.flag}>made it</span> : null}
            remove={
              member.person_id !== space.me && may(member.person_id, false)
                ? {
                    label: `Remove ${member.name}`,
                    meaning: `${member.name} can no longer read or write here, unless somebody adds them again.`,
                    run: () => void change(member, false),
                  }
                : null
            }
          />
        ))}
      </ul>
      {direct ? (
        <p className={css.more}>
          Only the people above can read this. To talk with more people, begin another direct message or make a private
          room.
        </p>
      ) : (
        <>
          <p className={css.more}>Only the people above can read this room. Others do not see that it exists.</p>
          <div className={css.foot}>
            {me && may('', true) && (
              <Button onClick={() => setAdding(!adding)} aria-expanded={adding}>
                Add people
              </Button>
            )}
            {adding && (
              <AddPeople
                space={space}
                members={members}
                add={(people) => {
                  setAdding(false)
                  dispatch(people.map((person) => roomMember(stream, space.me, person, true))).catch(showError)
                }}
              />
            )}
            {me && (
              <TwoSteps
                label="Leave this room"
                meaning={
                  members.length === 1
                    ? 'You are the last one here. Nobody will be able to read this room again.'
                    : 'It leaves this device. You come back only if somebody in it adds you.'
                }
                confirm="Leave"
                onConfirm={() => {
                  void change(me, false)
                  navigate({ space: space.id })
                }}
              />
            )}
          </div>
        </>
      )}
    </PanelFrame>
  )
}

function AddPeople(props: { space: SpaceRow; members: readonly MemberRow[]; add(people: readonly MemberRow[]): void }) {
  const { space, members, add } = props
  const { data: people } = useLiveQuery(membersOf(space.stream))
  const [chosen, setChosen] = useState<readonly MemberRow[]>([])
  const here = new Set(members.map((member) => member.person_id))
  return (
    <div className={css.adding}>
      <PeoplePicker
        people={people.filter((person) => !here.has(person.person_id))}
        chosen={chosen}
        none="Everyone in the space is already in this room."
        onChange={setChosen}
      />
      {chosen.length > 0 && (
        <Button look="primary" onClick={() => add(chosen)}>
          Add {chosen.length === 1 ? chosen[0]!.name : `${chosen.length} people`}
        </Button>
      )}
    </div>
  )
}
