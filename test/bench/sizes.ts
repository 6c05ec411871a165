import { gzipSync } from 'node:zlib'
import { build, type Plugin } from 'esbuild'
import { benchFile } from './places.js'
import { toRow, type Finding, type Group } from './row.js'
import { clientTitles, type Client } from './clients.js'

const apps = ['ours', 'xmpp-client', 'stanza', 'strophe'] as const satisfies readonly Client[]
const gzipLimitKb = 55
const gzipAimKb = 45

interface Size {
  readonly minified: number
  readonly gzip: number
}

/** Bytes of the smallest app for browsers: connect, log in, roster, presence, send, receive. */
export async function measureSizes(): Promise<Group> {
  const sizes = new Map<Client, Size | string>()
  for (const app of apps) sizes.set(app, await sizeOf(app))
  const ours = sizes.get('ours')
  if (ours === undefined || typeof ours === 'string') throw new Error(`our app does not build: ${ours ?? ''}`)
  const findings = (['minified', 'gzip'] as const).flatMap((form) =>
    apps.slice(1).map((app, index): Finding => {
      const theirs = sizes.get(app)
      return {
        ...toRow({
          name: `browser app, ${form === 'gzip' ? 'minified and gzip' : 'minified'}`,
          ours: ours[form],
          peer: clientTitles[app],
          peerValue: theirs === undefined || typeof theirs === 'string' ? null : theirs[form],
          unit: 'kB',
          runs: 1,
        }),
        target:
          form === 'gzip' && index === 0
            ? { text: `≤ ${gzipLimitKb}, aim ${gzipAimKb}`, isMet: ours.gzip <= gzipLimitKb }
            : undefined,
        remark: typeof theirs === 'string' ? theirs : undefined,
      }
    }),
  )
  return {
    title: 'The smallest browser app: connect, log in, roster, presence, send, receive',
    findings,
    remarks: [
      'esbuild, minified, one ES module for es2022; gzip -9; kB of 1000 bytes.',
      '@xmpp/client imports node:dns even so; here that is an empty module.',
    ],
  }
}

/** What only Node has is empty in a browser, as bundlers that are told so make it. */
const withoutNode: Plugin = {
  name: 'without Node',
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'node' }))
    onLoad({ filter: /.*/, namespace: 'node' }, () => ({ contents: 'module.exports = {}' }))
  },
}

async function sizeOf(app: Client): Promise<Size | string> {
  try {
    const { outputFiles } = await build({
      entryPoints: [benchFile('apps', `${app}.mjs`)],
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      write: false,
      legalComments: 'none',
      logLevel: 'silent',
      plugins: [withoutNode],
    })
    const bytes = Buffer.concat(outputFiles.map(({ contents }) => contents))
    return { minified: bytes.length / 1000, gzip: gzipSync(bytes, { level: 9 }).length / 1000 }
  } catch (error) {
    return String(error).split('\n')[0] ?? ''
  }
}
