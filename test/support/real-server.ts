import { describe, expect, inject, test } from 'vitest'

/** How to reach one domain of a real server. */
export interface RealDomain {
  readonly domain: string
  /** `optional`: plain text is allowed, and PLAIN over it; `required`: nothing but STARTTLS before TLS. */
  readonly encryption: 'optional' | 'required'
  /** All ports are of 127.0.0.1. */
  readonly starttlsPort: number
  readonly directTlsPort: number
  readonly ws: string
  readonly wss: string
}

/** A server that is not ours, running for this test run only. */
export interface RealServer {
  readonly name: 'ejabberd' | 'prosody'
  /** `localhost`: encryption is optional, in-band registration is open. */
  readonly open: RealDomain
  /** `example.test`: encryption is required; on Prosody with TLS 1.2 at most, for `tls-unique`. */
  readonly secure: RealDomain
  /** PEM of the authority that its certificates are of. */
  readonly ca: string
  /** Its configuration, data and logs; gone after the run. */
  readonly folder: string
}

/** What the set-up of the run found. */
export interface RealServers {
  readonly running: readonly RealServer[]
  readonly missing: readonly { readonly name: string; readonly reason: string }[]
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly realServers: RealServers
  }
}

/** The same tests for every real server; one that is missing is a skipped test that says why. */
export function onEachRealServer(body: (server: RealServer) => void): void {
  const { missing, running } = inject('realServers')
  for (const server of running) {
    describe(`on ${server.name}`, () => {
      body(server)
    })
  }
  for (const { name, reason } of missing) {
    test(`on ${name}`, ({ skip }) => {
      skip(reason)
      expect.unreachable()
    })
  }
}
