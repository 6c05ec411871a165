export type { ServerEndpoints } from './listeners.js'
export { disturbances, type Disturbance } from './disturbance.js'
export { defaultServerLimits, type ServerLimits } from './limits.js'
export type { ResourceConflictPolicy } from './resource-binding.js'
export type { ServerEvent, SessionFacts, StanzaFacts } from './server-events.js'
export type {
  AccountInput,
  ContactInput,
  LegacyIdentificationOptions,
  ListenInput,
  ListenOptions,
  RegistrationOptions,
  RegistrationRefusalInput,
  ServerCertificate,
  ServerOptions,
} from './server-options.js'
export { createServer, type EmbeddedServer } from './server.js'
export type { ServerSoftware } from './services/version.js'
