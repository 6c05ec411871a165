export type { Observation, ObservationOptions } from '../link/observation.js'
export { createInspector, type Inspector } from './create-inspector.js'
export type { InspectorOptions } from './inspector.js'
export type { SourcesLimits } from './sources.js'
