import { DurableStreamTestServer } from '@durable-streams/server'

/** Runs in `.cache/reference`, where the reference server is installed; prints its port. */
const server = new DurableStreamTestServer({ port: 0, host: '127.0.0.1', dataDir: process.argv[2] })
console.log(new URL(await server.start()).port)
