import { splitLines } from './split-lines.ts'
import { splitObjects } from './split-objects.ts'
import type { Splitter } from './split-records.ts'

/**
 * What a file's first part says of the rest: is a record a line, or an object that may go over many?
 * Lines, unless that finds much less: a bad line ends with its line, an object that does not end does not.
 */
export type Shape = 'lines' | 'objects' | 'nothing'

/** `isWhole`: there is nothing after `sample`. */
export function shapeOf(sample: Buffer, isWhole: boolean): Shape {
  const lines = objectsIn(sample, isWhole, splitLines())
  const objects = objectsIn(sample, isWhole, splitObjects())
  // `[`, an object a line with a comma behind it, `]`: of its lines only the last is JSON by itself
  const beginning = sample.subarray(0, 100).toString()
  const isArray = /^\s*\[/.test(beginning)
  const isClosed = isWhole && /\]\s*$/.test(sample.subarray(-100).toString())
  if (isArray && (objects > lines || (isClosed && objects > 0))) return 'objects'
  if (lines > 0 && objects <= 2 * lines) return 'lines'
  if (objects > 0) return 'objects'
  // one that is longer than the sample, or an array without line breaks that begins with one
  return /^\s*[[{]/.test(beginning) && !/[\r\n]/.test(sample.toString('latin1').trim()) ? 'objects' : 'nothing'
}

function objectsIn(sample: Buffer, isWhole: boolean, splitter: Splitter): number {
  const records = splitter.push(sample)
  if (isWhole) records.push(...splitter.end())
  return records.filter(({ bytes }) => bytes !== null && isObject(bytes.toString())).length
}

function isObject(text: string): boolean {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
