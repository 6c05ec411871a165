import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EmbeddedServer, ServerOptions } from '../server/index.js'
import { TransportError } from '../errors.js'
import type { Report } from './events.js'
import { makeTemporaryFolder } from './temporary-folder.js'
import { toReason, UsageError } from './usage-error.js'

/** The embedded server, with the file that tells clients to trust it. */
export interface Embedded {
  readonly server: EmbeddedServer
  readonly caFile: string
  /** Ends it; a file in the temporary folder goes too. */
  close(): Promise<void>
}

/**
 * Starts it. The server is loaded only here: who connects elsewhere does not wait for it.
 * @param caOut where to write the authority; default a temporary file
 * @throws UsageError for a port or a file that cannot be had, or options that cannot be
 */
export async function startEmbedded(options: ServerOptions, caOut?: string): Promise<Embedded> {
  const { createServer } = await import('../server/index.js')
  const server = await createServer(options).catch(explain)
  let folder: string | undefined
  const close = async () => {
    await server.close()
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  }
  try {
    const caFile = caOut ?? join((folder = await makeTemporaryFolder()), 'ca.crt')
    await writeFile(caFile, server.ca ?? '').catch(refuseFile(caFile))
    return { server, caFile, close }
  } catch (error) {
    await close()
    throw error
  }
}

const refuseFile = (file: string) => (error: unknown) => {
  throw new UsageError(
    `The authority cannot be written to ${file}: ${toReason(error)}.`,
    'Choose another --ca-out.',
  )
}

/** Reports connections as they come and go, except of accounts that are reported otherwise. */
export function reportSessions(server: EmbeddedServer, report: Report, except: readonly string[] = []): void {
  const jids = new Map<string, string>()
  server.events$.subscribe((event) => {
    if (event.kind === 'changed') {
      const { address, id: session, jid } = event.session
      if (jid === undefined || jids.has(session)) return
      jids.set(session, jid)
      if (!isExcepted(jid)) report.event({ kind: 'session', change: 'online', session, jid, address })
    } else if (event.kind === 'ended') {
      const jid = jids.get(event.session)
      jids.delete(event.session)
      if (jid !== undefined && !isExcepted(jid)) {
        report.event({ kind: 'session', change: 'ended', session: event.session, jid, address: undefined })
      }
    }
  })
  const isExcepted = (jid: string) => except.some((account) => jid.startsWith(`${account}/`))
}

function explain(error: unknown): never {
  if (error instanceof RangeError || error instanceof TypeError) {
    throw new UsageError(`The server cannot be like that: ${error.message}.`, 'See `serve --help`.')
  }
  if (!(error instanceof TransportError)) throw error
  throw new UsageError(
    `The server cannot listen: ${error.message}.`,
    'Choose another port, or leave it out for any free one.',
  )
}
