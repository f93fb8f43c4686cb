import { writeFileSync } from 'node:fs'
import { schemaPage } from './schema-page.ts'

/** `npm run schema-docs`: writes docs/schema.md anew. */
writeFileSync(new URL('../../docs/schema.md', import.meta.url), await schemaPage())
