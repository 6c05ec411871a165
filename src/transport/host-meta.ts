/** The largest host-meta document that is read. */
export const hostMetaLimitBytes = 262_144

export interface HostMetaOptions {
  /** As A-labels or U-labels. */
  readonly domain: string
  readonly signal: AbortSignal
  /** Default: the platform's own. */
  readonly fetch?: (url: string, options: RequestInit) => Promise<Response>
}

/**
 * The addresses of secure WebSockets that a domain publishes, well-formed or not, JSON asked for first, then XRD; empty where
 * it publishes none.
 * @throws AggregateError when neither document can be had
 * @see XEP-0156 §3
 */
export async function readHostMeta(options: HostMetaOptions): Promise<readonly string[]> {
  const { domain, signal } = options
  const failures: unknown[] = []
  for (const [file, read] of [
    ['host-meta.json', readJson],
    ['host-meta', readXrd],
  ] as const) {
    const url = `https://${domain}/.well-known/${file}`
    try {
      return toAddresses(read(await download(url, options)))
    } catch (cause) {
      signal.throwIfAborted()
      failures.push(cause)
    }
  }
  throw new AggregateError(failures, `https://${domain}/.well-known/host-meta(.json) cannot be read`)
}

async function download(url: string, { signal, fetch = globalThis.fetch }: HostMetaOptions): Promise<string> {
  const response = await fetch(url, { signal, credentials: 'omit' })
  // XEP-0156 §3.2: nothing of this comes over plain HTTP, redirected or not.
  if (response.url !== '' && !response.url.startsWith('https://'))
    throw new RangeError(`${url} leads away from https`)
  if (!response.ok) throw new RangeError(`${url} answered ${response.status}`)
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  const reader = response.body?.getReader()
  if (reader === undefined) return text
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes += part.value.byteLength
    if (bytes > hostMetaLimitBytes) {
      await reader.cancel()
      throw new RangeError(`${url} is larger than ${hostMetaLimitBytes} bytes`)
    }
    text += decoder.decode(part.value, { stream: true })
  }
  return text + decoder.decode()
}

interface Link {
  readonly rel: unknown
  readonly href: unknown
}

function toAddresses(links: readonly Link[]): readonly string[] {
  return links.flatMap(({ rel, href }) =>
    rel === 'urn:xmpp:alt-connections:websocket' && typeof href === 'string' && /^wss:/i.test(href)
      ? [href]
      : [],
  )
}

/** RFC 6415 appendix A. */
function readJson(text: string): readonly Link[] {
  const document: unknown = JSON.parse(text)
  const links = fieldOf(document, 'links')
  if (!Array.isArray(links)) throw new SyntaxError('no links in it')
  return links.map((link: unknown) => ({ rel: fieldOf(link, 'rel'), href: fieldOf(link, 'href') }))
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).find(([key]) => key === name)?.[1]
}

/**
 * RFC 6415 §3.1. Not an XML reader: it picks the `Link` tags out of a document that only TLS vouches for anyway, and takes
 * nothing but well-formed wss: URLs from them.
 */
function readXrd(text: string): readonly Link[] {
  if (!/<(?:\w+:)?XRD[\s>]/.test(text)) throw new SyntaxError('this is no XRD document')
  const tags = withoutComments(text).matchAll(/<(?:\w+:)?Link\s([^<>]*)>/g)
  return [...tags].map(([, attributes = '']) => ({
    rel: attributeOf(attributes, 'rel'),
    href: attributeOf(attributes, 'href'),
  }))
}

/** One that never ends goes to the end. */
function withoutComments(text: string): string {
  const parts: string[] = []
  let from = 0
  for (let start = text.indexOf('<!--'); start >= 0; start = text.indexOf('<!--', from)) {
    parts.push(text.slice(from, start))
    const end = text.indexOf('-->', start + 4)
    if (end < 0) return parts.join('')
    from = end + 3
  }
  return parts.join('') + text.slice(from)
}

function attributeOf(attributes: string, name: string): string | undefined {
  const match = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(attributes)
  return (match?.[1] ?? match?.[2])?.replace(/&(amp|lt|gt|quot|apos);/g, (_, entity: string) => {
    return entities.get(entity) ?? ''
  })
}

const entities: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])
