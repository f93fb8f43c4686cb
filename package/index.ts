export * from '../dataflow/index.ts'
export { applyChanges } from '../schema/live/row-changes.ts'
