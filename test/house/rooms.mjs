// The house as data: what each room holds and what it may import. The lint rules are made from this table.

/**
 * @typedef {object} Room
 * @property {string} name folder under `src/`, or `machines`; in `files` a file, which may have others called `<name>-…` beside it
 * @property {string} holds what you hold in your hand there
 * @property {readonly string[]} rooms rooms it may import values from
 * @property {readonly string[]} types rooms it may import types from, beside those
 * @property {readonly string[]} packages packages it may import; `node:` stands for all of Node's own, `#` begins an entry of the `imports` of package.json
 * @property {boolean} pure no time, chance, console, timers or globals of a host
 */

/** @type {readonly Room[]} */
export const rooms = [
  {
    name: 'machines',
    holds: 'a rule',
    rooms: ['errors'],
    types: ['stanza'],
    packages: ['xstate'],
    pure: true,
  },
  {
    name: 'transport',
    holds: 'bytes',
    rooms: ['later', 'errors'],
    types: [],
    packages: ['node:', 'ws'],
    pure: false,
  },
  { name: 'xml', holds: 'elements', rooms: ['errors'], types: [], packages: ['htmlparser2'], pure: true },
  {
    name: 'stanza',
    holds: 'words',
    rooms: ['xml', 'base64', 'code-points', 'errors'],
    types: [],
    packages: [],
    pure: true,
  },
  {
    name: 'store',
    holds: 'what outlives the process',
    rooms: ['errors'],
    types: [],
    packages: [],
    pure: false,
  },
  {
    name: 'sasl',
    holds: 'a proof',
    rooms: ['base64', 'code-points', 'later', 'errors'],
    types: ['transport', 'store'],
    packages: ['#hashing', 'node:crypto'],
    pure: false,
  },
  {
    name: 'router',
    holds: 'a stream',
    rooms: ['xml', 'stanza', 'errors'],
    types: ['transport'],
    packages: ['rxjs', '#inbound'],
    pure: false,
  },
  {
    name: 'actors',
    holds: 'a deed',
    rooms: ['transport', 'xml', 'stanza', 'sasl', 'router', 'machines', 'errors'],
    types: [],
    packages: ['rxjs', 'xstate', 'node:'],
    pure: false,
  },
  {
    name: 'features',
    holds: 'a fact or a wish of the app',
    rooms: ['xml', 'stanza', 'router', 'machines', 'base64', 'errors'],
    types: ['transport', 'store'],
    packages: ['rxjs', 'xstate'],
    pure: false,
  },
  {
    name: 'server',
    holds: 'the embedded server: the other side of the same words',
    rooms: ['transport', 'xml', 'stanza', 'sasl', 'router', 'machines', 'base64', 'errors'],
    types: [],
    packages: ['rxjs', 'xstate', 'asn1js', 'pkijs', 'node:'],
    pure: false,
  },
  {
    name: 'inspector',
    holds: 'a view',
    rooms: ['machines', 'xml', 'stanza', 'errors'],
    types: ['actors', 'router', 'features'],
    packages: ['xstate', 'elkjs', 'ws', '#inspector-socket', 'node:'],
    pure: false,
  },
  {
    name: 'inspector/page',
    holds: 'what a browser shows',
    rooms: ['machines', 'errors'],
    types: [],
    packages: ['preact', '@preact/signals', 'xstate'],
    pure: false,
  },
  {
    name: 'testing',
    holds: 'the walker and the scripted peer',
    rooms: [
      'machines',
      'transport',
      'xml',
      'stanza',
      'sasl',
      'router',
      'actors',
      'features',
      'server',
      'inspector',
      'base64',
      'errors',
    ],
    types: ['index'],
    packages: ['rxjs', 'xstate', 'fast-check', 'node:'],
    pure: false,
  },
  {
    name: 'cli',
    holds: 'the command',
    rooms: [
      'machines',
      'transport',
      'xml',
      'stanza',
      'router',
      'features',
      'server',
      'inspector',
      'testing',
      'client',
      'index',
      'errors',
    ],
    types: ['actors'],
    packages: ['rxjs', 'xstate', 'node:'],
    pure: false,
  },
]

/**
 * Files directly under `src/`.
 * @type {readonly Room[]}
 */
export const files = [
  { name: 'errors', holds: 'what can go wrong', rooms: [], types: [], packages: [], pure: true },
  {
    name: 'code-points',
    holds: 'sets of characters',
    rooms: [],
    types: [],
    packages: [],
    pure: true,
  },
  {
    name: 'later',
    holds: 'what is loaded when it is needed',
    rooms: ['errors'],
    types: [],
    packages: [],
    pure: true,
  },
  { name: 'base64', holds: 'bytes as text', rooms: [], types: [], packages: [], pure: true },
  {
    name: 'client',
    holds: 'the strings',
    rooms: [
      'machines',
      'transport',
      'xml',
      'stanza',
      'sasl',
      'router',
      'store',
      'actors',
      'features',
      'later',
      'errors',
    ],
    types: [],
    packages: ['rxjs', 'xstate', '#dialer'],
    pure: false,
  },
  {
    name: 'accounts',
    holds: 'the strings of one feature',
    rooms: ['actors', 'features'],
    types: [],
    packages: [],
    pure: false,
  },
  {
    name: 'contacts',
    holds: 'the strings of one feature',
    rooms: ['actors', 'features'],
    types: [],
    packages: [],
    pure: false,
  },
  {
    name: 'index',
    holds: 'the public face',
    rooms: [
      'machines',
      'transport',
      'xml',
      'stanza',
      'sasl',
      'router',
      'store',
      'actors',
      'features',
      'client',
      'accounts',
      'contacts',
      'errors',
    ],
    types: [],
    packages: [],
    pure: true,
  },
]
