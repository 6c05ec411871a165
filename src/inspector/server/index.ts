export { openInspector } from './inspector.js'
