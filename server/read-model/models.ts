import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { openPlainSqlite } from '../sqlite.ts'
import type { Answer, ToReadModel } from './messages.ts'
import { nodeSql } from './node-sql.ts'
import { removeDatabase } from './remove-database.ts'
import { openSpaceModel, type SpaceModel } from './space-model.ts'

/** All models of a server, in one thread. A file that cannot be used is made anew, once. */
export function openModels() {
  const models = new Map<string, SpaceModel>()

  async function open(path: string): Promise<SpaceModel> {
    const known = models.get(path)
    if (known) return known
    mkdirSync(dirname(path), { recursive: true })
    const model = (await tryOpen(path)) ?? (removeDatabase(path), await tryOpen(path))
    if (!model) throw new Error(`${path} cannot be made`)
    models.set(path, model)
    return model
  }

  return {
    async answer(message: ToReadModel): Promise<Answer> {
      try {
        const model = await open(message.path)
        if (message.type === 'open') return { type: 'opened', cursors: model.cursors(), setAside: model.setAside() }
        model.apply(message.stream, message.items)
        return { type: 'applied', setAside: model.setAside() }
      } catch (error) {
        models.get(message.path)?.close()
        models.delete(message.path)
        return { type: 'failed', message: (error as Error).message }
      }
    },
    /** One step of work that nobody waits for. False: there is none. */
    tidy: () => [...models.values()].some((model) => model.tidy()),
  }
}

async function tryOpen(path: string): Promise<SpaceModel | null> {
  const sql = nodeSql(await openPlainSqlite(path))
  try {
    const model = openSpaceModel(sql)
    if (!model) sql.close()
    return model
  } catch {
    sql.close()
    return null
  }
}
