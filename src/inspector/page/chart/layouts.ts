// A script of its own, which the page loads beside itself: what is drawn most is laid out already.
import { layoutTable } from './layout-table.js'

Object.assign(globalThis, { chartLayouts: layoutTable })
