import { readdir, readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

/** What is served: by path, and nothing that is not in here. */
export type PageFiles = ReadonlyMap<string, PageFile>

export interface PageFile {
  readonly type: string
  readonly content: Buffer
}

/** Reads every file of a folder; `/` is its `index.html`. Where there is no such folder, a page that says so. */
export async function readPageFiles(folder: string): Promise<PageFiles> {
  const files = new Map<string, PageFile>()
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    const type = types.get(extname(entry.name))
    if (!entry.isFile() || type === undefined) continue
    const file = join(entry.parentPath, entry.name)
    const path = file
      .slice(folder.length)
      .replace(/^[\\/]+/, '')
      .split(sep)
      .join('/')
    files.set(`/${path}`, { type, content: await readFile(file) })
  }
  files.set('/', files.get('/index.html') ?? notBuilt)
  return files
}

const types: ReadonlyMap<string, string> = new Map([
  ['.css', 'text/css; charset=utf-8'],
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.json', 'application/json'],
  ['.png', 'image/png'],
  ['.svg', 'image/svg+xml'],
])

const notBuilt: PageFile = {
  type: 'text/html; charset=utf-8',
  content: Buffer.from(
    '<!doctype html><title>Inspector</title><p>The page of the inspector is missing: run <code>npm run build</code>.',
  ),
}
