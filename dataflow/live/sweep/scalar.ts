import type { TurnDiff } from '../../capture/diff.ts'
import { sameValue } from '../../same-value.ts'
import { fromSqlValue, real, type Value } from '../../value.ts'
import type { Maintainer } from '../maintainer.ts'

/** A value that a query of its own keeps: of one row, whose second column is the type of its first. */
export class Scalar {
  readonly maintainer: Maintainer
  value: Value = null

  constructor(maintainer: Maintainer) {
    this.maintainer = maintainer
  }

  refresh(): void {
    this.maintainer.refresh()
    this.value = this.#read()
  }

  /** Is it another now? */
  apply(diff: TurnDiff): boolean {
    if (this.maintainer.apply(diff).length === 0) return false
    const last = this.value
    this.value = this.#read()
    return !sameValue(last, this.value)
  }

  #read(): Value {
    const [value, type] = this.maintainer.rows[0] ?? [null, 'null']
    // 5 and 5.0 leave the engine as one number
    return type === 'real' ? real(value as number) : fromSqlValue(value!)
  }
}
