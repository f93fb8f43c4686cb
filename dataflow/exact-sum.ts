import { Real, type Value } from './value.ts'

/**
 * A sum of doubles that rows may leave again: exact, rounded once when it is asked for.
 *
 * Law: where `value` is a number, it is what SQLite's sum() (Kahan, Babuška, Neumaier) makes of the same numbers in any order.
 * Their error is at most n²·2⁻¹⁰⁵·Σ|x|: if both ends of that range round to one double, so does everything between.
 *
 *   0.1 + 0.2 + 0.3, −0.3   →   exactly the double 0.1 + the double 0.2, rounded: 0.30000000000000004
 *   1e300 + 1 − 1e300       →   null: which it is depends on the order
 */
export class ExactSum {
  /** in units of 2⁻¹⁰⁷⁴, the least double */
  #sum = 0n
  #magnitude = 0n
  #count = 0
  /** those of them that are no INTEGER: without any, the sum is one */
  #reals = 0

  /** False: the sum is not to be kept, it depends on the order. */
  add(value: Value, weight: number): boolean {
    const number = value instanceof Real ? value.value : value
    if (typeof number !== 'number' || !Number.isFinite(number)) return false
    const units = toUnits(number) * BigInt(weight)
    this.#sum += units
    this.#magnitude += number < 0 ? -units : units
    this.#count += weight
    if (value instanceof Real) this.#reals += weight
    return true
  }

  /** Null: SQLite must say. */
  get value(): Real | null {
    if (this.#reals === 0 || (this.#reals < this.#count && this.#magnitude > mostOfIntegers)) return null
    // so little is exact in any order
    const error = this.#magnitude < 1n << 53n ? 0n : ((BigInt(this.#count) ** 2n * this.#magnitude) >> 105n) + 1n
    const [low, high] = [toNumber(this.#sum - error), toNumber(this.#sum + error)]
    return low === high && Math.abs(low) < 1e300 ? new Real(low) : null
  }
}

/** 2⁶²: beyond, they may leave 64 bits before the first REAL comes */
const mostOfIntegers = 1n << (62n + 1074n)

const bits = new DataView(new ArrayBuffer(8))

function toUnits(value: number): bigint {
  bits.setFloat64(0, value)
  const word = bits.getBigUint64(0)
  const exponent = Number((word >> 52n) & 0x7ffn)
  const fraction = word & 0xfffffffffffffn
  const units = exponent === 0 ? fraction : (fraction | 0x10000000000000n) << BigInt(exponent - 1)
  return value < 0 ? -units : units
}

/** To the nearest double, ties to even. */
function toNumber(units: bigint): number {
  const size = units < 0n ? -units : units
  const length = size.toString(16).length * 4
  if (length <= 64) return Number(units) * 2 ** -1074
  // 64 bits decide, and whether anything is below them
  const shift = BigInt(length - 64)
  const top = size >> shift
  const rounded = Number(top << shift === size ? top : top | 1n)
  const value = rounded * 2 ** (length - 64 - 537) * 2 ** -537
  return units < 0n ? -value : value
}
