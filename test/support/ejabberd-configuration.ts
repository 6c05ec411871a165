import type { ServerSetting } from './real-servers.js'
import { realDomains } from './server-folder.js'

/** What differs between two runs. */
export interface EjabberdPlace extends ServerSetting {
  readonly folder: string
  /** Certificate and key in one file. */
  readonly certificate: string
  readonly authority: string
  readonly port: (name: 'http' | 'https' | 'required' | 'starttls' | 'tls') => number
}

/** YAML; with two hosts the address for uploads must contain `@HOST@`, or ejabberd does not start. */
export function ejabberdConfiguration({
  archives = 'contacts',
  authority,
  certificate,
  folder,
  port,
}: EjabberdPlace): string {
  const c2s = 'module: ejabberd_c2s, ip: "127.0.0.1", max_stanza_size: infinity, shaper: none, access: c2s'
  const handlers = '{/ws: ejabberd_http_ws, /upload: mod_http_upload, /api: mod_http_api}'
  const http = `module: ejabberd_http, ip: "127.0.0.1", request_handlers: ${handlers}`
  return `
hosts: [${realDomains.open}, ${realDomains.secure}]
loglevel: warning
log_rotate_count: 0
certfiles: ["${certificate}"]
ca_file: "${authority}"
s2s_access: none
auth_password_format: plain
queue_type: ram
new_sql_schema: false
registration_timeout: infinity
negotiation_timeout: 60
acl:
  local: {user_regexp: ""}
access_rules:
  c2s: {allow: all}
  everybody: {allow: all}
api_permissions:
  sessions: {from: [mod_http_api], who: {ip: 127.0.0.1/8}, what: [connected_users_vhost]}
shaper_rules: {max_user_sessions: 1000, max_user_offline_messages: 100000}
listen:
  - {port: ${port('starttls')}, ${c2s}, starttls: true, starttls_required: false}
  - {port: ${port('required')}, ${c2s}, starttls: true, starttls_required: true, protocol_options: [no_sslv3, no_tlsv1, no_tlsv1_1, no_tlsv1_3]}
  - {port: ${port('tls')}, ${c2s}, tls: true}
  - {port: ${port('http')}, ${http}}
  - {port: ${port('https')}, ${http}, tls: true}
modules:
  mod_adhoc: {}
  mod_admin_extra: {}
  mod_blocking: {}
  mod_caps: {}
  mod_carboncopy: {}
  mod_client_state: {}
  mod_disco: {}
  mod_http_upload:
    put_url: "http://@HOST@:${port('http')}/upload"
    docroot: "${folder}/upload"
    access: everybody
  mod_last: {}
  mod_legacy_auth: {}
  mod_mam: {assume_mam_usage: true, default: ${archives === 'contacts' ? 'roster' : 'always'}}
  mod_muc: {access_create: everybody, default_room_options: {mam: true}}
  mod_offline: {access_max_user_messages: max_user_offline_messages}
  mod_ping: {}
  mod_privacy: {}
  mod_private: {}
  mod_pubsub: {access_createnode: everybody, plugins: [flat, pep]}
  mod_register: {ip_access: everybody, access: everybody, password_strength: 0}
  mod_roster: {versioning: true, store_current_id: true}
  mod_stream_mgmt: {resend_on_timeout: if_offline, ack_timeout: 60s, resume_timeout: 120s}
  mod_time: {}
  mod_vcard: {search: false}
  mod_vcard_xupdate: {}
  mod_version: {show_os: false}
`
}
