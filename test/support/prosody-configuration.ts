import type { ServerSetting } from './real-servers.js'
import { realDomains } from './server-folder.js'

/** What differs between two runs. */
export interface ProsodyPlace extends ServerSetting {
  readonly folder: string
  readonly cert: string
  readonly key: string
  readonly port: (name: 'http' | 'https' | 'starttls' | 'tls') => number
}

const modules = [
  'blocklist',
  'bookmarks',
  'carbons',
  'csi',
  'csi_simple',
  'disco',
  'http',
  'invites',
  'invites_adhoc',
  'invites_register',
  'lastactivity',
  'legacyauth',
  'mam',
  'offline',
  'pep',
  'ping',
  'posix',
  'private',
  'register_ibr',
  'roster',
  'saslauth',
  'smacks',
  'time',
  'tls',
  'uptime',
  'user_account_management',
  'vcard4',
  'vcard_legacy',
  'version',
  'websocket',
]

/**
 * `internal_plain` keeps passwords, so that every SCRAM mechanism can be offered. Where the archive leaves out strangers, that is
 * because the file storage slows down by a hundred once it has ten thousand messages, its limit. Without Nagle's algorithm off,
 * every login waits 40 ms for a delayed acknowledgement.
 * The rooms of the second host keep no archives.
 */
export function prosodyConfiguration({
  archives = 'contacts',
  cert,
  folder,
  key,
  port,
}: ProsodyPlace): string {
  const { open, secure } = realDomains
  return `
run_as_root = true
daemonize = false
pidfile = "${folder}/prosody.pid"
data_path = "${folder}/data"
certificates = "${folder}"
log = { { levels = { min = "warn" }; to = "console" } }
interfaces = { "127.0.0.1" }
local_interfaces = { "127.0.0.1" }
use_ipv6 = false
network_backend = "epoll"
network_settings = { nagle = false }
c2s_ports = { ${port('starttls')} }
c2s_direct_tls_ports = { ${port('tls')} }
http_ports = { ${port('http')} }
https_ports = { ${port('https')} }
s2s_ports = { }
s2s_direct_tls_ports = { }
modules_disabled = { "s2s" }
c2s_direct_tls_certificate = "${cert}"
c2s_direct_tls_key = "${key}"
https_certificate = "${cert}"
https_key = "${key}"
http_default_host = "${open}"
consider_websocket_secure = false
authentication = "internal_plain"
storage = "internal"
default_archive_policy = ${archives === 'contacts' ? '"roster"' : 'true'}
storage_archive_item_limit = ${archives === 'contacts' ? 10_000 : 1_000_000}
allow_registration = true
registration_invite_only = false
allow_user_invites = true
smacks_hibernation_time = 120
smacks_max_ack_delay = 5
c2s_close_timeout = 1
modules_enabled = { ${modules.map((name) => `"${name}"`).join('; ')} }
ssl = { certificate = "${cert}"; key = "${key}" }

VirtualHost "${open}"
  c2s_require_encryption = false
  allow_unencrypted_plain_auth = true
  disco_items = { { "conference.${open}", "rooms" }; { "upload.${open}", "upload" } }

VirtualHost "${secure}"
  c2s_require_encryption = true
  ssl = { protocol = "tlsv1_2"; certificate = "${cert}"; key = "${key}" }

Component "conference.${open}" "muc"
  modules_enabled = { "muc_mam" }
  restrict_room_creation = false

Component "conference.${secure}" "muc"
  restrict_room_creation = false

Component "upload.${open}" "http_file_share"
  http_host = "${open}"
  http_external_url = "http://${open}:${port('http')}/"
`
}
