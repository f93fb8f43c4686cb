import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { HttpFaultCode } from '../schema/messages/http.ts'

/**
 * What an operator may count, as Prometheus reads it. Law: names and labels are bounded. A label is a route's pattern, a
 * method, a status or a code of ours: never a stream, a person, or anything else that a request can choose.
 */
export interface State {
  readonly tails: number
  readonly diskIsWell: boolean
  readonly logAnswers: boolean
  readonly setAside: number
  /** commits that the read model has not taken in; null: there is none */
  readonly readModelBehind: number | null
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

export class Metrics {
  readonly #registry = new Registry()
  readonly #requests = new Counter({
    name: 'rooms_http_requests_total',
    help: 'Requests that were answered',
    labelNames: ['method', 'route', 'status'],
    registers: [this.#registry],
  })
  readonly #seconds = new Histogram({
    name: 'rooms_http_request_seconds',
    help: 'Time until the answer began',
    labelNames: ['route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
    registers: [this.#registry],
  })
  readonly #refusals = new Counter({
    name: 'rooms_refusals_total',
    help: 'Requests that were refused, by the code of the answer',
    labelNames: ['code'],
    registers: [this.#registry],
  })
  readonly #events = new Counter({
    name: 'rooms_events_total',
    help: 'Events that the log took, from this server or another one',
    registers: [this.#registry],
  })

  constructor(state: () => State) {
    this.#gauge('rooms_tails', 'Live connections that are open', () => state().tails)
    this.#gauge('rooms_disk_ok', '1: the disk takes what is written', () => Number(state().diskIsWell))
    this.#gauge('rooms_log_ok', '1: the servers that keep the log answer', () => Number(state().logAnswers))
    this.#gauge('rooms_set_aside', 'Events that could not be taken and were set aside', () => state().setAside)
    this.#gauge('rooms_read_model_behind', 'Commits that it has not taken in', () => state().readModelBehind ?? NaN)
  }

  answered(method: string, route: string, status: number, seconds: number): void {
    this.#requests.inc({ method: methods.has(method) ? method : 'other', route, status })
    this.#seconds.observe({ route }, seconds)
  }

  refused(code: HttpFaultCode): void {
    this.#refusals.inc({ code })
  }

  took(events: number): void {
    this.#events.inc(events)
  }

  async text(): Promise<{ readonly type: string; readonly body: string }> {
    const all = Registry.merge([this.#registry, ofThisProcess()])
    return { type: all.contentType, body: await all.metrics() }
  }

  #gauge(name: string, help: string, read: () => number): Gauge {
    const registers = [this.#registry]
    return new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  }
}

let process: Registry | null = null
/** Memory, processor time, the event loop's lag: of all servers in this process, measured from the first question on. */
function ofThisProcess(): Registry {
  if (!process) {
    process = new Registry()
    collectDefaultMetrics({ register: process })
  }
  return process
}
