import { filterNames, searchFilters } from '../../../schema/search/search-filters.ts'
import css from './SearchPanel.module.css'

/** What can be asked, while nothing is. */
export function SearchHelp() {
  return (
    <dl className={css.help}>
      {[...words, ...filters].map(({ example, help }) => (
        <div key={example}>
          <dt>
            <code>{example}</code>
          </dt>
          <dd>{help}</dd>
        </div>
      ))}
    </dl>
  )
}

const words = [
  { example: 'dark mode', help: 'both words, in any order; case and accents do not count' },
  { example: '"dark mode"', help: 'these words together' },
  { example: 'C++, ->, %, 🎉', help: 'symbols mean themselves' },
  { example: '-mode', help: 'without the word, unless messages say -mode itself, as in rm -rf' },
  { example: '-"mode"', help: 'without it in any case; a dash before a filter leaves that out' },
]
const filters = filterNames.map((name) => searchFilters[name])
