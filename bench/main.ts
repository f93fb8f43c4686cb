import { parseArgs } from 'node:util'
import { openBenchSite } from './bench-site.ts'
import { benchFailover } from './failover/main.ts'
import { Figures, printTable, writeJson } from './figures.ts'
import { plotTimings, writePlot } from './plot.ts'
import { benchApply, benchApplyWatched } from './main-job/apply.ts'
import { benchLatency } from './main-job/latency.ts'
import { benchMaintain } from './main-job/maintain.ts'
import { benchProduct } from './main-job/product.ts'
import { step } from './step.ts'

/**
 * `npm run bench -- [main|app|failover|snapshot|merge|engine|peers|search|bytes|flat|first-paint|views|compare] [--json FILE] [--plot FILE.svg] [--messages N] [--rounds N]`: figures as a table on screen and
 * as JSON in FILE.
 * `main` runs the product's own workers in Chromium; `engine` compares the dataflow engine with plain SQLite, in Node; `peers` with
 * other engines of live queries; `bytes` says what a history takes on the device, `flat` whether a large one comes in evenly; `snapshot` has new devices take in a space as one file, `merge` says what that costs the processor; `first-paint` opens fresh profiles; `views` has hundreds of saved views live; `compare` runs a part at an earlier commit too; `app` is the last part of `main`, `failover` closes and crashes the leader again and again.
 */
if (process.argv[2] === 'engine') {
  const { runEngineBench } = await import('./engine/run.ts')
  await runEngineBench(process.argv.slice(3))
  process.exit()
}
if (process.argv[2] === 'peers') {
  const { runPeersBench } = await import('./engine/peers.ts')
  await runPeersBench(process.argv.slice(3))
  process.exit()
}
if (process.argv[2] === 'bytes') {
  const { runBytesBench } = await import('./bytes.ts')
  await runBytesBench(process.argv.slice(3))
  process.exit()
}
if (process.argv[2] === 'merge') {
  const { runMergeBench } = await import('./merge.ts')
  await runMergeBench(process.argv.slice(3))
  process.exit()
}
if (process.argv[2] === 'flat') {
  const { runFlatBench } = await import('./flat.ts')
  await runFlatBench(process.argv.slice(3))
  process.exit()
}
if (process.argv[2] === 'search') {
  const { runSearchBench } = await import('./search/main.ts')
  await runSearchBench(process.argv.slice(3))
  process.exit()
}
if (process.argv[2] === 'views') {
  const { runViewsBench } = await import('./views.ts')
  await runViewsBench(process.argv.slice(3))
  process.exit()
}
if (process.argv[2] === 'first-paint') {
  const { runFirstPaintBench } = await import('./first-paint/main.ts')
  await runFirstPaintBench(process.argv.slice(3))
  process.exit()
}
if (process.argv[2] === 'compare') {
  const { runCompareBench } = await import('./compare.ts')
  runCompareBench(process.argv.slice(3))
  process.exit()
}
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    plot: { type: 'string' },
    messages: { type: 'string', default: '225078' },
    rounds: { type: 'string', default: '100' },
  },
})
const part = positionals[0] ?? 'main'
const messages = Number(values.messages)
const figures = new Figures()

if (part === 'main') {
  const site = await openBenchSite()
  try {
    const fewer = Math.min(messages, 20_000)
    await step('apply with live queries', 60 + fewer / 200, () => benchApplyWatched(site, figures, fewer))
    await step('apply, and raw inserts', 60 + messages / 500, () => benchApply(site, figures, messages))
    await step('dispatch → delta', 120, () => benchLatency(site, figures))
    const timings = await step('maintained against run again', 300, () => benchMaintain(site, figures))
    if (values.plot) writePlot(values.plot, plotTimings('One event in Chromium, with this many queries live', timings))
  } finally {
    await site.close()
  }
  await benchProduct(figures, messages)
  const run = figures.run(site.browserName)
  printTable(run)
  if (values.json) writeJson(values.json, run)
} else if (part === 'app') {
  await benchProduct(figures, messages)
  const run = figures.run('Chromium')
  printTable(run)
  if (values.json) writeJson(values.json, run)
} else if (part === 'snapshot') {
  const { benchSnapshot } = await import('./snapshot.ts')
  await benchSnapshot(figures, messages)
  const run = figures.run('Chromium')
  printTable(run)
  if (values.json) writeJson(values.json, run)
} else if (part === 'failover') {
  const site = await openBenchSite()
  try {
    await benchFailover(site, figures, { messages, closes: Number(values.rounds), crashes: Number(values.rounds) })
  } finally {
    await site.close()
  }
  const run = figures.run(site.browserName)
  printTable(run)
  if (values.json) writeJson(values.json, run)
} else {
  console.error(
    `there is no benchmark "${part}": main, app, failover, snapshot, engine, peers, search, bytes, first-paint, views, compare`,
  )
  process.exit(1)
}
