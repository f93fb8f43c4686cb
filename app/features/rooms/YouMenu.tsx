import { Monitor, Moon, Sun } from 'lucide-react'
import { Avatar } from '../../shell/Avatar.tsx'
import { IconButton } from '../../shell/Button.tsx'
import { setTheme, themes, useTheme } from '../../theme/theme.ts'
import css from './YouMenu.module.css'

const icons = { system: Monitor, light: Sun, dark: Moon }

/** Who I am here, and the theme. */
export function YouMenu({ name, id }: { name: string; id: string }) {
  const theme = useTheme()
  const next = themes[(themes.indexOf(theme) + 1) % themes.length]!
  const Icon = icons[theme]
  return (
    <div className={css.you}>
      <Avatar id={id} name={name} size={28} />
      <span className={css.name}>{name}</span>
      <IconButton label={`Theme: ${theme}. Switch to ${next}`} onClick={() => setTheme(next)}>
        <Icon size={16} aria-hidden />
      </IconButton>
    </div>
  )
}
