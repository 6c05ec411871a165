// What is left of htmlparser2's tokenizer when its options are constants. esbuild folds what follows from them; then
// states that nothing enters, sequences that nothing seeks and methods that nothing calls go, until nothing is left to go.
// A bundler cannot do this for an app, as it cannot know the options.
import { transform } from 'esbuild'

/** The options, and what follows from them before anything is read. */
const constants = { xmlMode: true, recognizeSelfClosing: true, decodeEntities: false, isSpecial: false }
const constantNames = Object.keys(constants).join('|')

/**
 * @param {string} source the module `Tokenizer.js`, compiled by TypeScript
 * @param {readonly string[]} called the methods that are called from outside
 * @returns {Promise<string>}
 */
export async function foldTokenizer(source, called) {
  const named = replace(source, 'export default class', 'export class')
  const { enums, rest: tokenizer } = takeEnums(withoutEntities(named))
  let rest = withConstantOptions(withSingleSequences(tokenizer))
  for (let before; before !== rest;) {
    before = rest
    rest = withoutUncalled(withoutUnsought(withoutUnentered(await fold(rest))), called)
  }
  return withPrivateMembers(await fold(enums + rest), called)
}

/** An enumeration of TypeScript is a constant to esbuild. */
const fold = async (source) =>
  (
    await transform(source, {
      loader: 'ts',
      format: 'esm',
      charset: 'utf8',
      treeShaking: true,
      minifySyntax: true,
    })
  ).code

/** Nothing of `entities` is needed by who decodes none. */
function withoutEntities(source) {
  const rest = replace(source, /^import .*\n/m, '')
  return replace(rest, /^ +(?:this\.)?(?:entityDecoder|entityStart|baseState)\b( = .*)?;\n/gm, '')
}

function takeEnums(source) {
  let enums = ''
  const rest = replace(
    source,
    /^(export )?var (\w+);\n\(function \(\2\) \{\n([^}]*)\}\).*\n/gm,
    (...groups) => {
      const [, exported = '', name, body] = groups
      enums += `${exported}enum ${name} {${replace(body, /^.*\["(\w+)"\] = (\d+)\].*$/gm, '$1 = $2,')}}\n`
      return ''
    },
  )
  return { enums, rest }
}

/** One constant for each sequence, so that those not needed fall away one by one. */
function withSingleSequences(source) {
  const rest = replace(source, /^const Sequences = \{\n([^}]*)\};$/m, (_, body) =>
    replace(body, /^ +(\w+): new (Uint8Array\([^)]*\)),/gm, 'const sequence$1 = /* @__PURE__ */ new $2;'),
  )
  return replace(rest, /\bSequences\./g, 'sequence')
}

function withConstantOptions(source) {
  let rest = replace(source, /constructor\(\{[^}]*\}, cbs\)/, 'constructor(_options, cbs)')
  rest = replace(rest, new RegExp(`^ +(?:this\\.)?(?:${constantNames})(?: = \\w+)?;.*\\n`, 'gm'), '')
  rest = replace(rest, new RegExp(`\\bthis\\.(${constantNames})\\b`, 'g'), (_, name) => `${constants[name]}`)
  // No tag is special in XML.
  rest = replace(rest, /^const specialStartSequences = [^;]*;\n/m, '')
  return replace(replace(rest, /^ +const special = [^;]*;\n/m, ''), 'special === undefined', 'true')
}

function withoutUnentered(source) {
  const entered = namesIn(source, /(?<!case |[!=]== )State\.(\w+)/g)
  const handled = source.replace(/^ +case State\.(\w+): \{\n(?: {10}.*\n)* {8}\}\n/gm, (handler, state) =>
    entered.has(state) ? handler : '',
  )
  return handled.replace(/this\.state === State\.(\w+)/g, (comparison, state) =>
    entered.has(state) ? comparison : 'false',
  )
}

function withoutUnsought(source) {
  const sought = namesIn(source, /currentSequence = (sequence\w+)/g)
  return source.replace(/this\.currentSequence === (sequence\w+)/g, (comparison, name) =>
    sought.has(name) ? comparison : 'false',
  )
}

function withoutUncalled(source, called) {
  const names = namesIn(source, /\bthis\.(\w+)\(/g)
  const method = /^(?: {2}\/\*\*.*\n(?: {3}\*.*\n)*)? {2}(\w+)\(.*\) \{\n(?: {4}.*\n)* {2}\}\n/gm
  return source.replace(method, (text, name) => (names.has(name) || called.includes(name) ? text : ''))
}

/** A minifier shortens the names of private members alone. */
function withPrivateMembers(source, called) {
  const names = [...namesIn(source, /\bthis\.(\w+)/g)].filter((name) => !called.includes(name)).join('|')
  return replace(source, new RegExp(`(?<=\\bthis\\.|^ {2})(?=(?:${names})\\b)`, 'gm'), '#')
}

const namesIn = (source, pattern) => new Set(Array.from(source.matchAll(pattern), ([, name]) => name))

/** Another version of htmlparser2 may be written otherwise. */
function replace(source, pattern, by) {
  const rest = source.replace(pattern, by)
  if (rest === source) throw new Error(`the tokenizer of htmlparser2 has nothing like ${pattern}`)
  return rest
}
