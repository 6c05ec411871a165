import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const bin = (name: string): string => join(root, 'node_modules/.bin', name)
const manifest: { name: string; exports: Record<string, unknown>; bin: Record<string, string> } = JSON.parse(
  await readFile(join(root, 'package.json'), 'utf8'),
)
const subpaths = Object.keys(manifest.exports).filter((subpath) => subpath !== './package.json')
const specifier = (subpath: string): string => manifest.name + subpath.slice(1)

const production = 'production'
/** Each build: its name, and the conditions that choose it. */
const builds: readonly (readonly [string, ...(readonly string[])])[] = [
  ['default'],
  ['production', production],
]

const minuteMs = 60_000
let workshop = ''
let stage = ''
let consumer = ''
let tarball = ''

beforeAll(async () => {
  workshop = await mkdtemp(join(tmpdir(), 'package-'))
  stage = join(workshop, 'stage')
  consumer = join(workshop, 'consumer')
  for (const name of ['package.json', 'tsconfig.json', 'LICENSE', 'src', 'machines', 'test/house']) {
    await cp(join(root, name), join(stage, name), { recursive: true })
  }
  await symlink(join(root, 'node_modules'), join(stage, 'node_modules'))
  await run('npm', ['pack', '--silent', '--pack-destination', workshop], stage)
  tarball = join(workshop, `${manifest.name}-${await version()}.tgz`)

  await cp(join(root, 'test/package/consumer'), consumer, { recursive: true })
  const quietly = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--silent']
  await run('npm', ['install', ...quietly, tarball], consumer)
}, 5 * minuteMs)

afterAll(() => rm(workshop, { recursive: true, force: true }))

describe('the package as it is published', () => {
  test('satisfies publint, strictly', { timeout: minuteMs }, async () => {
    const { messages, pkg } = await publint({ pkgDir: stage, strict: true, pack: false })
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
  })

  test('has types that every entry resolves as a module', { timeout: minuteMs }, async () => {
    // attw ends with a failure where it finds a problem.
    const told = await run(bin('attw'), [tarball, '--profile', 'esm-only', '--no-emoji'], workshop)
    for (const subpath of subpaths) expect(told).toContain(`"${specifier(subpath)}"`)
  })

  test('holds what it must and nothing else', async () => {
    const names = (await run('tar', ['-tzf', tarball], workshop)).trim().split('\n')
    const stray =
      /^package\/(?:dist\/(?:(?:node|production)\/)?(?:src|machines)|dist\/node\/shared|src|machines)\/|^package\/(?:package\.json|LICENSE|README\.md)$/
    expect(names.filter((name) => !stray.test(name) || name.includes('tsbuildinfo'))).toEqual([])
    for (const path of Object.values(manifest.bin)) expect(names).toContain(`package/${path.slice(2)}`)
  })
})

describe('a project that installs it', () => {
  test.each(['tsconfig.json', 'tsconfig.exact.json', 'tsconfig.bundler.json'])(
    'type-checks with every declaration checked, with no more of `lib` than templates have (%s)',
    { timeout: minuteMs },
    async (project) => {
      await writeFile(join(consumer, 'every-entry.ts'), everyEntry())
      const told = await outputOf(bin('tsc'), ['-p', project, '--pretty', 'false'], consumer)
      // XState 5's own declarations do not pass with exactOptionalPropertyTypes.
      const isOwn = (line: string): boolean => !/^(?:\s|node_modules\/xstate\/)/.test(line)
      expect(told.split('\n').filter((line) => line !== '' && isOwn(line))).toEqual([])
    },
  )

  test.each(builds)('logs in and reads a stream with what was packed (%s)', async (_, ...conditions) => {
    const script = [
      `import { createClient } from '${specifier('.')}'`,
      `import { createServer } from '${specifier('./server')}'`,
      `const server = await createServer({ accounts: [{ username: 'toto', password: 'mot de passé' }] })`,
      `const endpoint = server.endpoints.starttls`,
      `const client = createClient({ jid: 'toto@localhost', password: 'mot de passé', endpoint, tls: { ca: server.ca } })`,
      `await client.connect()`,
      `console.log(client.state.status)`,
      `await client.close()`,
      `await server.close()`,
    ].join('\n')
    expect(await runScript(script, conditions)).toBe('online\n')
  })

  test('checks a server and challenges a client, as far as it likes', async () => {
    const script = [
      `import { createClient } from '${specifier('.')}'`,
      `import { createServer } from '${specifier('./server')}'`,
      `import { challengeClient, checkServer } from '${specifier('./testing/node')}'`,
      `const account = { jid: 'check@localhost', password: 'secret' }`,
      `const server = await createServer({ accounts: [{ username: 'check', password: 'secret' }] })`,
      `const stop = new AbortController()`,
      `const endpoint = server.endpoints.starttls`,
      `const options = { createClient, endpoint, ca: server.ca, account, signal: stop.signal }`,
      `const checked = await checkServer({ ...options, found: () => stop.abort() })`,
      `await server.close()`,
      `const leave = new AbortController()`,
      `const invite = async ({ ca, endpoint, jid, password }) => {`,
      `  const client = createClient({ jid, password, endpoint, tls: { ca } })`,
      `  client.connect().catch(() => {})`,
      `  return () => client.close()`,
      `}`,
      `const progress = (done) => done > 0 && leave.abort()`,
      `const challenged = await challengeClient({ invite, progress, signal: leave.signal })`,
      `const ids = [...checked, ...challenged].map(({ id, verdict }) => id + ' ' + verdict)`,
      `console.log(ids.filter((id) => /^(?:header.from|bind|iq.ping) /.test(id)).join(', '))`,
    ].join('\n')
    expect(await runScript(script)).toBe('header.from right, header.from right, bind right, iq.ping right\n')
  })

  test.each(subpaths)('imports %s in Node, the same names from either build', async (subpath) => {
    const script = `console.log(Object.keys(await import('${specifier(subpath)}')).join(' '))`
    const names = await runScript(script)
    expect(names).toMatch(/\w/)
    expect(await runScript(script, [production])).toBe(names)
  })

  test('loads few files in Node, their classes by their names, and the RxJS of whoever embeds it', async () => {
    const script = [
      `import { _cache } from 'node:module'`,
      `import { createClient } from '${specifier('.')}'`,
      `const loaded = Object.keys(_cache).filter((path) => path.includes('/rxjs/')).length`,
      `const { Observable } = await import('rxjs')`,
      `const client = createClient({ jid: 'toto@localhost', password: 'mot de passé' })`,
      `const { name } = client.jid.constructor`,
      `console.log(JSON.stringify({ loaded, name, isSame: client.message$ instanceof Observable }))`,
    ].join('\n')
    const { loaded, ...rest } = JSON.parse(await runScript(script))
    expect(rest).toEqual({ name: 'Jid', isSame: true })
    expect(loaded).toBeGreaterThan(10)
    // The whole of it is more than 200.
    expect(loaded).toBeLessThan(100)
  })

  test('has the same charts in production, but for the prose', async () => {
    const toScript = (build: string) =>
      [
        `import * as entry from './node_modules/${manifest.name}/${build}/machines/index.js'`,
        `const charts = Object.entries(entry).filter(([, { config }]) => config !== undefined)`,
        `const write = (key, value) => typeof value === 'function' ? String(value) : value`,
        `console.log(JSON.stringify(charts.map(([name, { config, implementations }]) => [name, config, implementations]), write))`,
      ].join('\n')
    const whole = await runScript(toScript('dist'))
    expect(whole).toContain('"description"')
    const isProse = (key: string): boolean => key === 'description' || key === 'meta'
    const rest: unknown = JSON.parse(whole, (key, value: unknown) => (isProse(key) ? undefined : value))
    expect(JSON.parse(await runScript(toScript('dist/production')))).toEqual(rest)
  })

  test('is told to install elkjs when it draws without it', async () => {
    const script = [
      `import { drawChart } from '${specifier('./inspector')}'`,
      `import { sessionMachine } from '${specifier('./machines')}'`,
      'await drawChart(sessionMachine).catch((error) => console.log(error.message))',
    ].join('; ')
    expect(await runScript(script)).toBe('drawing needs the package elkjs: npm install elkjs\n')
  })

  test('is told to install fast-check when it walks at random without it', async () => {
    const script = [
      `import { walk, wander } from '${specifier('./testing')}'`,
      `import { rosterMachine, defaultTimeouts as timeouts } from '${specifier('./machines')}'`,
      'const walked = walk(rosterMachine, { inputs: [{ wanted: true, timeouts }] })',
      'await wander(walked).catch((error) => console.log(error.message))',
    ].join('; ')
    expect(await runScript(script)).toBe(
      'random walks need the package fast-check: npm install --save-dev fast-check\n',
    )
  })

  test.each(
    subpaths
      .filter((subpath) => !/\/(?:server|node)$/.test(subpath))
      .flatMap((subpath) => builds.map((one) => [subpath, ...one])),
  )('bundles %s for browsers, without anything of Node (%s)', async (subpath, _, ...conditions) => {
    const { metafile, warnings } = await build({
      stdin: { contents: `export * from '${specifier(subpath)}'`, resolveDir: consumer },
      bundle: true,
      format: 'esm',
      platform: 'browser',
      conditions: ['module', ...conditions],
      external: ['elkjs/*', 'fast-check'],
      metafile: true,
      write: false,
      logLevel: 'silent',
    })
    expect(warnings).toEqual([])
    const ours = Object.keys(metafile.inputs).filter((path) => path.includes('/xmpp-machines/dist/'))
    const isProduced = ours.map((path) => path.includes('/dist/production/'))
    expect(new Set(isProduced)).toEqual(new Set([conditions.includes(production)]))
    const foreign = Object.values(metafile.inputs).flatMap(({ imports }) =>
      imports.filter((one) => one.external),
    )
    expect(foreign.map(({ path }) => path).filter((path) => !/^(?:elkjs\/|fast-check$)/.test(path))).toEqual(
      [],
    )
  })

  test('carries neither features nor operators of RxJS into an app of the client alone', async () => {
    const { metafile, outputFiles } = await build({
      stdin: { contents: `export { createClient } from '${specifier('.')}'`, resolveDir: consumer },
      bundle: true,
      format: 'esm',
      platform: 'browser',
      conditions: ['module', production],
      metafile: true,
      write: false,
      logLevel: 'silent',
    })
    const carried = Object.values(metafile.outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
    )
    expect(carried).toContainEqual(expect.stringMatching(/\/dist\/production\/src\/client\.js$/))
    const unused =
      /\/rxjs\/.*\/operators\/|\/src\/(?:server|store|inspector|testing)\/|\/machines\/archive\.js$/
    expect(carried.filter((path) => unused.test(path))).toEqual([])
    expect(outputFiles.map(({ text }) => text).join('')).not.toContain('StoreError')
  })
})

function everyEntry(): string {
  const imports = subpaths.map((subpath, index) => `import * as entry${index} from '${specifier(subpath)}'`)
  return `${imports.join('\n')}\nconsole.log(${subpaths.map((_, index) => `entry${index}`).join(', ')})\n`
}

/** What a module of the project that installs it prints. */
function runScript(script: string, conditions: readonly string[] = []): Promise<string> {
  const named = conditions.map((condition) => `--conditions=${condition}`)
  return run(process.execPath, [...named, '--input-type=module', '-e', script], consumer)
}

async function version(): Promise<string> {
  const told = await run('npm', ['pkg', 'get', 'version'], stage)
  return told.trim().replaceAll('"', '')
}

async function run(command: string, parameters: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await promisify(execFile)(command, [...parameters], { cwd, maxBuffer: 2 ** 26 })
  return stdout
}

/** Output of a command that may well end with a failure. */
function outputOf(command: string, parameters: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(command, [...parameters], { cwd, maxBuffer: 2 ** 26 }, (_error, stdout) => resolve(stdout))
  })
}
