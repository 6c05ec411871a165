import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { benchFile } from './places.js'
import type { Figures } from './worker.js'

const run = promisify(execFile)

/** Compiles the parser in C; gives a function that runs it, or says why there is none. */
export async function buildExpat(folder: string): Promise<((file: string) => Promise<Figures>) | string> {
  const program = join(folder, 'expat')
  try {
    await run('gcc', ['-O2', '-o', program, benchFile('expat.c'), '-lexpat'])
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error)
    return told.includes('ENOENT') ? 'no gcc here' : `no expat here (libexpat1-dev): ${told.slice(0, 200)}`
  }
  return async (file) => {
    const { stdout } = await run(program, [file])
    const figures: Readonly<Record<string, number>> = JSON.parse(stdout)
    return new Map(Object.entries(figures))
  }
}
