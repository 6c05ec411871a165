import { once } from 'node:events'
import { createServer } from 'node:http'

/** A web site on loopback with one page that runs one script. */
export interface Site {
  readonly url: string
  close(): Promise<void>
}

export async function serveScript(code: string): Promise<Site> {
  const server = createServer((request, response) => {
    if (request.url === '/script.js') {
      response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(code)
    } else {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      response.end('<!doctype html><title>test</title><script type="module" src="/script.js"></script>')
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/`,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
