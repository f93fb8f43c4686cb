/** The straight line through samples (least squares): how fast something grows. The first sample is warm-up and left out. */
export class Slope {
  readonly #samples: (readonly [number, number])[] = []

  add(at: number, value: number): void {
    this.#samples.push([at, value])
  }

  perUnit(): number {
    const samples = this.#samples.slice(1)
    if (samples.length < 2) return Number.NaN
    const mean = (of: 0 | 1) => samples.reduce((sum, sample) => sum + sample[of], 0) / samples.length
    const [x, y] = [mean(0), mean(1)]
    const over = samples.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0)
    return over / samples.reduce((sum, [at]) => sum + (at - x) ** 2, 0)
  }
}
