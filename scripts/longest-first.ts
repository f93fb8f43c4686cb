import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Test files that take longest, the longest first: one that begins last leaves all other cores idle until it ends. */
const longest = [
  'dataflow/oracle/oracle.test.ts',
  'server/process.test.ts',
  'workers/event-store/laws.test.ts',
  'app/features/timeline/scroll/scroll-model.test.ts',
  'server/import/command.test.ts',
  'scripts/import-rules.test.ts',
  'scripts/package/package.test.ts',
  'server/histories/histories.test.ts',
  'workers/event-store/storage-faults.test.ts',
]

/** Vitest begins with the largest files, where it does not remember from earlier runs how long each took. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const rank = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex((path) => moduleId.endsWith(`/${path}`))
      return place === -1 ? longest.length : place
    }
    return sorted.toSorted((a, b) => rank(a) - rank(b))
  }
}
