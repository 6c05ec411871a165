import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((path) => path !== '' && isFile(path))
const texts = new Map(
  tracked
    .map((path) => [path, readFileSync(join(root, path))] as const)
    .filter(([, bytes]) => !bytes.includes(0))
    .map(([path, bytes]) => [path, bytes.toString('utf8')]),
)
const sources = [...texts].filter(([path]) =>
  /^(?:src|machines|test|examples)\/.*\.(?:ts|tsx|mjs)$/.test(path),
)

/** What is wrong with each file, as `path:line: …`. */
function linesThat(pattern: RegExp, files: Iterable<readonly [string, string]> = texts): readonly string[] {
  return [...files].flatMap(([path, text]) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 80)}`] : [],
      ),
  )
}

describe('every file of the project', () => {
  // One letter stands in brackets, so that this file does not name what it forbids.
  test('names no folder of the machine it was written on', () => {
    expect(
      linesThat(/(?:^|[^A-Za-z0-9_.$}])\/(?:[w]ork|[f]arm|[r]oot|[h]ome\/[a-z]+|[t]mp|[U]sers\/[A-Za-z]+)\//),
    ).toEqual([])
  })

  test('names no registry, and its lock file no address', () => {
    expect(linesThat(/[r]egistry\.(?:npmjs|yarnpkg)|[n]pmmirror|[n]pm\.pkg\.github/)).toEqual([])
    const lock = [...texts].filter(([path]) => path === 'package-lock.json')
    expect(linesThat(/"resolved": "https?:/, lock)).toEqual([])
  })

  test('has at most 400 lines if it is source', () => {
    const long = sources
      .map(([path, text]) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > 400)
    expect(long).toEqual([])
  })

  test('is named for the one thing it gives', () => {
    const drawers = /^(?:utils?|helpers?|common|misc|manager|types|constants)\./
    expect(sources.map(([path]) => path).filter((path) => drawers.test(basename(path)))).toEqual([])
    expect(tracked.filter((path) => /(?:^|\/)(?:utils?|helpers?|common|misc)\//.test(path))).toEqual([])
  })

  test('suppresses no check', () => {
    expect(
      linesThat(
        /@ts-(?:ignore|nocheck|expect-error)|(?:eslint|oxlint)-disable|prettier-ignore/,
        sourcesBut('test/house/'),
      ),
    ).toEqual([])
  })

  test('holds no test that is skipped, or that keeps others from running', () => {
    expect(linesThat(/\b(?:test|it|describe)\.(?:skip|only|todo)\b/, sourcesBut('test/house/'))).toEqual([])
  })
})

describe('the product', () => {
  // The tokenizer is what the build replaces.
  const entries =
    /^(?:src\/index|machines\/index|src\/(?:[a-z]+\/)+index|src\/testing\/node|src\/xml\/tokenizer)\.ts$/

  test('re-exports only from its entries', () => {
    const inside = sources.filter(([path]) => /^(?:src|machines)\//.test(path) && !entries.test(path))
    expect(linesThat(/^export (?:type )?(?:\*|\{[^}]*\}) from /, inside)).toEqual([])
  })
})

function sourcesBut(folder: string): readonly (readonly [string, string])[] {
  return sources.filter(([path]) => !path.startsWith(folder))
}

function isFile(path: string): boolean {
  return statSync(join(root, path), { throwIfNoEntry: false })?.isFile() === true
}
