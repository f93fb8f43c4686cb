import { Bell, Monitor, Moon, Sun } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { Avatar } from '../../shell/Avatar.tsx'
import { IconButton } from '../../shell/Button.tsx'
import { setTheme, themes, useTheme } from '../../theme/theme.ts'
import { localActor } from '../identity/identity.ts'
import css from './YouMenu.module.css'

const AccountDialog = lazy(() => import('../account/AccountDialog.tsx'))
const NotificationsDialog = lazy(() => import('../notifications/NotificationsDialog.tsx'))

const icons = { system: Monitor, light: Sun, dark: Moon }

/** Who I am here, the way to my account and to what I am told of, and the theme. */
export function YouMenu({ name, id }: { name: string; id: string }) {
  const theme = useTheme()
  const next = themes[(themes.indexOf(theme) + 1) % themes.length]!
  const Icon = icons[theme]
  const [open, setOpen] = useState<'account' | 'notifications' | null>(null)
  const close = () => setOpen(null)
  const me = (
    <>
      <Avatar id={id} name={name} size={28} />
      <span className={css.name}>{name}</span>
    </>
  )
  return (
    <div className={css.you}>
      {id === localActor ? (
        me
      ) : (
        <button
          type="button"
          className={css.account}
          title="Your account"
          aria-label={`${name}: your account`}
          onClick={() => setOpen('account')}
        >
          {me}
        </button>
      )}
      {open && (
        <Suspense>
          {open === 'account' ? <AccountDialog close={close} /> : <NotificationsDialog actor={id} close={close} />}
        </Suspense>
      )}
      {id !== localActor && (
        <IconButton label="Notifications" onClick={() => setOpen('notifications')}>
          <Bell size={16} aria-hidden />
        </IconButton>
      )}
      <IconButton label={`Theme: ${theme}. Switch to ${next}`} onClick={() => setTheme(next)}>
        <Icon size={16} aria-hidden />
      </IconButton>
    </div>
  )
}
