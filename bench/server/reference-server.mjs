import { DurableStreamTestServer } from '@durable-streams/server'

/** Runs in `.cache/reference`, where the reference server is installed; says its port. */
const server = new DurableStreamTestServer({ port: 0, host: '127.0.0.1', dataDir: process.argv[2] })
const url = await server.start()
console.log(`listens on ${new URL(url).port}`)
