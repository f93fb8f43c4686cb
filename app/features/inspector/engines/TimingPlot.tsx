import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import css from './TimingPlot.module.css'

/** What is drawn: for each x, ms of both ways; null where there is none. */
export interface Timings {
  readonly x: readonly number[]
  readonly lines: readonly { readonly name: string; readonly ms: readonly (number | null)[] }[]
}

const height = 200

/** Times on a scale of powers of ten, since one is often a thousand of the other. It grows with what is given. */
export function TimingPlot({ label, xLabel, timings }: { label: string; xLabel: string; timings: Timings }) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const names = timings.lines.map(({ name }) => name).join('\n')
  useEffect(() => {
    const root = place.current!
    // asked at each drawing: the theme may have changed
    const style = getComputedStyle(root)
    const colour = (name: string) => () => style.getPropertyValue(name).trim()
    const grid = { stroke: colour('--plot-grid'), width: 1 }
    const axis = { stroke: colour('--plot-text'), grid, ticks: { show: false } }
    const theme = matchMedia('(prefers-color-scheme: dark)')
    const redraw = () => plot.current?.redraw()
    const made = new uPlot(
      {
        width: root.clientWidth,
        height,
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false }, y: { distr: 3, log: 10 } },
        axes: [
          { ...axis, label: xLabel, labelSize: 20, size: 28 },
          {
            ...axis,
            size: 64,
            filter: powersOfTen,
            grid: { ...grid, filter: powersOfTen },
            values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : `${tick} ms`)),
          },
        ],
        series: [
          {},
          ...names.split('\n').map((name, place) => ({
            label: name,
            stroke: colour(`--plot-line-${place + 1}`),
            width: 2,
            dash: place === 0 ? [] : [6, 3],
            points: { show: false },
          })),
        ],
      },
      [[], ...names.split('\n').map(() => [])] as unknown as uPlot.AlignedData,
      root,
    )
    plot.current = made
    const resized = new ResizeObserver(() => made.setSize({ width: root.clientWidth, height }))
    resized.observe(root)
    theme.addEventListener('change', redraw)
    return () => {
      theme.removeEventListener('change', redraw)
      resized.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [names, xLabel])
  useEffect(() => {
    plot.current?.setData([timings.x, ...timings.lines.map(({ ms }) => ms)] as unknown as uPlot.AlignedData)
  }, [timings])
  return (
    <div className={css.figure} role="img" aria-label={label}>
      <div ref={place} className={css.plot} aria-hidden />
      <p className={css.legend} aria-hidden>
        {timings.lines.map(({ name }, place) => (
          <span key={name}>
            <i data-line={place + 1} /> {name}
          </span>
        ))}
      </p>
    </div>
  )
}

const powersOfTen = (_: uPlot, ticks: readonly number[]): (number | null)[] =>
  ticks.map((tick) => (Math.abs(Math.log10(tick) % 1) < 1e-9 ? tick : null))
