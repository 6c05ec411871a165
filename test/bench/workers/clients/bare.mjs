import { connect } from 'node:tls'
import { WebSocket } from 'ws'

const namespaces = "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'"

/** No client at all: ready-made text on a socket, and a search in what comes. What it costs, nobody can save. */
export async function login({ jid, password, resource, url }) {
  const [username, domain] = jid.split('@')
  const isFramed = url.startsWith('wss:')
  const socket = isFramed ? new WebSocket(url, 'xmpp') : await openTls(new URL(url))
  let heard = ''
  let take = (text) => (heard += text)
  socket.on(isFramed ? 'message' : 'data', (chunk) => take(chunk.toString('utf8')))
  if (isFramed) await new Promise((resolve) => socket.once('open', resolve))
  const write = isFramed ? (text) => socket.send(text) : (text) => socket.write(text)
  const until = async (word) => {
    while (!heard.includes(word)) await new Promise((resolve) => setTimeout(resolve, 1))
    heard = ''
  }
  const header = isFramed
    ? `<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='${domain}' version='1.0'/>`
    : `<?xml version='1.0'?><stream:stream to='${domain}' version='1.0' ${namespaces}>`
  const plain = Buffer.from(`\0${username}\0${password}`).toString('base64')
  write(header)
  await until('</stream:features>')
  write(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${plain}</auth>`)
  await until('<success')
  write(header)
  await until('</stream:features>')
  write(
    `<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind></iq>`,
  )
  await until('</iq>')
  write("<presence xmlns='jabber:client'/>")
  await until('<presence')
  let sent = 0
  return {
    send: (to, body) =>
      write(
        `<message xmlns='jabber:client' to='${to}' type='chat' id='${sent++}'><body>${body}</body></message>`,
      ),
    roster: () => {
      write("<iq xmlns='jabber:client' type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>")
      return new Promise((resolve) => {
        take = (text) => {
          heard += text
          if (!heard.endsWith('</iq>')) return
          resolve(heard.split('<item ').length - 1)
          heard = ''
        }
      })
    },
    onPresence: (tell) => {
      take = (text) => {
        for (let at = text.indexOf('</presence>'); at !== -1; at = text.indexOf('</presence>', at + 1)) tell()
      }
    },
    onBody: (tell) => {
      let tail = ''
      take = (text) => {
        const all = tail + text
        let from = 0
        for (let at = all.indexOf('</body>'); at !== -1; at = all.indexOf('</body>', from)) {
          tell(all.slice(all.lastIndexOf('>', at) + 1, at))
          from = at + 7
        }
        tail = all.slice(from)
      }
    },
    close: () => (isFramed ? socket.close() : socket.end()),
  }
}

function openTls({ hostname, port }) {
  const socket = connect({ host: hostname, port: Number(port) })
  socket.setNoDelay(true)
  return new Promise((resolve, reject) => {
    socket.once('secureConnect', () => resolve(socket))
    socket.once('error', reject)
  })
}
