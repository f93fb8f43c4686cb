import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, type JsonWebKey } from 'node:crypto'

/** The server's key for webhooks: receivers check with its public half that a wake comes from here. */
export interface SigningKey {
  readonly kid: string
  /** of the public half, as JWK */
  readonly jwk: Readonly<JsonWebKey>
  /** the value of `Webhook-Signature` for a body */
  sign(body: string, now: number): string
}

export const newPrivateKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string

export function signingKey(pem: string): SigningKey {
  const privateKey = createPrivateKey(pem)
  const { kty, crv, x } = createPublicKey(privateKey).export({ format: 'jwk' })
  // the thumbprint of RFC 7638
  const kid = `ds_${createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url')}`
  return {
    kid,
    jwk: { kty, crv, x, kid, use: 'sig', alg: 'EdDSA' },
    sign(body, now) {
      const seconds = Math.floor(now / 1000)
      return `t=${seconds},kid=${kid},ed25519=${sign(null, Buffer.from(`${seconds}.${body}`), privateKey).toString('base64url')}`
    },
  }
}
