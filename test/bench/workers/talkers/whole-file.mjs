import { readFileSync, renameSync, writeFileSync } from 'node:fs'

/** The text of a file; `undefined` where there is none. */
export function readWhole(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** Writes a file so that whoever is killed meanwhile leaves the old one or the new one. */
export function writeWhole(file, text) {
  writeFileSync(`${file}.new`, text)
  renameSync(`${file}.new`, file)
}
