import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createCertificate, createCertificateAuthority } from '../../src/server/certificate.js'
import type { IssuedCertificate } from '../../src/server/certificate.js'

/** A folder for one server of one run, with a certificate for its domains. */
export interface ServerFolder {
  readonly path: string
  readonly certificate: IssuedCertificate
  /** Writes a file, and the folders above it; gives its full path. */
  write(name: string, content: string): Promise<string>
}

/** The domains that every real server hosts. */
export const realDomains = { open: 'localhost', secure: 'example.test' } as const

/** Makes a folder under the system's temporary one. */
export async function createServerFolder(name: string): Promise<ServerFolder> {
  const path = await mkdtemp(join(tmpdir(), `xmpp-machines-${name}-`))
  const { open, secure } = realDomains
  const dns = [open, secure, `conference.${open}`, `upload.${open}`]
  const certificate = await createCertificate({ names: { dns }, signer: await createCertificateAuthority() })
  return {
    path,
    certificate,
    write: async (file, content) => {
      const target = join(path, file)
      await mkdir(dirname(target), { recursive: true })
      await writeFile(target, content, { mode: 0o600 })
      return target
    },
  }
}
