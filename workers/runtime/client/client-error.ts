import type { ClientError } from './client.ts'

export function clientError(code: ClientError['code'], message: string): ClientError {
  return Object.assign(new Error(message), { name: 'ClientError', code })
}
